"""Opportunities from files, with their past.

Rows come in batches of one transaction each. What they name by human keys is looked up once per batch, and
nothing is flushed between rows, so that a batch is read and written with a few statements.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime, time
from decimal import Decimal
from typing import Any, TypeVar

from crm.sales.v1 import sales_pb2
from crm_chassis.access.directory import DirectoryUser
from crm_chassis.contracts.mapping import assign
from crm_chassis.contracts.rows import Upserts, moment, outcome, read_row
from crm_chassis.db.imports import Row
from crm_chassis.db.tx import Transaction
from crm_chassis.errors import InvalidInput, UnknownReference
from crm_chassis.ids import as_uuid, uuid7
from sqlalchemy import func, or_, select

from crm_sales.errors import OpportunityClosed
from crm_sales.opportunities.lines import make_lines
from crm_sales.opportunities.model import Opportunity, StageChange
from crm_sales.opportunities.usecases import RULED, record, set_chances, stage_of
from crm_sales.people.model import Account, Contact
from crm_sales.people.queries import accounts_named, check_people, contacts_with_email
from crm_sales.pipelines.model import LOST, OPEN, Pipeline, Stage
from crm_sales.pipelines.queries import default_pipeline, pipeline_by_id, pipelines_named
from crm_sales.products.model import Product
from crm_sales.products.queries import products_named

T = TypeVar("T")

UNSTATED_REASON = "imported"
"""The reason of a loss whose row gives none."""
FALLBACK_CURRENCY = "USD"
"""Of amounts where neither the row nor product nor pipeline says one."""
_NOON = time(12, tzinfo=UTC)


@dataclass
class _Batch:
    """What the rows of one transaction name, as far as it was found."""

    known: Upserts[Opportunity]
    accounts: dict[str, str] = field(default_factory=dict)
    contacts: dict[str, str] = field(default_factory=dict)
    owners: dict[str, str] = field(default_factory=dict)
    products: dict[str, Product] = field(default_factory=dict)
    pipelines: dict[str, Pipeline] = field(default_factory=dict)
    """By name, and by id as they are needed; the default one by the empty id."""


def prepare_opportunities(tx: Transaction, rows: Sequence[Row]) -> _Batch:
    """Looks up everything that the rows of a batch name."""

    def look_up(column: str, find: Callable[[Transaction, Collection[str]], dict[str, T]]) -> dict[str, T]:
        names = {row[column] for row in rows if row.get(column)}
        return find(tx, names) if names else {}

    return _Batch(
        known=Upserts(tx, Opportunity, rows),
        accounts=look_up("account", accounts_named),
        contacts=look_up("contact", contacts_with_email),
        owners=look_up("owner", _users_named),
        products=look_up("product", products_named),
        pipelines=look_up("pipeline", pipelines_named),
    )


def import_opportunity(tx: Transaction, row: Row, batch: _Batch) -> str:
    """An opportunity.

    `account` names the account (name or external id), `contact` the contact (e-mail address), `owner` the user
    (display name or id), `pipeline` and `stage` say where it stands ("Won" and "Lost" mean any such stage),
    `product` (name or stock keeping unit) makes one line at the amount. `created_at`, `engaged_at` (when it
    entered the second open stage) and `close_date` date its stages; a closed one was closed at noon UTC.
    """
    with tx.session.no_autoflush:
        return _import(tx, row, batch)


def _import(tx: Transaction, row: Row, batch: _Batch) -> str:
    known = batch.known.find(row.get("external_id", ""))
    product = _named(batch.products, row, "product")
    pipeline = _pipeline(tx, row, batch, known)
    stage = _stage(row, pipeline)
    message = read_row(
        tx,
        sales_pb2.Opportunity,
        {**row, "name": row.get("name") or (known.name if known else _title(row, product))},
        currency=(product.price_currency if product else pipeline.currency) or FALLBACK_CURRENCY,
        extra=_references(row, batch),
    )
    check_people(tx, Account, [row.get("account_id")], "account_id")
    check_people(tx, Contact, [row.get("contact_id")], "contact_id")
    if known is not None:
        _update(tx, known, pipeline, stage, message, product, row)
        return outcome(tx, known, False)
    opportunity = Opportunity(id=uuid7())
    stage = stage or pipeline.of_type(OPEN)[0]
    _fill(opportunity, message, product, stage)
    changes = _live(opportunity, pipeline, stage, row, tx.actor.id, tx.now)
    opportunity.must_satisfy(stage)
    opportunity.created_at = changes[0].changed_at
    tx.session.add_all(changes)
    tx.add(opportunity)
    batch.known.put(opportunity)
    return "created"


# -- what rows name ---------------------------------------------------------------------------------------


def _users_named(tx: Transaction, names: Collection[str]) -> dict[str, str]:
    """Name to the user with that id or display name. Raises InvalidInput if several have the name."""
    ids = {name: id_ for name in names if (id_ := as_uuid(name))}
    lowered = func.lower(DirectoryUser.display_name)
    query = select(DirectoryUser.id, lowered.label("name")).where(
        or_(DirectoryUser.id.in_(ids.values()), lowered.in_([name.lower() for name in names]))
    )
    present: set[str] = set()
    by_name: dict[str, list[str]] = {}
    for row in tx.session.execute(query):
        present.add(row.id)
        by_name.setdefault(row.name, []).append(row.id)
    found = {}
    for name in names:
        candidates = [ids[name]] if ids.get(name) in present else by_name.get(name.lower(), [])
        if len(candidates) > 1:
            raise InvalidInput.of("owner", f"several users are called {name!r}; give the id")
        if candidates:
            found[name] = candidates[0]
    return found


def _named(found: Mapping[str, T], row: Row, column: str) -> T | None:
    """What a cell names; None for an empty one. Raises UnknownReference; the row is tried again later."""
    name = row.get(column, "")
    if not name:
        return None
    if name not in found:
        raise UnknownReference.of(column, f"{column} {name!r}")
    return found[name]


def _references(row: Row, batch: _Batch) -> dict[str, Any]:
    found = {
        "account_id": _named(batch.accounts, row, "account"),
        "contact_id": _named(batch.contacts, row, "contact"),
        "owner_id": _named(batch.owners, row, "owner"),
    }
    return {name: id_ for name, id_ in found.items() if id_ is not None}


def _pipeline(tx: Transaction, row: Row, batch: _Batch, known: Opportunity | None) -> Pipeline:
    """The pipeline the row names; else that of the opportunity, or the default one."""
    named = _named(batch.pipelines, row, "pipeline")
    if named is not None:
        return named
    id_ = known.pipeline_id if known is not None else ""
    if id_ not in batch.pipelines:
        batch.pipelines[id_] = pipeline_by_id(tx, id_) if id_ else default_pipeline(tx)
    return batch.pipelines[id_]


def _stage(row: Row, pipeline: Pipeline) -> Stage | None:
    if not row.get("stage"):
        return None
    found = pipeline.stage_named(row["stage"])
    if found is None:
        names = ", ".join(one["name"] for one in pipeline.stages)
        raise InvalidInput.of("stage", f"{pipeline.name} has no stage {row['stage']!r}; it has {names}")
    return found


def _title(row: Row, product: Product | None) -> str:
    """A name for an opportunity whose row has none."""
    parts = [row.get("account") or row.get("contact", ""), product.name if product else ""]
    return ": ".join(part for part in parts if part) or row.get("external_id", "")


# -- what becomes of it -----------------------------------------------------------------------------------


def _fill(opportunity: Opportunity, message: sales_pb2.Opportunity, product: Product | None, stage: Stage) -> None:
    """Sets what the row says but for the stage. A product makes one line, at the amount if there is one."""
    names = {one.name for one, _ in message.ListFields()}
    assign(opportunity, message, names - RULED)
    amount = message.amount if "amount" in names else None
    if product is not None:
        line = sales_pb2.OpportunityLine(product_id=product.id, unit_price=amount)
        lines = make_lines([line], opportunity.lines or [], {product.id: product})
        if lines != opportunity.lines:
            opportunity.lines = lines
    elif amount is not None:
        opportunity.set_amount(Decimal(amount.amount), amount.currency)
    opportunity.total_up()
    set_chances(opportunity, message, names, stage)


def _live(
    opportunity: Opportunity, pipeline: Pipeline, stage: Stage, row: Row, by: str, now: datetime
) -> list[StageChange]:
    """Takes a new opportunity through the stages that the dates of its row tell of, by the ordinary rules."""
    engaged = moment("engaged_at", row["engaged_at"]) if row.get("engaged_at") else None
    begun = moment("created_at", row["created_at"]) if row.get("created_at") else engaged
    latest = max((at for at in (begun, engaged) if at is not None), default=None)
    ended = _closing(row, latest, now) if stage.type != OPEN else None
    begun = begun or ended or now
    opens = pipeline.of_type(OPEN)
    path = [(opens[0], begun)]
    if engaged is not None and len(opens) > 1 and stage.id != opens[0].id:
        path.append((opens[1], max(begun, engaged)))
    if stage.type == OPEN and engaged is None:
        path = [(stage, begun)]
    elif stage.id != path[-1][0].id:
        path.append((stage, ended or path[-1][1]))
    here, at = path[0]
    changes = [opportunity.begin(pipeline, here, by, at)]
    for target, at in path[1:]:
        changes.append(_step(opportunity, pipeline, here, target, row, by, at))
        here = target
    # Steps of the same moment keep their order by their ids.
    for change, id_ in zip(changes, sorted(uuid7() for _ in changes), strict=True):
        change.id = id_
    return changes


def _step(
    opportunity: Opportunity, pipeline: Pipeline, here: Stage, target: Stage, row: Row, by: str, at: datetime
) -> StageChange:
    if target.type == LOST:
        return opportunity.lose(here, target, row.get("lost_reason") or UNSTATED_REASON, "", by, at)
    change = opportunity.move(pipeline, here, target, by, at)
    assert change is not None, "the stages of a step differ"
    return change


def _closing(row: Row, latest: datetime | None, now: datetime) -> datetime:
    """When a closed opportunity was closed: noon UTC of its close date, not before its `latest` step nor after now."""
    if not row.get("close_date"):
        return now
    day = moment("close_date", row["close_date"]).date()
    if day > now.date():
        raise InvalidInput.of("close_date", "must not be in the future if the opportunity is closed")
    if latest is not None and day < latest.astimezone(UTC).date():
        raise InvalidInput.of("close_date", "must not be before the opportunity began or was engaged")
    at = min(datetime.combine(day, _NOON), now)
    return max(at, latest) if latest is not None else at


def _update(
    tx: Transaction, opportunity: Opportunity, pipeline: Pipeline, stage: Stage | None,
    message: sales_pb2.Opportunity, product: Product | None, row: Row,
) -> None:  # fmt: skip
    """Brings a known opportunity in line with its row. Raises OpportunityClosed for what closing settled."""
    settled = opportunity.settled()
    home = pipeline
    if pipeline.id != opportunity.pipeline_id:
        home = pipeline_by_id(tx, opportunity.pipeline_id)
        stage = stage or pipeline.of_type(OPEN)[0]
    here = stage_of(home, opportunity)
    _fill(opportunity, message, product, here)
    if stage is None or stage.id == here.id:
        opportunity.must_stand(settled)
        return
    if not opportunity.is_open:
        raise OpportunityClosed()
    at = _closing(row, opportunity.stage_entered_at, tx.now) if stage.type != OPEN else tx.now
    change = _step(opportunity, pipeline, here, stage, row, tx.actor.id, at)
    opportunity.must_satisfy(stage)
    if opportunity.version:
        record(tx, opportunity, change)
    else:
        # Two rows of one batch: the event that it was created says all.
        tx.session.add(change)
