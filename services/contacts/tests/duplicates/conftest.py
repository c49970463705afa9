"""Rules of a test alone, and people that nobody else is like."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

import pytest
from crm.common.v1 import standard_pb2
from crm.contacts.v1 import accounts_pb2, contacts_pb2, duplicate_rules_pb2, leads_pb2, matching_rules_pb2
from crm_chassis.testing import unique, user

ADMIN = user()
EMAIL = ({"field": "EMAIL", "method": "EXACT"},)


@pytest.fixture
def make(rpc: Any) -> Callable[..., Any]:
    """Creates a record: `make("contact", last_name=...)`; `how` goes into the request beside it."""
    modules = {"contact": contacts_pb2, "lead": leads_pb2, "account": accounts_pb2}

    def run(kind: str, as_: Any = ADMIN, how: dict[str, Any] | None = None, **fields: Any) -> Any:
        request = getattr(modules[kind], f"Create{kind.capitalize()}Request")(**{kind: fields}, **(how or {}))
        return rpc(f"Create{kind.capitalize()}", request, as_=as_)

    return run


@pytest.fixture
def rule(rpc: Any) -> Iterator[Callable[..., Any]]:
    """Makes a matching rule with a duplicate rule, both gone after the test: `rule(on_create="BLOCK")`."""
    made: list[tuple[str, str]] = []

    def run(
        kind: str = "CONTACT", other: str = "", comparisons: Any = EMAIL, least_score: float = 1.0, **how: Any
    ) -> tuple[Any, Any]:
        matching = matching_rules_pb2.CreateMatchingRuleRequest(
            matching_rule={
                "name": unique("rule"), "active": True, "record_type": kind, "other_record_type": other or kind,
                "comparisons": comparisons, "least_score": least_score,
            }
        )  # fmt: skip
        matching_rule = rpc("CreateMatchingRule", matching, as_=ADMIN)
        duplicate = duplicate_rules_pb2.CreateDuplicateRuleRequest(
            duplicate_rule={"name": unique("rule"), "active": True, "matching_rule_id": matching_rule.id, **how}
        )
        duplicate_rule = rpc("CreateDuplicateRule", duplicate, as_=ADMIN)
        made.append((matching_rule.id, duplicate_rule.id))
        return matching_rule, duplicate_rule

    yield run
    for matching_rule_id, duplicate_rule_id in made:
        rpc("DeleteDuplicateRule", standard_pb2.DeleteRequest(id=duplicate_rule_id), as_=ADMIN)
        rpc("DeleteMatchingRule", standard_pb2.DeleteRequest(id=matching_rule_id), as_=ADMIN)


@pytest.fixture
def email() -> str:
    return f"{unique('ada')}@{unique('d')}.example"
