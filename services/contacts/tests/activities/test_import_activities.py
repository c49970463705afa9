"""Activities from a file: about somebody, and each once."""

from __future__ import annotations

from typing import Any

import pytest
from crm.contacts.v1 import accounts_pb2, activities_pb2, contacts_pb2, leads_pb2
from crm_chassis.testing import ALL, OWN, unique, user

ADMIN = user()


@pytest.fixture
def make(rpc: Any) -> Any:
    """A contact, an account or a lead."""
    requests: dict[str, Any] = {
        "contact": contacts_pb2.CreateContactRequest,
        "account": accounts_pb2.CreateAccountRequest,
        "lead": leads_pb2.CreateLeadRequest,
    }

    def create(kind: str, **fields: Any) -> Any:
        return rpc(f"Create{kind.title()}", requests[kind](**{kind: fields}), as_=ADMIN)

    return create


@pytest.fixture
def activity(rpc: Any) -> Any:
    """The activity that came from a source."""

    def find(source_id: str) -> Any:
        request = activities_pb2.ListActivitiesRequest(filter=f'source_id = "{source_id}"')
        (one,) = rpc("ListActivities", request, as_=ADMIN).activities
        return one

    return find


def test_it_names_whom_it_is_about_by_what_people_call_them(import_csv: Any, make: Any, activity: Any) -> None:
    key = unique("act")
    account = make("account", name=unique("Engines"))
    ann = make("contact", last_name="Lee", emails=[{"address": f"ann@{key}.example"}])
    bob = make("contact", last_name="Ray", external_id=f"{key}-bob")
    rows = (
        f"{key}-1,Hello,CALL,ANN@{key}.example,",
        f"{key}-2,Hello,CALL,{key}-bob,{account.name.upper()} Ltd",
        f"{key}-3,Hello,CALL,,{account.name}",
    )

    done = import_csv("activities", "\n".join(["source_id,subject,type,contact,account", *rows]), as_=ADMIN)

    assert (done.rows_created, done.rows_failed) == (3, 0)
    named = [(one.contact_id, one.account_id) for one in map(activity, (f"{key}-1", f"{key}-2", f"{key}-3"))]
    assert named == [(ann.id, ""), (bob.id, account.id), ("", account.id)]


def test_it_happened_when_the_row_says_else_when_it_was_made_else_now(
    import_csv: Any, make: Any, activity: Any, clock: Any
) -> None:
    key, lead = unique("act"), make("lead", company="Acme")
    rows = (f"{key}-1,2025-01-02,2025-03-04", f"{key}-2,,2025-03-04", f"{key}-3,,")
    clock.advance(seconds=0)

    import_csv(
        "activities",
        "\n".join(
            ["source_id,occurred_at,created_at,lead_id,subject,type", *(f"{row},{lead.id},Hello,NOTE" for row in rows)]
        ),
        as_=ADMIN,
    )

    said, made, now = map(activity, (f"{key}-1", f"{key}-2", f"{key}-3"))
    assert said.occurred_at.ToJsonString() == "2025-01-02T00:00:00Z"
    assert made.occurred_at.ToJsonString() == "2025-03-04T00:00:00Z"
    assert abs(now.occurred_at.ToDatetime(clock.now.tzinfo) - clock.now).total_seconds() < 1


def test_what_is_known_from_its_source_stays_as_it_is(import_csv: Any, make: Any, activity: Any) -> None:
    key, lead = unique("act"), make("lead", company="Acme")
    header = "source_id,subject,type,lead_id\n"
    import_csv("activities", f"{header}{key},First,NOTE,{lead.id}\n", as_=ADMIN)

    done = import_csv("activities", f"{header}{key},Second,CALL,{lead.id}\n", as_=ADMIN)

    assert (done.rows_created, done.rows_updated, done.rows_unchanged) == (0, 0, 1)
    assert (activity(key).subject, activity(key).type) == ("First", activities_pb2.Activity.NOTE)


def test_the_second_of_two_rows_with_one_source_is_the_same_activity(import_csv: Any, make: Any, activity: Any) -> None:
    key, lead = unique("act"), make("lead", company="Acme")
    rows = "".join(f"{key},{subject},NOTE,{lead.id}\n" for subject in ("First", "Second"))

    done = import_csv("activities", f"source_id,subject,type,lead_id\n{rows}", as_=ADMIN)

    assert (done.rows_created, done.rows_unchanged) == (1, 1)
    assert activity(key).subject == "First"


def test_a_row_that_is_about_nobody_is_reported(import_csv: Any) -> None:
    done = import_csv("activities", "subject,type,contact\nHello,NOTE,\n", as_=ADMIN)

    assert [(error.field, error.message) for error in done.errors] == [
        ("contact", "name a contact, an account or a lead")
    ]


@pytest.mark.parametrize(
    ("kind", "fields"), [("contact", {"last_name": "Lee"}), ("account", {"name": "Acme"}), ("lead", {"company": "A"})]
)
def test_who_is_out_of_sight_gets_no_activity(import_csv: Any, make: Any, kind: str, fields: Any) -> None:
    seller = user(
        {f"{plural}.*": OWN for plural in ("accounts", "contacts", "leads", "activities")}
        | {"imports.create": ALL, "imports.read": OWN, "fields.personal.*": ALL}
    )
    hidden, own = make(kind, **fields), make(kind, **fields, owner_id=seller.id)
    rows = f"Hello,NOTE,{hidden.id}\nHello,NOTE,{own.id}\n"

    done = import_csv("activities", f"subject,type,{kind}_id\n{rows}", as_=seller)

    assert (done.rows_created, done.rows_failed) == (1, 1)
    assert [(error.line, error.field) for error in done.errors] == [(2, f"{kind}_id")]
