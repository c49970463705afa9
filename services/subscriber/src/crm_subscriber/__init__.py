"""Follows the events of the CRM suite: the effect of each exactly once, in the order of its record."""

from crm_subscriber.event import Event, NotAnEvent
from crm_subscriber.inbox import Handler, Inbox
from crm_subscriber.subscriber import Subscriber

__all__ = ["Event", "Handler", "Inbox", "NotAnEvent", "Subscriber"]
