"""What can be done with segments."""

from __future__ import annotations

from typing import Any

from crm.marketing.v1 import marketing_pb2
from crm_chassis.contracts.filtering import to_sql
from crm_chassis.contracts.mapping import assign, timestamp
from crm_chassis.contracts.paging import list_page, page_size, read_token, write_token
from crm_chassis.db.tx import Transaction
from crm_chassis.errors import Referenced, UnknownReference
from sqlalchemy import func, select

from crm_marketing.errors import SegmentCycle
from crm_marketing.people.model import Contact
from crm_marketing.segments.catalogue import CATALOGUE, among, nested, read_filter, with_account
from crm_marketing.segments.membership import announce, expression_of, hold, mentions_of, move, rebuild
from crm_marketing.segments.model import DYNAMIC, Segment, SegmentMember

SAMPLE = 10


def create_segment(tx: Transaction, request: marketing_pb2.CreateSegmentRequest) -> Segment:
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
    return segment


def get_segment(tx: Transaction, request: marketing_pb2.GetSegmentRequest) -> Segment:
    """One segment."""
    return tx.get(Segment, request.id)


def list_segments(tx: Transaction, request: marketing_pb2.ListSegmentsRequest) -> Any:
    """A page of segments."""
    return list_page(tx, Segment, request, marketing_pb2.ListSegmentsResponse)


def update_segment(tx: Transaction, request: marketing_pb2.UpdateSegmentRequest) -> Segment:
    """Changes the fields that the mask names; a changed filter is evaluated at once. Raises SegmentCycle."""
    hold(tx)
    segment = tx.get(Segment, request.segment.id, etag=request.segment.etag)
    before = segment.filter
    assign(segment, request.segment, request.update_mask.paths)
    return keep_segment(tx, segment) if segment.filter != before else segment


def delete_segment(tx: Transaction, request: marketing_pb2.DeleteSegmentRequest) -> Segment:
    """Deletes a segment. Raises Referenced if another segment names it."""
    hold(tx)
    segment = tx.get(Segment, request.id, etag=request.etag)
    naming = select(Segment.name).where(
        Segment.mentions.contains([f"segment:{segment.id}"]), Segment.deleted_at.is_(None)
    )
    if (name := tx.session.scalar(naming.limit(1))) is not None:
        raise Referenced(f"The filter of the segment {name!r} depends on this one.")
    tx.delete(segment)
    return segment


def undelete_segment(tx: Transaction, request: marketing_pb2.UndeleteSegmentRequest) -> Segment:
    """Brings a deleted segment back, its members as they would be now."""
    hold(tx)
    segment = tx.get(Segment, request.id, etag=request.etag, deleted=True)
    if segment.deleted_at is not None:
        tx.undelete(segment)
        keep_segment(tx, segment)
    return segment


def rebuild_segment(tx: Transaction, request: marketing_pb2.RebuildSegmentRequest) -> Segment:
    """Evaluates a dynamic segment over all contacts. Raises SegmentNotDynamic."""
    hold(tx)
    segment = tx.get(Segment, request.id)
    segment.check_dynamic()
    rebuild(tx, segment)
    return _counted(tx, segment)


def add_segment_members(tx: Transaction, request: marketing_pb2.AddSegmentMembersRequest) -> Segment:
    """Adds contacts to a static segment; those who are in it stay. Raises SegmentNotStatic, UnknownReference."""
    hold(tx)
    segment = tx.get(Segment, request.id)
    segment.check_static()
    _check_contacts(tx, request.contact_ids)
    announce(tx, segment.id, move(tx, segment.id, request.contact_ids, (), "added", ""))
    return _counted(tx, segment)


def remove_segment_members(tx: Transaction, request: marketing_pb2.RemoveSegmentMembersRequest) -> Segment:
    """Removes contacts from a static segment; those who are not in it stay out. Raises SegmentNotStatic."""
    hold(tx)
    segment = tx.get(Segment, request.id)
    segment.check_static()
    announce(tx, segment.id, move(tx, segment.id, (), request.contact_ids, "", "removed"))
    return _counted(tx, segment)


def _counted(tx: Transaction, segment: Segment) -> Segment:
    tx.session.flush()
    tx.session.refresh(segment, ["member_count"])
    return segment


def _check_contacts(tx: Transaction, ids: Any) -> None:
    """Every contact that is known here must be visible and not deleted; one that is not known yet is let pass."""
    known = set(tx.session.scalars(select(Contact.id).where(among(Contact.id, ids))))
    visible = tx.visible(Contact).where(among(Contact.id, ids), ~Contact.deleted).with_only_columns(Contact.id)
    if known - set(tx.session.scalars(visible)):
        raise UnknownReference.of("contact_ids", "contacts")


def list_segment_members(
    tx: Transaction, request: marketing_pb2.ListSegmentMembersRequest
) -> marketing_pb2.ListSegmentMembersResponse:
    """A page of the members that the caller may see, in the order of their ids."""
    segment = tx.get(Segment, request.segment_id)
    shape = f"segment_members:{segment.id}"
    query = select(SegmentMember).where(
        SegmentMember.segment_id == segment.id,
        SegmentMember.left_at.is_(None),
        SegmentMember.contact_id.in_(tx.visible(Contact).with_only_columns(Contact.id)),
    )
    if request.page_token:
        (last,) = read_token(request.page_token, shape)
        query = query.where(SegmentMember.contact_id > str(last))
    size = page_size(request)
    rows = list(tx.session.scalars(query.order_by(SegmentMember.contact_id).limit(size + 1)))
    response = marketing_pb2.ListSegmentMembersResponse(
        members=[
            marketing_pb2.SegmentMember(
                contact_id=row.contact_id, entered_at=timestamp(row.entered_at), reason=row.reason
            )
            for row in rows[:size]
        ]
    )
    if len(rows) > size:
        response.next_page_token = write_token(shape, [rows[size - 1].contact_id])
    return response


def preview_segment(
    tx: Transaction, request: marketing_pb2.PreviewSegmentRequest
) -> marketing_pb2.PreviewSegmentResponse:
    """How many contacts, of those the caller may see, a filter matches."""
    expression = read_filter(request.filter, tx.actor, "filter")
    _nested_filters(tx, nested(expression), "filter")
    query = with_account(tx.visible(Contact)).where(~Contact.deleted, to_sql(expression, CATALOGUE))
    counted = query.with_only_columns(Contact.id, func.count().over()).limit(SAMPLE)
    rows = tx.session.execute(counted).all()
    return marketing_pb2.PreviewSegmentResponse(
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
