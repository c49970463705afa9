"""Timeline, search, audit trail and imports: what the gateway gathers from several services."""

from __future__ import annotations

import csv
import io
import json
from typing import Any

import grpc
import pytest
from crm.common.v1 import history_pb2, imports_pb2, search_pb2, timelines_pb2
from crm.contacts.v1 import customers_pb2
from crm_chassis.access.actor import ALL
from crm_chassis.errors import InvalidInput, NotFound, PermissionDenied
from crm_chassis.ids import uuid7
from crm_gateway.imports import kinds
from crm_gateway.settings import services
from gateway_harness import Client, Suite
from google.protobuf.timestamp_pb2 import Timestamp

ID, OTHER = uuid7(), uuid7()


# -- timeline --------------------------------------------------------------------------------------------------


def test_timeline_of_an_account(suite: Suite, admin: Client) -> None:
    person = uuid7()
    suite.services.answers["GetCustomerProfile"] = customers_pb2.CustomerProfile(contact_ids=[person])
    suite.services.answers["support.ListCustomerTimeline"] = grpc.StatusCode.UNAVAILABLE
    at = Timestamp(seconds=5)
    suite.services.answers["sales.ListCustomerTimeline"] = timelines_pb2.ListCustomerTimelineResponse(
        entries=[timelines_pb2.TimelineEntry(id="x", at=at), timelines_pb2.TimelineEntry(id="x", at=at)]
    )
    found = admin.get(f"/v1/accounts/{ID}/timeline").json()
    assert [entry["id"] for entry in found["entries"]] == ["x"]
    assert found["unavailable_services"] == ["support"]
    assert found["next_page_token"] == ""
    for call in suite.services["ListCustomerTimeline"]:
        assert list(call.message.customer.contact_ids) == [person]


def test_timeline_asks_only_services_that_are_allowed(suite: Suite) -> None:
    client = suite.client({"contacts.read": ALL, "tickets.read": ALL})
    assert client.get(f"/v1/contacts/{ID}/timeline").status_code == 200
    assert [call.path for call in suite.services["ListCustomerTimeline"]] == [
        "/crm.support.v1.CustomerService/ListCustomerTimeline"
    ]


def test_timeline_of_nobody(suite: Suite, admin: Client) -> None:
    suite.services.answers["contacts.ListCustomerTimeline"] = NotFound()
    assert admin.get(f"/v1/contacts/{ID}/timeline").status_code == 404
    suite.services.answers["GetCustomerProfile"] = NotFound()
    assert admin.get(f"/v1/accounts/{ID}/timeline").status_code == 404


@pytest.mark.parametrize(
    "query", ["page_token=x", "page_token=W10", "page_token=WzEsMl0", "page_size=-1", "kinds=" + "x" * 50]
)
def test_timeline_refuses(admin: Client, query: str) -> None:
    answer = admin.get(f"/v1/contacts/{ID}/timeline?{query}")
    assert answer.status_code == 400
    assert answer.json()["errors"]


# -- search ----------------------------------------------------------------------------------------------------


def _hits(service: str, count: int) -> search_pb2.SearchRecordsResponse:
    return search_pb2.SearchRecordsResponse(
        hits=[search_pb2.SearchHit(record_id=f"{service}{n}", title="T", service=service) for n in range(count)]
    )


def test_search_takes_the_best_of_each_in_turn(suite: Suite, admin: Client) -> None:
    suite.services.answers |= {"contacts.SearchRecords": _hits("c", 3), "sales.SearchRecords": _hits("s", 1),
                               "support.SearchRecords": grpc.StatusCode.UNAVAILABLE}  # fmt: skip
    found = admin.get("/v1/search?query=acme&page_size=3").json()
    assert [hit["record_id"] for hit in found["hits"]] == ["c0", "s0", "c1"]
    assert found["unavailable_services"] == ["support"]
    assert found["not_allowed_services"] == []


def test_search_names_what_is_not_allowed(suite: Suite) -> None:
    suite.services.answers["contacts.SearchRecords"] = PermissionDenied()
    suite.services.answers["sales.SearchRecords"] = _hits("s", 1)
    client = suite.client({"contacts.read": ALL, "opportunities.read": ALL})
    found = client.get("/v1/search?query=acme").json()
    assert found["not_allowed_services"] == ["contacts", "marketing", "support"]
    assert "title" not in found["hits"][0]


@pytest.mark.parametrize("query", ["", "query=a", "query=", "query=acme&page_size=-1"])
def test_search_refuses(admin: Client, query: str) -> None:
    assert admin.get(f"/v1/search?{query}").status_code == 400


@pytest.mark.parametrize("query", ["王", "の", "ab"])
def test_one_sign_of_a_script_without_blanks_is_a_word(admin: Any, query: str) -> None:
    assert admin.get("/v1/search", params={"query": query}).status_code == 200
    refused = admin.get("/v1/search", params={"query": "a"})
    assert refused.status_code == 400
    assert refused.json()["error_codes"]["query"][0]["code"] == "TOO_SHORT"


# -- audit trail -----------------------------------------------------------------------------------------------


class Trail:
    """The history of one service, paged as the services page it."""

    def __init__(self, service: str, times: list[int]) -> None:
        self.entries = [
            history_pb2.AuditEntry(id=f"{service}-{n}", at=Timestamp(seconds=at), service=service)
            for n, at in enumerate(sorted(times))
        ]

    def __call__(self, call: Any) -> history_pb2.ListHistoryResponse:
        newest = sorted(self.entries, key=lambda e: (e.at.seconds, int(e.id.split("-")[1])), reverse=True)
        token = call.message.page_token
        start = next(n for n, e in enumerate(newest) if e.id == token) + 1 if token else 0
        size = call.message.page_size
        page = newest[start : start + size]
        more = page[-1].id if start + size < len(newest) else ""
        return history_pb2.ListHistoryResponse(audit_entries=page, next_page_token=more)


def test_audit_trail_is_one_list(suite: Suite, admin: Client) -> None:
    trails = {
        "contacts": Trail("contacts", [1, 2, 3, 5, 8, 13, 21]),
        "sales": Trail("sales", [2, 2, 2, 2, 2]),
        "identity": Trail("identity", [20, 19, 18, 17, 16, 15]),
        "support": Trail("support", []),
    }

    def answer(call: Any) -> Any:
        return trails[call.service](call) if call.service in trails else history_pb2.ListHistoryResponse()

    suite.services.answers["ListHistory"] = answer
    seen: list[str] = []
    token = ""
    while True:
        found = admin.get("/v1/audit_entries", params={"page_size": 3, "page_token": token}).json()
        assert len(found["audit_entries"]) <= 3
        seen += [entry["id"] for entry in found["audit_entries"]]
        token = found["next_page_token"]
        if not token:
            break
        # What happens meanwhile does not shift the view.
        late = history_pb2.AuditEntry(id=f"contacts-{90 + len(seen)}", at=Timestamp(seconds=100 + len(seen)))
        trails["contacts"].entries.append(late)
    everything = [(e.at.seconds, e.id) for trail in trails.values() for e in trail.entries if e.at.seconds < 100]
    assert sorted(seen) == sorted(id_ for _, id_ in everything)
    times = {id_: at for at, id_ in everything}
    assert [times[id_] for id_ in seen] == sorted((times[id_] for id_ in seen), reverse=True)


def test_audit_trail_without_one_service(suite: Suite, admin: Client) -> None:
    suite.services.answers["ListHistory"] = lambda call: (
        (_ for _ in ()).throw(NotFound()) if call.service == "nobody" else Trail(call.service, [1])(call)
    )
    found = admin.get("/v1/audit_entries").json()
    assert len(found["audit_entries"]) == len(services())
    assert found["unavailable_services"] == []


@pytest.mark.parametrize("token", ["x", "W10", "e30", "eyJjb250YWN0cyI6WzFdfQ"])
def test_audit_trail_refuses_foreign_tokens(admin: Client, token: str) -> None:
    answer = admin.get("/v1/audit_entries", params={"page_token": token})
    assert (answer.status_code, list(answer.json()["errors"])) == (400, ["page_token"])


def test_audit_trail_passes_on_wrong_filters(suite: Suite, admin: Client) -> None:
    suite.services.answers["ListHistory"] = InvalidInput.of("filter", "no such field")
    answer = admin.get("/v1/audit_entries", params={"filter": "x = 1"})
    assert (answer.status_code, answer.json()["errors"]) == (400, {"filter": ["no such field"]})


# -- imports ---------------------------------------------------------------------------------------------------


def _form(*parts: tuple[str, bytes], file_name: str = "people.csv") -> dict[str, Any]:
    body = b""
    for name, value in parts:
        extra = f'; filename="{file_name}"' if name == "file" else ""
        body += f'--xyz\r\nContent-Disposition: form-data; name="{name}"{extra}\r\n\r\n'.encode() + value + b"\r\n"
    return {"content": body + b"--xyz--\r\n", "headers": {"content-type": "multipart/form-data; boundary=xyz"}}


def test_kinds_belong_to_services() -> None:
    owners = kinds()
    assert {owners[kind] for kind in ("contacts", "accounts", "leads", "activities")} == {"contacts"}
    assert (owners["opportunities"], owners["tickets"]) == ("sales", "support")
    assert (owners["users"], owners["campaigns"]) == ("identity", "marketing")


def test_an_import_is_streamed_to_the_owner(suite: Suite, admin: Client) -> None:
    suite.services.answers["UploadImport"] = imports_pb2.Import(id="i1", kind="opportunities", rows_read=3)
    data = b"name;amount\r\n" + b"x" * 200_000
    mapping = json.dumps({"name": "name"}).encode()
    form = _form(("kind", b"opportunities"), ("dry_run", b"true"), ("mapping", mapping), ("file", data),
                 file_name="C:\\x\\deals.csv")  # fmt: skip
    answer = admin.post("/v1/imports", **form)
    assert answer.status_code == 201, answer.text
    assert answer.headers["location"] == "/v1/imports/i1"
    assert answer.json()["rows_read"] == 3
    (call,) = suite.services["UploadImport"]
    assert call.service == "sales"
    header = call.message[0].header
    assert (header.kind, header.dry_run, header.file_name) == ("opportunities", True, "deals.csv")
    assert dict(header.mapping) == {"name": "name"}
    chunks = [part.chunk for part in call.message[1:]]
    assert b"".join(chunks) == data
    assert max(map(len, chunks)) <= 65536


@pytest.mark.parametrize("early", [b"", b"x" * 300_000])
def test_the_parts_of_a_form_come_in_any_order(suite: Suite, admin: Client, early: bytes) -> None:
    suite.services.answers["UploadImport"] = imports_pb2.Import(id="i1", kind="opportunities")
    data, mapping = b"name\n" + early, json.dumps({"name": "name"}).encode()
    late = [("kind", b"opportunities"), ("dry_run", b"true"), ("mapping", mapping), ("delimiter", b"TAB")]

    for parts in ([("file", data), *late], [late[0], ("file", data), *late[1:]], [*late, ("file", data)]):
        assert admin.post("/v1/imports", **_form(*parts)).status_code == 201
        call = suite.services["UploadImport"][-1]
        headers = [part.header for part in call.message if part.HasField("header")]
        assert call.service == "sales"
        assert b"".join(part.chunk for part in call.message) == data
        assert (headers[-1].dry_run, dict(headers[-1].mapping)) == (True, {"name": "name"})
        assert headers[-1].options.delimiter == imports_pb2.ImportOptions.TAB


def test_a_large_file_whose_kind_nobody_knows_yet(admin: Client, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("crm_gateway.imports.EARLY_FILE", 100_000)

    async def chunks() -> Any:
        form = _form(("file", b"x" * 200_000), ("kind", b"contacts"))["content"]
        for start in range(0, len(form), 50_000):
            yield form[start : start + 50_000]

    headers = {"content-type": "multipart/form-data; boundary=xyz"}
    answer = admin.post("/v1/imports", content=chunks(), headers=headers)
    assert (answer.status_code, list(answer.json()["errors"])) == (400, ["kind"])


def test_a_mapping_says_what_cells_mean(suite: Suite, admin: Client) -> None:
    suite.services.answers["UploadImport"] = imports_pb2.Import(id="i1", kind="leads")
    mapping = json.dumps({"Status": {"field": "status", "values": {"In Progress": "WORKING"}}, "Name": "last_name"})
    form = _form(("kind", b"leads"), ("mapping", mapping.encode()), ("file", b"Name\n"))
    assert admin.post("/v1/imports", **form).status_code == 201
    header = suite.services["UploadImport"][-1].message[0].header
    assert dict(header.mapping) == {"Status": "status", "Name": "last_name"}
    assert {name: dict(one.values) for name, one in header.options.values.items()} == {
        "Status": {"In Progress": "WORKING"}
    }


@pytest.mark.parametrize(
    ("parts", "field"),
    [
        ([("file", b"a")], "kind"),
        ([("file", b"a"), ("kind", b"nonsense")], "kind"),
        ([("kind", b"contacts"), ("file", b"a"), ("dry_run", b"yes")], "dry_run"),
        ([("kind", b"contacts"), ("file", b"a"), ("kind", b"contacts")], "kind"),
        ([("kind", b"contacts"), ("decimal_sign", b"."), ("file", b"a")], "decimal_sign"),
        ([("kind", b"contacts"), ("mapping", b'{"a":{"field":"b","values":["c"]}}'), ("file", b"a")], "mapping"),
        ([("kind", b"contacts")], "file"),
        ([("kind", b"nonsense"), ("file", b"a")], "kind"),
        ([("kind", b"contacts"), ("dry_run", b"yes"), ("file", b"a")], "dry_run"),
        ([("kind", b"contacts"), ("mapping", b"[]"), ("file", b"a")], "mapping"),
        ([("kind", b"contacts"), ("mapping", b'{"a":1}'), ("file", b"a")], "mapping"),
        ([("kind", b"contacts"), ("kind", b"leads"), ("file", b"a")], "kind"),
        ([("kind", b"contacts"), ("other", b"1"), ("file", b"a")], "other"),
        ([("kind", b"\xff"), ("file", b"a")], "kind"),
        ([("kind", b"x" * 70_000), ("file", b"a")], "kind"),
        ([("kind", b"contacts"), ("file", b"a"), ("file", b"b")], "file"),
    ],
)
def test_forms_that_are_refused(admin: Client, parts: list[tuple[str, bytes]], field: str) -> None:
    answer = admin.post("/v1/imports", **_form(*parts))
    assert (answer.status_code, list(answer.json()["errors"])) == (400, [field]), answer.text


def test_a_form_that_is_cut_off(admin: Client) -> None:
    form = _form(("kind", b"contacts"), ("file", b"a" * 1000))
    form["content"] = form["content"][:-500]
    answer = admin.post("/v1/imports", **form)
    assert (answer.status_code, answer.json()["detail"]) == (400, "The form ends too early.")


def test_a_form_without_boundary(admin: Client) -> None:
    for type_, status in (("multipart/form-data", 400), ("application/json", 415)):
        answer = admin.post("/v1/imports", content=b"{}", headers={"content-type": type_})
        assert answer.status_code == status


def test_a_file_that_is_too_large(admin: Client, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("crm_gateway.imports.MAX_FILE", 100_000)

    async def chunks() -> Any:
        form = _form(("kind", b"contacts"), ("file", b"x" * 200_000))["content"]
        for start in range(0, len(form), 50_000):
            yield form[start : start + 50_000]

    headers = {"content-type": "multipart/form-data; boundary=xyz"}
    answer = admin.post("/v1/imports", content=chunks(), headers=headers)
    assert answer.status_code == 413


def test_an_import_that_the_service_refuses(suite: Suite, admin: Client) -> None:
    suite.services.answers["UploadImport"] = PermissionDenied("This needs the permission contacts.create.")
    answer = admin.post("/v1/imports", **_form(("kind", b"contacts"), ("file", b"a" * 300_000)))
    assert (answer.status_code, answer.json()["reason"]) == (403, "PERMISSION_DENIED")


def test_whoever_knows_an_import_answers(suite: Suite, admin: Client) -> None:
    suite.services.answers["GetImport"] = lambda call: (
        imports_pb2.Import(id=ID, kind="tickets") if call.service == "support" else (_ for _ in ()).throw(NotFound())
    )
    assert admin.get(f"/v1/imports/{ID}").json()["kind"] == "tickets"
    suite.services.answers["ListImportErrors"] = imports_pb2.ListImportErrorsResponse(next_page_token="n")
    token = admin.get(f"/v1/imports/{ID}/errors?page_size=5").json()["next_page_token"]
    assert token not in ("", "n"), "places are for nobody to read"
    assert admin.get(f"/v1/imports/{ID}/errors?page_size=5&page_token={token}").status_code == 200
    assert [call.message.page_token for call in suite.services["ListImportErrors"]][-1] == "n"
    assert admin.get(f"/v1/imports/{OTHER}/errors?page_token={token}").status_code == 400


def test_an_import_is_cancelled_where_it_is_known(suite: Suite, admin: Client) -> None:
    def known(call: Any) -> Any:
        if call.service != "sales":
            raise NotFound()
        return imports_pb2.Import(id=ID, state="CANCELLED" if call.name == "CancelImport" else "RUNNING")

    suite.services.answers |= {"GetImport": known, "CancelImport": known}
    assert admin.post(f"/v1/imports/{ID}:cancel", json={}).json()["state"] == "CANCELLED"
    assert [call.service for call in suite.services["CancelImport"]] == ["sales"]


def test_who_may_not_read_an_import_is_told_so(suite: Suite, admin: Client) -> None:
    refused = PermissionDenied("This needs the permission tickets.read.")
    suite.services.answers["GetImport"] = lambda call: (_ for _ in ()).throw(
        refused if call.service == "support" else NotFound()
    )
    assert admin.get(f"/v1/imports/{ID}").status_code == 403


def test_the_newest_imports_of_all_services(suite: Suite, admin: Client) -> None:
    ids = [f"01890000-0000-7000-8000-{number:012d}" for number in range(6)]
    of = {"contacts": ids[1::2], "sales": ids[::2]}

    def answer(call: Any) -> Any:
        found = [one for one in of.get(call.service, [])[::-1] if one < (call.message.page_token or "z")]
        size = call.message.page_size or 50
        page = imports_pb2.ListImportsResponse(imports=[imports_pb2.Import(id=one) for one in found[:size]])
        page.next_page_token = found[size - 1] if len(found) > size else ""
        return page

    suite.services.answers["ListImports"] = answer
    seen, token = [], ""
    while True:
        page = admin.get("/v1/imports", params={"page_size": 2, "page_token": token}).json()
        seen += [one["id"] for one in page["imports"]]
        token = page["next_page_token"]
        if not token:
            break
    assert seen == ids[::-1]
    suite.services.dead.add("sales")
    page = admin.get("/v1/imports").json()
    assert ([one["id"] for one in page["imports"]], page["unavailable_services"]) == (ids[5::-2], ["sales"])


def test_failed_rows_come_as_a_file(suite: Suite, admin: Client) -> None:
    options = imports_pb2.ImportOptions(delimiter=imports_pb2.ImportOptions.SEMICOLON)
    found = imports_pb2.Import(id=ID, columns=["Name", "Phone", "=x"], options=options)
    suite.services.answers["GetImport"] = lambda call: (
        found if call.service == "contacts" else (_ for _ in ()).throw(NotFound())
    )
    bad = imports_pb2.RowError(line=7, field="phone", message="is wrong", cells=["=cmd|' /C calc'!A0", "+49 30"])
    pages = {
        "": imports_pb2.ListImportErrorsResponse(errors=[bad], next_page_token="n"),
        "n": imports_pb2.ListImportErrorsResponse(errors=[imports_pb2.RowError(line=9, message="m", cells=["-1;2"])]),
    }
    suite.services.answers["ListImportErrors"] = lambda call: pages[call.message.page_token]

    answer = admin.get(f"/v1/imports/{ID}/failed_rows")

    assert answer.headers["content-type"] == "text/csv; charset=utf-8"
    assert "attachment" in answer.headers["content-disposition"]
    rows = list(csv.reader(io.StringIO(answer.content.decode("utf-8-sig")), delimiter=";"))
    assert rows == [
        ["Name", "Phone", "'=x", "line", "error"],
        ["'=cmd|' /C calc'!A0", "'+49 30", "", "7", "phone: is wrong"],
        ["'-1;2", "", "", "9", "m"],
    ]
    assert {call.service for call in suite.services["ListImportErrors"]} == {"contacts"}


def test_nobody_knows_an_import(suite: Suite, admin: Client) -> None:
    suite.services.answers["GetImport"] = NotFound()
    assert admin.get(f"/v1/imports/{ID}").status_code == 404
    suite.services.dead.add("sales")
    answer = admin.get(f"/v1/imports/{ID}")
    assert (answer.status_code, answer.json()["service"]) == (503, "sales")
    assert admin.get("/v1/imports/none").status_code == 400


@pytest.mark.parametrize("dead", [set(), {"identity"}, {"identity", "contacts"}], ids=len)
def test_a_read_of_the_trail_is_noted_once(suite: Suite, admin: Client, dead: set[str]) -> None:
    """Six entries a page about its own reading would bury what people look for."""
    admin.get("/v1/me")
    suite.services.dead |= dead
    suite.services.answers["ListHistory"] = lambda call: Trail(call.service, list(range(10)))(call)
    found = admin.get("/v1/audit_entries?page_size=9").json()
    assert set(found["unavailable_services"]) == dead
    answered = [call for call in suite.services["ListHistory"] if call.service not in dead]
    assert len(answered) == len(services()) - len(dead)
    assert len([call for call in answered if not call.message.noted_elsewhere]) == 1
