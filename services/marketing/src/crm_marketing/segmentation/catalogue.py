"""The fields that a segment's filter may name, and how SQL reaches them.

Membership is decided by one back end only, SQL, over one contact or over all of them. That it means the same as the
suite's other back end (`matches`) is held by a property test.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import replace
from datetime import datetime
from typing import Any, Literal
from uuid import UUID

import crm_contracts
from crm.contacts.v1 import accounts_pb2, contacts_pb2
from crm_chassis.access.actor import ALL, Actor
from crm_chassis.contracts.filtering import Comparison, Expression, Field, Moment, comparisons, convert, parse
from crm_chassis.errors import InvalidInput, PermissionDenied
from crm_chassis.records.filtering import to_sql
from crm_chassis.text import query_terms
from crm_chassis.violations import REQUIRED
from sqlalchemy import ColumnElement, Select, and_, exists, func, select

from crm_marketing.campaigns.model import CampaignMember
from crm_marketing.marks import EVERYTHING
from crm_marketing.people.model import Account, Activity, Contact, Opportunity, Ticket
from crm_marketing.segments.membership import among
from crm_marketing.segments.model import SegmentMember

LARGEST_NUMBER = 10**15
TIME = "now()"
"""What filters depend on that compare with the time of their evaluation."""


class _Segments:
    """The segments a contact is in, as a column that equals each of them."""

    def __eq__(self, segment_id: object) -> Any:
        return exists().where(
            SegmentMember.segment_id == segment_id,
            SegmentMember.contact_id == Contact.id,
            SegmentMember.left_at.is_(None),
        )

    def is_distinct_from(self, segment_id: str) -> Any:
        return ~(self == segment_id)

    __hash__ = None  # type: ignore[assignment]


def _finder(model: Any, name: str, present: Any) -> Callable[[str], ColumnElement[bool]]:
    """Builds the condition that the field has, for every term of a text, a term that begins with it."""

    def found(text: str) -> ColumnElement[bool]:
        word = func.unnest(model.words).column_valued("word")
        begins = [exists(select(word).where(func.starts_with(word, f"{name}:{term}"))) for term in query_terms(text)]
        return and_(present.is_not(None), *begins)

    return found


def _words(model: Any, name: str) -> Field:
    column = getattr(model, name)
    return replace(_value(model, name), has_words=_finder(model, name, column))


def _value(model: Any, name: str, kind: Literal["text", "list"] = "text") -> Field:
    """A field that repeats one of the record: its values are compared in the form in which that stores them."""
    message = crm_contracts.current_event(model.kind, "created").message.DESCRIPTOR
    stored = message.fields_by_name[model.kind.rpartition(".")[2]].message_type.fields_by_name[name]
    return Field(kind, getattr(model, name), format=crm_contracts.rules_of(stored).format)


def _count(of: Any, key: Any, *conditions: Any) -> Any:
    return select(func.count()).select_from(of).where(key, *conditions).scalar_subquery()


def _numbers(prefix: str, column: str, customer: Any) -> dict[str, Field]:
    """What is counted of a contact or an account."""

    def of(model: Any) -> Any:
        return getattr(model, column) == customer

    last = select(func.max(Activity.occurred_at)).where(of(Activity)).scalar_subquery()
    won = _count(Opportunity, of(Opportunity), Opportunity.status == "WON")
    opened = _count(Opportunity, of(Opportunity), Opportunity.status == "OPEN")
    return {
        f"{prefix}opportunities_won": Field("number", won),
        f"{prefix}opportunities_open": Field("number", opened),
        f"{prefix}open_tickets": Field("number", _count(Ticket, of(Ticket), Ticket.open)),
        f"{prefix}last_activity_at": Field("time", last),
    }


def _memberships(*conditions: Any) -> Any:
    return _count(
        CampaignMember, CampaignMember.contact_id == Contact.id, CampaignMember.deleted_at.is_(None), *conditions
    )


CATALOGUE: dict[str, Field] = {
    **{name: _words(Contact, name) for name in
       ("first_name", "last_name", "display_name", "email", "title", "department")},
    **{name: _value(Contact, name) for name in
       ("country", "language", "lead_source", "preferred_channel", "external_id")},
    **{name: Field("id", getattr(Contact, name)) for name in ("account_id", "owner_id", "territory_id")},
    "tags": _value(Contact, "tags", "list"),
    "created_at": Field("time", Contact.created_at),
    "updated_at": Field("time", Contact.updated_at),
    **_numbers("", "contact_id", Contact.id),
    "campaigns_sent": Field("number", _memberships(CampaignMember.send_state == "SENT")),
    "campaigns_responded": Field("number", _memberships(CampaignMember.responded)),
    "account.name": _words(Account, "name"),
    "account.industry": _words(Account, "industry"),
    "account.country": _value(Account, "country"),
    "account.employees": Field("number", Account.employees),
    "account.tags": _value(Account, "tags", "list"),
    "account.owner_id": Field("id", Account.owner_id),
    **_numbers("account.", "account_id", Contact.account_id),
    "segment": Field("id", _Segments()),
}  # fmt: skip

_COUNTED = {
    "opportunities_won": ("opportunities.read", "dashboards.read"),
    "opportunities_open": ("opportunities.read", "dashboards.read"),
    "open_tickets": ("tickets.read", "dashboards.read"),
    "last_activity_at": ("activities.read", "dashboards.read"),
    "campaigns_sent": ("campaign_members.read",),
    "campaigns_responded": ("campaign_members.read",),
}
"""Whoever has one of these rights over all records may filter by what is counted of them."""
_OF_ACCOUNT = frozenset(name for name in CATALOGUE if name.startswith("account."))


def read_filter(text: str, actor: Actor, path: str) -> Expression:
    """The expression of a segment's filter, checked; `path` names the field in errors.

    Raises InvalidInput if it cannot be read, PermissionDenied for a field that the actor may not read.
    """
    try:
        expression = parse(text)
        if expression is None:
            raise InvalidInput.of("filter", REQUIRED())
        for comparison in comparisons(expression):
            _check(comparison, actor)
        to_sql(expression, CATALOGUE)
    except InvalidInput as error:
        raise InvalidInput.of(path, error.errors["filter"][0]) from error
    return expression


def _check(comparison: Comparison, actor: Actor) -> None:
    name = comparison.field
    field = CATALOGUE.get(name)
    if field is not None and not _readable(name, actor):
        raise PermissionDenied(f"filter: you may not read {name} of everybody, so you may not filter by it.")
    if name == "segment":
        try:
            UUID(str(comparison.value))
        except ValueError as error:
            raise InvalidInput.of("filter", "segment must be compared with the id of a segment") from error
    elif field is not None and field.kind == "number" and comparison.value is not None:
        value = convert(comparison, field)
        if not value.is_finite() or abs(value) >= LARGEST_NUMBER:
            raise InvalidInput.of("filter", f"{name} must be compared with a number below 10^15")


def _readable(name: str, actor: Actor) -> bool:
    """Whether an actor may learn the value of a filter field.

    Of contacts those count that the actor may see. What a filter says of other records is looked up among all of them,
    so it takes the right to read them all; numbers may also be read by whoever reads those of every customer.
    """
    plain = name.removeprefix("account.")
    message = contacts_pb2.Contact if plain == name else accounts_pb2.Account
    stored = message.DESCRIPTOR.fields_by_name.get(plain)
    permissions = _COUNTED.get(plain, ())
    return (
        (stored is None or actor.can_read_all(stored))
        and (plain == name or actor.scope_of("accounts.read") == ALL)
        and (not permissions or any(actor.scope_of(permission) == ALL for permission in permissions))
    )


def nested(expression: Expression) -> frozenset[str]:
    """Ids of the segments that an expression names."""
    return frozenset(str(UUID(str(c.value))) for c in comparisons(expression) if c.field == "segment")


def depends_on(expression: Expression) -> frozenset[str]:
    """What the value of an expression depends on directly: names of fields, "segment:<id>", TIME, and EVERYTHING."""
    fields = {c.field for c in comparisons(expression)} - {"segment"}
    time = {TIME} if any(isinstance(c.value, Moment) for c in comparisons(expression)) else set()
    return frozenset({EVERYTHING, *fields, *time, *(f"segment:{id_}" for id_ in nested(expression))})


def expand(fields: Iterable[str]) -> frozenset[str]:
    """The filter fields that a mark speaks of."""
    given = set(fields)
    if EVERYTHING in given:
        return frozenset(given | CATALOGUE.keys())
    if "account.*" in given or "account_id" in given:
        given |= _OF_ACCOUNT
    return frozenset(given)


def with_account(query: Select[Any]) -> Select[Any]:
    """Joins the account of a contact, which filters may name."""
    return query.outerjoin(Account, and_(Account.id == Contact.account_id, ~Account.deleted))


def matching(expression: Expression, now: datetime, contact_ids: Iterable[str] | None = None) -> Select[Any]:
    """Ids of the contacts (of all, or of those given) that an expression describes."""
    query = with_account(select(Contact.id)).where(~Contact.deleted, to_sql(expression, CATALOGUE, now))
    return query if contact_ids is None else query.where(among(Contact.id, contact_ids))
