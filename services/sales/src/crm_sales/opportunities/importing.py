"""Opportunities from files, with their past.

Rows come in batches of one transaction each. What they name by human keys is looked up once per batch, and
nothing is flushed between rows, so that a batch is read and written with a few statements.
"""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime, time
from decimal import Decimal
from typing import Any

from crm.sales.v1 import opportunities_pb2
from crm_chassis.errors import InvalidInput, UnknownReference
from crm_chassis.ids import as_uuid, uuid7
from crm_chassis.records.directory import DirectoryUser
from crm_chassis.records.mapping import assign
from crm_chassis.records.rows import Row, Upserts, moment, outcome, read_row
from crm_chassis.records.tx import Transaction
from crm_kit.naming import Names, accounts_named, cells, contacts_named
from sqlalchemy import func, or_, select

from crm_sales.errors import OpportunityClosed
from crm_sales.opportunities.lines import make_lines
from crm_sales.opportunities.model import Opportunity, StageChange
from crm_sales.opportunities.usecases import RULED, record, set_chances, stage_of
from crm_sales.people.model import Account, Contact
from crm_sales.pipelines.model import LOST, OPEN, Pipeline, Stage
from crm_sales.pipelines.queries import default_pipeline, pipeline_by_id, pipelines_named
from crm_sales.products.model import Product
from crm_sales.products.queries import products_named

UNSTATED_REASON = "imported"
"""The reason of a loss whose row gives none."""
FALLBACK_CURRENCY = "USD"
"""Of amounts where neither the row nor product nor pipeline says one."""
_NOON = time(12, tzinfo=UTC)


@dataclass
class _Batch:
    """What the rows of one transaction name, as far as it was found."""

    known: Upserts[Opportunity]
    accounts: Names[str]
    contacts: Names[str]
    owners: dict[str, str]
    products: Names[Product]
    pipelines: Names[Pipeline]
    homes: dict[str, Pipeline] = field(default_factory=dict)
    """Pipelines by id, as they are needed; the default one by the empty id."""


def prepare_opportunities(tx: Transaction, rows: Sequence[Row]) -> _Batch:
    """Looks up everything that the rows of a batch name."""
    return _Batch(
        known=Upserts(tx, Opportunity, rows),
        accounts=accounts_named(tx, Account, cells(rows, "account")),
        contacts=contacts_named(tx, Contact, cells(rows, "contact")),
        owners=_users_named(tx, cells(rows, "owner")),
        products=products_named(tx, cells(rows, "product")),
        pipelines=pipelines_named(tx, cells(rows, "pipeline")),
    )


@dataclass(frozen=True)
class _Meaning:
    """What a row says."""

    message: opportunities_pb2.Opportunity
    known: Opportunity | None
    product: Product | None
    pipeline: Pipeline
    stage: Stage | None


def read_opportunity(tx: Transaction, row: Row, batch: _Batch) -> _Meaning:
    """An opportunity.

    `account` names the account (name or external id), `contact` the contact (e-mail address), `owner` the user
    (display name or id), `pipeline` and `stage` say where it stands ("Won" and "Lost" mean any such stage),
    `product` (name or stock keeping unit) makes one line at the amount. `created_at`, `engaged_at` (when it
    entered the second open stage) and `close_date` date its stages; a closed one was closed at noon UTC.
    """
    with tx.session.no_autoflush:
        known = batch.known.find(row.get("external_id", ""))
        product = batch.products.cell(row, "product")
        pipeline = _pipeline(tx, row, batch, known)
        stage = _stage(row, pipeline)
        if known is None and not row.get("name"):
            row = row.but(name=_title(row, product))
        message = read_row(
            tx,
            opportunities_pb2.Opportunity,
            row,
            known,
            currency=(product.price_currency if product else pipeline.currency) or FALLBACK_CURRENCY,
            extra=_references(row, batch),
        )
        tx.check_reference(Account, row.get("account_id"), "account_id")
        tx.check_reference(Contact, row.get("contact_id"), "contact_id")
    return _Meaning(message, known, product, pipeline, stage)


def import_opportunity(tx: Transaction, row: Row, batch: _Batch, meaning: _Meaning) -> str:
    """Raises what the rules for stages and closed opportunities raise."""
    with tx.session.no_autoflush:
        if meaning.known is not None:
            _update(tx, meaning.known, meaning, row)
            return outcome(tx, meaning.known, False)
        opportunity = Opportunity(id=uuid7())
        stage = meaning.stage or meaning.pipeline.of_type(OPEN)[0]
        _fill(opportunity, meaning.message, meaning.product, stage, row.cleared)
        changes = _live(opportunity, meaning.pipeline, stage, row, tx.actor.id, tx.now)
        opportunity.must_satisfy(*meaning.pipeline.passed(None, stage), stage)
        opportunity.must_be_forecast()
        opportunity.created_at = changes[0].changed_at
        tx.session.add_all(changes)
        tx.add(opportunity)
        batch.known.put(opportunity)
        return "created"


# -- what rows name ---------------------------------------------------------------------------------------


def _users_named(tx: Transaction, names: Collection[str]) -> dict[str, str]:
    """Name to the user with that id or display name. Raises InvalidInput if several have the name."""
    if not names:
        return {}
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


def _references(row: Row, batch: _Batch) -> dict[str, Any]:
    """What the row names. Raises UnknownReference; the row is tried again later."""
    owner = row.get("owner", "")
    if owner and owner not in batch.owners:
        raise UnknownReference.of("owner", f"owner {owner!r}")
    ids = {
        "account_id": batch.accounts.cell(row, "account"),
        "contact_id": batch.contacts.cell(row, "contact"),
        "owner_id": batch.owners.get(owner),
    }
    return {name: id_ for name, id_ in ids.items() if id_ is not None}


def _pipeline(tx: Transaction, row: Row, batch: _Batch, known: Opportunity | None) -> Pipeline:
    """The pipeline the row names; else that of the opportunity, or the default one."""
    named = batch.pipelines.cell(row, "pipeline")
    if named is not None:
        return named
    id_ = known.pipeline_id if known is not None else ""
    if id_ not in batch.homes:
        batch.homes[id_] = pipeline_by_id(tx, id_) if id_ else default_pipeline(tx)
    return batch.homes[id_]


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


def _fill(
    opportunity: Opportunity, message: opportunities_pb2.Opportunity, product: Product | None, stage: Stage,
    cleared: frozenset[str],
) -> None:  # fmt: skip
    """Sets what the row says but for the stage. A product makes one line, at the amount if there is one."""
    names = {one.name for one, _ in message.ListFields()} | cleared
    assign(opportunity, message, names - RULED)
    amount = message.amount if message.HasField("amount") else None
    if product is not None:
        line = opportunities_pb2.OpportunityLine(product_id=product.id, unit_price=amount)
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


def _update(tx: Transaction, opportunity: Opportunity, meaning: _Meaning, row: Row) -> None:
    """Brings a known opportunity in line with its row. Raises OpportunityClosed for what closing settled."""
    pipeline, stage = meaning.pipeline, meaning.stage
    settled, filled = opportunity.settled(), opportunity.filled()
    home = pipeline
    if pipeline.id != opportunity.pipeline_id:
        home = pipeline_by_id(tx, opportunity.pipeline_id)
        stage = stage or pipeline.of_type(OPEN)[0]
    here = stage_of(home, opportunity)
    _fill(opportunity, meaning.message, meaning.product, here, row.cleared)
    if stage is None or stage.id == here.id:
        opportunity.must_stand(settled)
        opportunity.must_be_forecast()
        opportunity.must_keep(here, filled - opportunity.filled())
        return
    if not opportunity.is_open:
        raise OpportunityClosed()
    at = _closing(row, opportunity.stage_entered_at, tx.now) if stage.type != OPEN else tx.now
    change = _step(opportunity, pipeline, here, stage, row, tx.actor.id, at)
    opportunity.must_satisfy(*pipeline.passed(here, stage), stage)
    opportunity.must_be_forecast()
    if opportunity.version:
        record(tx, opportunity, change)
    else:
        # Two rows of one batch: the event that it was created says all.
        tx.session.add(change)
