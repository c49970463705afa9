"""Records found by words, as hits."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from typing import Any

from crm.common.v1 import search_pb2
from crm_chassis.records.model import Record
from crm_chassis.records.search import search
from crm_chassis.records.tx import Transaction

DEFAULT_HITS = 10
"""Hits of each kind of record where nobody says how many."""

Shown = Callable[[Any], tuple[str, str]]
"""What people call a record, and a second line."""


def search_hits(
    tx: Transaction,
    request: search_pb2.SearchRecordsRequest,
    shown: Mapping[type[Record], Shown],
    first: Iterable[Record] = (),
) -> search_pb2.SearchRecordsResponse:
    """Records found by the words of the query, of each kind in `shown` as many as are asked for; `first` go first."""
    limit = request.limit or DEFAULT_HITS
    records = {record.id: record for record in (*first, *search(tx, request.query, list(shown), limit))}
    hits = [hit(record, *shown[type(record)](record)) for record in records.values()]
    return search_pb2.SearchRecordsResponse(hits=hits[: limit * len(shown)])


def hit(record: Record, title: str, subtitle: str = "") -> search_pb2.SearchHit:
    """The hit that stands for a record."""
    _, service, record_type = record.record_kind.split(".")
    return search_pb2.SearchHit(
        record_type=record_type, record_id=record.id, title=title, subtitle=subtitle, service=service
    )
