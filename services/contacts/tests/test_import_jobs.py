"""Imports as jobs: whose they are, with which rights they go on, how they end, and that every row is applied once."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any

import pytest
from crm.common.v1 import history_pb2, imports_pb2, jobs_pb2
from crm.contacts.v1 import accounts_pb2, contacts_pb2
from crm.identity.v1 import api_keys_pb2, roles_pb2, users_pb2
from crm_chassis.access.actor import Actor
from crm_chassis.errors import DomainError
from crm_chassis.ids import uuid7
from crm_chassis.imports import operations, tables, work
from crm_chassis.imports.tables import FAILURES_KEPT, forget_failures
from crm_chassis.records.directory import Rights, rights_of
from crm_chassis.records.onbehalf import KEY_HAS_ENDED
from crm_chassis.rpc import server
from crm_chassis.testing import ALL, OWN, unique, user
from sqlalchemy import text
from sqlalchemy.orm import Session

ADMIN = user()
State = imports_pb2.Import.State
GRANTS = {
    **{f"imports.{right}": ALL for right in ("create", "read", "cancel")},
    "contacts.*": ALL, "accounts.*": ALL, "fields.personal.read": ALL, "fields.financial.read": ALL,
}  # fmt: skip


CREATES = {
    "imports.create": ALL, "imports.read": ALL, "contacts.create": ALL, "contacts.read": ALL, "contacts.update": OWN,
    "fields.personal.read": ALL,
}  # fmt: skip


def get(id_: str) -> Any:
    return imports_pb2.GetImportRequest(id=id_)


def lines(name: str, number: int) -> str:
    return "first_name,last_name\n" + "".join(f"R{n},{name}\n" for n in range(number))


@pytest.fixture
def small_batches(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(work, "BATCH", 3)


@pytest.fixture
def step(import_runner: Any) -> Callable[[], bool]:
    """Makes one step of an import; whether there was one to make."""

    def make() -> bool:
        for taken in (found := import_runner.take(1)):
            import_runner.run(taken, seconds=0)
        return bool(found)

    return make


@pytest.fixture
def applied(rpc: Any) -> Callable[[str], list[str]]:
    """First names of all contacts of a last name."""

    def find(last_name: str) -> list[str]:
        request = contacts_pb2.ListContactsRequest(filter=f'last_name = "{last_name}"', page_size=200)
        return sorted(one.first_name for one in rpc("ListContacts", request, as_=ADMIN).contacts)

    return find


@pytest.fixture
def left(engine: Any) -> Callable[[str], int]:
    """How many pieces and rows of an import are kept."""

    def count(import_id: str) -> int:
        query = "SELECT (SELECT count(*) FROM import_chunks WHERE import_id = :id) + " \
                "(SELECT count(*) FROM import_rows WHERE import_id = :id)"  # fmt: skip
        with engine.connect() as connection:
            return int(connection.scalar(text(query), {"id": import_id}))

    return count


# -- rights ---------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("now", "reason"),
    [
        (Rights(False, {}), "its owner was deactivated"),
        (Rights(True, {"imports.create": ALL}), "its owner has no longer the permission contacts.create"),
        (Rights(True, {"contacts.create": ALL}), "its owner has no longer the permission imports.create"),
    ],
)
def test_an_import_ends_with_the_rights_of_its_owner(
    upload: Any,
    rpc: Any,
    step: Any,
    applied: Any,
    left: Any,
    rights: Any,
    small_batches: None,
    now: Rights,
    reason: str,
) -> None:
    name, owner = unique("Rights"), user(GRANTS)
    begun = upload("contacts", lines(name, 9), as_=owner)
    while not applied(name):
        step()
    rights[owner.id] = now

    while step():
        pass

    found = rpc("GetImport", get(begun.id), as_=owner)
    assert (found.state, found.error, found.rows_created) == (State.FAILED, reason, 3)
    assert (len(applied(name)), left(begun.id)) == (3, 0)


def test_the_right_to_a_field_counts_for_each_batch(
    upload: Any, rpc: Any, step: Any, applied: Any, rights: Any, small_batches: None
) -> None:
    name, owner = unique("Field"), user(GRANTS)
    begun = upload("contacts", lines(name, 6), as_=owner)
    while not applied(name):
        step()
    rights[owner.id] = Rights(True, {**GRANTS, "fields.personal.read": 0})

    while step():
        pass

    found = rpc("GetImport", get(begun.id), as_=owner)
    assert (found.state, found.rows_created, found.rows_failed) == (State.DONE, 3, 3)


def test_what_a_user_may_do_is_told_by_events(deliver: Any, engine: Any) -> None:
    ann, first, second = user().id, user().id, user().id

    def told(**more: Any) -> Any:
        return {"id": ann, "display_name": "Ann", "status": "ACTIVE", **more}

    def now() -> Rights | None:
        with Session(engine) as session:
            return rights_of(session, ann)

    assert now() is None, "whoever was not heard of yet may be new"
    deliver(users_pb2.UserCreated(user=told(role_ids=[first, second])), version=1)
    assert now() is None, "a role was not heard of yet"
    grant = {"permission": "contacts.read", "scope": OWN}
    deliver(roles_pb2.RoleCreated(role={"id": first, "name": "a", "grants": [grant]}), version=1)
    wider = [{"permission": "contacts.read", "scope": ALL}, {"permission": "leads.read", "scope": OWN}]
    deliver(roles_pb2.RoleCreated(role={"id": second, "name": "b", "grants": wider}), version=1)
    assert now() == Rights(True, {"contacts.read": ALL, "leads.read": OWN})
    deliver(roles_pb2.RoleUpdated(role={"id": second, "name": "b"}), version=2)
    assert now() == Rights(True, {"contacts.read": OWN})
    deliver(users_pb2.UserUpdated(user=told(role_ids=[])), version=2)
    assert now() == Rights(True, {})
    deliver(users_pb2.UserDeactivated(user=told(role_ids=[first], status="DEACTIVATED")), version=3)
    assert now() == Rights(False, {})


def test_an_import_waits_for_the_rights_of_a_new_user(
    upload: Any, rpc: Any, deliver: Any, step: Any, rights: Any, tick: Any, clock: Any
) -> None:
    owner, role, name = user(GRANTS), user().id, unique("New")
    begun = upload("contacts", lines(name, 1), as_=owner)
    rights.clear()
    assert step()
    assert rpc("GetImport", get(begun.id), as_=owner).state == State.RUNNING

    grants = [{"permission": permission, "scope": scope} for permission, scope in GRANTS.items()]
    deliver(roles_pb2.RoleCreated(role={"id": role, "name": "importer", "grants": grants}))
    deliver(users_pb2.UserCreated(user={"id": owner.id, "status": "ACTIVE", "role_ids": [role]}))
    tick("imports")

    assert rpc("GetImport", get(begun.id), as_=owner).state == State.DONE


# -- the end --------------------------------------------------------------------------------------------------


def test_a_cancelled_import_stops_and_keeps_nothing(
    upload: Any, rpc: Any, step: Any, applied: Any, left: Any, small_batches: None
) -> None:
    name, owner = unique("Cancel"), user(GRANTS)
    begun = upload("contacts", lines(name, 9), as_=owner)
    while not applied(name):
        step()

    cancelled = rpc("CancelImport", imports_pb2.CancelImportRequest(id=begun.id), as_=owner)

    assert (cancelled.state, cancelled.rows_created, left(begun.id)) == (State.CANCELLED, 3, 0)
    assert cancelled.HasField("finished_at")
    assert not step()
    assert len(applied(name)) == 3
    again = rpc("CancelImport", imports_pb2.CancelImportRequest(id=begun.id), as_=owner)
    assert again.state == State.CANCELLED


def test_an_import_that_is_taken_is_cancelled_before_its_next_step(
    upload: Any, rpc: Any, import_runner: Any, applied: Any
) -> None:
    name, owner = unique("Taken"), user(GRANTS)
    begun = upload("contacts", lines(name, 3), as_=owner)
    (taken,) = import_runner.take(1)

    rpc("CancelImport", imports_pb2.CancelImportRequest(id=begun.id), as_=owner)
    import_runner.run(taken)

    assert applied(name) == []
    assert rpc("GetImport", get(begun.id), as_=owner).state == State.CANCELLED


def test_an_operator_cancels_the_job_of_an_import(upload: Any, rpc: Any, left: Any) -> None:
    begun = upload("contacts", lines(unique("Job"), 3), as_=ADMIN)
    jobs = rpc("ListJobs", jobs_pb2.ListJobsRequest(service="contacts", kind="import"), as_=ADMIN).jobs
    job = next(one for one in jobs if one.actor_id == ADMIN.id and one.state == jobs_pb2.Job.WAITING)

    rpc("CancelJob", jobs_pb2.CancelJobRequest(service="contacts", id=job.id, reason="test"), as_=ADMIN)

    assert rpc("GetImport", get(begun.id), as_=ADMIN).state == State.CANCELLED
    assert left(begun.id) == 0


def test_whose_import_one_may_cancel(upload: Any, rpc: Any, import_csv: Any) -> None:
    mine, colleague = user(GRANTS), user({**GRANTS, "imports.cancel": OWN})
    begun = upload("contacts", lines(unique("Whose"), 1), as_=mine)
    request = imports_pb2.CancelImportRequest(id=begun.id)

    with pytest.raises(DomainError) as refused:
        rpc("CancelImport", request, as_=colleague)
    assert refused.value.reason == "NOT_FOUND"
    assert rpc("CancelImport", request, as_=ADMIN).state == State.CANCELLED
    done = import_csv("contacts", lines(unique("Whose"), 1), as_=mine)
    with pytest.raises(DomainError) as refused:
        rpc("CancelImport", imports_pb2.CancelImportRequest(id=done.id), as_=mine)
    assert refused.value.reason == "IMPORT_FINISHED"


def test_a_finished_import_keeps_nothing_but_its_failures(import_csv: Any, left: Any) -> None:
    done = import_csv("contacts", f"first_name,last_name,country\nA,{unique('Kept')},Nowhere\nB,X,\n", as_=ADMIN)
    assert (done.rows_failed, left(done.id)) == (1, 0)


def test_unfinished_imports_of_a_user_are_limited(
    upload: Any, rpc: Any, tick: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    owner, other = user(GRANTS), user(GRANTS)
    content = lines(unique("Quota"), 1)
    for _ in range(operations.MAX_UNFINISHED):
        upload("contacts", content, as_=owner)

    with pytest.raises(DomainError) as refused:
        upload("contacts", content, as_=owner)

    assert (refused.value.reason, refused.value.status) == ("TOO_MANY_IMPORTS", 409)
    upload("contacts", content, as_=other)
    tick("imports")
    monkeypatch.setattr(operations, "MAX_UNFINISHED_BYTES", 2 * len(content))
    upload("contacts", content, as_=owner)
    upload("contacts", content, as_=owner)
    with pytest.raises(DomainError) as refused:
        upload("contacts", content, as_=owner)
    assert refused.value.reason == "TOO_MANY_IMPORTS"
    tick("imports")


def test_the_same_upload_twice_is_one_import(upload: Any, tick: Any, applied: Any) -> None:
    name, key = unique("Key"), unique("key")
    first = upload("contacts", lines(name, 2), as_=ADMIN, key=key)
    again = upload("contacts", lines(name, 2), as_=ADMIN, key=key)
    tick("imports")
    assert (first.id, len(applied(name))) == (again.id, 2)


def test_what_failed_is_told_again_as_far_as_it_may_be_read_now(
    upload: Any, rpc: Any, step: Callable[[], bool], small_batches: None
) -> None:
    """An import shows rows of a file: the answer to its cancellation, given again, is for the rights of now."""
    owner, key = user({**GRANTS, "imports.cancel": OWN, "imports.read": OWN}), unique("key")
    begun = upload("contacts", "last_name,email\nMuster,nowhere\n" + "x,\n" * 9, as_=owner)
    while not rpc("GetImport", get(begun.id), as_=owner).rows_failed:
        assert step()
    request = imports_pb2.CancelImportRequest(id=begun.id)
    first = rpc("CancelImport", request, as_=owner, key=key)
    assert first.errors[0].row["email"] == "nowhere"

    fewer = replace(owner, grants={**owner.grants, "fields.personal.read": 0})
    assert "email" not in rpc("CancelImport", request, as_=fewer, key=key).errors[0].row


# -- API keys ---------------------------------------------------------------------------------------------------


def by_key(**more: Any) -> Actor:
    return Actor(uuid7(), "user", GRANTS, uuid7(), "crm_12345678", **more)


def revoked(key_id: str, clock: Any) -> Any:
    return api_keys_pb2.ApiKeyDeleted(api_key={"id": key_id, "deleted_at": clock()})


def test_an_import_ends_with_the_api_key_it_was_begun_with(
    upload: Any, rpc: Any, step: Callable[[], bool], deliver: Any, clock: Any, applied: Any, small_batches: None
) -> None:
    program, other, name = by_key(), by_key(), unique("Key")
    begun = upload("contacts", lines(name, 9), as_=program)
    while not applied(name):
        assert step()
    deliver(revoked(other.session_id, clock))
    assert step()
    assert len(before := applied(name)) > 3

    deliver(revoked(program.session_id, clock))
    while step():
        pass

    found = rpc("GetImport", get(begun.id), as_=ADMIN)
    assert (State.Name(found.state), found.error) == ("FAILED", KEY_HAS_ENDED)
    assert applied(name) == before


def test_an_import_ends_when_its_api_key_expires(
    upload: Any, rpc: Any, step: Callable[[], bool], clock: Any, applied: Any, small_batches: None
) -> None:
    program, name = by_key(api_key_expires=clock().timestamp() + 3600), unique("Key")
    begun = upload("contacts", lines(name, 9), as_=program)
    while not applied(name):
        assert step()
    before = applied(name)

    clock.advance(seconds=3601)
    while step():
        pass

    found = rpc("GetImport", get(begun.id), as_=ADMIN)
    assert (State.Name(found.state), found.error) == ("FAILED", KEY_HAS_ENDED)
    assert applied(name) == before


# -- reading --------------------------------------------------------------------------------------------------


def test_imports_are_listed_in_pages(import_csv: Any, rpc: Any) -> None:
    owner, other = user({**GRANTS, "imports.read": OWN, "leads.*": ALL}), user(GRANTS)
    made = [import_csv("contacts", lines(unique("List"), 1), as_=owner).id for _ in range(3)]
    made.append(import_csv("leads", f"last_name\n{unique('List')}\n", as_=owner).id)
    foreign = import_csv("contacts", lines(unique("List"), 1), as_=other).id

    def listed(as_: Any, **asked: Any) -> list[str]:
        seen: list[str] = []
        request = imports_pb2.ListImportsRequest(page_size=2, **asked)
        while True:
            page = rpc("ListImports", request, as_=as_)
            seen += [one.id for one in page.imports]
            request.page_token = page.next_page_token
            if not request.page_token:
                return seen

    assert listed(owner) == made[::-1]
    assert listed(owner, kind="leads") == [made[3]]
    assert listed(owner, state=State.RUNNING) == []
    assert listed(owner, state=State.DONE, kind="contacts") == made[2::-1]
    assert foreign in listed(ADMIN)
    assert made[3] not in listed(other), "who may not read leads sees no import of leads"


def test_a_page_of_imports_has_a_bound_in_bytes(
    import_csv: Any, rpc: Any, engine: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    owner = user({**GRANTS, "imports.read": OWN})
    made = [import_csv("contacts", lines(unique("Large"), 1), as_=owner).id for _ in range(3)]
    # As an earlier version has kept them.
    with engine.begin() as connection:
        statement = text("UPDATE imports SET columns = :names, targets = :targets WHERE actor_id = :owner")
        names = {"names": ["名" * 130_000] * 12, "targets": [""] * 12, "owner": owner.id}
        connection.execute(statement, names)
    monkeypatch.setattr(operations, "PAGE_BYTES", 20_000)

    request, seen, pages = imports_pb2.ListImportsRequest(), [], 0
    while not pages or request.page_token:
        page = rpc("ListImports", request, as_=owner)
        assert page.ByteSize() < 40_000
        seen += [one.id for one in page.imports]
        request.page_token, pages = page.next_page_token, pages + 1

    assert (seen, pages) == (made[::-1], 3)
    assert rpc("GetImport", get(made[0]), as_=owner).columns[0] == "名" * 200


def test_the_answer_to_an_upload_is_measured(upload: Any, tick: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(server, "LARGEST_MESSAGE", 10)
    with pytest.raises(DomainError) as refused:
        upload("contacts", lines(unique("Large"), 1), as_=ADMIN)
    assert refused.value.reason == "ANSWER_TOO_LARGE"
    tick("imports")


def test_an_import_is_read_with_the_right_to_its_kind(import_csv: Any, rpc: Any) -> None:
    done = import_csv("leads", f"last_name,status\n{unique('Kind')},Unheard\n", as_=ADMIN)
    # Whose the failed rows would be is not known: whoever reads those of others may read all records of the kind.
    strangers = (user({"imports.read": ALL, "contacts.read": ALL}), user({"imports.read": ALL, "leads.read": OWN}))

    errors = imports_pb2.ListImportErrorsRequest(id=done.id)
    for name, request in (("GetImport", get(done.id)), ("ListImportErrors", errors)):
        for stranger in strangers:
            with pytest.raises(DomainError) as refused:
                rpc(name, request, as_=stranger)
            assert (refused.value.reason, "leads.read" in refused.value.detail) == ("PERMISSION_DENIED", True)


def test_rows_that_are_refused_for_want_of_a_right_are_in_the_audit_trail(import_csv: Any, rpc: Any) -> None:
    name, owner = unique("Denied"), user(CREATES)
    other = contacts_pb2.CreateContactRequest(contact={"last_name": name, "external_id": name})
    rpc("CreateContact", other, as_=ADMIN)
    rows = "".join(f"{name},Changed\n" for _ in range(9))

    done = import_csv("contacts", f"external_id,last_name\n{rows}", as_=owner)

    assert done.rows_failed == 9
    request = history_pb2.ListHistoryRequest(filter=f'actor_id = "{owner.id}" AND action = "refused"')
    entries = rpc("ListHistory", request, as_=ADMIN).audit_entries
    told = [{one.field: one.new_value for one in entry.changes} for entry in entries]
    assert [(entry.record_type, entry.record_id) for entry in entries] == [("import", done.id)] * 5
    assert sorted(int(one["line"].number_value) for one in told) == [2, 3, 4, 5, 6]
    assert {one["reason"].string_value for one in told} == {"PERMISSION_DENIED"}


def test_failed_rows_of_a_user_have_a_bound(import_csv: Any, rpc: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(tables, "MAX_KEPT", 4000)
    owner = user(GRANTS)

    def failing(rows: int) -> Any:
        return import_csv("contacts", "last_name\n" + f"{unique('Kept')},{'x' * 500}\n" * rows, as_=owner)

    def kept(one: Any) -> list[bool]:
        request = imports_pb2.ListImportErrorsRequest(id=one.id)
        errors = rpc("ListImportErrors", request, as_=owner).errors
        assert [error.line for error in errors] == list(range(2, 2 + one.rows_failed))
        assert all(error.message for error in errors)
        return [bool(error.cells) for error in errors]

    oldest, middle = failing(3), failing(3)
    assert (kept(oldest), kept(middle)) == ([True] * 3, [True] * 3)
    newest = failing(3)
    assert (kept(oldest), kept(middle), kept(newest)) == ([False] * 3, [True] * 3, [True] * 3)
    large = failing(20)
    assert (kept(large), kept(newest)) == ([False] * 20, [True] * 3)


def test_failed_rows_are_kept_for_a_time(import_csv: Any, rpc: Any, engine: Any, clock: Any) -> None:
    done = import_csv("leads", f"last_name,status\n{unique('Kind')},Unheard\n", as_=ADMIN)

    def kept(now: datetime) -> int:
        with Session(engine) as session, session.begin():
            forget_failures(session, now)
        return len(rpc("ListImportErrors", imports_pb2.ListImportErrorsRequest(id=done.id), as_=ADMIN).errors)

    assert kept(clock() + FAILURES_KEPT - timedelta(minutes=1)) == 1
    assert kept(clock() + FAILURES_KEPT + timedelta(minutes=1)) == 0
    assert rpc("GetImport", get(done.id), as_=ADMIN).rows_failed == 1


def test_cells_are_shown_to_whoever_may_read_their_fields(import_csv: Any, rpc: Any) -> None:
    text_ = "name,industry,annual_revenue,city,note\n,Steel,9999999,Bonn,secret\n"
    done = import_csv("accounts", text_, as_=ADMIN)
    assert done.rows_failed == 1
    seen: dict[str, Any] = {}
    for name, more in (("both", {"fields.personal.read": ALL, "fields.financial.read": ALL}),
                       ("personal", {"fields.personal.read": ALL}), ("none", {})):  # fmt: skip
        reader = user({"imports.read": ALL, "accounts.read": ALL, **more})
        (error,) = rpc("ListImportErrors", imports_pb2.ListImportErrorsRequest(id=done.id), as_=reader).errors
        (shown,) = rpc("GetImport", get(done.id), as_=reader).errors
        assert shown == error
        rest = ["secret"] if name == "both" else []
        assert sorted(filter(None, error.cells)) == sorted([*filter(None, error.row.values()), *rest])
        seen[name] = sorted(cell for cell in error.row.values() if cell)
    assert seen == {"both": ["9999999", "Bonn", "Steel"], "personal": ["Bonn", "Steel"], "none": ["Steel"]}


def test_a_message_about_a_hidden_field_tells_nothing(import_csv: Any, rpc: Any) -> None:
    done = import_csv("activities", "subject,type,contact\nx,CALL,lost@x.example\n", as_=ADMIN, dry_run=True)
    reader = user({"imports.read": ALL, "activities.read": ALL})

    (error,) = rpc("ListImportErrors", imports_pb2.ListImportErrorsRequest(id=done.id), as_=reader).errors

    assert "lost" not in error.message
    assert "lost@x.example" in done.errors[0].message


# -- crashes --------------------------------------------------------------------------------------------------


def test_a_worker_may_die_at_every_step(
    upload: Any, rpc: Any, import_runner: Any, clock: Any, applied: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    """At each step once before it begins, once in its middle and once before it commits."""
    monkeypatch.setattr(work, "READ_ROWS", 4)
    monkeypatch.setattr(work, "BATCH", 3)
    name = unique("Crash")
    rows = lines(name, 8) + f"R8,{name},one cell too many\n"
    begun = upload("contacts", rows, as_=ADMIN)

    class Died(BaseException):
        pass

    def dying_after(function: Any) -> Any:
        def call(*arguments: Any) -> Any:
            function(*arguments)
            raise Died

        return call

    died_at = set()
    while rpc("GetImport", get(begun.id), as_=ADMIN).state == State.RUNNING:
        (taken,) = import_runner.take(1)
        clock.advance(minutes=10)  # its lease ends: the worker died at once
        for place in ("settle", "note", "_read"):
            owner = work if place == "_read" else work._Batch
            (again,) = import_runner.take(1)
            with monkeypatch.context() as patched:
                patched.setattr(owner, place, dying_after(getattr(owner, place)))
                patched.setattr(import_runner, "_put_back", lambda _: None)
                try:
                    import_runner.run(again, seconds=0)
                except Died:
                    died_at.add(place)
            clock.advance(minutes=10)
        import_runner.run(taken, seconds=0)  # whoever comes back finds the job taken
        for taken in import_runner.take(1):
            import_runner.run(taken, seconds=0)

    found = rpc("GetImport", get(begun.id), as_=ADMIN)
    assert (found.rows_read, found.rows_created, found.rows_failed) == (9, 8, 1)
    assert applied(name) == [f"R{n}" for n in range(8)]
    assert died_at == {"settle", "note", "_read"}


def test_rows_that_wait_are_applied_when_what_they_name_has_come(
    upload: Any, rpc: Any, step: Any, applied: Any, tick: Any
) -> None:
    name, account = unique("Wait"), unique("Account")
    begun = upload("contacts", f"first_name,last_name,account\nA,{name},{account}\nB,{name},\n", as_=ADMIN)
    while "B" not in applied(name):
        assert step()

    rpc("CreateAccount", accounts_pb2.CreateAccountRequest(account={"name": account}), as_=ADMIN)
    tick("imports")

    assert applied(name) == ["A", "B"]
    assert rpc("GetImport", get(begun.id), as_=ADMIN).rows_failed == 0


def test_imports_of_a_user_come_one_after_the_other(upload: Any, step: Any, rpc: Any, small_batches: None) -> None:
    owner = user({**GRANTS, "leads.*": ALL})
    first = upload("contacts", lines(unique("First"), 9), as_=owner)
    second = upload("leads", f"last_name\n{unique('Second')}\n", as_=owner)
    while rpc("GetImport", get(second.id), as_=owner).state == State.RUNNING:
        if rpc("GetImport", get(first.id), as_=owner).state == State.RUNNING:
            assert rpc("GetImport", get(second.id), as_=owner).rows_read == 0
        assert step()


def test_what_an_earlier_version_has_left_is_ended(engine: Any, rpc: Any, upload: Any) -> None:
    begun = upload("contacts", lines(unique("Old"), 1), as_=ADMIN)
    with Session(engine) as session, session.begin():
        session.execute(text("UPDATE imports SET state = 'RUNNING' WHERE id = :id"), {"id": begun.id})

    with Session(engine) as session, session.begin():
        assert work.BACKFILL.step(session, None) is None

    found = rpc("GetImport", get(begun.id), as_=ADMIN)
    assert (found.state, "earlier version" in found.error) == (State.FAILED, True)
