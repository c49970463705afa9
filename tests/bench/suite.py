"""The measurements. Each returns rows of a table: name, concurrency, figure, and what it is compared with."""

from __future__ import annotations

import asyncio
import itertools
import json
import subprocess
import sys
import time
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import suppress
from dataclasses import dataclass, field
from typing import Any

import grpc
import psutil
from crm.common.v1 import common_pb2
from crm.contacts.v1 import contacts_pb2
from crm_chassis.access.actor import ALL, Actor
from crm_chassis.access.tokens import Issuer
from crm_chassis.bus.topology import EVENTS
from kombu import Connection as Broker
from kombu import Queue
from sqlalchemy import create_engine, text

from deploy.dev.instance import Instance
from deploy.dev.probes import metrics
from deploy.dev.supervisor import lock_holder
from tests.bench.load import Connection, Figure, Once, drive
from tests.e2e.client import Api, eventually

SUMMARIES = {
    "contacts": "/crm.contacts.v1.ContactsService/GetCustomerProfile",
    "sales": "/crm.sales.v1.SalesService/GetCustomerSales",
    "support": "/crm.support.v1.SupportService/GetCustomerSupport",
    "marketing": "/crm.marketing.v1.MarketingService/GetCustomerMarketing",
    "reporting": "/crm.reporting.v1.ReportingService/GetCustomerMetrics",
}
LISTING = "/v1/contacts?page_size=50&order_by=-created_at&filter=title%20%3D%20%22Title%203%22"
TARGETS = {
    ("customer-360", 1): 120, ("customer-360", 32): 250, ("list of 50, filter + sort", 1): 150,
    ("list of 50, filter + sort", 32): 300, ("create contact", 1): 120, ("create contact", 32): 300,
    ("stage update", 1): 120, ("stage update", 32): 300,
}  # fmt: skip


@dataclass
class Bench:
    """A running copy of the suite with customers in it, and what was measured so far."""

    instance: Instance
    api: Api
    seconds: float
    rows: list[dict[str, Any]] = field(default_factory=list)
    notes: dict[str, Any] = field(default_factory=dict)
    costs: dict[str, Cost] = field(default_factory=dict)

    def connection(self) -> Connection:
        return Connection(self.instance.gateway_url, {"Authorization": self.api.bearer()})

    def engine(self, service: str) -> Any:
        return create_engine(self.instance.env_for(f"{service}.api")[f"DATABASE_URL_{service.upper()}"])

    def token(self, service: str) -> str:
        import base64

        seed = base64.b64decode(self.instance.env_for("gateway")["CRM_ACTOR_PRIVATE_KEY"])
        return Issuer(seed).issue(Actor(self.api.id, "user", {"*": ALL}), service)

    def address(self, service: str) -> str:
        return f"127.0.0.1:{self.instance.env_for(f'{service}.api')['CRM_GRPC_PORT']}"

    def note(self, name: str, concurrency: int, figure: Figure, floor: str = "") -> None:
        target = TARGETS.get((name, concurrency))
        self.rows.append(
            {
                "name": name, "c": concurrency, "per_second": round(figure.per_second, 1), "p50": round(figure.p50, 2),
                "p99": round(figure.p99, 2), "errors": figure.errors, "target": target, "floor": floor,
            }
        )  # fmt: skip
        print(f"  {name:<34} c={concurrency:<3} {figure.per_second:8.1f}/s  p50 {figure.p50:7.2f} ms  p99 "
              f"{figure.p99:7.2f} ms  errors {figure.errors}  {'target ' + str(target) if target else floor}")  # fmt: skip

    async def http(self, name: str, concurrency: int, make: Make) -> None:
        """Measures requests through the gateway; `make` gives verb, path and body of the next one."""

        def worker() -> Once:
            connection = self.connection()

            async def once() -> bool:
                status, _ = await connection.request(*make())
                return status < 400

            return once

        workers = [worker() for _ in range(concurrency)]
        await drive(workers, min(1.0, self.seconds / 4))
        self.note(name, concurrency, await drive(workers, self.seconds))

    async def direct(self, name: str, concurrency: int, calls: list[tuple[str, str, Callable[[], bytes]]]) -> None:
        """Measures bare gRPC calls to the services, all of `calls` at once: the floor of what the gateway adds."""
        channels = {service: grpc.aio.insecure_channel(self.address(service)) for service, _, _ in calls}
        tokens = {service: (("x-actor-token", self.token(service)),) for service in channels}

        async def once() -> bool:
            await asyncio.gather(
                *(
                    channels[service].unary_unary(path)(make(), timeout=5, metadata=tokens[service])
                    for service, path, make in calls
                )
            )
            return True

        await drive([once] * concurrency, min(1.0, self.seconds / 4))
        self.note(name, concurrency, await drive([once] * concurrency, self.seconds), "floor")
        for channel in channels.values():
            await channel.close()


def seed(bench: Bench, contacts: int) -> dict[str, str]:
    """Imports contacts and makes one busy customer; returns ids and notes how fast the import was."""
    lines = ["first_name,last_name,email,title,country"]
    lines += [f"First{n % 977},Last{n % 1009},p{n}@bench{n % 311}.example,Title {n % 17},DE" for n in range(contacts)]
    started = time.perf_counter()
    answer = bench.api.http.post(
        "/v1/imports", data={"kind": "contacts"}, files={"file": ("contacts.csv", "\n".join(lines))}, timeout=120
    )
    assert answer.status_code == 201, answer.text
    id_ = answer.json()["id"]
    eventually(lambda: bench.api.get(f"/v1/imports/{id_}")["state"] == "DONE", 900)
    bench.notes["import of contacts, rows/s"] = round(contacts / (time.perf_counter() - started))
    api = bench.api
    account = api.post("/v1/accounts", name="Bench Customer")
    contact = api.post("/v1/contacts", first_name="Ada", last_name="Bench", account_id=account["id"])
    pipeline = api.get("/v1/pipelines")["pipelines"][0]
    stages = [stage["id"] for stage in pipeline["stages"] if stage["type"] == "OPEN"]
    of = {"account_id": account["id"], "contact_id": contact["id"]}
    deals = [
        api.post("/v1/opportunities", name=f"Deal {n}", amount={"amount": "1000.00", "currency": "EUR"}, **of)["id"]
        for n in range(5)
    ]
    api.post(f"/v1/opportunities/{deals[0]}:win")
    for n in range(3):
        api.post("/v1/tickets", subject=f"Question {n}", **of)
    for n in range(10):
        api.post("/v1/activities", type="CALL", subject=f"Call {n}", **of)
    # Enough that the writers of the bench do not wait for each other.
    moving = [
        api.post("/v1/opportunities", name=f"Moving {n}", amount={"amount": "1000.00", "currency": "EUR"})["id"]
        for n in range(100)
    ]
    return {"contact": contact["id"], "deals": json.dumps(moving), "stages": json.dumps(stages)}


def customers(bench: Bench) -> Iterator[str]:
    """Paths of customer-360 of more customers than are asked for while an answer is kept, in a circle."""
    found: list[str] = []
    token = ""
    while len(found) < 2_000 and (token or not found):
        page = bench.api.get("/v1/contacts", page_size=200, page_token=token)
        found += [f"/v1/contacts/{one['id']}/customer360" for one in page["contacts"]]
        token = page.get("next_page_token", "")
    return itertools.cycle(found)


Make = Callable[[], tuple[str, str, bytes]]


def requests(bench: Bench, ids: dict[str, str]) -> dict[str, Make]:
    """The measured requests by name; each gives verb, path and body of the next one."""
    stages, deals, numbers = json.loads(ids["stages"]), json.loads(ids["deals"]), itertools.count()
    others = customers(bench)

    def create() -> tuple[str, str, bytes]:
        fields = f'{{"last_name": "B", "emails": [{{"address": "b{time.time_ns()}@b.example"}}]}}'
        return "POST", "/v1/contacts", fields.encode()

    def stage() -> tuple[str, str, bytes]:
        rounds, which = divmod(next(numbers), len(deals))  # in each round every deal moves on by one stage
        body = f'{{"stage_id": "{stages[(rounds + 1) % len(stages)]}"}}'.encode()
        return "PATCH", f"/v1/opportunities/{deals[which]}", body

    return {
        "customer-360": lambda: ("GET", next(others), b""),
        "customer-360, the same again": lambda: ("GET", f"/v1/contacts/{ids['contact']}/customer360", b""),
        "list of 50, filter + sort": lambda: ("GET", LISTING, b""),
        "get contact": lambda: ("GET", f"/v1/contacts/{ids['contact']}", b""),
        "create contact": create,
        "stage update": stage,
        "  gateway alone (/healthz)": lambda: ("GET", "/healthz", b""),
    }


async def peers(bench: Bench, ids: dict[str, str], requests: dict[str, Make]) -> None:
    """The four rows that the peers were measured on, and their floors."""
    numbers = itertools.count()
    customer = common_pb2.GetCustomerRequest(customer={"contact_id": ids["contact"]}).SerializeToString()
    get = contacts_pb2.GetContactRequest(id=ids["contact"]).SerializeToString()

    def create() -> bytes:
        fields = {"last_name": "B", "emails": [{"address": f"d{next(numbers)}@b.example"}]}
        return contacts_pb2.CreateContactRequest(contact=fields).SerializeToString()

    fan = [(service, path, lambda: customer) for service, path in SUMMARIES.items()]
    floors = {
        "customer-360": ("  five bare gRPC summaries at once", fan),
        "get contact": (
            "  get contact, bare gRPC", [("contacts", "/crm.contacts.v1.ContactsService/GetContact", lambda: get)],
        ),
        "create contact": (
            "  create contact, bare gRPC", [("contacts", "/crm.contacts.v1.ContactsService/CreateContact", create)],
        ),
    }  # fmt: skip
    for c in (1, 32):
        for name, make in requests.items():
            await bench.http(name, c, make)
            if name in floors:
                await bench.direct(floors[name][0], c, floors[name][1])


def latency(bench: Bench, count: int = 200) -> None:
    """From the acknowledgement of a write to its effect in a subscriber, by the two services' own tables."""
    names = [bench.api.post("/v1/accounts", name=f"Latency {n}")["id"] for n in range(count)]
    contacts, sales = bench.engine("contacts"), bench.engine("sales")
    sent_sql = text("SELECT event_id::text, occurred_at FROM outbox WHERE record_id::text = ANY(:ids) AND version = 1")
    got_sql = text(
        "SELECT event_id::text, min(received_at) AS at FROM inbox WHERE event_id::text = ANY(:ids) GROUP BY 1"
    )
    with contacts.connect() as connection:
        sent = {row.event_id: row.occurred_at for row in connection.execute(sent_sql, {"ids": names})}

    def arrived() -> dict[str, Any] | None:
        with sales.connect() as connection:
            found = {row.event_id: row.at for row in connection.execute(got_sql, {"ids": list(sent)})}
        return found if len(found) == len(sent) else None

    got = eventually(arrived, 30)
    delays = sorted(max(0.0, (got[id_] - at).total_seconds() * 1000) for id_, at in sent.items())
    bench.notes["write to subscriber, p50 ms"] = round(delays[len(delays) // 2], 1)
    bench.notes["write to subscriber, p99 ms"] = round(delays[int(len(delays) * 0.99)], 1)


def relay_and_worker(bench: Bench) -> None:
    """How fast a relay empties an outbox, and a worker its queues, from a standing backlog."""
    contacts, reporting = bench.engine("contacts"), bench.engine("reporting")
    bench.instance.hold("contacts.worker")
    bench.instance.hold("reporting.worker")
    with contacts.begin() as connection:
        count = connection.execute(text("UPDATE outbox SET published_at = NULL")).rowcount
    with reporting.begin() as connection:
        ids = [row[0] for row in connection.execute(text("SELECT event_id FROM inbox"))]
        connection.execute(text("DELETE FROM inbox"))
        connection.execute(text("DELETE FROM inbox_positions"))
    assert ids
    rate = _rate(
        lambda: bench.instance.release("contacts.worker"),
        contacts,
        "SELECT count(*) FROM outbox WHERE published_at IS NULL",
    )
    bench.notes["relay, events/s"] = round(count / rate)
    seconds = _drain(bench, reporting, count)
    bench.notes["reporting worker, events/s"] = round(count / seconds)
    bench.notes["bare kombu consumer with the same SQL, events/s"] = round(_bare_consumer(bench, reporting, 5000))
    bench.notes["events in those figures"] = count


def _rate(start: Callable[[], None], engine: Any, query: str) -> float:
    start()
    began: float | None = None
    with engine.connect() as connection:
        first = connection.scalar(text(query))
        while left := connection.scalar(text(query)):
            if began is None and left < first:
                began = time.perf_counter()
            connection.rollback()
            time.sleep(0.02)
    return max(0.001, time.perf_counter() - (began or time.perf_counter()))


def _drain(bench: Bench, engine: Any, count: int) -> float:
    bench.instance.release("reporting.worker")
    began: float | None = None
    with engine.connect() as connection:
        while (done := connection.scalar(text("SELECT count(*) FROM inbox"))) < count:
            if began is None and done:
                began = time.perf_counter()
            connection.rollback()
            time.sleep(0.02)
    return max(0.001, time.perf_counter() - (began or time.perf_counter()))


def _bare_consumer(bench: Bench, engine: Any, count: int) -> float:
    """Events per second of a plain consumer: one transaction per 50 events, inbox row and one upsert for each."""
    insert_ = text("INSERT INTO inbox VALUES ('bare', :id, now()) ON CONFLICT DO NOTHING")
    position = text(
        "INSERT INTO inbox_positions VALUES ('bare', :record, 1) "
        "ON CONFLICT (subscription, record_id) DO UPDATE SET version = inbox_positions.version + 1"
    )
    from crm_chassis.ids import uuid7

    with Broker(bench.instance.amqp_url) as broker, engine.connect() as connection:
        channel = broker.default_channel
        queue = Queue("bench.bare", EVENTS, routing_key="bench.nothing", durable=True,
                      queue_arguments={"x-queue-type": "quorum"})(channel)  # fmt: skip
        queue.declare()
        producer = broker.Producer()
        body = json.dumps({"record": uuid7(), "padding": "x" * 800})
        for _ in range(count):
            producer.publish(body, routing_key=queue.name, delivery_mode=2, message_id=uuid7())
        messages: list[Any] = []
        channel.basic_qos(0, 100, False)
        channel.basic_consume(queue.name, callback=messages.append)
        done, began = 0, time.perf_counter()
        while done < count:
            broker.drain_events(timeout=10)
            if len(messages) >= 50 or done + len(messages) >= count:
                rows = [{"id": m.properties["message_id"], "record": m.properties["message_id"]} for m in messages]
                connection.execute(insert_, rows)
                connection.execute(position, rows)
                connection.commit()
                channel.basic_ack(messages[-1].delivery_tag, multiple=True)
                done += len(messages)
                messages.clear()
        seconds = time.perf_counter() - began
        queue.delete()
        connection.execute(text("DELETE FROM inbox WHERE subscription = 'bare'"))
        connection.execute(text("DELETE FROM inbox_positions WHERE subscription = 'bare'"))
        connection.commit()
    return count / seconds


async def growth(bench: Bench, sizes: list[int]) -> None:
    """List, search and 360 as the table of contacts grows; the last column is the ratio to the smallest size."""
    engine = bench.engine("contacts")
    first: dict[str, float] = {}
    for size in sizes:
        _grow(engine, size)
        for name, path in (
            ("list", LISTING),
            ("list by last name", "/v1/contacts?page_size=50&order_by=last_name"),
            ("search", "/v1/search?query=last%20first77"),
            ("customer-360", ""),
        ):
            paths = itertools.repeat(path) if path else customers(bench)
            await bench.http(f"{name} at {size:,} contacts", 1, lambda paths=paths: ("GET", next(paths), b""))  # type: ignore[misc]
            p50 = bench.rows[-1]["p50"]
            bench.rows[-1]["floor"] = f"x {p50 / first.setdefault(name, p50):.2f}"


_COLUMNS = """
    INSERT INTO contacts (id, version, created_at, updated_at, created_by, first_name, last_name, emails, phones, addresses,
        title, department, owner_id, tags, custom, description, lead_source, language, time_zone, preferred_channel, country,
        email, external_id)
    SELECT md5('grown' || n)::uuid, 1, now() - interval '400 days' - n * interval '1 second', now() - interval '400 days', '',
        'First' || n % 977, 'Lastgrown' || n % 1009, '[]', '[]', '[]', 'Title ' || n % 17, '', NULL, '{}', '{}', '', '', '', '',
        '', '', '', ''
    FROM generate_series(CAST(:low AS integer), CAST(:high AS integer)) n
"""
_TERMS = """
    INSERT INTO search_terms (kind, term, record_id, field)
    SELECT 'crm.contacts.contact', lower(term), id, field FROM contacts,
        LATERAL (VALUES (first_name, 'first_name'), (last_name, 'last_name')) t(term, field)
    WHERE last_name LIKE 'Lastgrown%' ON CONFLICT DO NOTHING
"""


def _grow(engine: Any, size: int) -> None:
    with engine.begin() as connection:
        present = connection.scalar(text("SELECT count(*) FROM contacts"))
        if present < size:
            known = connection.scalar(text("SELECT count(*) FROM contacts WHERE last_name LIKE 'Lastgrown%'"))
            connection.execute(text(_COLUMNS), {"low": known + 1, "high": known + size - present})
            connection.execute(text(_TERMS))
    with engine.connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
        connection.execute(text("VACUUM ANALYZE contacts"))
        connection.execute(text("VACUUM ANALYZE search_terms"))


@dataclass(frozen=True)
class Cost:
    """What one request costs: ms of CPU and SQL statements by process, and where Python spends its share of them."""

    cpu: dict[str, float]
    statements: dict[str, float]
    functions: dict[str, list[str]]


async def costs(bench: Bench, name: str, make: Make, seconds: float) -> None:
    """Measures what a request costs while one client repeats it, every process that has a part in it included."""
    connection = bench.connection()

    async def once() -> bool:
        return (await connection.request(*make()))[0] < 400

    await drive([once], 0.5)
    before, asked = _spent(bench.instance), _statements(bench.instance)
    figure = await drive([once], seconds)
    count = max(1, round(figure.per_second * seconds))
    spent = {process: (after - before[process]) * 1000 / count for process, after in _spent(bench.instance).items()}
    statements = {process: (after - asked[process]) / count for process, after in _statements(bench.instance).items()}
    asking = [one for one, ms in spent.items() if ms > 0.05 and (one == "gateway" or one.endswith(".api"))]
    busiest = sorted(asking, key=lambda one: -spent[one])[:2]
    samplers = {process: _sampler(bench.instance.pid(process), seconds) for process in busiest}
    await drive([once], seconds)
    functions = {process: _functions(sampler.communicate(timeout=30)[0]) for process, sampler in samplers.items()}
    bench.costs[name] = Cost(spent, statements, functions)


def _statements(instance: Instance) -> dict[str, float]:
    """SQL statements so far by api process."""
    counted = "crm_db_statement_seconds_count"
    return {
        one.name: metrics(one.metrics, [counted]).get(counted, 0.0)
        for one in instance.processes()
        if one.name.endswith(".api")
    }


def _sampler(pid: int, seconds: float) -> subprocess.Popen[str]:
    """Samples what runs in a Python process; threads that wait, also for its lock, do not count."""
    program = [sys.executable.replace("python", "py-spy"), "record", "--gil", "--format", "raw", "--rate", "200"]
    where = ["--duration", str(round(seconds)), "--output", "/dev/stdout", "--pid", str(pid)]
    return subprocess.Popen([*program, *where], stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True)


def _functions(raw: str) -> list[str]:
    """Self time by function in percent."""
    spent: Counter[str] = Counter()
    for line in raw.splitlines():
        if not line.startswith("py-spy>"):
            stack, _, samples = line.rpartition(" ")
            spent[stack.rsplit(";", 1)[-1]] += int(samples or 0)
    total = sum(spent.values())
    return [f"{n * 100 / total:5.1f} %  {what}" for what, n in spent.most_common(10)]


def cpu(instance: Instance, seconds: float) -> dict[str, float]:
    """CPU of every process, with its children, during so many seconds in percent of one core."""
    before = _spent(instance)
    time.sleep(seconds)
    return {name: (spent - before[name]) * 100 / seconds for name, spent in _spent(instance).items()}


def _spent(instance: Instance) -> dict[str, float]:
    """CPU seconds so far by process, with its children."""
    return {name: _cpu(family) for name, family in _families(instance).items()}


def memory(instance: Instance) -> dict[str, float]:
    """Proportional set size of every process in MB, with its children."""
    return {name: sum(map(_pss, family)) for name, family in _families(instance).items()}


def _families(instance: Instance) -> dict[str, list[psutil.Process]]:
    """Every process by name, after its children; the supervisor without those that have a name of their own."""
    supervisor = lock_holder(instance.run_dir)
    assert supervisor is not None
    found = {"supervisor": [psutil.Process(supervisor)]}
    for status in instance.processes():
        if status.pid:
            root = psutil.Process(status.pid)
            found[status.name] = [*root.children(recursive=True), root]
    return found


def _cpu(family: list[psutil.Process]) -> float:
    """CPU seconds so far, those of children that have ended included."""
    spent = 0.0
    for process in family:
        with suppress(psutil.NoSuchProcess):
            times = process.cpu_times()
            spent += times.user + times.system + times.children_user + times.children_system
    return spent


def _pss(process: psutil.Process) -> float:
    try:
        return process.memory_full_info().pss / 2**20
    except psutil.NoSuchProcess:
        return 0.0
