"""The worker process: the only package that imports nameko and eventlet."""
