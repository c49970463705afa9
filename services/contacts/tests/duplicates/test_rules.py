"""Matching rules and duplicate rules: what they may say, who changes them, what is told of it."""

from __future__ import annotations

from typing import Any

import pytest
from crm.common.v1 import standard_pb2
from crm.contacts.v1 import duplicate_rules_pb2, matching_rules_pb2
from crm_chassis.errors import DomainError
from crm_chassis.testing import unique, user
from crm_chassis.testing.batches import check_batches
from crm_contacts.duplicates.builtin import built_in
from crm_contacts.duplicates.comparison import Match
from crm_contacts.duplicates.model import MERGED, Duplicate, MatchingRule
from crm_contacts.errors import DuplicateMerged

ADMIN = user()


def matching(**given: Any) -> dict[str, Any]:
    compared = [{"field": "EMAIL", "method": "EXACT"}]
    return {"name": unique("rule"), "record_type": "CONTACT", "comparisons": compared} | given


def test_what_is_left_out_is_filled_in(rpc: Any) -> None:
    made = rpc("CreateMatchingRule", matching_rules_pb2.CreateMatchingRuleRequest(matching_rule=matching()), as_=ADMIN)
    assert (made.other_record_type, made.least_score) == (matching_rules_pb2.MatchingRule.CONTACT, 0.9)
    (compared,) = made.comparisons
    assert (compared.weight, compared.blank) == (1, matching_rules_pb2.FieldComparison.NO_MATCH)
    assert rpc("GetMatchingRule", standard_pb2.GetRequest(id=made.id), as_=ADMIN) == made


@pytest.mark.parametrize(
    ("given", "field"),
    [
        ({"record_type": "CONTACT", "other_record_type": "ACCOUNT"}, "matching_rule.other_record_type"),
        ({"comparisons": [{"field": "CITY", "method": "EXACT"}]}, "matching_rule.comparisons"),
        ({"comparisons": [{"field": "EMAIL", "method": "FUZZY"}]}, "matching_rule.comparisons"),
        ({"comparisons": [{"field": "NAME", "method": "FUZZY", "blank": "IGNORED"}]}, "matching_rule.comparisons"),
        ({"comparisons": [{"field": "EMAIL", "method": "EXACT"}] * 2}, "matching_rule.comparisons"),
        ({"record_type": "ACCOUNT"}, "matching_rule.comparisons"),
        ({"least_score": 1.5}, "matching_rule.least_score"),
        ({"comparisons": []}, "matching_rule.comparisons"),
    ],
)  # fmt: skip
def test_a_rule_that_could_find_nothing_is_refused(rpc: Any, given: dict[str, Any], field: str) -> None:
    request = matching_rules_pb2.CreateMatchingRuleRequest(matching_rule=matching(**given))
    with pytest.raises(DomainError) as refused:
        rpc("CreateMatchingRule", request, as_=ADMIN)
    assert list(refused.value.errors) == [field]


def test_many_are_read_and_written_at_once(rpc: Any) -> None:
    check_batches(rpc, matching_rules_pb2.MatchingRule, matching, {"description": "new"})
    rule = rpc("CreateMatchingRule", matching_rules_pb2.CreateMatchingRuleRequest(matching_rule=matching()), as_=ADMIN)
    check_batches(
        rpc,
        duplicate_rules_pb2.DuplicateRule,
        lambda: {"name": unique(), "matching_rule_id": rule.id},
        {"description": "new"},
    )


def test_a_rule_that_is_used_stays(rpc: Any, rule: Any) -> None:
    matching_rule, duplicate_rule = rule()
    assert duplicate_rule.on_create == duplicate_rules_pb2.DuplicateRule.ALLOW
    with pytest.raises(DomainError) as refused:
        rpc("DeleteMatchingRule", standard_pb2.DeleteRequest(id=matching_rule.id), as_=ADMIN)
    assert refused.value.reason == "STILL_REFERENCED"
    given = {"name": "x", "matching_rule_id": ADMIN.id}
    with pytest.raises(DomainError) as unknown:
        rpc("CreateDuplicateRule", duplicate_rules_pb2.CreateDuplicateRuleRequest(duplicate_rule=given), as_=ADMIN)
    assert unknown.value.reason == "UNKNOWN_REFERENCE"


def test_every_change_is_published(rpc: Any, rule: Any, published: Any) -> None:
    matching_rule, duplicate_rule = rule()
    change = matching_rules_pb2.UpdateMatchingRuleRequest(matching_rule={"id": matching_rule.id, "least_score": 0.8})
    assert rpc("UpdateMatchingRule", change, as_=ADMIN).least_score == 0.8
    given = {"id": duplicate_rule.id, "on_create": "REPORT", "matching_rule_id": matching_rule.id}
    request = duplicate_rules_pb2.UpdateDuplicateRuleRequest(duplicate_rule=given)
    assert rpc("UpdateDuplicateRule", request, as_=ADMIN).on_create == duplicate_rules_pb2.DuplicateRule.REPORT
    rpc("DeleteDuplicateRule", standard_pb2.DeleteRequest(id=duplicate_rule.id), as_=ADMIN)
    rpc("DeleteMatchingRule", standard_pb2.DeleteRequest(id=matching_rule.id), as_=ADMIN)
    rpc("UndeleteMatchingRule", standard_pb2.UndeleteRequest(id=matching_rule.id), as_=ADMIN)
    rpc("UndeleteDuplicateRule", standard_pb2.UndeleteRequest(id=duplicate_rule.id), as_=ADMIN)
    for one in (matching_rule, duplicate_rule):
        assert [event.action for event in published(one.id)] == ["created", "updated", "deleted", "updated"]


def test_an_installation_begins_with_rules(rpc: Any) -> None:
    names = set()
    token = ""
    while True:
        request = matching_rules_pb2.ListMatchingRulesRequest(filter="active = true", page_token=token, page_size=200)
        page = rpc("ListMatchingRules", request, as_=ADMIN)
        names |= {one.name for one in page.matching_rules}
        token = page.next_page_token
        if not token:
            break
    assert {one.name for one in built_in()} <= names
    rules = rpc("ListDuplicateRules", duplicate_rules_pb2.ListDuplicateRulesRequest(filter="active = true"), as_=ADMIN)
    assert {one.on_create for one in rules.duplicate_rules} == {duplicate_rules_pb2.DuplicateRule.ALERT}


def test_every_built_in_rule_can_find_something() -> None:
    for given in built_in():
        rule = MatchingRule(
            name=given.name, record_type=given.record_type, other_record_type=given.other_record_type,
            comparisons=list(given.comparisons), least_score=given.least_score,
        )  # fmt: skip
        rule.complete()


def test_what_was_merged_is_decided() -> None:
    pair = Duplicate.of(("CONTACT", "b"), ("CONTACT", "a"), Match(1.0, ()), "r")
    assert (pair.contact_id, pair.other_contact_id, pair.low_id, pair.high_id) == ("a", "b", "a", "b")
    pair.state = MERGED
    with pytest.raises(DuplicateMerged):
        pair.reopen()
