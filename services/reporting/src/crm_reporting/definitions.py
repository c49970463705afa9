"""What every figure means. A definition is shown with its figure; whoever changes what is computed changes the text
and raises the version, so that a figure of today can be told from one of last year.

Words used throughout: the period is the first to the last day asked for, in UTC. A deal closed in the period is a
won or lost one whose close date lies in it; open means open now, whatever the period.
"""

from __future__ import annotations

from dataclasses import dataclass

from crm_chassis.access.actor import Actor

COUNT, PERCENT, DAYS, HOURS = "count", "percent", "days", "hours"
MONEY = "money"
"""Unit of figures in currencies; a widget names the currency itself."""


@dataclass(frozen=True)
class Metric:
    """A figure: its stable name, how it is drawn, its unit, what it means, and which records it is made of."""

    name: str
    title: str
    kind: str
    unit: str
    reads: tuple[str, ...]
    text: str
    version: int = 1
    financial: bool = False
    """Made of money though its unit is none."""

    @property
    def definition(self) -> str:
        """The text with its version."""
        return f"{self.text} (version {self.version})"

    def shown_to(self, actor: Actor) -> bool:
        """Whether the actor may read every kind of record the figure is made of, and money if it is made of money."""
        if (self.unit == MONEY or self.financial) and not actor.may("fields.financial.read"):
            return False
        return all(actor.may(f"{plural}.read") for plural in self.reads)


_DEALS = ("opportunities",)
_EACH = "Each currency by itself."

# -- sales ----------------------------------------------------------------------------------------------------

OPEN_DEALS_BY_STAGE = Metric(
    "open_deals_by_stage", "Open deals by stage", "bar", COUNT, ("opportunities", "pipelines"),
    "Open deals in each stage, in the order of the pipeline.",
)  # fmt: skip
OPEN_AMOUNT_BY_STAGE = Metric(
    "open_amount_by_stage", "Open pipeline by stage", "bar", MONEY, ("opportunities", "pipelines"),
    f"Sum of the amounts of the open deals in each stage. {_EACH}",
)  # fmt: skip
WEIGHTED_PIPELINE = Metric(
    "weighted_pipeline", "Weighted pipeline", "number", MONEY, ("opportunities", "pipelines"),
    f"Sum of amount x probability of the open deals. {_EACH}",
)  # fmt: skip
STALLED_BY_STAGE = Metric(
    "stalled_by_stage", "Stalled deals by stage", "bar", COUNT, ("opportunities", "pipelines"),
    "Open deals that have been in their stage for longer than the stage's max_age_days.",
)  # fmt: skip
STALLED_DEALS = Metric(
    "stalled_deals", "Stalled deals", "table", DAYS, ("opportunities", "pipelines"),
    "The 20 open deals that are the longest beyond the max_age_days of their stage, with the days they have been "
    "in it. The series is the stage.",
)  # fmt: skip
OPEN_PIPELINE = Metric(
    "open_pipeline", "Open pipeline", "number", MONEY, _DEALS, f"Sum of the amounts of all open deals. {_EACH}"
)  # fmt: skip
REVENUE = Metric(
    "revenue", "Revenue", "number", MONEY, _DEALS,
    f"Sum of the amounts of the deals won in the period, as they are on the deals. {_EACH}",
)  # fmt: skip
REVENUE_BY_MONTH = Metric(
    "revenue_by_month", "Revenue by month", "line", MONEY, _DEALS,
    f"Sum of the amounts of won deals, by the month of their close date. {_EACH}",
)  # fmt: skip
WIN_RATE = Metric(
    "win_rate", "Win rate", "number", PERCENT, _DEALS,
    "Won deals / (won + lost deals) closed in the period. Counts deals, not money; open deals do not count.",
)  # fmt: skip
AVERAGE_DEAL = Metric(
    "average_deal", "Average deal", "number", MONEY, _DEALS,
    f"Mean amount of the deals won in the period that have an amount. {_EACH}",
)  # fmt: skip
CYCLE = Metric(
    "sales_cycle", "Sales cycle", "number", DAYS, _DEALS,
    "Mean days from the creation to the winning of the deals won in the period. Lost deals do not count.",
)  # fmt: skip
VELOCITY = Metric(
    "velocity", "Sales velocity per day", "number", MONEY, _DEALS,
    "Open deals x win rate x average amount of won deals / sales cycle in days: the money per day that the open "
    f"deals promise if they go as the deals of the period went; none if they were won within a day. {_EACH}",
)  # fmt: skip
REVENUE_BY_REP = Metric(
    "revenue_by_rep", "Revenue by rep", "bar", MONEY, _DEALS,
    f"Amounts of deals won in the period, by the owner of the deal. {_EACH}",
)  # fmt: skip
WON_BY_REP = Metric(
    "won_deals_by_rep", "Won deals by rep", "bar", COUNT, _DEALS,
    "Deals won in the period, by the owner of the deal.",
)  # fmt: skip
WIN_RATE_BY_REP = Metric(
    "win_rate_by_rep", "Win rate by rep", "bar", PERCENT, _DEALS,
    "Won / (won + lost) of the deals closed in the period, by the owner of the deal.",
)  # fmt: skip
CYCLE_BY_REP = Metric(
    "sales_cycle_by_rep", "Sales cycle by rep", "bar", DAYS, _DEALS,
    "Mean days from creation to winning of the deals won in the period, by the owner of the deal; the fastest first.",
)  # fmt: skip
REVENUE_BY_MANAGER = Metric(
    "revenue_by_manager", "Revenue by manager", "bar", MONEY, _DEALS,
    f"Amounts of deals won in the period, by the present manager of the owner. {_EACH}",
)  # fmt: skip
REVENUE_BY_REGION = Metric(
    "revenue_by_region", "Revenue by region", "bar", MONEY, _DEALS,
    "Amounts of deals won in the period, by the territory of the deal, else the territory of its owner (the first, "
    f"if there are several). {_EACH}",
)  # fmt: skip
REVENUE_BY_PRODUCT = Metric(
    "revenue_by_product", "Revenue by product", "bar", MONEY, ("opportunities", "products"),
    "Amounts of deals won in the period, by product. The amount of a deal of several products is shared out in "
    f"proportion to its lines, so that the parts add up to the revenue. {_EACH}",
)  # fmt: skip
REVENUE_BY_SECTOR = Metric(
    "revenue_by_sector", "Revenue by sector", "bar", MONEY, ("opportunities", "accounts"),
    f"Amounts of deals won in the period, by the industry of the account. {_EACH}",
)  # fmt: skip
FORECAST = Metric(
    "forecast_by_category", "Forecast of this quarter", "bar", MONEY, _DEALS,
    "Amounts of the deals with a close date in the current calendar quarter: open ones by their forecast category, "
    f"won ones as CLOSED. Omitted deals do not count. Categories are not cumulative. {_EACH}",
)  # fmt: skip
LOSS_REASONS = Metric(
    "loss_reasons", "Why deals were lost", "bar", COUNT, _DEALS, "Deals lost in the period, by their reason."
)  # fmt: skip
NEXT_CLOSING = Metric(
    "next_closing_deals", "Closing next", "table", DAYS, _DEALS,
    "The 10 open deals with the nearest expected close date from today on, with the days until then. The series is "
    "the close date.",
)  # fmt: skip

# -- marketing ------------------------------------------------------------------------------------------------

LEADS_BY_SOURCE = Metric(
    "leads_by_source", "Leads by source", "bar", COUNT, ("leads",),
    "Leads created in the period, by source; upper and lower case are the same source.",
)  # fmt: skip
CONVERSION_BY_SOURCE = Metric(
    "lead_conversion_by_source", "Lead conversion by source", "bar", PERCENT, ("leads",),
    "Of the leads created in the period, the part that has been converted by now, by source.",
)  # fmt: skip
LEAD_CONVERSION = Metric(
    "lead_conversion", "Lead conversion", "number", PERCENT, ("leads",),
    "Of the leads created in the period, the part that has been converted by now.",
)  # fmt: skip
_CAMPAIGNS = ("campaigns", "campaign_members")
CAMPAIGN_RESULTS = Metric(
    "campaign_results", "Campaign results", "table", COUNT, _CAMPAIGNS,
    "The 20 largest campaigns that started in the period (start date, else launch, else creation). The series are "
    "members, those sent to, responded, skipped on purpose, and failed.",
)  # fmt: skip
RESPONSE_RATE = Metric(
    "campaign_response_rate", "Response rate", "bar", PERCENT, _CAMPAIGNS,
    "Members who responded / members sent to; / all members where nothing is sent. Opens are not responses unless "
    "the campaign counts them.",
)  # fmt: skip
COST_PER_RESPONSE = Metric(
    "cost_per_response", "Cost per response", "bar", MONEY, _CAMPAIGNS,
    f"Cost of the campaign / members who responded. {_EACH}",
)  # fmt: skip
CAMPAIGN_RETURN = Metric(
    "campaign_return", "Return on campaigns", "bar", PERCENT, (*_CAMPAIGNS, "opportunities"),
    "(Amounts of all won deals that name the campaign - cost) / cost, in the currency of the cost; deals in other "
    "currencies do not count.", financial=True,
)  # fmt: skip
NEW_CONTACTS = Metric(
    "new_contacts_by_month", "New contacts by month", "line", COUNT, ("contacts",),
    "Contacts created in the period, by month.",
)  # fmt: skip
DEALS_BY_CAMPAIGN = Metric(
    "deals_by_campaign", "Deals by campaign", "bar", COUNT, ("opportunities", "campaigns"),
    "Deals that are open or were closed in the period, by the campaign they name.",
)  # fmt: skip
REVENUE_BY_CAMPAIGN = Metric(
    "revenue_by_campaign", "Revenue by campaign", "bar", MONEY, ("opportunities", "campaigns"),
    f"Amounts of deals won in the period, by the campaign they name. {_EACH}",
)  # fmt: skip
DEALS_BY_SOURCE = Metric(
    "deals_by_source", "Deals by source", "bar", COUNT, _DEALS,
    "Deals that are open or were closed in the period, by their source.",
)  # fmt: skip
REVENUE_BY_SOURCE = Metric(
    "revenue_by_source", "Revenue by source", "bar", MONEY, _DEALS,
    f"Amounts of deals won in the period, by their source. {_EACH}",
)  # fmt: skip

# -- support --------------------------------------------------------------------------------------------------

_TICKETS = ("tickets",)
TICKETS_BY_STATUS = Metric(
    "tickets_by_status", "Tickets by status and priority", "table", COUNT, _TICKETS,
    "Tickets created in the period, by their present status; the series is the priority.",
)  # fmt: skip
BACKLOG_BY_AGE = Metric(
    "backlog_by_age", "Open tickets by age", "bar", COUNT, _TICKETS,
    "Tickets that are neither resolved nor closed now, by days since their creation.",
)  # fmt: skip
OPEN_TICKETS = Metric(
    "open_tickets", "Open tickets", "number", COUNT, _TICKETS, "Tickets that are neither resolved nor closed now."
)  # fmt: skip
TICKETS_BY_WEEK = Metric(
    "tickets_by_week", "Created and resolved by week", "line", COUNT, _TICKETS,
    "Tickets created, and tickets last resolved, in each week of the period; a week is named by its Monday.",
)  # fmt: skip
FIRST_RESPONSE = Metric(
    "first_response_time", "First response time", "number", HOURS, _TICKETS,
    "Mean and median hours of the calendar from the creation of a ticket to the first public reply of a person, of "
    "the tickets created in the period that have one. Automatic replies and internal notes are no replies.",
)  # fmt: skip
RESOLUTION = Metric(
    "resolution_time", "Resolution time", "number", HOURS, _TICKETS,
    "Mean and median hours from the creation of a ticket to its last resolution, of the tickets created in the "
    "period that are resolved: of the calendar, and in working time as the solution clock of the ticket counted it.",
)  # fmt: skip
SLA_BREACHES = Metric(
    "sla_breaches", "Broken promises", "number", COUNT, _TICKETS,
    "Tickets created in the period of which some clock ran past its deadline.",
)  # fmt: skip
SLA_BREACH_RATE = Metric(
    "sla_breach_rate", "Share of broken promises", "number", PERCENT, _TICKETS,
    "Tickets created in the period of which some clock ran past its deadline / all tickets created in the period.",
)  # fmt: skip
REOPEN_RATE = Metric(
    "reopen_rate", "Reopen rate", "number", PERCENT, _TICKETS,
    "Tickets created in the period that were opened again at least once / those that were resolved at least once.",
)  # fmt: skip
FIRST_CONTACT = Metric(
    "first_contact_resolution", "Resolved at first contact", "number", PERCENT, ("tickets", "messages"),
    "Tickets created in the period that are resolved after at most one public reply of an agent and were never "
    "opened again / all resolved tickets created in the period.",
)  # fmt: skip
SATISFACTION = Metric(
    "satisfaction", "Satisfied customers", "number", PERCENT, _TICKETS,
    "Ratings of 4 or 5 / all ratings, of the tickets created in the period.",
)  # fmt: skip
RATINGS = Metric(
    "satisfaction_ratings", "Ratings", "bar", COUNT, _TICKETS,
    "How often customers gave each rating, 1 (worst) to 5 (best), on tickets created in the period.",
)  # fmt: skip
TICKETS_BY_AGENT = Metric(
    "tickets_by_agent", "Tickets by agent", "table", COUNT, _TICKETS,
    "Tickets assigned to each agent: open now, and last resolved in the period.",
)  # fmt: skip
RESOLUTION_BY_AGENT = Metric(
    "resolution_time_by_agent", "Resolution time by agent", "bar", HOURS, _TICKETS,
    "Mean hours of the calendar from creation to resolution of the tickets resolved in the period, by agent.",
)  # fmt: skip

# -- executive ------------------------------------------------------------------------------------------------

NEW_CUSTOMERS = Metric(
    "new_customers", "New customers", "number", COUNT, _DEALS, "Accounts whose first won deal closed in the period."
)  # fmt: skip
TOP_ACCOUNTS = Metric(
    "top_accounts", "Top accounts", "bar", MONEY, ("opportunities", "accounts"),
    f"The 10 accounts with the largest sums of deals won in the period. {_EACH}",
)  # fmt: skip
