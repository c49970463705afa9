"""Tickets, their messages, SLA policies and business calendars."""
