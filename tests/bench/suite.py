"""The measurements: operations and what they cost, rates beside their floors, growth, and what events take."""

from __future__ import annotations

import asyncio
import base64
import itertools
import json
import subprocess
import sys
import time
from collections import Counter
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from typing import Any

import grpc
from crm.common.v1 import standard_pb2, timelines_pb2
from crm.contacts.v1 import contacts_pb2
from crm_chassis.access.actor import Actor, Scope
from crm_chassis.access.tokens import Issuer
from crm_chassis.bus.topology import EVENTS
from kombu import Connection as Broker
from kombu import Queue
from sqlalchemy import create_engine, text

from deploy.dev.catalogue import catalogue
from deploy.dev.instance import Instance
from tests.bench.cost import STATISTICS_SECONDS, Cost, Counts, Meter
from tests.bench.fill import Pattern, connect, fill
from tests.bench.load import Connection, Figure, Once, drive
from tests.e2e.client import Api, eventually

SUMMARIES = {
    "contacts": "/crm.contacts.v1.CustomerService/GetCustomerProfile",
    "sales": "/crm.sales.v1.CustomerService/GetCustomerSales",
    "support": "/crm.support.v1.CustomerService/GetCustomerSupport",
    "marketing": "/crm.marketing.v1.CustomerService/GetCustomerMarketing",
    "reporting": "/crm.reporting.v1.CustomerService/GetCustomerMetrics",
}
LISTING = "/v1/contacts?page_size=50&order_by=-created_at&filter=title%20%3D%20%22Title%203%22"
DEALS = "/v1/opportunities?page_size=50&order_by=-amount&filter=status%20%3D%20%22OPEN%22"
MANAGER, PASSWORD = "manager@bench.example", "a password of the bench"
OWNERS = 20
MOST_MS = {
    "customer-360": 8, "list of 50, filter + sort": 2.5, "get contact": 1.2, "search": 3, "create contact": 6,
    "stage update": 5,
}  # fmt: skip
"""What a request may cost: ms of CPU of all processes."""
MOST_GROWTH = 1.3
"""What an operation may cost beside the smallest size."""
TARGETS = {
    ("customer-360", 1): 120, ("customer-360", 32): 250, ("list of 50, filter + sort", 1): 150,
    ("list of 50, filter + sort", 32): 300, ("create contact", 1): 120, ("create contact", 32): 300,
    ("stage update", 1): 120, ("stage update", 32): 300,
}  # fmt: skip


@dataclass
class Bench:
    """A running copy of the suite with customers in it, and what was measured so far."""

    instance: Instance
    admin: Api
    api: Api
    """A sales manager, on whose behalf all is measured."""
    seconds: float
    rows: list[dict[str, Any]] = field(default_factory=list)
    notes: dict[str, Any] = field(default_factory=dict)
    counts: dict[str, Counts] = field(default_factory=dict)
    costs: dict[str, Cost] = field(default_factory=dict)
    functions: dict[str, dict[str, list[str]]] = field(default_factory=dict)
    growth: dict[str, dict[int, Cost]] = field(default_factory=dict)
    scanned: dict[str, int] = field(default_factory=dict)
    """Tables that grow and were read from end to end, and how many rows of them."""

    def connection(self, api: Api | None = None) -> Connection:
        return Connection(self.instance.gateway_url, {"Authorization": (api or self.api).bearer()})

    def engine(self, service: str) -> Any:
        """The database of a service as its owner, who may also vacuum it."""
        return create_engine(self.instance.database_owner_url(catalogue().services[service]))

    def token(self, service: str) -> str:
        seed = base64.b64decode(self.instance.env_for("gateway")["CRM_ACTOR_PRIVATE_KEY"])
        me = self.api.get("/v1/me")
        grants = {one["permission"]: Scope.Value(one["scope"]) for one in me["permissions"]}
        return Issuer(seed).issue(Actor(me["id"], "user", grants), service)

    def address(self, service: str) -> str:
        return f"127.0.0.1:{self.instance.env_for(f'{service}.api')['CRM_GRPC_PORT']}"

    def note(self, name: str, concurrency: int, figure: Figure, floor: str = "") -> None:
        self.rows.append(
            {
                "name": name, "c": concurrency, "per_second": round(figure.per_second, 1), "p50": round(figure.p50, 2),
                "p99": round(figure.p99, 2), "errors": figure.errors, "floor": floor,
            }
        )  # fmt: skip
        print(f"  {name:<34} c={concurrency:<3} {figure.per_second:8.1f}/s  p50 {figure.p50:7.2f} ms  p99 "
              f"{figure.p99:7.2f} ms  errors {figure.errors}  {floor}")  # fmt: skip

    async def http(self, name: str, concurrency: int, operation: Operation) -> None:
        """Measures the rate of an operation through the gateway."""
        workers = [operation.once(self.connection()) for _ in range(concurrency)]
        await drive(workers, min(1.0, self.seconds / 4))
        self.note(name, concurrency, await drive(workers, self.seconds))

    def client(self, operation: Operation, api: Api | None = None) -> Callable[[], Once]:
        """Opens a connection of its own over which the operation is sent."""
        return lambda: operation.once(self.connection(api))

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


def staff(admin: Api) -> list[str]:
    """Hires a sales manager; the ids of those who own what the bench writes, of whom half work for the manager."""
    roles = {role["name"]: role["id"] for role in admin.get("/v1/roles", page_size=200)["roles"]}

    def hire(name: str, role: str, **fields: Any) -> str:
        given = {"display_name": name, "password": PASSWORD, "role_ids": [roles[role]]} | fields
        id_: str = admin.post("/v1/users", email=f"{name}@bench.example", **given)["id"]
        return id_

    manager = hire(MANAGER.partition("@")[0], "sales_manager")
    return [hire(f"rep{n}", "sales_rep", **({} if n % 2 else {"manager_id": manager})) for n in range(OWNERS)]


@dataclass(frozen=True)
class Operation:
    """A request that is measured: what is sent next, as verb, path and body, and which answers to it are good."""

    send: Callable[[], tuple[str, str, bytes]]
    is_good: Callable[[int, bytes], bool]

    def once(self, connection: Connection) -> Once:
        """Sends it once over a connection."""

        async def run() -> bool:
            return self.is_good(*await connection.request(*self.send()))

        return run


def operations(api: Api) -> dict[str, Operation]:
    """The operations by name, on customers and deals that the user may read and change."""
    busy = _ids(api, "contacts", filter='department = "Busy"')
    views, gets, numbers = itertools.cycle(busy), itertools.cycle(busy), itertools.count(time.time_ns() // 1000)
    deals = _ids(api, "opportunities", filter='status = "OPEN"')
    stages = [stage["id"] for stage in api.get("/v1/pipelines")["pipelines"][0]["stages"] if stage["type"] == "OPEN"]
    moves = itertools.count()

    def create() -> tuple[str, str, bytes]:
        fields = f'{{"last_name": "B", "emails": [{{"address": "b{next(numbers)}@b.example"}}]}}'
        return "POST", "/v1/contacts", fields.encode()

    def move() -> tuple[str, str, bytes]:
        rounds, which = divmod(next(moves), len(deals))  # in each round every deal moves on by one stage
        body = f'{{"stage_id": "{stages[(rounds + 1) % len(stages)]}"}}'.encode()
        return "PATCH", f"/v1/opportunities/{deals[which]}", body

    return {
        "customer-360": Operation(lambda: ("GET", f"/v1/contacts/{next(views)}/customer360", b""), _is_complete),
        "customer-360, the same again": Operation(
            lambda: ("GET", f"/v1/contacts/{busy[0]}/customer360", b""), _is_complete
        ),
        "list of 50, filter + sort": Operation(lambda: ("GET", LISTING, b""), _is_page("contacts")),
        "list of 50 deals by amount": Operation(lambda: ("GET", DEALS, b""), _is_page("opportunities")),
        "get contact": Operation(lambda: ("GET", f"/v1/contacts/{next(gets)}", b""), lambda status, _: status == 200),
        "search": Operation(lambda: ("GET", "/v1/search?query=first77%20last", b""), _finds),
        "create contact": Operation(create, lambda status, _: status == 201),
        "stage update": Operation(move, lambda status, _: status == 200),
    }


def _ids(api: Api, plural: str, count: int = 2_000, **query: Any) -> list[str]:
    """Ids of so many records that the user may read; of customers more than answers are kept of."""
    ids: list[str] = []
    token = ""
    while len(ids) < count and (token or not ids):
        page = api.get(f"/v1/{plural}", page_size=200, page_token=token, **query)
        ids += [record["id"] for record in page[plural]]
        token = page.get("next_page_token", "")
    return ids


def _is_complete(status: int, body: bytes) -> bool:
    """A customer-360 with everything in it, and nothing of it old."""
    if status != 200:
        return False
    states = {section["state"] for section in json.loads(body)["sections"].values()}
    return states == {"OK"}


def _is_page(plural: str) -> Callable[[int, bytes], bool]:
    return lambda status, body: status == 200 and len(json.loads(body)[plural]) == 50


def _finds(status: int, body: bytes) -> bool:
    if status != 200:
        return False
    answer = json.loads(body)
    return bool(answer["hits"]) and not answer.get("unavailable_services")


def cost_of(bench: Bench, requests: dict[str, Operation], rounds: int, count: int) -> None:
    """Measures what the operations cost, in turn, so that a machine that changes does so for all of them."""
    meter = Meter(bench.instance)
    meter.rest(10)
    bench.counts = {name: meter.count(bench.client(operation), count) for name, operation in requests.items()}
    measured: dict[str, list[Cost]] = {name: [] for name in requests}
    for _ in range(rounds):
        for name, operation in requests.items():
            measured[name].append(meter.measure(bench.client(operation), count))
    for name, costs in measured.items():
        cost = bench.costs[name] = Cost.median(costs)
        print(f"  {name:<34} {cost.ms:7.2f} ms  {cost.loops:7.2f} loops  {bench.counts[name]}  errors {cost.errors}")


async def rates(bench: Bench, requests: dict[str, Operation], connections: Iterable[int], floors: bool) -> None:
    """How many requests are answered in a second, and the floors of three of them."""
    numbers = itertools.count(time.time_ns())
    contact = _ids(bench.api, "contacts", 1, filter='department = "Busy"')[0]
    customer = timelines_pb2.GetCustomerRequest(customer={"contact_id": contact}).SerializeToString()
    get = standard_pb2.GetRequest(id=contact).SerializeToString()

    def create() -> bytes:
        fields = {"last_name": "B", "emails": [{"address": f"d{next(numbers)}@b.example"}]}
        return contacts_pb2.CreateContactRequest(contact=fields).SerializeToString()

    fan = [(service, path, lambda: customer) for service, path in SUMMARIES.items()]
    bare = {
        "customer-360": ("  five bare gRPC summaries at once", fan),
        "get contact": (
            "  get contact, bare gRPC", [("contacts", "/crm.contacts.v1.ContactService/GetContact", lambda: get)],
        ),
        "create contact": (
            "  create contact, bare gRPC", [("contacts", "/crm.contacts.v1.ContactService/CreateContact", create)],
        ),
    }  # fmt: skip
    for c in connections:
        for name, operation in requests.items():
            await bench.http(name, c, operation)
            if floors and name in bare:
                await bench.direct(bare[name][0], c, bare[name][1])


def latency(bench: Bench, count: int = 200) -> None:
    """From the acknowledgement of a write to its effect in a subscriber, by the two services' own tables."""
    names = [bench.admin.post("/v1/accounts", name=f"Latency {n}")["id"] for n in range(count)]
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


def grown(bench: Bench, model: Pattern, sizes: list[int], count: int) -> None:
    """What is offered costs as everything grows: contacts, deals, tickets, activities, members, facts, their words,
    copies and histories. `sizes` are numbers of each kind."""
    admin = bench.admin
    for size in sizes:
        began = time.perf_counter()
        fill(bench.instance, model, size // 5)
        bench.notes[f"fill up to {size:,} of each kind, s"] = round(time.perf_counter() - began)
        meter = Meter(bench.instance)
        meter.rest(10)
        scans = _rows_scanned(bench)
        for name, (api, operation) in _growing(bench.api, admin).items():
            cost = meter.measure(bench.client(operation, api), count)
            bench.growth.setdefault(name, {})[size] = cost
            print(f"  {name:<50} at {size:>9,}  {cost.ms:8.2f} ms  errors {cost.errors}")
        if size == sizes[-1]:
            bench.scanned = {table: rows - scans[table] for table, rows in _rows_scanned(bench).items()}


def _growing(manager: Api, admin: Api) -> dict[str, tuple[Api, Operation]]:
    """What is offered, and to whom."""

    def reads(path: str, is_good: Callable[[int, bytes], bool] = lambda status, _: status == 200) -> Operation:
        return Operation(lambda: ("GET", path, b""), is_good)

    busy = itertools.cycle(_ids(manager, "contacts", 400, filter='department = "Busy"'))
    operations: dict[str, tuple[Api, Operation]] = {}
    for plural, orders in {
        "contacts": ("created_at", "last_name"), "opportunities": ("amount", "close_date"), "tickets": ("created_at",),
        "activities": ("occurred_at",),
    }.items():  # fmt: skip
        for order in orders:
            for sign in ("", "-"):
                path = f"/v1/{plural}?page_size=50&order_by={sign}{order}"
                operations[f"{plural} by {sign}{order}"] = manager, reads(path, _is_page(plural))
        path = f"/v1/{plural}?page_size=50&include_total_size=true"
        operations[f"{plural} with total_size"] = manager, reads(path, _is_page(plural))
    operations["contacts, filter + sort"] = manager, reads(LISTING, _is_page("contacts"))
    operations["search, a common word"] = manager, reads("/v1/search?query=first", _finds)
    operations["search, two words, administrator"] = admin, reads("/v1/search?query=first77%20last", _finds)
    operations["customer-360"] = manager, Operation(lambda: ("GET", f"/v1/contacts/{next(busy)}/customer360", b""),
                                                    _is_complete)  # fmt: skip
    operations["timeline"] = manager, Operation(lambda: ("GET", f"/v1/contacts/{next(busy)}/timeline", b""),
                                                lambda status, _: status == 200)  # fmt: skip
    for dashboard in ("sales", "support", "marketing", "executive"):
        operations[f"dashboard {dashboard}"] = admin, reads(f"/v1/dashboards/{dashboard}")
    preview = rb'{"filter": "department = \"Busy\""}'
    operations["segment preview"] = (
        admin,
        Operation(lambda: ("POST", "/v1/segments:preview", preview), lambda status, _: status == 200),
    )
    return operations


def _rows_scanned(bench: Bench) -> dict[str, int]:
    """Rows that were read by scans from end to end so far, by table that grows."""
    time.sleep(STATISTICS_SECONDS)
    rows: dict[str, int] = {}
    for service in catalogue().services.values():
        with connect(bench.instance, service.database) as connection:
            query = "SELECT relname, seq_tup_read FROM pg_stat_user_tables WHERE n_live_tup > 5000"
            rows |= {f"{service.name}.{table}": int(read) for table, read in connection.execute(query).fetchall()}
    return rows


async def profiles(bench: Bench, requests: dict[str, Operation], seconds: float) -> None:
    """Where Python spends its share in the two busiest processes, while one client repeats a request."""
    for name, operation in requests.items():
        cpu = bench.costs[name].cpu
        asking = [one for one, ms in cpu.items() if ms > 0.05 and (one == "gateway" or one.endswith(".api"))]
        busiest = sorted(asking, key=lambda one: -cpu[one])[:2]
        samplers = {process: _sampler(bench.instance.pid(process), seconds) for process in busiest}
        await drive([operation.once(bench.connection())], seconds)
        bench.functions[name] = {
            process: _functions(sampler.communicate(timeout=30)[0]) for process, sampler in samplers.items()
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
