"""The way of a message from the queue to the mail server."""
