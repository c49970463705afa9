"""A service is upgraded process by process while the suite is used, and goes back; nobody notices, nothing is lost.

The suite that is used is an earlier version (BASE), on databases as that version made them. The next version of
contacts is a copy of the repository with one more field of the lead; each has an environment of its own, and the
settings that it declares. First come the migrations, then one api replica after the other, then the worker. Gateway and
reporting stay as they are. In the end the processes of the earlier version work on the new schema.
"""

from __future__ import annotations

import base64
import json
import threading
import time
from collections.abc import Iterator
from functools import cached_property
from pathlib import Path
from uuid import uuid4

import psycopg
import pytest
from crm.common.v1 import standard_pb2
from crm.contacts.v1 import leads_pb2
from crm_chassis.access.tokens import Issuer
from crm_chassis.rpc.client import Client
from crm_chassis.testing import user

from deploy.dev import rabbitmq
from deploy.dev.catalogue import catalogue
from deploy.dev.instance import Instance
from tests.copies import Copy, has_commit, run
from tests.e2e.client import Api, close_all, eventually

BASE = "b0c0b34"
"""The commit that is upgraded: the newest whose gateway and services no change since has parted from those of today.
Without the history of the repository it is the version at hand."""
SERVICES = ("identity", "contacts", "reporting")
THREADS = 3
DECLARED = """
import json
from crm_chassis.settings import PROCESSES
from deploy.dev.catalogue import catalogue
from deploy.environment import environment
known = [("gateway", "gateway"), *((name, process) for name in catalogue().services for process in PROCESSES)]
print(json.dumps({" ".join(one): environment(*one, "{{{}}}".format, development=True) for one in known}))
"""
"""Tells the settings of each process as a version declares them, by the name of its service and its own."""
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
    proto, model = "proto/crm/contacts/v1/leads.proto", "services/contacts/src/crm_contacts/leads/model.py"
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
def base(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Copy]:
    """The earlier version of the code."""
    copy = Copy(tmp_path_factory.mktemp("base") / "crm", BASE if has_commit(BASE) else "")
    copy.sync()
    yield copy
    copy.remove()


class Version(Instance):
    """The installation as one version of the code has it: its programs, their settings, its rights at the broker."""

    def __init__(self, copy: Copy) -> None:
        super().__init__("rolling")
        self._copy = copy

    def command(self, package: str, *arguments: str) -> list[str]:
        return [self._copy.program(package), *arguments]

    def patterns(self, name: str, process: str) -> dict[str, str]:
        """A process that is given a setting which its version does not declare, or lacks one, does not start."""
        return self._declared[f"{name} {process}"]

    @cached_property
    def _declared(self) -> dict[str, dict[str, str]]:
        declared: dict[str, dict[str, str]] = json.loads(self._copy.must("python", "-c", DECLARED))
        return declared

    def broker_definitions(self) -> str:
        """The rights of this version, which may follow more than another one does."""
        return self._definitions().read_text()

    def import_definitions(self) -> None:
        """Gives the running broker the rights of this version, as the runbook has it before the set-up."""
        command = rabbitmq.obtain(self.root / ".run" / "tools", self.tell).server.with_name("rabbitmqctl")
        file = str(self._definitions())
        done = run(str(command), "import_definitions", file, cwd=self.run_dir, env=self.env_for("rabbitmq"))
        assert done.returncode == 0, done.stdout + done.stderr

    def put(self, name: str) -> None:
        """Puts this version in the place of a running process and waits until it is ready."""
        before = self.pid(name)
        self.exchange(name)
        eventually(lambda: {one.name: one for one in self.processes()}[name].pid not in (None, before), 60)
        self.wait_ready(60)
        assert self._copy.program("crm-contacts").encode() in Path(f"/proc/{self.pid(name)}/cmdline").read_bytes()

    def _definitions(self) -> Path:
        secrets, file = self.run_dir / "secrets.env", self.run_dir / "definitions.json"
        self._copy.must("python", "-m", "deploy.broker", str(secrets), str(file))
        return file


@pytest.fixture(scope="module")
def earlier(base: Copy) -> Iterator[Version]:
    with Version(base) as instance:
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


@pytest.mark.slow
@pytest.mark.timeout(600)
def test_one_service_is_upgraded_under_load(earlier: Version, upgraded: Copy) -> None:
    later = Version(upgraded)
    services = {name: catalogue().services[name] for name in SERVICES}
    owner = {name: later.setup_environment(service) for name, service in services.items()}
    get, update = (f"crm.contacts.v1.LeadService.{verb}Lead" for verb in ("Get", "Update"))
    with Load(earlier) as load:
        load.go_on()
        # Expand: the old version works on the new schema, and with the rights of the new one.
        later.import_definitions()
        for name in SERVICES:
            upgraded.must(f"crm-{name}", "setup", env=owner[name])
        load.go_on()
        told = json.loads(upgraded.must("crm-contacts", "migration", "next step", env=owner["contacts"]))
        (written,) = (Path(path) for path in told["written"])
        assert written.read_text().count("op.") == 1
        assert 'op.add_column("leads", sa.Column("next_step"' in written.read_text().replace("'", '"')
        upgraded.must("crm-contacts", "setup", env=owner["contacts"])
        version = written.name.removesuffix("_next_step.py")
        assert rows(earlier, "contacts", "SELECT version_num FROM alembic_version") == [(version,)]
        load.go_on()
        later.put("contacts.api")
        load.go_on()
        # Both versions work on the same record, and the old one leaves alone what it does not know.
        new, old = replica(earlier, 0), replica(earlier, 1)
        request = leads_pb2.CreateLeadRequest(lead={"company": "Next"})
        request.lead.MergeFromString(NEXT_STEP)
        lead = new.call("crm.contacts.v1.LeadService.CreateLead", request)
        assert NEXT_STEP in lead.SerializeToString()
        change = leads_pb2.UpdateLeadRequest(
            lead={"id": lead.id, "company": "Both"}, update_mask={"paths": ["company"]}
        )
        assert NEXT_STEP not in old.call(update, change).SerializeToString()
        seen = new.call(get, standard_pb2.GetRequest(id=lead.id))
        assert (seen.company, seen.etag) == ("Both", "2")
        assert NEXT_STEP in seen.SerializeToString()
        new.close()
        old.close()
        later.put("contacts.api.1")
        load.go_on()
        later.put("contacts.worker")
        load.go_on()
        # And back: the old version works on the schema that the new one has filled.
        for name in ("contacts.worker", "contacts.api", "contacts.api.1"):
            earlier.put(name)
            load.go_on()
    assert load.errors == []
    assert len(load.created) == len(load.updated) >= 100

    # Every write has its event, every event was published and has arrived.
    events = rows(earlier, "contacts", "SELECT record_id::text, type FROM outbox WHERE type LIKE 'crm.contacts.lead.%'")
    written_by_load = {lead for lead, _ in events} - {lead.id}
    assert written_by_load == set(load.created)
    assert len(events) == 2 * len(load.created) + 2
    eventually(lambda: not rows(earlier, "contacts", "SELECT 1 FROM outbox WHERE published_at IS NULL"), 30)
    facts = "SELECT id::text FROM leads WHERE status = 'WORKING'"
    eventually(lambda: {found for (found,) in rows(earlier, "reporting", facts)} == set(load.created), 30)
    for service in SERVICES:
        assert rows(earlier, service, "SELECT * FROM parked") == []
