"""What can be done with segments whose filters are evaluated at once."""

from __future__ import annotations

from crm.common.v1 import standard_pb2
from crm.marketing.v1 import segments_pb2
from crm_chassis.records.filtering import to_sql
from crm_chassis.records.mapping import assign
from crm_chassis.records.tx import Transaction
from sqlalchemy import func, select

from crm_marketing.errors import SegmentCycle
from crm_marketing.people.model import Contact
from crm_marketing.segmentation.catalogue import CATALOGUE, nested, read_filter, with_account
from crm_marketing.segmentation.evaluation import expression_of, mentions_of, rebuild
from crm_marketing.segments.membership import hold
from crm_marketing.segments.model import DYNAMIC, Segment
from crm_marketing.segments.usecases import counted

SAMPLE = 10


def create_segment(tx: Transaction, request: segments_pb2.CreateSegmentRequest) -> Segment:
    """A new segment; a dynamic one is evaluated at once. Raises InvalidInput for a filter that cannot be read."""
    segment = Segment()
    assign(segment, request.segment)
    return keep_segment(tx, tx.add(segment))


def keep_segment(tx: Transaction, segment: Segment) -> Segment:
    """Takes over the filter of a segment that is new, changed or came back, and brings its members in line with it."""
    segment.check_filter()
    if segment.kind == DYNAMIC:
        hold(tx)
        _settle_mentions(tx, segment)
        rebuild(tx, segment)
    return counted(tx, segment)


def update_segment(tx: Transaction, request: segments_pb2.UpdateSegmentRequest) -> Segment:
    """Changes the fields that the mask names; a changed filter is evaluated at once. Raises SegmentCycle."""
    hold(tx)
    segment = tx.get(Segment, request.segment.id, etag=request.segment.etag)
    before = segment.filter
    assign(segment, request.segment, request.update_mask.paths)
    return keep_segment(tx, segment) if segment.filter != before else counted(tx, segment)


def undelete_segment(tx: Transaction, request: standard_pb2.UndeleteRequest) -> Segment:
    """Brings a deleted segment back, its members as they would be now."""
    hold(tx)
    segment = tx.get(Segment, request.id, etag=request.etag, deleted=True)
    if segment.deleted_at is not None:
        tx.undelete(segment)
        keep_segment(tx, segment)
    return counted(tx, segment)


def rebuild_segment(tx: Transaction, request: segments_pb2.RebuildSegmentRequest) -> Segment:
    """Evaluates a dynamic segment over all contacts. Raises SegmentNotDynamic."""
    hold(tx)
    segment = tx.get(Segment, request.id)
    segment.check_dynamic()
    rebuild(tx, segment)
    return counted(tx, segment)


def preview_segment(
    tx: Transaction, request: segments_pb2.PreviewSegmentRequest
) -> segments_pb2.PreviewSegmentResponse:
    """How many contacts, of those the caller may see, a filter matches."""
    expression = read_filter(request.filter, tx.actor, "filter")
    _nested_filters(tx, nested(expression), "filter")
    query = with_account(tx.visible(Contact)).where(to_sql(expression, CATALOGUE, tx.now))
    counted = query.with_only_columns(Contact.id, func.count().over()).limit(SAMPLE)
    rows = tx.session.execute(counted).all()
    return segments_pb2.PreviewSegmentResponse(
        count=rows[0][1] if rows else 0, sample_contact_ids=[row[0] for row in rows]
    )


def _nested_filters(tx: Transaction, ids: frozenset[str], path: str) -> None:
    for id_ in ids:
        tx.check_reference(Segment, id_, path)


def _settle_mentions(tx: Transaction, segment: Segment) -> None:
    """Stores what the segment and those that name it depend on.

    Raises UnknownReference for a segment that the caller cannot see, SegmentCycle if it would depend on itself.
    """
    expression = read_filter(segment.filter, tx.actor, "segment.filter")
    _nested_filters(tx, nested(expression), "segment.filter")
    query = select(Segment.id, Segment.filter).where(Segment.kind == DYNAMIC, Segment.deleted_at.is_(None))
    with tx.session.no_autoflush:
        filters = {row.id: expression_of(row) for row in tx.session.execute(query) if row.id != segment.id}
    mentions = mentions_of(expression, filters)
    own = f"segment:{segment.id}"
    if own in mentions:
        raise SegmentCycle()
    segment.mentions = sorted(mentions)
    filters[segment.id] = expression
    naming = select(Segment).where(Segment.mentions.contains([own]), Segment.deleted_at.is_(None))
    for other in tx.session.scalars(naming.with_for_update()):
        other.mentions = sorted(mentions_of(filters[other.id], filters))
