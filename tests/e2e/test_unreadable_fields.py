"""Nobody learns through any door what a field holds that he may not read: enumerated from the contracts.

A person who may do everything but read personal and financial fields goes through every route, in which records stand
whose guarded fields hold values that stand nowhere else. A new field fails here until a record fills it, a new route
until it is called, a new parameter until somebody has said whether values can be asked for by it.
"""

from __future__ import annotations

import json
import re
import secrets
from collections.abc import Callable, Iterable, Iterator
from datetime import UTC, datetime
from typing import Any
from uuid import uuid4

import crm_contracts
import pytest
from crm.common.v1.standard_pb2 import GetRequest
from crm.contacts.v1 import accounts_pb2, contacts_pb2
from crm_chassis.contracts.filtering import message_fields
from crm_contracts.resources import MONEY
from crm_marketing.segmentation.catalogue import CATALOGUE
from crm_marketing.templates.rendering import ACCOUNT_TOKENS, CONTACT_TOKENS
from google.protobuf.descriptor import Descriptor, FieldDescriptor

from tests.e2e.client import Api, eventually

pytestmark = pytest.mark.slow

EVERY = "/v1/{resource}/"
"""How the routes begin that every resource has."""
GUARDED = (crm_contracts.Sensitivity.PERSONAL, crm_contracts.Sensitivity.FINANCIAL)

OF_THE_OPERATORS = {
    "held_event": "only operators read them, without that right no payload: test_bus_operations.py",
    "job": "the same of what jobs work on: tests/integration/test_job_operations.py",
}
"""Kinds of records with guarded fields that nobody makes at will."""
OF_WORDS = {"duplicate": "its reasons name fields and ways of comparing: services/contacts/tests/duplicates"}
"""Kinds of records whose guarded fields hold no values of anybody."""
ONLY_TOLD = frozenset({"likely_duplicates"})
"""Fields that the answers to writes have and no record."""

ASKING = frozenset(("filter", "order_by", "by", "sum", "group_by", "query", "to"))
"""Parameters by which one can ask about values; each has a test below."""
PLAIN = frozenset((
    "account_id", "after_id", "allow_duplicates", "allow_missing", "as_of", "assignee_id", "before_id", "body",
    "choices", "code", "competitor", "contact_id", "contact_ids", "create_account", "currency", "current_password",
    "days", "direction", "display_name", "dry_run", "email", "etag", "etags", "everybody", "exact_total_size",
    "expires_at", "fields", "file_name", "from_date", "id", "ids", "ignore_lag", "include_total_size", "kind", "kinds",
    "language", "last_seen_message_id", "lead_id", "loser_ids", "mapping", "mine", "name", "new_password",
    "opportunity_id", "options", "organisation_name", "overwrite_lead_source", "owner_id", "page_size", "page_token",
    "password", "reason", "reassign_to_id", "record_id", "refresh_token", "resolution", "resource", "segment_id",
    "service", "show_deleted", "since", "stage_id", "state", "subject", "subscription", "terms_hash", "ticket_id",
    "time_zone", "to_date", "to_decide", "token", "totp", "unread", "until", "update_mask", "update_masks", "user_id",
    "version",
))  # fmt: skip
"""Parameters that compare nothing with a guarded value."""

NOT_ABOUT_RECORDS = frozenset((
    "StartBrowserSession", "RefreshBrowserSession", "EndBrowserSession", "Login", "RefreshSession", "Logout",
    "UpdateMe", "ChangePassword", "EnrolTotp", "ConfirmTotp", "DisableTotp", "RegenerateRecoveryCodes", "AddFavourite",
    "RemoveFavourite", "MarkNotificationRead", "SnoozeNotification", "MarkAllNotificationsRead", "UpdateOrganisation",
    "ForgotPassword", "InviteUser", "UsePasswordLink", "UpdatePreferences", "EndSession", "EndOtherSessions",
    "CompleteSetup", "DeactivateUser", "ReactivateUser", "ResetTotp", "Unsubscribe", "CreateImport", "CancelImport",
    "NotePresence", "NoteConsoleTimings", "RetryHeldEvent", "DropHeldEvent",
    "ReplaySubscription", "RetryJob", "CancelJob",
))  # fmt: skip
"""Routes that change something of one's own account, of the organisation or of the machinery."""
NOT_ASKED = {
    "GetPasswordLink": "needs a token from a mail, and shows what its holder knows",
    "GetUnsubscribe": "the same",
    "GetPresence": "names users only",
    "StreamChanges": "never ends, and names records only: test_the_stream_names_records_only",
}

SAID: dict[str, Callable[[dict[str, str]], dict[str, Any] | None]] = {
    "ConvertLead": lambda ids: {"contact_id": ids["contacts"], "create_account": False},
    "PreviewLeadConversion": lambda ids: {"contact_id": ids["contacts"]},
    "PreviewTemplate": lambda ids: {"contact_id": ids["contacts"]},
    "PreviewSegment": lambda ids: {"filter": 'country = "NO"'},
    "AddSegmentMembers": lambda ids: {"contact_ids": [ids["contacts"]]},
    "RemoveSegmentMembers": lambda ids: {"contact_ids": [ids["contacts"]]},
    "LaunchCampaign": lambda ids: {},
    "PauseCampaign": lambda ids: {},
    "ResumeCampaign": lambda ids: {},
    "RebuildSegment": lambda ids: {},
    "WinOpportunity": lambda ids: {},
    "LoseOpportunity": lambda ids: {"reason": "price"},
    "ReopenOpportunity": lambda ids: {},
    "CompleteTask": lambda ids: {},
    "AssignTicket": lambda ids: {"assignee_id": ids["users"]},
    "ResolveTicket": lambda ids: {"resolution": "Done"},
    "ReopenTicket": lambda ids: {},
    "CloseTicket": lambda ids: {},
    "MergeContacts": lambda ids: {"loser_ids": [ids["twin of contacts"]]},
    "PreviewContactMerge": lambda ids: {"loser_ids": [ids["twin of contacts"]]},
    "MergeAccounts": lambda ids: {"loser_ids": [ids["twin of accounts"]]},
    "PreviewAccountMerge": lambda ids: {"loser_ids": [ids["twin of accounts"]]},
    "UndoMerge": lambda ids: {},
    "ShareRecord": lambda ids: {"principal_kind": "EVERYONE", "level": "READ"},
    "UnshareRecord": lambda ids: None,
    "FindContactDuplicates": lambda ids: {"contact": {"phones": [{"number": "+47 22 86 44 90"}]}},
    "FindLeadDuplicates": lambda ids: {"lead": {"phone": "+47 22 86 44 91"}},
    "FindAccountDuplicates": lambda ids: {"account": {"name": "Plain"}},
    "DismissDuplicate": lambda ids: {},
    "ReopenDuplicate": lambda ids: {},
    "SweepDuplicates": lambda ids: {},
    "SendContactEmail": lambda ids: {"subject": "Seen", "body": "Seen"},
    "RestoreValues": lambda ids: {"version": 1},
    "CreateProposal": lambda ids: {
        "commands": [{"resource": "contacts", "id": ids["contacts"], "fields": {"title": "seen"}}]
    },
    "ApproveProposal": lambda ids: {"terms_hash": ids["terms of proposals"]},
    "DeclineProposal": lambda ids: {"terms_hash": ids["terms of proposals"]},
    "WithdrawProposal": lambda ids: {},
    "UndoProposal": lambda ids: {},
    "SendLeadEmail": lambda ids: {"subject": "Seen", "body": "Seen"},
}
"""What is sent to the routes that are no standard ones."""
QUERIES = {"Search": {"query": "Plain"}, "GetSalesReport": {"group_by": "TOTAL"}}
STANDARD = re.compile(r"(Create|Update|Delete|Undelete|Assert|Batch(Get|Create|Update|Delete|Undelete))[A-Z]")
HARMLESS = {"tags": ["seen"]}
HARMLESS_OF = {
    "activities": {"channel": "seen"}, "tasks": {"subject": "seen"}, "messages": {}, "opt_outs": {},
    "campaigns": {"description": "seen"}, "segments": {"description": "seen"}, "templates": {"description": "seen"},
    "products": {"description": "seen"}, "pipelines": {"name": "seen"}, "affiliations": {"role": "seen"},
    "account_relationships": {"note": "seen"},
}  # fmt: skip


def is_guarded(field: FieldDescriptor) -> bool:
    rules = crm_contracts.rules_of(field)
    return rules.sensitivity in GUARDED or bool(rules.read_permission)


def guarded_paths(message: Descriptor, before: tuple[str, ...] = ()) -> Iterator[tuple[str, ...]]:
    """The fields that not everybody reads who reads the record, as paths."""
    for field in message.fields:
        path = (*before, field.name)
        if crm_contracts.INPUT_ONLY in crm_contracts.behavior_of(field) or field.name in ONLY_TOLD:
            continue
        if is_guarded(field):
            yield path
        elif field.message_type is not None and not field.message_type.full_name.startswith("google."):
            yield from guarded_paths(field.message_type, path)


def records() -> dict[str, Descriptor]:
    """The kinds of records with guarded fields, by plural."""
    descriptors = (message.DESCRIPTOR for message in crm_contracts.messages())
    found = {crm_contracts.resource_of(one).plural: one for one in descriptors if crm_contracts.resource_of(one)}
    return {
        plural: one
        for plural, one in found.items()
        if any(guarded_paths(one)) and crm_contracts.resource_of(one).name not in OF_THE_OPERATORS | OF_WORDS
    }


RECORDS = records()
ROUTES = [
    (method, method.http) for method in crm_contracts.methods().values() if method.http and not method.policy.internal
]


def values_at(value: Any, path: tuple[str, ...]) -> Iterator[Any]:
    if isinstance(value, list):
        for item in value:
            yield from values_at(item, path)
    elif not path:
        yield value
    elif isinstance(value, dict) and path[0] in value:
        yield from values_at(value[path[0]], path[1:])


def texts(value: Any) -> Iterator[str]:
    """What of a value could be recognised in an answer."""
    if isinstance(value, dict):
        yield value["amount"].rstrip("0").rstrip(".")
    elif value:
        yield str(value)


class World:
    """Records whose guarded fields hold what stands nowhere else."""

    def __init__(self, admin: Api) -> None:
        self.admin = admin
        self.ids: dict[str, str] = {}
        self.mark = f"zq{secrets.token_hex(6)}"
        self.secrets: set[str] = {self.mark}

    def money(self) -> dict[str, str]:
        """An amount that no other is like."""
        return {"amount": f"{secrets.randbelow(9_000_000) + 1_000_000}.{secrets.randbelow(80) + 11}", "currency": "THB"}

    def make(self, plural: str, path: str = "", **fields: Any) -> str:
        record = self.admin.post(path or f"/v1/{plural}", **fields)
        self.ids[plural] = str(record["id"])
        return self.ids[plural]

    def place(self) -> dict[str, str]:
        return {"type": "BILLING", "street": f"{self.mark} street", "city": f"{self.mark}city",
                "postal_code": self.mark, "country": "NO"}  # fmt: skip

    def fill(self) -> None:
        mark, money = self.mark, self.money
        self.make("users", email=f"u{secrets.token_hex(6)}@users.example", display_name="Colleague", role_ids=[])
        other = self.make("accounts", name="Other")
        account = self.make("accounts", name="Plain", annual_revenue=money(), addresses=[self.place()])
        contact = self.make(
            "contacts", first_name=f"{mark}first", last_name=f"{mark}last", description=f"{mark} is known",
            emails=[{"address": f"{mark}@contacts.example"}], phones=[{"number": "+47 22 86 44 90"}],
            addresses=[self.place()], account_id=account, country="NO", custom={"shoe": "plain"},
        )  # fmt: skip
        self.ids["twin of contacts"] = self.admin.post("/v1/contacts", last_name="Plain")["id"]
        self.ids["twin of accounts"] = self.admin.post("/v1/accounts", name="Plain")["id"]
        self.make(
            "leads", first_name=f"{mark}fore", last_name=f"{mark}sur", email=f"{mark}@leads.example",
            phone="+47 22 86 44 91", description=f"{mark} asks", company="Plain",
        )  # fmt: skip
        email = self.admin.post(f"/v1/contacts/{contact}:sendEmail", subject="Plain", body=f"{mark} said")
        self.ids["activities"] = email["activity_id"]
        self.make("tasks", subject="Plain", contact_id=contact)
        product = self.make("products", name="Plain", price=money())
        line = {"product_id": product, "unit_price": money(), "quantity": "3"}
        # The amount of a deal with lines is that of the lines.
        self.make("opportunities", name="Plain", account_id=account, lines=[line])
        self.make("campaigns", name="Plain", channel="OFFLINE", budget=money(), cost=money(), expected_revenue=money())
        self.make("segments", name=f"Plain {secrets.token_hex(3)}", kind="DYNAMIC", filter='country = "NO"')
        self.make(
            "templates", name=f"Plain {secrets.token_hex(3)}", subject="For {{ contact.first_name }}",
            body_text="{{ contact.email }} {{ unsubscribe_url }}",
        )  # fmt: skip
        ticket = self.make(
            "tickets", subject="Plain", description=f"{mark} cannot", requester_name=f"{mark} asks",
            requester_email=f"{mark}@contacts.example", contact_id=contact,
        )  # fmt: skip
        self.make("messages", f"/v1/tickets/{ticket}/messages", body=f"{mark} writes")
        self.make("comments", f"/v1/tickets/{ticket}/comments", body=f"{mark} mutters")
        self.make("opt_outs", email=f"{mark}@optouts.example", reach="ADDRESS")
        self.make("affiliations", contact_id=contact, account_id=other)
        proposed = {"description": f"{mark} is proposed", "emails": [{"address": f"{mark}@proposals.example"}]}
        commands = [{"resource": "contacts", "id": contact, "fields": proposed}]
        self.make("proposals", commands=commands, reason=f"{mark} is why")
        self.ids["terms of proposals"] = self.admin.get(f"/v1/proposals/{self.ids['proposals']}")["terms_hash"]
        self.make("account_relationships", from_account_id=account, kind="PARTNER", to_account_id=other)
        self.make_import()

    def make_import(self) -> None:
        """A file with a row that is imported and one that is refused."""
        lines = [
            "last_name,email,language",
            f"{self.mark}row,{self.mark}@rows.example,en",
            f"{self.mark}bad,{self.mark}@,en",
        ]
        answer = self.admin.http.post(
            "/v1/imports",
            files={"file": (f"{secrets.token_hex(3)}.csv", "\n".join(lines).encode(), "text/csv")},
            data={"kind": "contacts", "mapping": json.dumps({name: name for name in lines[0].split(",")})},
        )
        assert answer.status_code == 201, answer.text
        self.ids["imports"] = answer.json()["id"]
        done = eventually(
            lambda: (found := self.admin.get(f"/v1/imports/{self.ids['imports']}"))["state"] == "DONE" and found, 60
        )
        assert (done["rows_created"], done["rows_failed"]) == (1, 1), done

    def read(self, plural: str) -> Any:
        """The record as one sees it who may see everything."""
        if plural == "comments":
            (comment,) = self.admin.get(f"/v1/tickets/{self.ids['tickets']}/comments")["comments"]
            return comment
        path = f"/v1/tickets/{self.ids['tickets']}/messages" if plural == "messages" else f"/v1/{plural}"
        return self.admin.get(f"{path}/{self.ids[plural]}")


@pytest.fixture(scope="module")
def world(admin: Api) -> World:
    found = World(admin)
    found.fill()
    return found


@pytest.fixture(scope="module")
def blind(hire: Any, admin: Api, roles: dict[str, str], world: World) -> Api:
    """Somebody who may do everything but read guarded fields."""
    grants = [
        {"permission": name, "scope": "ALL"} for name in crm_contracts.permissions() if not name.startswith("fields.")
    ]
    name = f"blind_{secrets.token_hex(4)}"
    roles[name] = admin.post("/v1/roles", name=name, grants=grants)["id"]
    api: Api = hire(name)
    for plural in ("contacts", "opportunities", "tickets", "templates"):
        eventually(
            lambda: api.http.get(f"/v1/{plural}/{world.ids[plural]}").status_code == 200  # noqa: B023
        )
    return api


@pytest.fixture(scope="module")
def hidden(world: World) -> frozenset[str]:
    """Every value of a guarded field of the world."""
    found = set(world.secrets)
    for plural, message in RECORDS.items():
        record = world.read(plural)
        for path in guarded_paths(message):
            held = [text for value in values_at(record, path) for text in texts(value)]
            assert held, f"no {'.'.join(path)} in the {plural} of this test: fill it"
            found.update(text for text in held if len(text) > 4)
    return frozenset(found)


def with_history() -> list[str]:
    """The kinds of records with guarded fields whose history is told."""
    return [plural for plural in RECORDS if any(m.request is GetRequest and plural_of(m) == plural for m, _ in ROUTES)]


def plural_of(method: crm_contracts.Method) -> str:
    """The records that a route is about, by its path: "contacts"."""
    assert method.http is not None
    named = re.findall(r"/v1/(?:tickets/\{[a-z_.]+\}/)?([a-z_]+)", method.http.path)
    return str(named[0]) if named else ""


def paths(method: crm_contracts.Method, ids: dict[str, str]) -> Iterable[str]:
    """The addresses of a route in the world; of those with a fixed choice all."""
    assert method.http is not None
    choices: dict[str, list[str]] = {
        "service": ["contacts", "sales", "marketing", "support", "reporting", "identity"],
        "name": ["sales", "marketing", "support", "executive"],
        "resource": [*RECORDS],
        "external_id": [secrets.token_hex(6)],
    }
    if method.http.path.startswith(EVERY):
        path = method.http.path
        return [re.sub(r"\{(record_)?id\}", ids[p], path.replace(EVERY, f"/v1/{p}/")) for p in with_history()]
    found = [method.http.path]
    for parameter in re.findall(r"\{([a-z_.]+)\}", method.http.path):
        name = parameter.rpartition(".")[2]
        if name == "id":
            values = [ids.get(plural_of(method), ids["contacts"])]
        elif name == "record_id":
            values = [ids[method.http.path.split("/")[2]]]
        else:
            values = choices[name] if name in choices else [ids[crm_plural(name)]]
        found = [path.replace(f"{{{parameter}}}", value) for path in found for value in values]
    return found


def crm_plural(reference: str) -> str:
    return {"lead_id": "leads", "opportunity_id": "opportunities", "ticket_id": "tickets", "segment_id": "segments"}[
        reference
    ]


def body(method: crm_contracts.Method, ids: dict[str, str]) -> dict[str, Any] | None:
    """What is sent to a route."""
    assert method.http is not None
    if method.name in SAID:
        return SAID[method.name](ids)
    if method.http.verb in ("GET", "DELETE"):
        return None
    plural, harmless = plural_of(method), HARMLESS_OF.get(plural_of(method), HARMLESS)
    if method.name.startswith("BatchGet"):
        return {"ids": [ids[plural]]} if plural in ids else {"ids": []}
    if method.name.startswith("BatchUpdate"):
        return {plural: [{"id": ids.get(plural, ids["contacts"]), **harmless}]}
    if method.name.startswith("BatchCreate"):
        return {plural: [harmless]}
    if method.name.startswith(("BatchDelete", "BatchUndelete")):
        # Of a record that is not there: the others are still asked about.
        return {"records": [{"id": str(uuid4())}]}
    return {} if method.name.startswith("Undelete") else dict(harmless)


def called(verb: str, path: str, api: Api, given: dict[str, Any] | None, **query: Any) -> Any:
    answer = api.http.request(verb, path, json=given, params=query)
    assert answer.status_code < 500, f"{verb} {path}: {answer.status_code} {answer.text}"
    return answer


def check(answer: Any, hidden: Iterable[str], about: str) -> None:
    seen = sorted(value for value in hidden if value in answer.text or value in str(answer.headers))
    assert not seen, f"{about} shows {seen}: {answer.text[:2000]}"


def test_every_parameter_is_classified() -> None:
    """Whoever adds one says whether one can ask for values by it; if so, it needs a test here."""
    for method, _ in ROUTES:
        for field in method.request.DESCRIPTOR.fields:
            inner = field.message_type
            if inner is not None and inner.full_name.startswith("crm."):
                continue
            assert field.name in ASKING | PLAIN, f"{method.full_name}: can one ask for values by {field.name}?"


def test_every_route_is_called_or_said_why_not() -> None:
    for method, http in ROUTES:
        known = (
            http.verb == "GET" or method.name in SAID or STANDARD.match(method.name) or method.name in NOT_ABOUT_RECORDS
        )
        assert known, f"{method.full_name}: say in SAID what to send"


def test_no_route_shows_what_one_may_not_read(blind: Api, world: World, hidden: frozenset[str]) -> None:
    """Reading first, then what changes records, deletion and its undoing at last."""
    order = ("GET", "Batch", "Preview", "Update", "Assert", "Create", "", "Delete", "Undelete")

    def turn(route: Any) -> int:
        method, http = route
        name = http.verb if http.verb == "GET" else method.name
        return next(
            i
            for i, word in enumerate(order)
            if (word and name.startswith(word)) or (not word and not name.startswith(("Delete", "Undelete")))
        )

    succeeded = set()
    for method, http in sorted(ROUTES, key=turn):
        if method.name in NOT_ASKED or method.name in NOT_ABOUT_RECORDS:
            continue
        if method.domain == "identity" and http.verb != "GET":
            continue  # Users, roles and the like have no guarded fields; test_the_records_of_identity holds it.
        for path in paths(method, world.ids):
            query = {"by": next(groupable(method))} if method.name.startswith("Group") else QUERIES.get(method.name, {})
            answer = called(http.verb, path, blind, body(method, world.ids), **query)
            check(answer, hidden, f"{http.verb} {path}")
            if answer.status_code < 300:
                succeeded.add(method.name)
    for plural, message in RECORDS.items():
        name = "".join(word.capitalize() for word in crm_contracts.resource_of(message).name.split("_"))
        known = {method.name for method, _ in ROUTES}
        wanted = {f"{verb}{name}" for verb in ("Get", "Update", "Delete", "Undelete")} & known
        assert wanted <= succeeded, f"{plural}: {wanted - succeeded} did not succeed and so shows nothing"
    said = {
        *("PreviewContactMerge", "PreviewAccountMerge", "MergeContacts", "MergeAccounts"),
        *("PreviewTemplate", "PreviewSegment", "PreviewLeadConversion", "ListImportErrors", "DownloadFailedRows"),
        *(
            "ListAuditEntries",
            "GetProposal",
            "CreateProposal",
            "GetContact360",
            "GetSalesReport",
            "GetLeadSourceReport",
            "GetDashboard",
        ),
    }
    assert said <= succeeded, said - succeeded


def groupable(method: crm_contracts.Method) -> Iterator[str]:
    message = RECORDS[plural_of(method)]
    return (f.name for f in message.fields if crm_contracts.rules_of(f).groupable and not is_guarded(f))


def test_the_records_of_identity_have_no_guarded_fields() -> None:
    assert not [plural for plural, message in RECORDS.items() if message.full_name.startswith("crm.identity.")]


def test_the_stream_names_records_only() -> None:
    stream = crm_contracts.method("crm.gateway.v1.StreamService.StreamChanges").response.DESCRIPTOR
    assert {field.name for field in stream.fields} == {"kind", "id", "version", "action"}


def asked(message: Descriptor) -> Iterator[str]:
    """The names that filters have for guarded values."""
    for name in message_fields(message):
        at, guarded = message, False
        for part in name.split("."):
            field = at.fields_by_name[part]
            guarded, at = guarded or is_guarded(field), field.message_type
        if guarded:
            yield name


def lists() -> dict[str, crm_contracts.Method]:
    return {plural_of(m): m for m, http in ROUTES if m.name.startswith("List") and http.path == f"/v1/{plural_of(m)}"}


@pytest.mark.parametrize("plural", sorted(RECORDS.keys() & lists().keys()))
def test_nobody_asks_a_list_by_what_he_may_not_read(plural: str, blind: Api, admin: Api, world: World) -> None:
    message, routes = RECORDS[plural], {m.name: m for m, _ in ROUTES}
    address = f"/v1/{plural}"
    for name in asked(message):
        for condition in (f'{name} = "1"', f"{name} = null", f'NOT ({name} = "1" OR id = "x")', f'{name} : "1"'):
            assert blind.http.get(address, params={"filter": condition}).status_code in (400, 403), condition
        assert blind.http.get(address, params={"filter": f"{name} != null AND created_at = null"}).status_code == 403
        assert admin.http.get(address, params={"filter": f"{name} = null"}).status_code == 200, name
    for field in message.fields:
        if crm_contracts.rules_of(field).sortable and is_guarded(field):
            for order in (field.name, f"-{field.name}"):
                assert blind.http.get(address, params={"order_by": order}).status_code == 403, order
            assert admin.http.get(address, params={"order_by": field.name}).status_code == 200
    group = next((m for m in routes.values() if m.name.startswith("Group") and plural_of(m) == plural), None)
    if group is None:
        return
    by = next(groupable(group))
    for field in message.fields:
        if is_guarded(field):
            given = {"by": field.name}
            assert blind.http.get(f"{address}:group", params=given).status_code in (400, 403), given
            if field.message_type is not None and field.message_type.full_name == MONEY:
                given = {"by": by, "sum": field.name}
                assert blind.http.get(f"{address}:group", params=given).status_code in (400, 403), given
    for name in asked(message):
        given = {"by": by, "filter": f"{name} = null"}
        assert blind.http.get(f"{address}:group", params=given).status_code == 403, given


@pytest.mark.parametrize("plural", sorted(RECORDS.keys() & lists().keys()))
def test_the_form_of_an_answer_shows_no_more(plural: str, blind: Api, world: World, hidden: frozenset[str]) -> None:
    message = RECORDS[plural]
    references = [f.name for f in message.fields if crm_contracts.rules_of(f).reference]
    ids = {"ids": [world.ids[plural]]}
    calls: list[tuple[str, str, dict[str, Any] | None]] = [
        ("GET", f"/v1/{plural}", None),
        ("GET", f"/v1/{plural}/{world.ids[plural]}", None),
        ("POST", f"/v1/{plural}:batchGet", ids),
    ]
    for verb, address, given in calls:
        for path in guarded_paths(message):
            for name in {path[0], ".".join(path)}:
                check(called(verb, address, blind, given, fields=name), hidden, f"{address} fields={name}")
        for name in references:
            check(called(verb, address, blind, given, expand=name), hidden, f"{address} expand={name}")


@pytest.mark.parametrize("plural", with_history())
def test_the_past_shows_no_more(plural: str, blind: Api, world: World, hidden: frozenset[str]) -> None:
    """Neither the record at a time, nor what restoring answers."""
    record, now = world.read(plural), datetime.now(UTC).isoformat()
    address = f"/v1/{plural}/{record['id']}"
    guarded = {path[0] for path in guarded_paths(RECORDS[plural])}
    for form in ({}, {"fields": ",".join(guarded)}):
        answer = called("GET", address, blind, None, as_of=now, show_deleted=True, **form)
        assert answer.status_code == 200, answer.text
        check(answer, hidden, f"{address} as of {now}")
    for name in guarded:
        answer = called("POST", f"{address}:restoreValues", blind, {"version": 1, "fields": [name]})
        assert answer.status_code >= 400, f"{plural} {name}: {answer.text}"
        check(answer, hidden, f"restoring {name} of {plural}")


def test_no_list_or_view_as_of_a_time_shows_more(blind: Api, world: World, hidden: frozenset[str]) -> None:
    now, contact, account = datetime.now(UTC).isoformat(), world.ids["contacts"], world.ids["accounts"]
    for path in (f"/v1/contacts/{contact}/customer360", f"/v1/accounts/{account}/customer360"):
        check(called("GET", path, blind, None, as_of=now), hidden, f"{path} as of {now}")
    about = {"filter": f'contact_id = "{contact}"', "as_of": now}
    for plural in ("activities", "tickets", "affiliations", "tasks"):
        answer = called("GET", f"/v1/{plural}", blind, None, **about)
        assert answer.status_code == 200, answer.text
        check(answer, hidden, f"{plural} as of {now}")


def test_what_a_field_held_before_is_hidden_as_what_it_holds(blind: Api, admin: Api) -> None:
    former, mark = f"zq{secrets.token_hex(6)}", f"zq{secrets.token_hex(6)}"
    made = admin.post("/v1/contacts", first_name=former, last_name=former, title="Dr")
    admin.patch(f"/v1/contacts/{made['id']}", first_name=mark, last_name=mark, title="Prof")
    address = f"/v1/contacts/{made['id']}"
    first = admin.get(f"{address}:history")["changes"][-1]["at"]
    assert admin.get(address, as_of=first)["first_name"] == former
    for path, query in ((f"{address}:history", {}), (f"{address}:provenance", {}), (address, {"as_of": first})):
        answer = called("GET", path, blind, None, **query)
        assert answer.status_code == 200, answer.text
        check(answer, {former, mark}, path)
    answer = called("POST", f"{address}:restoreValues", blind, {"version": 1})
    assert answer.json()["restored_fields"] == ["title"], answer.text


def test_no_word_of_a_guarded_field_is_found(blind: Api, admin: Api, world: World, hidden: frozenset[str]) -> None:
    words = {word for value in hidden for word in re.split(r"[^\w@.+]+", value) if len(word) > 4}
    found = [word for word in words if blind.get("/v1/search", query=word)["hits"]]
    assert not found
    assert any(admin.get("/v1/search", query=word)["hits"] for word in words)


@pytest.mark.parametrize("plural", sorted(RECORDS.keys() & lists().keys()))
def test_nobody_writes_what_he_may_not_read(plural: str, blind: Api, world: World) -> None:
    """So neither a duplicate, nor a rule, nor a match tells whether a value is right."""
    record, routes = world.read(plural), {m.name: m for m, _ in ROUTES}
    message = RECORDS[plural]
    name = "".join(word.capitalize() for word in crm_contracts.resource_of(message).name.split("_"))
    for field in message.fields:
        behavior = crm_contracts.behavior_of(field)
        held = record.get(field.name)
        inner = {path[0] for path in guarded_paths(message)}
        if field.name not in inner or crm_contracts.OUTPUT_ONLY in behavior or not held:
            continue
        for verb, path in (("PATCH", f"/v1/{plural}/{world.ids[plural]}"), ("POST", f"/v1/{plural}")):
            if f"{'Update' if verb == 'PATCH' else 'Create'}{name}" in routes:
                answer = called(verb, path, blind, {field.name: held})
                assert answer.status_code == 403, f"{verb} {path} {field.name}: {answer.text}"
        if f"Assert{name}" in routes:
            answer = called("PATCH", f"/v1/{plural}/external/{secrets.token_hex(6)}", blind, {field.name: held})
            assert answer.status_code == 403, f"{plural} {field.name}: {answer.text}"
        for action, more in (("Create", {}), ("Update", {"id": world.ids[plural]})):
            if any(known.startswith(f"Batch{action}") and plural_of(routes[known]) == plural for known in routes):
                given = {plural: [{field.name: held, **more}]}
                answer = called("POST", f"/v1/{plural}:batch{action}", blind, given)
                results = (
                    answer.json()["results"]
                    if answer.status_code == 200
                    else [{"problem": {"status": answer.status_code}}]
                )
                assert results[0]["problem"]["status"] == 403, f"{plural} {action} {field.name}: {answer.text}"


def test_nobody_asks_by_writing_whether_an_address_is_right(blind: Api, admin: Api, world: World) -> None:
    contact = admin.get(f"/v1/contacts/{world.ids['contacts']}")
    for address in (contact["email"], f"{secrets.token_hex(6)}@else.example"):
        given = {"subject": "Seen", "body": "Seen", "to": address}
        answer = called("POST", f"/v1/contacts/{contact['id']}:sendEmail", blind, given)
        assert answer.status_code == 403, answer.text


def may_not_ask(name: str) -> bool:
    plain = name.removeprefix("account.")
    message = contacts_pb2.Contact if plain == name else accounts_pb2.Account
    field = message.DESCRIPTOR.fields_by_name.get(plain)
    return field is not None and is_guarded(field)


@pytest.mark.parametrize("name", sorted(filter(may_not_ask, CATALOGUE)))
def test_no_segment_counts_by_what_its_author_may_not_read(name: str, blind: Api) -> None:
    given = {"filter": f'{name} = "x"'}
    assert blind.http.post("/v1/segments:preview", json=given).status_code == 403
    given |= {"name": secrets.token_hex(6), "kind": "DYNAMIC"}
    assert blind.http.post("/v1/segments", json=given).status_code == 403


@pytest.mark.parametrize(
    "name",
    [f"contact.{n}" for n in CONTACT_TOKENS if may_not_ask(n)]
    + [f"account.{n}" for n in ACCOUNT_TOKENS if may_not_ask(f"account.{n}")],
)
def test_no_template_has_conditions_on_what_its_author_may_not_read(name: str, blind: Api, world: World) -> None:
    text = f'{{% if {name} == "x" %}}{{{{ account.industry }}}}{{% endif %}}'
    given = {"name": secrets.token_hex(6), "subject": "x", "body_text": text}
    assert blind.http.post("/v1/templates", json=given).status_code == 403
    assert blind.http.patch(f"/v1/templates/{world.ids['templates']}", json={"body_text": text}).status_code == 403


@pytest.mark.parametrize("plural", sorted(RECORDS.keys() & lists().keys()))
def test_no_view_names_what_its_author_may_not_read(plural: str, blind: Api) -> None:
    message, common = RECORDS[plural], {"name": "x", "resource": plural, "layout": "TABLE", "visibility": "PRIVATE"}
    tried: list[dict[str, Any]] = [{"filter": f"{name} = null"} for name in asked(message)]
    for field in message.fields:
        if is_guarded(field) and crm_contracts.INPUT_ONLY not in crm_contracts.behavior_of(field):
            rules = crm_contracts.rules_of(field)
            tried += [{"columns": [field.name]}]
            tried += [{"order_by": field.name}] if rules.sortable else []
            tried += [{"group_by": field.name}] if rules.filterable and field.message_type is None else []
    for given in tried:
        answer = blind.http.post("/v1/saved_views", json=common | given)
        assert answer.status_code == 403, f"{plural} {given}: {answer.text}"
