"""Passwords, second factors and tokens: what they are made of, without users and without a database."""
