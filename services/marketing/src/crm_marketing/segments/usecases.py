"""What can be done with segments, but for what their filters decide: see segmentation/."""

from __future__ import annotations

from collections.abc import Collection, Iterable
from typing import Any

from crm.common.v1 import batches_pb2, standard_pb2
from crm.marketing.v1 import segments_pb2
from crm_chassis.errors import Referenced
from crm_chassis.records.batches import batch_get
from crm_chassis.records.mapping import timestamp
from crm_chassis.records.paging import list_page, rows_page
from crm_chassis.records.tx import Transaction
from sqlalchemy import Select, func, select

from crm_marketing.people.model import Contact
from crm_marketing.segments.membership import among, announce, hold, move
from crm_marketing.segments.model import Segment, SegmentMember


def get_segment(tx: Transaction, request: standard_pb2.GetRequest) -> Segment:
    """A segment, with the number of members that the caller may see."""
    return counted(tx, tx.get(Segment, request.id, deleted=request.show_deleted))


def batch_get_segments(tx: Transaction, request: batches_pb2.BatchGetRequest) -> segments_pb2.BatchGetSegmentsResponse:
    """Segments, each with the number of members that the caller may see."""
    answer: segments_pb2.BatchGetSegmentsResponse = batch_get(
        tx, Segment, request.ids, segments_pb2.BatchGetSegmentsResponse
    )
    _count(tx, answer.segments)
    return answer


def list_segments(tx: Transaction, request: segments_pb2.ListSegmentsRequest) -> segments_pb2.ListSegmentsResponse:
    """A page of segments, each with the number of members that the caller may see."""
    page: segments_pb2.ListSegmentsResponse = list_page(tx, Segment, request, segments_pb2.ListSegmentsResponse)
    _count(tx, page.segments)
    return page


def _count(tx: Transaction, segments: Collection[segments_pb2.Segment]) -> None:
    counts = _member_counts(tx, [segment.id for segment in segments])
    for segment in segments:
        segment.member_count = counts.get(segment.id, 0)


def delete_segment(tx: Transaction, request: standard_pb2.DeleteRequest) -> Segment:
    """Deletes a segment. Raises Referenced if another segment names it."""
    hold(tx)
    segment = tx.get(Segment, request.id, etag=request.etag)
    naming = select(Segment.name).where(
        Segment.mentions.contains([f"segment:{segment.id}"]), Segment.deleted_at.is_(None)
    )
    if (name := tx.session.scalar(naming.limit(1))) is not None:
        raise Referenced(f"The filter of the segment {name!r} depends on this one.")
    tx.delete(segment)
    return counted(tx, segment)


def add_segment_members(tx: Transaction, request: segments_pb2.AddSegmentMembersRequest) -> Segment:
    """Adds contacts to a static segment; those who are in it stay. Raises SegmentNotStatic, UnknownReference."""
    hold(tx)
    segment = tx.get(Segment, request.id)
    segment.check_static()
    announce(tx, segment.id, move(tx, segment.id, request.contact_ids, (), "added", ""))
    return counted(tx, segment)


def remove_segment_members(tx: Transaction, request: segments_pb2.RemoveSegmentMembersRequest) -> Segment:
    """Removes contacts from a static segment; those who are not in it stay out. Raises SegmentNotStatic."""
    hold(tx)
    segment = tx.get(Segment, request.id)
    segment.check_static()
    announce(tx, segment.id, move(tx, segment.id, (), request.contact_ids, "", "removed"))
    return counted(tx, segment)


def counted(tx: Transaction, segment: Segment) -> Segment:
    """The segment with the number of members that the caller may see, those of this transaction included."""
    tx.session.flush()
    segment.member_count = _member_counts(tx, [segment.id]).get(segment.id, 0)
    return segment


def _member_counts(tx: Transaction, segment_ids: Iterable[str]) -> dict[str, int]:
    """How many contacts that are known and that the caller may see are in segments; without those that have none."""
    query = _members(tx).where(among(SegmentMember.segment_id, segment_ids)).group_by(SegmentMember.segment_id)
    counts = query.with_only_columns(SegmentMember.segment_id, func.count())
    return {row[0]: row[1] for row in tx.session.execute(counts)}


def _members(tx: Transaction) -> Select[Any]:
    return select(SegmentMember).where(
        SegmentMember.left_at.is_(None),
        SegmentMember.contact_id.in_(tx.visible(Contact).with_only_columns(Contact.id)),
    )


def list_segment_members(
    tx: Transaction, request: segments_pb2.ListSegmentMembersRequest
) -> segments_pb2.ListSegmentMembersResponse:
    """A page of the members that the caller may see, in the order of their ids."""
    segment = tx.get(Segment, request.segment_id)
    query = _members(tx).where(SegmentMember.segment_id == segment.id)
    shape = f"segment_members:{segment.id}"
    members, next_page_token = rows_page(tx, query, [SegmentMember.contact_id], request, shape)
    return segments_pb2.ListSegmentMembersResponse(
        members=[
            segments_pb2.SegmentMember(
                contact_id=member.contact_id, entered_at=timestamp(member.entered_at), reason=member.reason
            )
            for member in members
        ],
        next_page_token=next_page_token,
    )
