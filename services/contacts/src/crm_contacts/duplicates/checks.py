"""What duplicate rules say of records that are written, through whichever call: one, many, or an import."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import wraps
from typing import Any

from crm_chassis.access.actor import Actor
from crm_chassis.jobs.queue import enqueue
from crm_chassis.records.model import Record
from crm_chassis.records.tx import Transaction, Verdict

from crm_contacts.duplicates.keys import COMPARED, accounts_by_id, columns_of, is_compared, traits_of, type_of
from crm_contacts.duplicates.model import ALERT, ALLOW, BLOCK, REPORT, DuplicateRule, Ref
from crm_contacts.duplicates.pairs import close_pairs, report
from crm_contacts.duplicates.queries import (
    Found,
    Rule,
    compared_columns,
    dismissed,
    every,
    find,
    pair_of,
    rules_in_force,
)
from crm_contacts.duplicates.sweep import REKEYING
from crm_contacts.duplicates.traits import ACCOUNT, Traits
from crm_contacts.errors import LikelyDuplicates

TOLD = 5
"""Records that an answer names."""
_HELD = ("e:", "p:", "d:", "n:")
"""How keys begin by which two writers of one person wait for each other, where a rule may refuse the second."""


@dataclass(frozen=True)
class Wish:
    """What whoever writes a record says of records that look like it."""

    allow: bool = False
    """Writes it although a rule refuses it, if that may be confirmed."""
    report: bool | None = None
    """Whether each match goes on the review list, whatever the rules say; None for what they say."""


def checked(use_case: Callable[..., Any]) -> Callable[..., Any]:
    """The use case, whose record is compared with others once it is written.

    The call raises LikelyDuplicates, with the records that the caller may see, if a duplicate rule refuses it.
    """

    @wraps(use_case)
    def run(tx: Transaction, request: Any) -> Any:
        record = use_case(tx, request)
        tx.await_verdict(judge, record, Wish(allow=request.allow_duplicates))
        return record

    return run


def parting(use_case: Callable[..., Any]) -> Callable[..., Any]:
    """The use case, after which a record is nobody's duplicate any more: it was deleted, or became a customer."""

    @wraps(use_case)
    def run(tx: Transaction, request: Any) -> Any:
        answer = use_case(tx, request)
        close_pairs(tx, request.id)
        return answer

    return run


@dataclass
class _Written:
    """A record that was written, and what is compared of it."""

    record: Any
    ref: Ref
    wish: Wish
    created: bool
    changed: set[str]
    place: int
    """Its place among the records of the call: of two that are alike, the later one is the duplicate."""


def judge(tx: Transaction, written: Sequence[tuple[Record, Any]], answered: bool) -> Iterator[Verdict]:
    """Compares records with those that are there, by the rules in force. An ALERT that no answer shows is a REPORT."""
    mine = list(_compared(tx, written))
    _follow_accounts(tx, mine)
    reported: list[tuple[Ref, Found]] = []
    yield from _judged(tx, mine, answered, reported)
    report(tx, reported)


def foresee(tx: Transaction, drafts: Sequence[tuple[Any, set[str]]], wish: Wish, converted: Ref) -> list[Verdict]:
    """What the rules would say of records that a conversion has not written yet.

    `drafts` are stored by nobody and have ids; each comes with what would change of the record that is there, or with
    nothing for a new one. `converted` is the lead, which is no duplicate of what it becomes.
    """
    mine = []
    for place, (draft, changed) in enumerate(drafts):
        record_type = type_of(draft) or ""
        compared = changed & COMPARED[record_type] or set(COMPARED[record_type])
        mine.append(_Written(draft, (record_type, draft.id), wish, not changed, compared, place))
    return list(_judged(tx, mine, True, [], converted))


def _judged(
    tx: Transaction,
    written: Sequence[_Written],
    answered: bool,
    reported: list[tuple[Ref, Found]],
    converted: Ref | None = None,
) -> Iterator[Verdict]:
    rules = rules_in_force(tx, {one.ref[0] for one in written}) if written else []
    mine = [one for one in written if _concerned(one, rules)]
    if not mine:
        return
    by_ref = {one.ref: one for one in mine}
    accounts = accounts_by_id(tx.session, (getattr(one.record, "account_id", None) for one in mine))
    accounts |= {ref[1]: columns_of(one.record) for ref, one in by_ref.items() if ref[0] == ACCOUNT}
    drafts = {
        one.ref: traits_of(one.record, accounts.get(getattr(one.record, "account_id", None) or "")) for one in mine
    }
    if not tx.read_only:
        _wait_for_others(tx, drafts, rules)
    found = find(tx, drafts, rules, hidden=True)
    found = {
        ref: [
            one
            for one in alike
            if not _comes_later(by_ref[ref], by_ref.get(one.known.ref)) and one.known.ref != converted
        ]
        for ref, alike in found.items()
    }
    decided = dismissed(tx, {pair_of(ref, one.known.ref) for ref, alike in found.items() for one in alike})
    for ref, alike in found.items():
        left = [(one, _is_new(by_ref, one)) for one in alike if pair_of(ref, one.known.ref) not in decided]
        yield from _decide(by_ref[ref], rules, drafts[ref], left, tx.actor, answered, reported)


def _compared(tx: Transaction, written: Sequence[tuple[Record, Any]]) -> Iterator[_Written]:
    """The records in which something changed that they are compared by, each once."""
    last: dict[Record, Any] = dict(written)
    for place, (record, wish) in enumerate(last.items()):
        record_type = type_of(record)
        assert record_type is not None, "only records that are compared are judged"
        changed = tx.changes_of(record) & COMPARED[record_type]
        if is_compared(record) and changed:
            yield _Written(record, (record_type, record.id), wish or Wish(), record.version == 1, changed, place)


def _follow_accounts(tx: Transaction, written: Sequence[_Written]) -> None:
    """The people of an account are found by its name and domains too."""
    for one in written:
        if one.ref[0] == ACCOUNT and not one.created and one.changed & {"name", "domains"}:
            enqueue(tx, REKEYING, {"account_id": one.ref[1]}, key=one.ref[1])


def _concerned(one: _Written, rules: Sequence[Rule]) -> bool:
    """Whether a rule says anything about the record as it was changed, or its writer wants its matches reported."""
    return any(
        one.wish.report or any(rule.action(created=one.created) != ALLOW for rule in of.duplicate_rules)
        for of in rules
        if of.others(one.ref[0]) and _touches(one, of)
    )


def _touches(one: _Written, rule: Rule) -> bool:
    """Whether something has changed that the rule compares."""
    return one.created or any(
        one.changed & compared_columns(comparison.field, one.ref[0]) for comparison in rule.comparisons
    )


def _comes_later(one: _Written, other: _Written | None) -> bool:
    return other is not None and other.created and other.place > one.place


def _is_new(written: Mapping[Ref, _Written], found: Found) -> bool:
    """Whether the same call has created what was found."""
    other = written.get(found.known.ref)
    return other is not None and other.created


def _wait_for_others(tx: Transaction, drafts: Mapping[Ref, Traits], rules: Sequence[Rule]) -> None:
    """Two who write the same person at the same time do so one after the other, where a rule may refuse the second."""
    if any(BLOCK in (rule.on_create, rule.on_update) for of in rules for rule in of.duplicate_rules):
        keys = {key for draft in drafts.values() for key in draft.keys if key.startswith(_HELD) and " " not in key}
        tx.hold(*(f"duplicate {key}" for key in keys))


def _decide(
    one: _Written,
    rules: Sequence[Rule],
    draft: Traits,
    alike: Sequence[tuple[Found, bool]],
    actor: Actor,
    answered: bool,
    reported: list[tuple[Ref, Found]],
) -> Iterator[Verdict]:
    """What becomes of one record; what goes on the review list is added to `reported`.

    `alike` are the records like it, each with whether the same call has written it.
    """
    refusing: list[_Told] = []
    alerting: list[_Told] = []
    for likeliest, beside in alike:
        seen_by: set[str] = set()
        hidden_by: set[str] = set()
        confirmable = True
        for found in every(draft, likeliest.known, rules):
            seen = found.known.seen and found.rule.may_use(actor)
            for rule in found.rule.duplicate_rules if _touches(one, found.rule) else ():
                action = _action(rule, one, seen)
                (seen_by if seen else hidden_by).add(action)
                confirmable &= action != BLOCK or rule.confirmable
        actions = seen_by | hidden_by
        if BLOCK in actions:
            refusing.append(_Told(likeliest, BLOCK in seen_by, beside, confirmable))
        if ALERT in actions and answered:
            alerting.append(_Told(likeliest, ALERT in seen_by, beside))
        by_rules = REPORT in actions or (ALERT in actions and not answered)
        if by_rules if one.wish.report is None else one.wish.report:
            reported.append((one.ref, likeliest))
    if refusing:
        yield Verdict(one.record, refused=_refusal(one.record, refusing))
    elif alerting:
        yield Verdict(one.record, shows={"likely_duplicates": [told.entry for told in alerting[:TOLD]]})


def _action(rule: DuplicateRule, one: _Written, seen: bool) -> str:
    """What a rule says of a match; of one that the actor may not see it says nothing to him unless it tells of such."""
    action = rule.action(created=one.created)
    if action == BLOCK and one.wish.allow and rule.confirmable:
        return ALLOW
    if action in (ALERT, BLOCK) and not seen and not rule.tells_hidden:
        return ALLOW
    return action


@dataclass(frozen=True)
class _Told:
    """What is told of a record that is like another one."""

    found: Found
    seen: bool
    """Whether the writer may see it, and what it has in common with his."""
    beside: bool
    """Whether it was written by the same call. If something of that is undone, it gets another id."""
    confirmable: bool = False
    """Whether the record may be written all the same."""

    @property
    def name(self) -> str:
        kind, id_ = self.found.known.ref
        if self.beside:
            return f"a {kind.lower()} before it"
        return f"{kind.lower()} {id_}" if self.seen else f"a {kind.lower()} that you may not see"

    @property
    def entry(self) -> dict[str, Any]:
        kind = self.found.known.ref[0].lower()
        told = shown_of(self.found) if self.seen and not self.beside else {"record_type": kind}
        return told | {"confirmable": self.confirmable}


def _refusal(record: Any, refusing: Sequence[_Told]) -> LikelyDuplicates:
    listed = ", ".join(dict.fromkeys(told.name for told in refusing[:TOLD]))
    return LikelyDuplicates(
        f"These look the same: {listed}. Use one of them, or allow duplicates if the rule lets you.",
        record=type(record).message(likely_duplicates=[_short(told.entry) for told in refusing[:TOLD]]),
    )


def shown_of(found: Found) -> dict[str, Any]:
    """A record that is like another one, as answers show it."""
    record_type, id_ = found.known.ref
    return {
        "record_type": record_type.lower(),
        "record_id": id_,
        "title": found.known.title,
        "subtitle": found.known.subtitle,
        "score": found.match.score,
        "reasons": list(found.match.reasons),
        "rule": found.rule.name,
    }


def _short(entry: Mapping[str, Any]) -> dict[str, Any]:
    """An entry as it fits into the header that a refusal travels in."""
    return {name: value[:80] if isinstance(value, str) else value for name, value in entry.items()}
