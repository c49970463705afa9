"""Mail that the suite sends: how it is written, and how it is handed to the mail server.

Everything that stands in a mail may come from data, so there is one writer (`message`) and one way out (`relay`).
"""
