"""RabbitMQ: the only package that imports kombu."""
