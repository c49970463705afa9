"""The opportunity: a deal, the stage it is in, what it is worth and how likely it is.

Stage, probability, forecast category and amount follow something (the pipeline, the lines) until a person says
otherwise; every way in applies the rules of this class.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable
from dataclasses import replace
from datetime import UTC, date, datetime
from decimal import Decimal
from typing import Any, ClassVar

from crm.sales.v1 import opportunities_pb2
from crm_chassis.db.base import Amount, Id
from crm_chassis.errors import InvalidInput
from crm_chassis.ids import uuid7
from crm_chassis.records.model import Personal, Restriction
from crm_chassis.records.sharing import Shared, shared_index
from crm_kit import money
from sqlalchemy import BigInteger, Boolean, Float, Index, String
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.orm import Mapped, mapped_column

from crm_sales.base import Base, Record
from crm_sales.errors import (
    LossNeedsReason,
    MixedCurrencies,
    OpportunityAlreadyClosed,
    OpportunityClosed,
    OpportunityNotClosed,
    StageOfOtherType,
    StageRequirementsMissing,
)
from crm_sales.opportunities import ranks
from crm_sales.pipelines.model import CLOSED, LOST, OPEN, WON, Pipeline, Stage
from crm_sales.pipelines.schema import REQUIRABLE

# What closing settles; it changes again only by reopening.
_SETTLED = (
    "pipeline_id",
    "stage_id",
    "amount",
    "amount_currency",
    "amount_overridden",
    "lines",
    "probability",
    "probability_overridden",
    "forecast_category",
    "forecast_category_overridden",
    "close_date",
)
MAX_COMPETITORS = 20


class Opportunity(Shared, Record):
    """A deal that may be won."""

    __tablename__ = "opportunities"
    __table_args__ = (
        Index("opportunities_created", "created_at", "id"),
        Index("opportunities_updated", "updated_at", "id"),
        Index("opportunities_name", "name", "id"),
        Index("opportunities_amount", "amount", "id"),
        Index("opportunities_amount_currency", "amount_currency", "created_at"),
        Index("opportunities_close_date", "close_date", "id"),
        Index("opportunities_owner", "owner_id", "created_at", "id"),
        Index("opportunities_account", "account_id", "created_at", "id"),
        Index("opportunities_contact", "contact_id", "created_at", "id"),
        Index("opportunities_pipeline", "pipeline_id", "created_at", "id"),
        Index("opportunities_stage", "stage_id", "created_at", "id"),
        Index("opportunities_stage_rank", "stage_id", "rank", "id"),
        Index("opportunities_rank", "rank", "id"),
        Index("opportunities_status", "status", "created_at", "id"),
        Index("opportunities_territory", "territory_id", "created_at"),
        Index("opportunities_probability", "probability", "created_at"),
        Index("opportunities_forecast_category", "forecast_category", "created_at"),
        Index("opportunities_source", "source", "created_at"),
        Index("opportunities_campaign", "campaign_id", "created_at"),
        Index("opportunities_lost_reason", "lost_reason", "created_at"),
        Index("opportunities_next_step", "next_step", "created_at"),
        Index("opportunities_closed", "closed_at"),
        Index("opportunities_lead", "lead_id"),
        Index("opportunities_tags", "tags", postgresql_using="gin"),
        Index("opportunities_competitors", "competitors", postgresql_using="gin"),
        Index(
            "opportunities_contact_roles",
            "contact_roles",
            postgresql_using="gin",
            postgresql_ops={"contact_roles": "jsonb_path_ops"},
        ),
        Index("opportunities_external_id", "external_id", unique=True, postgresql_where="external_id <> ''"),
        shared_index("opportunities"),
    )
    message = opportunities_pb2.Opportunity
    restricts = (
        Restriction("pipeline_id", Pipeline, "The pipeline has opportunities; move them to another one first."),
    )
    owner_field: ClassVar[str | None] = "owner_id"
    territory_field: ClassVar[str | None] = "territory_id"
    search_fields = frozenset({"name"})
    search_columns = frozenset({"name"})
    unlogged = frozenset({"closed_from"})

    name: Mapped[str]
    account_id: Mapped[str | None] = mapped_column(Id)
    contact_id: Mapped[str | None] = mapped_column(Id)
    pipeline_id: Mapped[str] = mapped_column(Id)
    stage_id: Mapped[str] = mapped_column(Id)
    stage_entered_at: Mapped[datetime]
    rank: Mapped[str] = mapped_column(String(collation="C"), default="")
    """Its place among the deals of its stage."""
    status: Mapped[str] = mapped_column(String, default=OPEN)
    amount: Mapped[Decimal | None] = mapped_column(Amount)
    amount_currency: Mapped[str | None]
    amount_overridden: Mapped[bool] = mapped_column(Boolean, default=False)
    probability: Mapped[float] = mapped_column(Float)
    probability_overridden: Mapped[bool] = mapped_column(Boolean, default=False)
    forecast_category: Mapped[str]
    forecast_category_overridden: Mapped[bool] = mapped_column(Boolean, default=False)
    close_date: Mapped[date | None]
    closed_at: Mapped[datetime | None]
    closed_from: Mapped[dict[str, Any] | None] = mapped_column(JSONB(none_as_null=True))
    """What closing replaced and reopening puts back."""
    lost_reason: Mapped[str] = mapped_column(String, default="")
    owner_id: Mapped[str | None] = mapped_column(Id)
    territory_id: Mapped[str | None] = mapped_column(Id)
    lines: Mapped[list[dict[str, Any]]] = mapped_column(default=list)
    contact_roles: Mapped[list[dict[str, Any]]] = mapped_column(default=list)
    competitors: Mapped[list[str]] = mapped_column(default=list)
    next_step: Mapped[str] = mapped_column(String, default="")
    source: Mapped[str] = mapped_column(String, default="")
    campaign_id: Mapped[str | None] = mapped_column(Id)
    lead_id: Mapped[str | None] = mapped_column(Id)
    asked_pipeline_id: Mapped[str | None] = mapped_column(Id)
    tags: Mapped[list[str]] = mapped_column(default=list)
    custom: Mapped[dict[str, Any]] = mapped_column(default=dict)
    description: Mapped[str] = mapped_column(String, default="")
    external_id: Mapped[str] = mapped_column(String, default="")

    def search_texts(self) -> Iterable[tuple[str, str]]:
        yield "name", self.name

    # -- what it is worth ---------------------------------------------------------------------------------

    def set_amount(self, amount: Decimal | None, currency: str = "") -> None:
        """A person's amount, which stands whatever the lines say; None makes the amount their sum again."""
        self.amount_overridden = amount is not None
        self.amount, self.amount_currency = amount, currency or None

    def total_up(self) -> None:
        """Brings the amount in line with the lines. Raises MixedCurrencies or AmountTooLarge."""
        lines = self.lines or []
        currencies = {line["total"]["currency"] for line in lines}
        if self.amount_overridden and self.amount_currency:
            currencies.add(self.amount_currency)
        if len(currencies) > 1:
            raise MixedCurrencies(
                f"{' and '.join(sorted(currencies))}: the amount and all lines of an opportunity are in one currency."
            )
        if not self.amount_overridden:
            self.amount_currency = next(iter(currencies), None)
            self.amount = money.total([Decimal(line["total"]["amount"]) for line in lines]) if lines else None

    @property
    def weighted_amount(self) -> Decimal | None:
        """amount x probability, in whole minor units."""
        if self.amount is None:
            return None
        return money.share(self.amount, self.probability, self.amount_currency or "")

    @property
    def weighted_amount_currency(self) -> str | None:
        return self.amount_currency

    # -- how likely it is ---------------------------------------------------------------------------------

    def set_probability(self, percent: float | None, stage: Stage) -> None:
        """A person's probability, which stays until it is cleared with None; then the stage's holds again."""
        self.probability_overridden = percent is not None
        self.probability = stage.probability if percent is None else percent

    def set_forecast_category(self, category: str | None, stage: Stage) -> None:
        """A person's category, which stays until it is cleared with None; then the stage's holds again."""
        self.forecast_category_overridden = category is not None
        self.forecast_category = category or stage.forecast_category

    def _follow(self, stage: Stage) -> None:
        if not self.probability_overridden:
            self.set_probability(None, stage)
        if not self.forecast_category_overridden:
            self.set_forecast_category(None, stage)

    # -- where it stands ----------------------------------------------------------------------------------

    @property
    def is_open(self) -> bool:
        return self.status == OPEN

    def settled(self) -> tuple[Any, ...] | None:
        """What may not change because the opportunity is closed; None while it is open."""
        return None if self.is_open else tuple(getattr(self, name) for name in _SETTLED)

    def must_stand(self, settled: tuple[Any, ...] | None) -> None:
        """Raises OpportunityClosed if something was settled that is different now."""
        if settled is not None and self.settled() != settled:
            raise OpportunityClosed()

    def must_satisfy(self, *stages: Stage) -> None:
        """Raises StageRequirementsMissing, naming every field that a stage requires and that is not set."""
        missing = {name: stage.name for stage in stages for name in stage.required_fields if self.lacks(name)}
        if missing:
            raise StageRequirementsMissing(
                " ".join(f"{stage} needs {name}." for name, stage in missing.items()),
                errors={name: [f"must be set before the stage {stage}"] for name, stage in missing.items()},
            )

    def filled(self) -> set[str]:
        """What of that which stages may demand is set, custom fields as "custom.<name>"."""
        names = [*REQUIRABLE, *(f"custom.{name}" for name in self.custom or {})]
        return {name for name in names if not self.lacks(name)}

    def must_keep(self, stage: Stage, emptied: Collection[str]) -> None:
        """The same for the stage it is in and what was taken away from it, whatever took it away."""
        demanded = [name for name in stage.required_fields if name in emptied]
        self.must_satisfy(replace(stage, required_fields=tuple(demanded)))

    def must_be_forecast(self) -> None:
        """Raises InvalidInput if the opportunity counts as closed and is not won."""
        if self.forecast_category == CLOSED and self.status != WON:
            raise InvalidInput.of("opportunity.forecast_category", "only a won opportunity is CLOSED")

    def lacks(self, name: str) -> bool:
        """Whether a field, or a custom one as "custom.<name>", is not set."""
        return self._value(name) in (None, "", [], {})

    def _value(self, name: str) -> Any:
        if name.startswith("custom."):
            return (self.custom or {}).get(name.removeprefix("custom."))
        return getattr(self, name)

    def begin(self, pipeline: Pipeline, stage: Stage, changed_by: str, now: datetime) -> StageChange:
        """Puts a new opportunity into its first stage; a won one closes it. Raises LossNeedsReason for a lost one."""
        if stage.type == LOST:
            raise LossNeedsReason()
        self.pipeline_id, self.status, self.stage_entered_at = pipeline.id, OPEN, now
        # Not left to the defaults of the columns, so that new rows have the same columns and go out together.
        self.lost_reason, self.amount_overridden, self.lines = "", bool(self.amount_overridden), self.lines or []
        self._follow(stage)
        change = self._enter("created", None, stage, changed_by, now)
        if stage.type == WON:
            self._close(None, stage, now)
        return change

    def move(
        self, pipeline: Pipeline, origin: Stage, target: Stage, changed_by: str, now: datetime
    ) -> StageChange | None:
        """Goes from one stage to another, of the same or another pipeline; a won stage closes the opportunity.

        Raises OpportunityClosed, or LossNeedsReason for a lost stage.
        """
        if target.id == origin.id:
            return None
        if not self.is_open:
            raise OpportunityClosed()
        if target.type == LOST:
            raise LossNeedsReason()
        self.pipeline_id = pipeline.id
        if target.type == WON:
            return self.win(origin, target, changed_by, now)
        change = self._enter("stage_changed", origin, target, changed_by, now)
        self._follow(target)
        return change

    def migrate(self, origin: Stage, target: Stage, changed_by: str, now: datetime) -> StageChange:
        """Leaves a stage that is removed for another one of the same type."""
        change = self._enter("stage_changed", origin, target, changed_by, now)
        self._follow(target)
        return change

    def win(self, origin: Stage, target: Stage, changed_by: str, now: datetime) -> StageChange:
        """Closes as won. Raises OpportunityAlreadyClosed, or StageOfOtherType for a stage that is not a won one."""
        self._must_end_in(WON, target)
        change = self._enter("won", origin, target, changed_by, now)
        self._close(origin, target, now)
        return change

    def lose(
        self, origin: Stage, target: Stage, reason: str, competitor: str, changed_by: str, now: datetime
    ) -> StageChange:
        """Closes as lost; the competitor who won the deal comes first among the competitors.

        Raises OpportunityAlreadyClosed, or StageOfOtherType for a stage that is not a lost one.
        """
        self._must_end_in(LOST, target)
        change = self._enter("lost", origin, target, changed_by, now)
        self._close(origin, target, now)
        self.lost_reason = reason
        if competitor:
            others = [one for one in self.competitors or () if one != competitor]
            self.competitors = [competitor, *others][:MAX_COMPETITORS]
        return change

    def reopen(self, pipeline: Pipeline, origin: Stage, changed_by: str, now: datetime) -> StageChange:
        """Opens again, in the stage it was closed from (the first open one if that is gone), as it was there.

        Raises OpportunityNotClosed.
        """
        if self.is_open or self.closed_from is None:
            raise OpportunityNotClosed()
        before = self.closed_from
        target = pipeline.stage(before["stage_id"] or "") or pipeline.of_type(OPEN)[0]
        change = self._enter("reopened", origin, target, changed_by, now)
        self.status, self.closed_at, self.closed_from, self.lost_reason = OPEN, None, None, ""
        self.close_date = date.fromisoformat(before["close_date"]) if before["close_date"] else None
        self.set_probability(before["probability"], target)
        category = before["forecast_category"]
        self.set_forecast_category(category if category != CLOSED else None, target)
        return change

    def _must_end_in(self, type_: str, target: Stage) -> None:
        if not self.is_open:
            raise OpportunityAlreadyClosed()
        if target.type != type_:
            raise StageOfOtherType(f"{target.name} is a stage of type {target.type}, not {type_}.")

    def _close(self, origin: Stage | None, target: Stage, now: datetime) -> None:
        self.closed_from = {
            "stage_id": origin.id if origin else None,
            "probability": self.probability if self.probability_overridden else None,
            "forecast_category": self.forecast_category if self.forecast_category_overridden else None,
            "close_date": self.close_date.isoformat() if self.close_date else None,
        }
        self.status, self.closed_at, self.close_date = target.type, now, now.astimezone(UTC).date()
        self.set_probability(None, target)
        self.set_forecast_category(None, target)

    def _enter(self, kind: str, origin: Stage | None, target: Stage, changed_by: str, now: datetime) -> StageChange:
        change = StageChange(
            id=uuid7(), opportunity_id=self.id, kind=kind,
            from_stage_id=origin.id if origin else None, from_stage_name=origin.name if origin else "",
            to_stage_id=target.id, to_stage_name=target.name, changed_at=now, changed_by=changed_by,
            seconds_in_from_stage=max(0, int((now - self.stage_entered_at).total_seconds())),
            amount=self.amount, amount_currency=self.amount_currency,
        )  # fmt: skip
        self.stage_id, self.stage_entered_at, self.rank = target.id, now, ranks.entering(now, self.id)
        return change


class StageChange(Base):
    """An opportunity's step into a stage, and how long it stayed in the one before."""

    __tablename__ = "stage_changes"
    personal: ClassVar[Personal | None] = None
    __table_args__ = (Index("stage_changes_opportunity", "opportunity_id", "changed_at", "id"),)

    id: Mapped[str] = mapped_column(Id, primary_key=True)
    opportunity_id: Mapped[str] = mapped_column(Id)
    kind: Mapped[str] = mapped_column(String)
    """created, stage_changed, won, lost or reopened."""
    from_stage_id: Mapped[str | None] = mapped_column(Id)
    from_stage_name: Mapped[str] = mapped_column(String)
    to_stage_id: Mapped[str] = mapped_column(Id)
    to_stage_name: Mapped[str] = mapped_column(String)
    changed_at: Mapped[datetime]
    changed_by: Mapped[str] = mapped_column(String)
    seconds_in_from_stage: Mapped[int] = mapped_column(BigInteger)
    amount: Mapped[Decimal | None] = mapped_column(Amount)
    amount_currency: Mapped[str | None]
