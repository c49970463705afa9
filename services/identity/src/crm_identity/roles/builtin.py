"""The roles that ship with the suite, as one table: who may do what, and how far it reaches.

Each line of a role reads: scope, objects, verbs; it grants every verb on every object of the line.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from crm_chassis.access.actor import ALL, OWN, SUBTREE, TEAM

_CRUD = "create read update delete"
_SALES = "accounts contacts affiliations leads activities opportunities tasks"
_PEOPLE = "users teams territories"
_BOTH_CLEARANCES = (ALL, "fields.personal fields.financial", "read")


@dataclass(frozen=True)
class BuiltIn:
    """A role as the table has it."""

    name: str
    description: str
    lines: Sequence[tuple[int, str, str]]

    @property
    def grants(self) -> dict[str, int]:
        """Permission to scope."""
        return {
            f"{one}.{verb}" if one != "*" else one: scope
            for scope, objects, verbs in self.lines
            for one in objects.split()
            for verb in verbs.split()
        }


BUILT_IN = (
    BuiltIn("admin", "Everything.", [(ALL, "*", "*")]),
    BuiltIn(
        "sales_manager",
        "Leads sellers: works with everything that the own people own.",
        [
            (SUBTREE, _SALES, _CRUD),
            (SUBTREE, "leads", "convert"),
            (SUBTREE, "opportunities", "close"),
            (SUBTREE, "dashboards reports", "read"),
            (SUBTREE, "imports", "create read"),
            (ALL, "products pipelines", "read"),
            (ALL, "campaigns segments tickets messages", "read"),
            (ALL, f"{_PEOPLE} roles", "read"),
            _BOTH_CLEARANCES,
        ],
    ),
    BuiltIn(
        "sales_rep",
        "Sells: works with the own records, sees the customers of the team.",
        [
            (OWN, _SALES, "create update delete"),
            (OWN, "leads", "convert"),
            (OWN, "opportunities", "close"),
            (TEAM, "accounts contacts affiliations activities", "read"),
            (OWN, "leads opportunities tasks", "read"),
            (OWN, "dashboards", "read"),
            (ALL, "products pipelines", "read"),
            (TEAM, "tickets messages", "read"),
            (ALL, _PEOPLE, "read"),
            _BOTH_CLEARANCES,
        ],
    ),
    BuiltIn(
        "marketer",
        "Reaches people: campaigns, segments, templates, opt-outs, new leads.",
        [
            (ALL, "contacts accounts affiliations leads activities", "read"),
            (ALL, "leads", "create update"),
            (ALL, "contacts", "update"),
            (ALL, "segments templates campaigns campaign_members", _CRUD),
            (ALL, "campaigns", "launch"),
            (ALL, "opt_outs", "create read delete"),
            (ALL, "dashboards reports", "read"),
            (ALL, "imports", "create read"),
            (ALL, "fields.personal", "read"),
        ],
    ),
    BuiltIn(
        "support_manager",
        "Runs support: every ticket, calendars and promises.",
        [
            (ALL, "tickets business_calendars sla_policies", _CRUD),
            (ALL, "tickets", "assign resolve"),
            (ALL, "messages", "create read"),
            (ALL, "contacts accounts affiliations activities", "read"),
            (ALL, "contacts", "update"),
            (ALL, "activities", "create"),
            (ALL, "dashboards reports", "read"),
            (ALL, "imports", "create read"),
            (ALL, "users", "read"),
            (ALL, "fields.personal", "read"),
        ],
    ),
    BuiltIn(
        "support_agent",
        "Answers customers: the tickets of the team.",
        [
            (TEAM, "tickets", "create read update assign resolve"),
            (TEAM, "messages", "create read"),
            (TEAM, "activities", "create read"),
            (ALL, "contacts accounts affiliations", "read"),
            (ALL, "contacts", "update"),
            (ALL, "business_calendars sla_policies", "read"),
            (ALL, "users teams", "read"),
            (ALL, "fields.personal", "read"),
        ],
    ),
    BuiltIn(
        "analyst",
        "Reads everything of the business, but nothing personal.",
        [
            (ALL, _SALES, "read"),
            (ALL, "products pipelines", "read"),
            (ALL, "campaigns campaign_members segments templates opt_outs", "read"),
            (ALL, "tickets messages business_calendars sla_policies", "read"),
            (ALL, "dashboards reports", "read"),
            (ALL, _PEOPLE, "read"),
            (ALL, "fields.financial", "read"),
        ],
    ),
    BuiltIn(
        "integration",
        "A program that keeps another system in step: reads and writes records, deletes nothing.",
        [
            (ALL, _SALES, "create read update"),
            (ALL, "products pipelines", "create read update"),
            (ALL, "campaigns campaign_members segments templates", "create read update"),
            (ALL, "opt_outs messages", "create read"),
            (ALL, "tickets business_calendars sla_policies", "create read update"),
            (ALL, "dashboards reports", "read"),
            (ALL, "imports", "create read"),
            (ALL, _PEOPLE, "read"),
            _BOTH_CLEARANCES,
        ],
    ),
    BuiltIn("customer", "A customer: nothing but the own profile.", []),
)
