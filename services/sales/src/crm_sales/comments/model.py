"""Comments on opportunities."""

from __future__ import annotations

from typing import ClassVar

from crm.sales.v1 import comments_pb2
from crm_chassis.records.model import Personal
from crm_kit import comments

from crm_sales.base import Record


class Comment(comments.Comment, Record):
    """What a colleague has said; about the person that its record is about."""

    message = comments_pb2.SalesComment
    personal: ClassVar[Personal | None] = Personal("record_id", through=("opportunities", "contact_id"))
