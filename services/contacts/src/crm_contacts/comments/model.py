"""Comments on contacts, accounts and leads."""

from __future__ import annotations

from typing import ClassVar

from crm.contacts.v1 import comments_pb2
from crm_chassis.records.model import Personal
from crm_kit import comments

from crm_contacts.base import Record


class Comment(comments.Comment, Record):
    """What a colleague has said; about the person that its record is about."""

    message = comments_pb2.ContactsComment
    personal: ClassVar[Personal | None] = Personal("record_id")
