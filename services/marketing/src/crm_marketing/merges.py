"""What follows when contacts or accounts were merged: campaigns, segments and wishes not to be written to."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from crm_chassis.db.tables import Alias, MergedRow
from crm_chassis.merging import Fold, Links, Merge, Merging, note
from crm_chassis.records.tx import Transaction
from sqlalchemy import exists, or_, select

from crm_marketing.base import Base
from crm_marketing.campaigns.model import CampaignMember
from crm_marketing.campaigns.queries import count
from crm_marketing.marks import EVERYTHING, mark_contact
from crm_marketing.optouts.model import OptOut
from crm_marketing.people.model import Contact
from crm_marketing.segments.membership import announce, hold, move
from crm_marketing.segments.model import STATIC, Segment, SegmentMember

_PROGRESS = ("NOT_QUEUED", "SKIPPED", "QUEUED", "FAILED", "SENDING", "SENT")
"""States of a message, the more advanced ones later."""
_COUNTED = {"SENT": "sent", "SKIPPED": "skipped", "FAILED": "failed"}
JOINED, LEFT, DELETED = "merged", "merged into another contact", "contact deleted"


class MemberFold(Fold):
    """A person is in a campaign once, and is written to once."""

    def absorb(self, tx: Transaction, staying: CampaignMember, leaving: CampaignMember) -> None:
        """The more advanced of the two counts; what is being sent to the other is not sent again."""
        if leaving.responded and not staying.responded:
            staying.responded, staying.responded_at, staying.status = True, leaving.responded_at, leaving.status
        staying.status = staying.status or leaving.status
        if _PROGRESS.index(leaving.send_state) <= _PROGRESS.index(staying.send_state):
            return
        if leaving.send_state == "SENDING":
            staying.skip("it is being sent to a contact that was merged")
            return
        staying.send_state, staying.sent_at, staying.skip_reason = (
            leaving.send_state, leaving.sent_at, leaving.skip_reason,
        )  # fmt: skip
        staying.next_attempt_at = leaving.next_attempt_at

    def changed(self, tx: Transaction, staying: CampaignMember, before: Mapping[str, Any]) -> None:
        was = _numbers(before["send_state"], before["responded"])
        now = _numbers(staying.send_state, staying.responded)
        count(tx, staying.campaign_id, **{name: now.get(name, 0) - was.get(name, 0) for name in {*was, *now}})

    def give_way(self, tx: Transaction, leaving: CampaignMember) -> None:
        tx.delete(leaving)
        numbers = _numbers(leaving.send_state, leaving.responded)
        count(tx, leaving.campaign_id, member=-1, **{name: -number for name, number in numbers.items()})

    def come_back(self, tx: Transaction, row: CampaignMember) -> None:
        tx.undelete(row)
        count(tx, row.campaign_id, member=1, **_numbers(row.send_state, row.responded))


def _numbers(send_state: str, responded: bool) -> dict[str, int]:
    """What a member adds to the numbers of a campaign, beside being one."""
    return {"responded": int(responded)} | ({_COUNTED[send_state]: 1} if send_state in _COUNTED else {})


class Memberships(Links):
    """Members of static segments; who is in a dynamic one, its filter says."""

    name = "memberships"

    def move(self, tx: Transaction, merge: Merge, old_id: str, path: Sequence[Alias]) -> int:
        if merge.kind != Contact.kind:
            return 0
        hold(tx)
        noted = exists().where(
            MergedRow.merge_id == merge.id, MergedRow.kind == self.name, MergedRow.old_id == old_id,
            MergedRow.record_id == SegmentMember.segment_id,
        )  # fmt: skip
        # That the copy of a loser is deleted may have taken it out of the segment already.
        there = or_(
            SegmentMember.left_at.is_(None),
            (SegmentMember.left_at >= merge.at) & (SegmentMember.reason == DELETED),
        )
        query = (
            select(SegmentMember.segment_id)
            .join(Segment, Segment.id == SegmentMember.segment_id)
            .where(SegmentMember.contact_id == old_id, Segment.kind == STATIC, there, ~noted)
        )
        segment_ids = tx.session.scalars(query).all()
        for segment_id in segment_ids:
            new_id = path[-1].new_id
            entered = new_id in move(tx, segment_id, [new_id], (), JOINED, "")
            note(tx, self.name, segment_id, "contact_id", path, entered=entered)
            move(tx, segment_id, (), [old_id], "", LEFT)
            announce(tx, segment_id, [new_id, old_id])
        return len(segment_ids)

    def back(self, tx: Transaction, row: MergedRow) -> None:
        hold(tx)
        leaving = [row.new_id] if row.note["entered"] else []
        move(tx, row.record_id, [row.old_id], leaving, "merge undone", "merge undone")
        announce(tx, row.record_id, [row.old_id, row.new_id])

    def finish(self, tx: Transaction, merge: Merge, *, undone: bool) -> None:
        if merge.kind != Contact.kind:
            return
        for id_ in merge.ids:
            mark_contact(tx, id_, [EVERYTHING])
        if undone:
            _give_back_by_address(tx, merge)


def _give_back_by_address(tx: Transaction, merge: Merge) -> None:
    """What was written since to an address that only a loser had, and wishes of such an address, are the loser's."""
    people = {one.id: one for one in tx.session.scalars(select(Contact).where(Contact.id.in_(merge.ids)))}
    survivor = people.get(merge.survivor_id)
    for loser in people.values():
        if survivor is None or loser is survivor:
            continue
        own = set(loser.address_hashes) - set(survivor.address_hashes)
        wishes = select(OptOut).where(
            OptOut.person_id == survivor.id, OptOut.created_at >= merge.at, OptOut.address_hash.in_(own)
        )
        for wish in tx.session.scalars(wishes.with_for_update()):
            wish.person_id = loser.id
            wish.contact_id = wish.contact_id and loser.id
        sent = select(CampaignMember).where(
            CampaignMember.contact_id == survivor.id, CampaignMember.created_at >= merge.at,
            CampaignMember.address_hash.in_(own),
        )  # fmt: skip
        for member in tx.session.scalars(sent.with_for_update()):
            twin = select(CampaignMember.id).where(
                CampaignMember.campaign_id == member.campaign_id, CampaignMember.contact_id == loser.id,
                CampaignMember.deleted_at.is_(None),
            )  # fmt: skip
            if tx.session.scalar(twin) is None:
                member.contact_id = loser.id


_FOLDS: dict[Any, Fold] = {CampaignMember: MemberFold()}
MERGING = Merging(
    "crm.contacts", Base, folds=_FOLDS, links=(Memberships(),), besides=(SegmentMember,), copies=("people",)
)
