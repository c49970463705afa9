"""What can be imported: what services say, with the names that people have for it."""

from __future__ import annotations

from typing import Any

from crm.common.v1 import imports_pb2
from crm_chassis.access.actor import ALL
from crm_chassis.errors import Unavailable
from gateway_harness import Suite

Target, Kind = imports_pb2.ImportTarget, imports_pb2.ImportKind
GRANTS = {"imports.create": ALL, "fields.personal.read": ALL}


def test_kinds_are_described_with_labels_formats_and_what_is_needed(suite: Suite) -> None:
    def answer(call: Any) -> Any:
        if call.service != "sales":
            return imports_pb2.DescribeImportKindsResponse()
        names = ("name", "account", "account_id", "amount", "amount_currency", "stage", "close_date", "created_at")
        targets = [Target(name=name, many=name == "stage") for name in names]
        return imports_pb2.DescribeImportKindsResponse(kinds=[Kind(kind="opportunities", targets=targets)])

    suite.services.answers["DescribeImportKinds"] = answer
    found = suite.client(GRANTS).get("/v1/import_kinds").json()
    (kind,) = found["kinds"]
    assert (kind["kind"], kind["service"], kind["label"]["de"]) == ("opportunities", "sales", "Verkaufschance")
    targets = {one["name"]: one for one in kind["targets"]}
    assert targets["name"]["required"]
    assert targets["name"]["field"]["type"] == "STRING"
    assert targets["name"]["field"]["limits"]["max_length"]
    assert targets["account"]["field"] is None
    assert targets["account"]["label"] == targets["account_id"]["label"], "it is looked up for the account"
    assert targets["account_id"]["field"]["reference"] == "crm.contacts.account"
    assert targets["amount_currency"]["label"]["en"] == "Amount: Currency"
    assert targets["amount_currency"]["label"]["de"].endswith(": Währung")
    assert (targets["stage"]["many"], targets["name"]["many"]) == (True, False)
    assert targets["close_date"]["field"]["format"] == "DATE"
    options = {option["name"]: [value["name"] for value in option["values"]] for option in found["options"]}
    assert options["delimiter"] == ["COMMA", "SEMICOLON", "TAB", "PIPE"]
    assert options["decimal_sign"] == ["COMMA", "POINT"]
    assert options["empty_cells"] == ["KEEP", "CLEAR"]
    assert "values" not in options
    assert found["unavailable_services"] == []


def test_services_that_do_not_answer_are_named(suite: Suite) -> None:
    suite.services.answers["DescribeImportKinds"] = lambda call: (
        Unavailable() if call.service == "sales" else imports_pb2.DescribeImportKindsResponse()
    )
    assert suite.client(GRANTS).get("/v1/import_kinds").json()["unavailable_services"] == ["sales"]


def test_who_may_not_import_is_refused(suite: Suite) -> None:
    assert suite.client({"contacts.create": ALL}).get("/v1/import_kinds").status_code == 403
