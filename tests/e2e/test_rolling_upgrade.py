"""A service is upgraded process by process while the suite is used; nobody notices and nothing is lost.

The next version of contacts is a copy of the repository with one more field of the lead, in an environment of its own:
the migration first, then one api replica after the other, then the worker. Gateway and reporting stay as they are.
"""

from __future__ import annotations

import base64
import threading
import time
from collections.abc import Iterator
from pathlib import Path
from uuid import uuid4

import psycopg
import pytest
from crm.contacts.v1 import contacts_pb2
from crm_chassis.access.tokens import Issuer
from crm_chassis.rpc.client import Client
from crm_chassis.testing import user

from deploy.dev.catalogue import catalogue
from deploy.dev.instance import Instance
from tests.e2e.client import Api, close_all, eventually
from tests.e2e.copies import Copy

SERVICES = ("identity", "contacts", "reporting")
THREADS = 3
# `next_step: "call"` as field 25, which this version of the contract does not know.
NEXT_STEP = b"\xca\x01\x04call"


class Load:
    """Reads, writes with and without a key from several threads, as fast as they are answered."""

    def __init__(self, suite: Instance) -> None:
        self.errors: list[str] = []
        self.created: list[str] = []
        self.updated: list[str] = []
        self.answers = 0
        self._stop = threading.Event()
        self._lock = threading.Lock()
        self._apis = [Api(suite.gateway_url, *suite.admin) for _ in range(THREADS)]
        self._threads = [threading.Thread(target=self._run, args=(api,)) for api in self._apis]

    def __enter__(self) -> Load:
        for thread in self._threads:
            thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._stop.set()
        for thread in self._threads:
            thread.join()

    def go_on(self, calls: int = 100) -> None:
        """Waits until so many more calls were answered."""
        enough = self.answers + calls
        eventually(lambda: self.answers >= enough, 60)

    def _run(self, api: Api) -> None:
        while not self._stop.is_set():
            lead = self._call(api, "POST", "/v1/leads", {"company": "Acme", "source": "web"})
            if lead:
                self.created.append(lead)
                if self._call(api, "PATCH", f"/v1/leads/{lead}", {"status": "WORKING"}, repeatable=False):
                    self.updated.append(lead)
                self._call(api, "GET", f"/v1/leads/{lead}")
            self._call(api, "GET", "/v1/leads?page_size=5")

    def _call(
        self, api: Api, verb: str, path: str, body: dict[str, str] | None = None, *, repeatable: bool = True
    ) -> str:
        """The id in the answer, empty if it has none."""
        try:
            key = {"Idempotency-Key": str(uuid4())} if body and repeatable else {}
            answer = api.http.request(verb, path, json=body, headers=key)
            if answer.status_code >= 300:
                self.errors.append(f"{time.time():.2f} {verb} {path}: {answer.status_code} {answer.text}")
                return ""
            return str(answer.json().get("id", ""))
        except Exception as error:
            self.errors.append(f"{time.time():.2f} {verb} {path}: {error!r}")
            return ""
        finally:
            with self._lock:
                self.answers += 1


@pytest.fixture(scope="module")
def upgraded(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Copy]:
    """The next version of the code, without its migration."""
    copy = Copy(tmp_path_factory.mktemp("next") / "crm")
    copy.sync()
    proto, model = "proto/crm/contacts/v1/contacts.proto", "services/contacts/src/crm_contacts/leads/model.py"
    place = "  // What conversion made of the lead.\n"
    copy.replace(
        proto, place, f"  optional string next_step = 25 [(crm.options.v1.field) = {{max_length: 200}}];\n{place}"
    )
    place = '    city: Mapped[str] = mapped_column(String, default="")\n'
    copy.replace(model, place, f"{place}    next_step: Mapped[str | None] = mapped_column(String)\n")
    copy.must("python", "-m", "crm_contracts.tools", "build")
    yield copy
    copy.remove()


@pytest.fixture(scope="module")
def rolling() -> Iterator[Instance]:
    with Instance("rolling") as instance:
        instance.erase()
        instance.start(SERVICES, replicas={"contacts": 2}, mail=False, env={"CRM_RATE_LIMITS": "off"})
        instance.wait_ready(120)
        yield instance
        close_all(instance.gateway_url)
    instance.erase()


def rows(suite: Instance, service: str, query: str) -> list[tuple[object, ...]]:
    url = suite.database_url(catalogue().services[service]).replace("+psycopg", "")
    with psycopg.connect(url) as connection:
        return connection.execute(query).fetchall()


def replica(suite: Instance, number: int) -> Client:
    """Calls one api process of contacts itself."""
    seed = base64.b64decode(suite.secrets["CRM_ACTOR_PRIVATE_KEY"])
    port = suite.env_for("contacts.api" + (f".{number}" if number else ""))["CRM_GRPC_PORT"]
    return Client(f"127.0.0.1:{port}", Issuer(seed).issue(user(), "contacts"))


def exchange(suite: Instance, copy: Copy, name: str, role: str) -> None:
    """Puts the next version in the place of a process and waits until it is ready."""
    before = suite.pid(name)
    suite.exchange(name, [copy.program("crm-contacts"), role])
    eventually(lambda: {one.name: one for one in suite.processes()}[name].pid not in (None, before), 60)
    suite.wait_ready(60)
    assert copy.program("crm-contacts").encode() in Path(f"/proc/{suite.pid(name)}/cmdline").read_bytes()


@pytest.mark.slow
@pytest.mark.timeout(300)
def test_one_service_is_upgraded_under_load(rolling: Instance, upgraded: Copy) -> None:
    database = rolling.env_for("contacts.worker")
    upgraded.must("crm-contacts", "migration", "next step", env=database)
    written = (upgraded.folder / "services/contacts/migrations/versions/0002_next_step.py").read_text()
    assert written.count("op.") == 1
    assert 'op.add_column("leads", sa.Column("next_step"' in written.replace("'", '"')
    get, update = (f"crm.contacts.v1.ContactsService.{verb}Lead" for verb in ("Get", "Update"))
    with Load(rolling) as load:
        load.go_on()
        # Expand: the old version works on the new schema.
        upgraded.must("crm-contacts", "setup", env=database)
        assert rows(rolling, "contacts", "SELECT version_num FROM alembic_version") == [("0002",)]
        load.go_on()
        exchange(rolling, upgraded, "contacts.api", "api")
        load.go_on()
        # Both versions work on the same record, and the old one leaves alone what it does not know.
        new, old = replica(rolling, 0), replica(rolling, 1)
        request = contacts_pb2.CreateLeadRequest(lead={"company": "Next"})
        request.lead.MergeFromString(NEXT_STEP)
        lead = new.call("crm.contacts.v1.ContactsService.CreateLead", request)
        assert NEXT_STEP in lead.SerializeToString()
        change = contacts_pb2.UpdateLeadRequest(
            lead={"id": lead.id, "company": "Both"}, update_mask={"paths": ["company"]}
        )
        assert NEXT_STEP not in old.call(update, change).SerializeToString()
        seen = new.call(get, contacts_pb2.GetLeadRequest(id=lead.id))
        assert (seen.company, seen.etag) == ("Both", "2")
        assert NEXT_STEP in seen.SerializeToString()
        new.close()
        old.close()
        exchange(rolling, upgraded, "contacts.api.1", "api")
        load.go_on()
        exchange(rolling, upgraded, "contacts.worker", "worker")
        load.go_on()
    assert load.errors == []
    assert len(load.created) == len(load.updated) >= 100

    # Every write has its event, every event was published and has arrived.
    events = rows(rolling, "contacts", "SELECT record_id::text, type FROM outbox WHERE type LIKE 'crm.contacts.lead.%'")
    written_by_load = {lead for lead, _ in events} - {lead.id}
    assert written_by_load == set(load.created)
    assert len(events) == 2 * len(load.created) + 2
    eventually(lambda: not rows(rolling, "contacts", "SELECT 1 FROM outbox WHERE published_at IS NULL"), 30)
    facts = "SELECT id::text FROM leads WHERE status = 'WORKING'"
    eventually(lambda: {found for (found,) in rows(rolling, "reporting", facts)} == set(load.created), 30)
    for service in SERVICES:
        assert rows(rolling, service, "SELECT * FROM parked") == []
