"""The roles that ship with the suite, as one table: who may do what, and how far it reaches.

Each line of a role reads: scope, objects, verbs; it grants every verb on every object of the line.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from crm_chassis.access.actor import ALL, OWN, SUBTREE, TEAM

_CRUD = "create read update delete"
_CUSTOMERS = "accounts contacts affiliations account_relationships activities"
_OWN_WORK = "leads opportunities tasks"
_SALES = f"{_CUSTOMERS} {_OWN_WORK}"
_MARKETING = "segments templates campaigns campaign_members"
_SUPPORT_SETUP = "business_calendars sla_policies"
_PEOPLE = "users teams territories"
_PROPOSALS = (ALL, "proposals", "create")
_OWN_KEYS = (OWN, "api_keys", "create read delete")
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
            (SUBTREE, "accounts contacts", "merge"),
            (ALL, "merges", "read undo"),
            (SUBTREE, "contacts leads", "send_email"),
            (SUBTREE, "opportunities", "close"),
            (SUBTREE, "accounts contacts activities leads opportunities tasks", "share"),
            (SUBTREE, "dashboards reports", "read"),
            (SUBTREE, "imports", "create read cancel"),
            (ALL, "products pipelines", "read"),
            (ALL, "matching_rules duplicate_rules", _CRUD),
            (ALL, "duplicates", "read update"),
            (ALL, "campaigns segments tickets messages", "read"),
            (ALL, f"{_PEOPLE} roles", "read"),
            (ALL, "saved_views", "share"),
            _BOTH_CLEARANCES,
            _PROPOSALS,
            _OWN_KEYS,
        ],
    ),
    BuiltIn(
        "sales_rep",
        "Sells: works with the own records, sees the customers of the team.",
        [
            (OWN, _SALES, "create update delete"),
            (OWN, "leads", "convert"),
            (OWN, "accounts contacts", "merge"),
            (ALL, "merges", "read undo"),
            (OWN, "contacts leads", "send_email"),
            (OWN, "opportunities", "close"),
            (TEAM, _CUSTOMERS, "read"),
            (OWN, _OWN_WORK, "read"),
            (OWN, "dashboards", "read"),
            (ALL, "products pipelines", "read"),
            (ALL, "duplicates", "read update"),
            (TEAM, "tickets messages", "read"),
            (ALL, _PEOPLE, "read"),
            _BOTH_CLEARANCES,
            _PROPOSALS,
            _OWN_KEYS,
        ],
    ),
    BuiltIn(
        "marketer",
        "Reaches people: campaigns, segments, templates, opt-outs, new leads.",
        [
            (ALL, "contacts accounts affiliations account_relationships leads activities", "read"),
            (ALL, "leads", "create update"),
            (ALL, "contacts", "update"),
            (ALL, "duplicates", "read update"),
            (ALL, _MARKETING, _CRUD),
            (ALL, "campaigns", "launch"),
            (ALL, "segments templates campaigns", "share"),
            (ALL, "opt_outs", "create read delete"),
            (ALL, "dashboards reports", "read"),
            (ALL, "imports", "create read"),
            (OWN, "imports", "cancel"),
            (ALL, "fields.personal", "read"),
            _PROPOSALS,
            _OWN_KEYS,
        ],
    ),
    BuiltIn(
        "support_manager",
        "Runs support: every ticket, calendars and promises.",
        [
            (ALL, f"tickets {_SUPPORT_SETUP}", _CRUD),
            (ALL, "tickets", "assign resolve share"),
            (ALL, "messages", "create read"),
            (SUBTREE, "tasks", _CRUD),
            (ALL, "contacts accounts affiliations account_relationships activities", "read"),
            (ALL, "contacts", "update send_email merge"),
            (ALL, "merges", "read undo"),
            (ALL, "activities", "create"),
            (ALL, "dashboards reports", "read"),
            (ALL, "imports", "create read"),
            (OWN, "imports", "cancel"),
            (ALL, "users", "read"),
            (ALL, "saved_views", "share"),
            (ALL, "fields.personal", "read"),
            _PROPOSALS,
            _OWN_KEYS,
        ],
    ),
    BuiltIn(
        "support_agent",
        "Answers customers: the tickets of the team.",
        [
            (TEAM, "tickets", "create read update assign resolve"),
            (TEAM, "messages", "create read"),
            (TEAM, "activities", "create read"),
            (OWN, "tasks", "create update delete"),
            (TEAM, "tasks", "read"),
            (ALL, "contacts accounts affiliations account_relationships", "read"),
            (ALL, "contacts", "update send_email"),
            (ALL, _SUPPORT_SETUP, "read"),
            (ALL, "users teams", "read"),
            (ALL, "fields.personal", "read"),
            _PROPOSALS,
            _OWN_KEYS,
        ],
    ),
    BuiltIn(
        "analyst",
        "Reads everything of the business, but nothing personal.",
        [
            (ALL, _SALES, "read"),
            (ALL, "products pipelines", "read"),
            (ALL, f"{_MARKETING} opt_outs", "read"),
            (ALL, f"tickets messages {_SUPPORT_SETUP}", "read"),
            (ALL, "dashboards reports", "read"),
            (ALL, _PEOPLE, "read"),
            (ALL, "fields.financial", "read"),
            (OWN, "api_keys", "read"),
        ],
    ),
    BuiltIn(
        "integration",
        "A program that keeps another system in step: reads and writes records, deletes nothing.",
        [
            (ALL, _SALES, "create read update"),
            (ALL, "products pipelines", "create read update"),
            (ALL, "duplicates", "read"),
            (ALL, _MARKETING, "create read update"),
            (ALL, "opt_outs messages", "create read"),
            (ALL, f"tickets {_SUPPORT_SETUP}", "create read update"),
            (ALL, "dashboards reports", "read"),
            (ALL, "imports", "create read"),
            (OWN, "imports", "cancel"),
            (ALL, _PEOPLE, "read"),
            _BOTH_CLEARANCES,
            _PROPOSALS,
            (OWN, "api_keys", "read"),
        ],
    ),
    BuiltIn("customer", "A customer: nothing but the own profile.", []),
)
