"""Nobody changes by a file what he could not change by hand."""

from __future__ import annotations

from typing import Any

import pytest
from crm.common.v1 import imports_pb2, search_pb2, standard_pb2
from crm.contacts.v1 import accounts_pb2, contacts_pb2, leads_pb2
from crm_chassis.access.actor import Actor
from crm_chassis.errors import DomainError
from crm_chassis.testing import ALL, OWN, unique, user

ADMIN = user()
REP = user(
    {f"{plural}.*": OWN for plural in ("accounts", "contacts", "leads", "activities")}
    | {"imports.create": ALL, "imports.read": OWN, "fields.personal.read": ALL}
)


def test_a_strangers_record_is_not_overwritten(rpc: Any, import_csv: Any) -> None:
    key = unique("ext")
    made = rpc("CreateAccount", accounts_pb2.CreateAccountRequest(account={"name": key, "external_id": key}), as_=ADMIN)

    done = import_csv("accounts", f"external_id,name\n{key},Stolen\n{key}-2,Mine\n", as_=REP)

    assert (done.rows_created, done.rows_updated, done.rows_failed) == (1, 0, 1)
    assert [(error.line, error.field) for error in done.errors] == [(2, "external_id")]
    assert rpc("GetAccount", standard_pb2.GetRequest(id=made.id), as_=ADMIN).name == key
    again = import_csv("accounts", f"external_id,name\n{key}-2,Mine still\n", as_=REP)
    assert again.rows_updated == 1


def test_the_right_to_create_is_not_the_right_to_change(import_csv: Any) -> None:
    key = unique("ext")
    creator = user({"accounts.create": OWN, "accounts.read": ALL, "imports.create": ALL, "imports.read": OWN})
    assert import_csv("accounts", f"external_id,name\n{key},First\n", as_=creator).rows_created == 1

    done = import_csv("accounts", f"external_id,name\n{key},Second\n", as_=creator)

    assert (done.rows_updated, done.rows_failed) == (0, 1)


def test_a_record_out_of_sight_is_not_named(rpc: Any, import_csv: Any) -> None:
    name = unique("Secret")
    made = rpc("CreateAccount", accounts_pb2.CreateAccountRequest(account={"name": name}), as_=ADMIN)

    done = import_csv("contacts", f"last_name,account_id\nLee,{made.id}\n", as_=REP)

    assert [error.field for error in done.errors] == ["account_id"]


def test_nobody_is_recognised_by_an_address_one_may_not_read(rpc: Any, import_csv: Any) -> None:
    address, number = f"{unique('ann')}@x.example", unique("ext")
    known = {"last_name": "Ann", "emails": [{"address": address}], "external_id": number}
    rpc("CreateContact", contacts_pb2.CreateContactRequest(contact=known), as_=ADMIN)
    blind = user({"contacts.read": ALL, "activities.*": ALL, "imports.create": ALL, "imports.read": OWN})
    text = f"subject,type,contact\nA,CALL,{address}\nB,CALL,nobody-{address}\nC,CALL,{number}\n"

    done = import_csv("activities", text, as_=blind)

    assert (done.rows_created, [(error.line, error.field) for error in done.errors]) == (
        1, [(2, "contact"), (3, "contact")],
    )  # fmt: skip
    assert import_csv("activities", text, as_=ADMIN).rows_created == 2


def test_nor_by_searching_for_it(rpc: Any) -> None:
    """The address stands within a field that everybody may read."""
    domain = f"{unique('quark')}.example"
    known = {"last_name": "Ann", "emails": [{"address": f"a@{domain}"}]}
    made = rpc("CreateContact", contacts_pb2.CreateContactRequest(contact=known), as_=ADMIN)
    blind = user({"contacts.read": ALL})

    def found(actor: Actor) -> list[str]:
        request = search_pb2.SearchRecordsRequest(query=domain, limit=50)
        return [hit.record_id for hit in rpc("SearchRecords", request, as_=actor).hits]

    assert made.id in found(ADMIN)
    assert found(blind) == []


def test_a_deleted_record_is_not_changed(rpc: Any, import_csv: Any) -> None:
    key = unique("ext")
    made = rpc("CreateAccount", accounts_pb2.CreateAccountRequest(account={"name": key, "external_id": key}), as_=ADMIN)
    rpc("DeleteAccount", standard_pb2.DeleteRequest(id=made.id), as_=ADMIN)

    done = import_csv("accounts", f"external_id,name\n{key},Back\n", as_=ADMIN)

    assert [(error.field, error.message) for error in done.errors] == [("external_id", "belongs to a deleted record")]


def test_a_converted_lead_stays_as_it_was(rpc: Any, import_csv: Any) -> None:
    key = unique("ext")
    assert import_csv("leads", f"external_id,last_name,company\n{key},Lee,{key}\n", as_=ADMIN).rows_created == 1
    (lead,) = rpc("ListLeads", leads_pb2.ListLeadsRequest(filter=f'external_id = "{key}"'), as_=ADMIN).leads
    rpc("ConvertLead", leads_pb2.ConvertLeadRequest(id=lead.id), as_=ADMIN)

    done = import_csv("leads", f"external_id,last_name\n{key},Changed\n", as_=ADMIN)

    assert (done.rows_updated, done.rows_failed) == (0, 1)
    assert rpc("GetLead", standard_pb2.GetRequest(id=lead.id), as_=ADMIN).last_name == "Lee"


def test_an_account_is_never_above_itself(import_csv: Any) -> None:
    name = unique("Ring")
    made = import_csv(
        "accounts", f"external_id,name,parent\n{name}-1,{name}-1,\n{name}-2,{name}-2,{name}-1\n", as_=ADMIN
    )
    assert made.rows_created == 2

    done = import_csv("accounts", f"external_id,name,parent\n{name}-1,{name}-1,{name}-2\n", as_=ADMIN)

    assert (done.rows_updated, done.rows_failed) == (0, 1)


def test_a_field_one_may_not_write_is_not_imported(import_csv: Any) -> None:
    name = unique("Plain")
    blind = user({"contacts.*": ALL, "imports.create": ALL, "imports.read": OWN})

    done = import_csv("contacts", f"last_name,email\n{name},a@{name}.example\n", as_=blind)

    assert done.rows_failed == 1
    assert done.rows_created == 0
    assert done.errors[0].field in ("last_name", "emails")


def test_what_can_be_imported_is_told_as_far_as_it_may_be_written(rpc: Any) -> None:
    def told(grants: dict[str, int]) -> dict[str, dict[str, bool]]:
        answer = rpc("DescribeImportKinds", imports_pb2.DescribeImportKindsRequest(), as_=user(grants))
        return {kind.kind: {target.name: target.many for target in kind.targets} for kind in answer.kinds}

    found = told({"imports.create": ALL, "leads.create": OWN, "contacts.create": OWN, "fields.personal.read": ALL})
    assert found.keys() == {"leads", "contacts"}
    assert found["contacts"]["email"], "several columns may hold one"
    assert not found["contacts"]["last_name"]
    assert {"account", "account_id", "street", "created_at"} <= found["contacts"].keys()
    hidden = told({"imports.create": ALL, "leads.create": OWN})["leads"]
    assert "last_activity" in hidden
    assert found["leads"].keys() - hidden.keys(), "what one may not read one may not write either"
    with pytest.raises(DomainError) as refused:
        told({"leads.create": ALL})
    assert refused.value.status == 403
