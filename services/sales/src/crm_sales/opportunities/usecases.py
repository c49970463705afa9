"""What can be done with opportunities."""

from __future__ import annotations

from collections.abc import Collection
from decimal import Decimal

from crm.common.v1 import standard_pb2
from crm.sales.v1 import opportunities_pb2
from crm_chassis.contracts.transcode import enum_name
from crm_chassis.errors import PermissionDenied
from crm_chassis.ids import uuid7
from crm_chassis.records.mapping import assign, money_text, timestamp
from crm_chassis.records.paging import rows_page
from crm_chassis.records.tx import Transaction
from crm_chassis.records.visibility import predicate
from google.protobuf.message import Message
from sqlalchemy import select

from crm_sales.opportunities import ranks
from crm_sales.opportunities.jobs import keep_short
from crm_sales.opportunities.lines import make_lines
from crm_sales.opportunities.model import Opportunity, StageChange
from crm_sales.opportunities.queries import gap_beside, hold_order
from crm_sales.pipelines.model import LOST, WON, Pipeline, Stage
from crm_sales.pipelines.queries import choose_stage, pipeline_by_id, stage_in
from crm_sales.products.queries import products_by_id

# Fields that rules of the model set.
RULED = frozenset({"pipeline_id", "stage_id", "amount", "lines", "probability", "forecast_category"})

_CATEGORY = opportunities_pb2.Opportunity.DESCRIPTOR.fields_by_name["forecast_category"].enum_type
_CLOSE = "opportunities.close"
_EVENTS: dict[str, type[Message]] = {
    "stage_changed": opportunities_pb2.OpportunityStageChanged,
    "won": opportunities_pb2.OpportunityWon,
    "lost": opportunities_pb2.OpportunityLost,
    "reopened": opportunities_pb2.OpportunityReopened,
}


def create_opportunity(tx: Transaction, request: opportunities_pb2.CreateOpportunityRequest) -> Opportunity:
    """A new opportunity, in the first open stage of the default pipeline unless it names others.

    Raises StageNotInPipeline, StageRequirementsMissing, LossNeedsReason for a lost stage, and
    what is wrong with its lines.
    """
    given = request.opportunity
    pipeline, stage = choose_stage(tx, given.pipeline_id, given.stage_id)
    opportunity = Opportunity(id=uuid7())
    names = {field.name for field, _ in given.ListFields()}
    assign(opportunity, given, names - RULED)
    price(tx, opportunity, given, names)
    set_chances(opportunity, given, names, stage)
    opportunity.must_satisfy(*pipeline.passed(None, stage), stage)
    tx.session.add(opportunity.begin(pipeline, stage, tx.actor.id, tx.now))
    opportunity.must_be_forecast()
    tx.add(opportunity)
    if not opportunity.is_open and not tx.actor.may(_CLOSE):
        raise PermissionDenied(f"To close opportunities needs the permission {_CLOSE}.")
    return opportunity


def update_opportunity(tx: Transaction, request: opportunities_pb2.UpdateOpportunityRequest) -> Opportunity:
    """Changes the fields that the mask names; a new stage moves the opportunity, a won stage closes it.

    It stands first in a stage that it comes into, or between the neighbours that the request names.

    Raises OpportunityClosed for what closing settled, StageNotInPipeline, StageRequirementsMissing,
    LossNeedsReason for a lost stage, PermissionDenied for a won one without the right to close,
    UnknownReference or NeighbourElsewhere for a neighbour, and what is wrong with its lines.
    """
    given = request.opportunity
    opportunity = tx.get(Opportunity, given.id, etag=given.etag)
    settled, filled = opportunity.settled(), opportunity.filled()
    mask = {path.split(".", 1)[0] for path in request.update_mask.paths}
    assign(opportunity, given, mask - RULED)
    price(tx, opportunity, given, mask)
    if mask & {"pipeline_id", "stage_id", "probability", "forecast_category"}:
        _place(tx, opportunity, given, mask)
    if request.before_id or request.after_id:
        _rank(tx, opportunity, request.after_id, request.before_id)
    opportunity.must_stand(settled)
    if "forecast_category" in mask:
        opportunity.must_be_forecast()
    if emptied := filled - opportunity.filled():
        opportunity.must_keep(stage_of(pipeline_by_id(tx, opportunity.pipeline_id), opportunity), emptied)
    return opportunity


def _place(
    tx: Transaction, opportunity: Opportunity, given: opportunities_pb2.Opportunity, mask: Collection[str]
) -> None:
    """Applies a person's chances, then a new stage."""
    home = pipeline_by_id(tx, opportunity.pipeline_id)
    origin = stage_of(home, opportunity)
    set_chances(opportunity, given, mask, origin)
    pipeline_id = given.pipeline_id if "pipeline_id" in mask and given.pipeline_id else home.id
    stage_id = given.stage_id if "stage_id" in mask else ""
    if pipeline_id == home.id and not stage_id:
        return
    pipeline = home if pipeline_id == home.id else pipeline_by_id(tx, pipeline_id)
    target = stage_in(pipeline, stage_id)
    change = opportunity.move(pipeline, origin, target, tx.actor.id, tx.now)
    if change is None:
        return
    opportunity.must_satisfy(*pipeline.passed(origin, target), target)
    if not opportunity.is_open:
        _may_close(tx, opportunity)
    record(tx, opportunity, change)


def _rank(tx: Transaction, opportunity: Opportunity, after_id: str, before_id: str) -> None:
    """Puts the opportunity behind one deal of its stage and before another one, either of which may be empty."""
    hold_order(tx, opportunity.stage_id)
    with tx.session.no_autoflush:
        gap = gap_beside(tx, opportunity, after_id, before_id)
    if gap.above < opportunity.rank and (not gap.below or opportunity.rank < gap.below):
        return
    first = ranks.entering(tx.now, opportunity.id)
    at_the_top = not gap.above and first < gap.below
    opportunity.rank = first if at_the_top else ranks.between(gap.above, gap.below, opportunity.id)
    keep_short(tx, opportunity)


def undelete_opportunity(tx: Transaction, request: standard_pb2.UndeleteRequest) -> Opportunity:
    """Brings a deleted opportunity back.

    If its stage was removed meanwhile, it comes back in the first stage of the same type. Raises
    UnknownReference if its pipeline is deleted.
    """
    opportunity = tx.get(Opportunity, request.id, etag=request.etag, deleted=True)
    pipeline = pipeline_by_id(tx, opportunity.pipeline_id)
    if opportunity.deleted_at is not None and pipeline.stage(opportunity.stage_id) is None:
        gone = Stage(opportunity.stage_id, "", opportunity.status, 0.0, "OMITTED")
        target = pipeline.of_type(opportunity.status)[0]
        tx.session.add(opportunity.migrate(gone, target, tx.actor.id, tx.now))
    tx.undelete(opportunity)
    return opportunity


def win_opportunity(tx: Transaction, request: opportunities_pb2.WinOpportunityRequest) -> Opportunity:
    """Closes an opportunity as won, in the stage named or the pipeline's first won one.

    Raises OpportunityAlreadyClosed, StageNotInPipeline, StageOfOtherType, StageRequirementsMissing.
    """
    opportunity = tx.get(Opportunity, request.id, etag=request.etag)
    pipeline, origin, target = _ending(tx, opportunity, WON, request.stage_id)
    change = opportunity.win(origin, target, tx.actor.id, tx.now)
    opportunity.must_satisfy(*pipeline.passed(origin, target), target)
    return record(tx, opportunity, change)


def lose_opportunity(tx: Transaction, request: opportunities_pb2.LoseOpportunityRequest) -> Opportunity:
    """Closes an opportunity as lost, in the stage named or the pipeline's first lost one.

    Raises OpportunityAlreadyClosed, StageNotInPipeline, StageOfOtherType, StageRequirementsMissing.
    """
    opportunity = tx.get(Opportunity, request.id, etag=request.etag)
    _, origin, target = _ending(tx, opportunity, LOST, request.stage_id)
    change = opportunity.lose(origin, target, request.reason, request.competitor, tx.actor.id, tx.now)
    opportunity.must_satisfy(target)
    return record(tx, opportunity, change)


def reopen_opportunity(tx: Transaction, request: opportunities_pb2.ReopenOpportunityRequest) -> Opportunity:
    """Opens a closed opportunity again, in the stage it was closed from. Raises OpportunityNotClosed."""
    opportunity = tx.get(Opportunity, request.id, etag=request.etag)
    pipeline = pipeline_by_id(tx, opportunity.pipeline_id)
    change = opportunity.reopen(pipeline, stage_of(pipeline, opportunity), tx.actor.id, tx.now)
    return record(tx, opportunity, change)


def list_stage_changes(
    tx: Transaction, request: opportunities_pb2.ListStageChangesRequest
) -> opportunities_pb2.ListStageChangesResponse:
    """The steps of one opportunity, oldest first."""
    opportunity = tx.get(Opportunity, request.opportunity_id)
    query = select(StageChange).where(StageChange.opportunity_id == opportunity.id)
    key = (StageChange.changed_at, StageChange.id)
    changes, next_page_token = rows_page(tx, query, key, request, "stage_changes")
    return opportunities_pb2.ListStageChangesResponse(
        stage_changes=[_step(change) for change in changes], next_page_token=next_page_token
    )


def _step(row: StageChange) -> opportunities_pb2.StageChange:
    amount = None
    if row.amount is not None:
        amount = {"amount": money_text(row.amount), "currency": row.amount_currency}
    return opportunities_pb2.StageChange(
        id=row.id,
        from_stage_id=row.from_stage_id,
        from_stage_name=row.from_stage_name,
        to_stage_id=row.to_stage_id,
        to_stage_name=row.to_stage_name,
        changed_at=timestamp(row.changed_at),
        changed_by=row.changed_by,
        seconds_in_from_stage=row.seconds_in_from_stage,
        amount=amount,
    )


# -- what several of them do ------------------------------------------------------------------------------


def stage_of(pipeline: Pipeline, opportunity: Opportunity) -> Stage:
    """The stage an opportunity is in."""
    found = pipeline.stage(opportunity.stage_id)
    assert found is not None, "a stage is removed only after its opportunities have left it"
    return found


def record(tx: Transaction, opportunity: Opportunity, change: StageChange) -> Opportunity:
    """Stores a step and names the event of the change after it."""
    tx.session.add(change)
    tx.publish(_EVENTS[change.kind](), opportunity)
    return opportunity


def price(
    tx: Transaction, opportunity: Opportunity, given: opportunities_pb2.Opportunity, names: Collection[str]
) -> None:
    """Applies the lines and the amount, as far as `names` has them."""
    if "lines" in names:
        products = products_by_id(tx, (line.product_id for line in given.lines))
        lines = make_lines(given.lines, opportunity.lines or [], products)
        if lines != opportunity.lines:
            opportunity.lines = lines
    if "amount" in names:
        if given.HasField("amount"):
            opportunity.set_amount(Decimal(given.amount.amount), given.amount.currency)
        else:
            opportunity.set_amount(None)
    opportunity.total_up()


def set_chances(
    opportunity: Opportunity, given: opportunities_pb2.Opportunity, names: Collection[str], stage: Stage
) -> None:
    """Applies a person's probability and forecast category, as far as `names` has them."""
    if "probability" in names:
        opportunity.set_probability(given.probability if given.HasField("probability") else None, stage)
    if "forecast_category" in names:
        opportunity.set_forecast_category(enum_name(_CATEGORY, given.forecast_category), stage)


def _ending(tx: Transaction, opportunity: Opportunity, type_: str, stage_id: str) -> tuple[Pipeline, Stage, Stage]:
    """The pipeline of an opportunity, the stage it is in and the one it ends in."""
    pipeline = pipeline_by_id(tx, opportunity.pipeline_id)
    return pipeline, stage_of(pipeline, opportunity), stage_in(pipeline, stage_id, type_)


def _may_close(tx: Transaction, opportunity: Opportunity) -> None:
    """Raises PermissionDenied if the actor may change the opportunity but not close it."""
    reach = select(Opportunity.id).where(Opportunity.id == opportunity.id, predicate(tx, Opportunity, _CLOSE))
    if tx.session.scalar(reach) is None:
        raise PermissionDenied(f"{_CLOSE} does not reach this record.")
