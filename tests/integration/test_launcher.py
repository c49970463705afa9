"""The launcher against the real PostgreSQL and RabbitMQ; tiny programs stand in for the services."""

import base64
import importlib
import json
import os
import signal
import smtplib
import socket
import stat
import subprocess
import sys
import threading
import time
import urllib.request
from collections.abc import Callable, Iterator
from email.message import EmailMessage
from pathlib import Path
from typing import Any

import psutil  # type: ignore[import-untyped,unused-ignore]
import psycopg
import pytest

from deploy.dev import LauncherError, keys
from deploy.dev.__main__ import customer360_command, development, main
from deploy.dev.catalogue import REPOSITORY, all_ports, catalogue
from deploy.dev.instance import Instance
from deploy.dev.supervisor import LOG_LIMIT, Spec, lock_holder, read_plan, write_plan
from deploy.dev.view import recent, render, screen
from deploy.environment import asked_of_operators

kombu: Any = importlib.import_module("kombu")  # untyped

# Answers the probes of a service and, as the gateway, the two calls of the printed curl line.
STAND_IN = """
import json, os, sys, threading
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
if sys.argv[1:] == ["setup"]:
    sys.exit(int(os.environ.get("SETUP_EXIT", "0")))
class Handler(BaseHTTPRequestHandler):
    def do_GET(self):
        allowed = "customer360" not in self.path or self.headers["Authorization"] == "Bearer t.o-k_en"
        body = b"crm_inbox_dead 3\\n" if self.path == "/metrics" else json.dumps({"path": self.path}).encode()
        self.answer(200 if allowed else 401, body)
    def do_POST(self):
        asked = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
        known = asked["password"] == "it's secret"
        self.answer(200 if known else 401, b'{"access_token": "t.o-k_en", "token_type": "Bearer"}')
    def answer(self, status, body):
        self.send_response(status)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)
    def log_message(self, *args):
        pass
time = "2026-01-01T00:00:00.000Z"
print(json.dumps({"time": time, "level": "info", "event": "serving", "request_id": "r1"}), flush=True)
ports = [os.environ[name] for name in ("CRM_PROBES_PORT", "CRM_HTTP_PORT") if name in os.environ]
servers = [ThreadingHTTPServer(("127.0.0.1", int(port)), Handler) for port in ports]
for server in servers[1:]:
    threading.Thread(target=server.serve_forever, daemon=True).start()
servers[0].serve_forever()
"""


class Suite(Instance):
    """An instance whose services are stand-ins."""

    def command(self, package: str, *arguments: str) -> list[str]:
        return [sys.executable, "-c", STAND_IN, *arguments]

    made_of: set[tuple[str, ...]] = set()

    def revision(self, *folders: str) -> str:
        self.made_of.add(folders)
        return "1"


def until(condition: Callable[[], bool], timeout: float = 30) -> None:
    deadline = time.monotonic() + timeout
    while not condition():
        assert time.monotonic() < deadline, "condition not met in time"
        threading.Event().wait(0.02)


def start(suite: Suite) -> None:
    suite.start(["sales", "contacts"], replicas={"contacts": 2})
    suite.wait_ready(30)


def get(url: str) -> bytes:
    with urllib.request.urlopen(url, timeout=5) as answer:
        body: bytes = answer.read()
        return body


@pytest.fixture(scope="module")
def shared(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Suite]:
    root = tmp_path_factory.mktemp("launcher")
    for folder in (root, *root.parents[:2]):  # as root, PostgreSQL runs under another account
        folder.chmod(0o755)
    suite = Suite("trial", root=root)
    try:
        yield suite
    finally:
        suite.erase()


@pytest.fixture
def suite(shared: Suite) -> Suite:
    """The shared instance, running; tests may kill what they like."""
    start(shared)
    return shared


def test_every_process_of_the_plan_runs_on_its_own_port(suite: Suite) -> None:
    rows = {row.name: row for row in suite.processes()}
    assert list(rows) == [
        *("postgres", "epmd", "rabbitmq", "mail"),
        *("sales.api", "sales.worker", "contacts.api", "contacts.api.1", "contacts.worker", "gateway"),
    ]
    assert all(row.ready for row in rows.values())
    contacts = catalogue().services["contacts"]
    assert rows["contacts.api.1"].port == contacts.probes + 1000 + suite.offset
    assert suite.env_for("contacts.api.1")["CRM_GRPC_PORT"] == str(contacts.grpc + 1000 + suite.offset)
    upstream = suite.env_for("gateway")["CRM_UPSTREAM_CONTACTS"]
    assert upstream == ",".join(f"127.0.0.1:{contacts.grpc + step + suite.offset}" for step in (0, 1000))
    assert not all_ports(suite.offset) & all_ports(0)
    assert "DEAD" in screen(suite)


def test_a_service_starts_again_when_what_it_is_made_of_changes(suite: Suite) -> None:
    assert ("proto", "services/chassis", "services/kit", "services/sales") in suite.made_of
    assert ("proto", "services/chassis", "gateway") in suite.made_of


def test_where_traces_go_is_told_to_services_and_gateway(suite: Suite, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("OTEL_EXPORTER_OTLP_ENDPOINT", "http://127.0.0.1:4318")
    start(suite)
    told = {row.name for row in suite.processes() if "OTEL_EXPORTER_OTLP_ENDPOINT" in suite.env_for(row.name)}
    assert told == {row.name for row in suite.processes()} - {"postgres", "epmd", "rabbitmq", "mail"}


def test_each_service_gets_its_own_secrets_only(suite: Suite) -> None:
    sales, contacts = suite.env_for("sales.worker"), suite.env_for("contacts.worker")
    assert "DATABASE_URL_CONTACTS" not in sales
    assert not any(name.startswith("DATABASE_OWNER_URL") for name in sales | contacts)
    assert sales["CRM_HISTORY_KEY"] != contacts["CRM_HISTORY_KEY"]
    assert "CRM_ACTOR_PRIVATE_KEY" not in sales
    assert "CRM_ACTOR_PRIVATE_KEY" in suite.env_for("gateway")
    assert not {"AMQP_URL_SALES", "CRM_HISTORY_KEY"} & suite.env_for("sales.api").keys()
    for name in ("secrets.env", "plan.json", "state.json"):
        assert stat.S_IMODE((suite.run_dir / name).stat().st_mode) == 0o600


def test_a_service_can_open_its_own_database_only(suite: Suite) -> None:
    url = suite.env_for("sales.api")["DATABASE_URL_SALES"].replace("+psycopg", "")
    with psycopg.connect(url) as connection:
        connection.execute("SELECT 1")
    with pytest.raises(psycopg.OperationalError, match="permission denied"):
        psycopg.connect(url.removesuffix("crm_sales") + "crm_contacts")
    with pytest.raises(psycopg.OperationalError, match="password"):
        psycopg.connect(url.replace("crm_sales:", "crm_sales:x"))


def test_starting_again_changes_nothing_and_a_changed_environment_restarts_the_services(suite: Suite) -> None:
    before = {row.name: row.pid for row in suite.processes()}
    start(suite)
    assert {row.name: row.pid for row in suite.processes()} == before
    suite.start(["sales", "contacts"], replicas={"contacts": 2}, env={"CRM_TRIAL": "1"})
    until(
        lambda: all(suite._pid(name) not in (None, before[name]) for name in before if "." in name or name == "gateway")
    )
    suite.wait_ready(30)
    assert suite.env_for("sales.worker")["CRM_TRIAL"] == "1"
    assert suite.pid("postgres") == before["postgres"]
    assert suite.pid("rabbitmq") == before["rabbitmq"]


def test_a_setting_goes_to_the_processes_that_declare_it(suite: Suite) -> None:
    more = {"CRM_RATE_LIMITS": "off", "CRM_THREADS": "4", "CRM_TRIAL": "1"}
    chosen = [catalogue().services["contacts"]]
    given = {spec.name: spec.env for spec in suite._application_specs(chosen, {}, True, more)}
    assert {name: sorted(more.keys() & env.keys()) for name, env in given.items()} == {
        "contacts.api": ["CRM_THREADS", "CRM_TRIAL"],
        "contacts.worker": ["CRM_THREADS", "CRM_TRIAL"],
        "gateway": ["CRM_RATE_LIMITS", "CRM_TRIAL"],
    }


def test_servers_of_ones_own_take_the_places_of_the_private_ones(tmp_path: Path) -> None:
    external = {
        "AMQP_URL": "amqp://all@broker/crm", "AMQP_URL_SALES": "amqp://sales@broker/crm",
        "DATABASE_URL_SALES": "postgres://sales@server/sales",
    }  # fmt: skip
    suite = Suite("own", root=tmp_path, external=external)
    suite.run_dir.mkdir(parents=True)
    keys.keep(suite.run_dir / "secrets.env")
    chosen = catalogue().select(["sales", "contacts"])
    given = {spec.name: spec.env for spec in suite._application_specs(chosen, {}, True, {})}
    assert given["sales.worker"]["AMQP_URL_SALES"] == "amqp://sales@broker/crm"
    assert given["contacts.worker"]["AMQP_URL_CONTACTS"] == given["gateway"]["AMQP_URL_GATEWAY"] == external["AMQP_URL"]
    assert (
        given["sales.api"]["DATABASE_URL_SALES"]
        == suite.database_url(chosen[0])
        == "postgresql+psycopg://sales@server/sales"
    )
    assert f"@127.0.0.1:{suite.port('postgres')}/crm_contacts" in given["contacts.api"]["DATABASE_URL_CONTACTS"]


def test_servers_of_ones_own_are_known_before_there_are_secrets(tmp_path: Path) -> None:
    owner, sales = "postgresql+psycopg://owner@server/sales", catalogue().services["sales"]
    external = {"AMQP_URL": "amqp://all@broker/crm", "DATABASE_OWNER_URL_SALES": owner}
    suite = Suite("own", root=tmp_path, external=external)
    assert (suite.amqp_url, suite.database_owner_url(sales)) == (external["AMQP_URL"], owner)


def test_the_environment_may_name_such_servers_and_nothing_else(monkeypatch: pytest.MonkeyPatch) -> None:
    given = {
        "AMQP_URL": "amqp://a@b/c",
        "AMQP_URL_GATEWAY": "amqp://g@b/c",
        "DATABASE_URL_SALES": "postgresql+psycopg://a@b/c",
    }
    for name, value in {**given, "CRM_SMTP_URL": "smtp://mail.example", "CRM_ENV": "production"}.items():
        monkeypatch.setenv(name, value)
    assert development().external == given


def test_secrets_are_drawn_once_and_what_only_an_operator_knows_is_asked_for(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    file = tmp_path / "compose.env"
    assert main(["secrets", str(file)]) == 0
    asked = [line.partition(": ")[2].partition("=")[0] for line in capsys.readouterr().out.splitlines()[1:]]
    assert asked == list(asked_of_operators())
    drawn = keys.read(file)
    assert not set(asked) & drawn.keys()
    assert drawn["CRM_HISTORY_KEY_SALES"] != drawn["CRM_HISTORY_KEY_CONTACTS"]
    seed = base64.b64decode(drawn["CRM_ACTOR_PRIVATE_KEY"])
    assert (len(seed), drawn["CRM_ACTOR_PUBLIC_KEY"]) == (32, keys.public_key(seed))
    with file.open("a") as lines:
        lines.writelines(f"{name}=x\n" for name in asked)
    assert main(["secrets", str(file)]) == 0
    assert capsys.readouterr().out == f"secrets are in {file}\n"
    assert keys.read(file) == drawn | dict.fromkeys(asked, "x")


def test_a_killed_process_is_back_at_once(suite: Suite) -> None:
    restarts = {row.name: row.restarts for row in suite.processes()}
    old = suite.kill("sales.worker")
    began = time.monotonic()
    until(lambda: suite._pid("sales.worker") not in (None, old))
    suite.wait_ready(10)
    assert time.monotonic() - began < 2
    assert {row.name: row.restarts for row in suite.processes()} == {
        **restarts,
        "sales.worker": restarts["sales.worker"] + 1,
    }


def test_a_held_process_stays_down_until_released(suite: Suite) -> None:
    suite.hold("sales.api")
    assert {row.name: row.ready for row in suite.processes() if row.held} == {"sales.api": False}
    suite.wait_ready(10)
    suite.release("sales.api")
    suite.wait_ready(10)
    assert suite.pid("sales.api")


def test_an_adjusted_process_starts_anew_with_the_variable(suite: Suite) -> None:
    before = {row.name: row.pid for row in suite.processes()}
    suite.adjust("sales.worker", CRM_TRIAL="adjusted")
    until(lambda: suite._pid("sales.worker") not in (None, before["sales.worker"]))
    suite.wait_ready(10)
    assert psutil.Process(suite.pid("sales.worker")).environ()["CRM_TRIAL"] == "adjusted"
    assert suite.pid("sales.api") == before["sales.api"]


def test_connections_may_be_routed_through_something_in_between(suite: Suite) -> None:
    class Detour(Suite):
        def route(self, client: str, server: str, port: int) -> str:
            asked.append((client, server, port))
            return "10.0.0.9:1"

    asked: list[tuple[str, str, int]] = []
    detour = Detour(suite.name, root=suite.root)
    chosen = [catalogue().services["contacts"]]
    specs = {spec.name: spec.env for spec in detour._application_specs(chosen, {"contacts": 2}, True, {})}
    assert "@10.0.0.9:1/" in specs["contacts.worker"]["DATABASE_URL_CONTACTS"]
    assert "@10.0.0.9:1/" in specs["contacts.api.1"]["DATABASE_URL_CONTACTS"]
    assert "@10.0.0.9:1/" in specs["contacts.worker"]["AMQP_URL_CONTACTS"]
    assert specs["gateway"]["CRM_UPSTREAM_CONTACTS"] == "10.0.0.9:1,10.0.0.9:1"
    grpc = chosen[0].grpc + suite.offset
    assert {("contacts", "postgres", suite.port("postgres")), ("gateway", "rabbitmq", suite.port("rabbitmq"))} <= {
        *asked
    }
    assert {("gateway", "contacts.api", grpc), ("gateway", "contacts.api.1", grpc + 1000)} <= {*asked}


def test_a_frozen_process_can_be_stopped(suite: Suite) -> None:
    suite.kill("sales.worker", signal.SIGSTOP)
    suite.hold("sales.worker")
    suite.release("sales.worker")
    suite.wait_ready(10)


def test_committed_rows_survive_the_kill_of_the_postmaster(suite: Suite) -> None:
    url = suite.superuser_url.replace("+psycopg", "")
    with psycopg.connect(url, autocommit=True) as connection:
        assert connection.execute("SHOW fsync").fetchone() == ("on",)
        assert connection.execute("SHOW synchronous_commit").fetchone() == ("on",)
        connection.execute("CREATE TABLE IF NOT EXISTS kept (id int)")
        connection.execute("INSERT INTO kept VALUES (1)")
        old = suite.kill("postgres")
        until(lambda: suite._pid("postgres") not in (None, old))
        suite.wait_ready(60)
    with psycopg.connect(url) as connection:
        row = connection.execute("SELECT count(*) > 0 FROM kept").fetchone()
        assert row == (True,)


def test_confirmed_messages_survive_the_kill_of_the_broker(suite: Suite) -> None:
    queue = kombu.Queue("kept", durable=True, queue_arguments={"x-queue-type": "quorum"})
    with kombu.Connection(suite.amqp_url, transport_options={"confirm_publish": True}) as connection:
        producer = connection.Producer()
        producer.publish("one", routing_key="kept", declare=[queue], delivery_mode=2)
    registry = next(suite.run_dir.glob("rabbitmq/data/*/quorum/*/names.dets"))
    until(lambda: b"kept" in registry.read_bytes())  # a queue is on disk half a second after its declaration
    old = suite.kill("rabbitmq")
    until(lambda: suite._pid("rabbitmq") not in (None, old))
    suite.wait_ready(60)
    with kombu.Connection(suite.amqp_url) as connection, connection.SimpleQueue(queue) as messages:
        message = messages.get(timeout=30)
        assert message.payload == "one"
        message.ack()


def test_the_broker_knows_no_guest(suite: Suite) -> None:
    guest = suite.amqp_url.replace(suite.amqp_url.split("//")[1].split("@")[0], "guest:guest")
    with pytest.raises(Exception, match=r"403|ACCESS_REFUSED|refused"), kombu.Connection(guest) as connection:
        connection.connect()


def test_nothing_outlives_a_killed_supervisor(suite: Suite) -> None:
    pids = [row.pid for row in suite.processes() if row.pid]
    supervisor = lock_holder(suite.run_dir)
    assert supervisor
    os.kill(supervisor, signal.SIGKILL)
    until(lambda: lock_holder(suite.run_dir) is None)
    start(suite)
    assert not [pid for pid in pids if psutil.pid_exists(pid) and psutil.Process(pid).status() != psutil.STATUS_ZOMBIE]
    assert lock_holder(suite.run_dir) != supervisor


def test_nothing_outlives_the_process_it_belongs_to(shared: Suite) -> None:
    program = (
        "import sys, pathlib; from deploy.dev.instance import Instance\n"
        f"instance = Instance('owned', root=pathlib.Path({str(shared.root)!r}))\n"
        "instance.start([], gateway=False, servers=[])\n"
        "instance.wait_ready(30); print('ready', flush=True); sys.stdin.read()"
    )
    pipes = {"stdin": subprocess.PIPE, "stdout": subprocess.PIPE}
    with subprocess.Popen([sys.executable, "-c", program], cwd=REPOSITORY, **pipes) as owner:  # type: ignore[call-overload]
        assert owner.stdout.readline() == b"ready\n"
        owned = Instance("owned", root=shared.root)
        assert owned.offset != shared.offset
        mail = owned.pid("mail")
        owner.kill()
        owner.wait()
    until(lambda: not owned.is_running() and not psutil.pid_exists(mail))


@pytest.mark.skipif(not os.path.exists("/dev/full"), reason="this system has no /dev/full, a disk that is always full")
def test_a_full_disk_does_not_end_the_supervision(tmp_path: Path) -> None:
    marker = tmp_path / "runs"
    write_plan(tmp_path, [Spec("stand-in", ["/bin/sh", "-c", f"touch {marker}; sleep 60"], {}, 0)])
    command = [sys.executable, "-m", "deploy.dev.supervisor", str(tmp_path)]
    with open("/dev/full", "w") as full, subprocess.Popen(command, cwd=REPOSITORY, stdout=full, stderr=full) as process:
        until(lambda: lock_holder(tmp_path) == process.pid)  # there is no folder for logs: every write fails
        with pytest.raises(subprocess.TimeoutExpired):
            process.wait(2)
        (tmp_path / "logs").mkdir()
        until(marker.exists)
        process.terminate()
    assert process.returncode == 0


def test_stop_leaves_no_process_behind(suite: Suite) -> None:
    pids = [row.pid for row in suite.processes() if row.pid]
    suite.stop()
    assert not [pid for pid in pids if psutil.pid_exists(pid)]
    assert not suite.is_running()


def test_a_taken_port_is_named_with_its_holder(suite: Suite) -> None:
    suite.stop()
    port = catalogue().services["sales"].worker + suite.offset
    with socket.socket() as other:
        other.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        other.bind(("127.0.0.1", port))
        other.listen()
        with pytest.raises(LauncherError, match=rf"[Pp]ort {port} .*sales\.worker.*process {os.getpid()}"):
            suite.start(["sales"])
    assert not suite.is_running()


def test_a_failing_setup_is_reported_and_starts_nothing(shared: Suite) -> None:
    shared.stop()
    with pytest.raises(LauncherError, match=r"setup. failed with exit code 3"):
        shared.start(["sales"], env={"SETUP_EXIT": "3"})
    assert not [name for name in read_plan(shared.run_dir) if name.startswith("sales")]
    shared.stop()


def test_a_missing_program_is_named() -> None:
    with pytest.raises(LauncherError, match=r"crm-nothing is not installed.*make up"):
        Instance("trial").command("crm-nothing")


def test_caught_mail_is_listed_and_readable(suite: Suite) -> None:
    message = EmailMessage()
    message["From"], message["To"], message["Subject"] = "a@demo.example", "b@demo.example", "Grüße"
    message.set_content("hello")
    with smtplib.SMTP("127.0.0.1", suite.port("smtp"), timeout=10) as smtp:
        smtp.send_message(message)
    first = json.loads(get(f"{suite.mail_url}/messages"))[0]
    assert (first["from"], first["to"], first["subject"]) == ("a@demo.example", "b@demo.example", "Grüße")
    assert b"hello" in get(f"{suite.mail_url}/messages/{first['id']}")
    assert (suite.run_dir / "mail" / f"{first['id']}.eml").exists()


def test_a_large_log_is_rotated(suite: Suite) -> None:
    with suite.log("sales.api").open("ab") as file:
        file.write(b"x" * (LOG_LIMIT + 1))
    until(lambda: suite.log("sales.api").stat().st_size < LOG_LIMIT)
    assert suite.log("sales.api").with_suffix(".log.1").stat().st_size > LOG_LIMIT


def test_logs_are_readable(suite: Suite) -> None:
    until(lambda: any("serving" in line for _, line in recent(suite.run_dir / "logs", "sales.worker", 5)))
    process, line = list(recent(suite.run_dir / "logs", "sales.worker", 5))[-1]
    shown = render(line, process, colour=False)
    assert shown.split() == ["00:00:00.000", "info", "sales.worker", "serving", "request_id=r1"]
    assert render("plain text", "postgres", colour=False).endswith("plain text")
    assert {name for name, _ in recent(suite.run_dir / "logs", "contacts", 500)} >= {
        "contacts.api",
        "contacts.worker",
    }


def test_the_printed_curl_line_runs_in_a_shell(suite: Suite) -> None:
    command = customer360_command(suite.gateway_url, {"sales_manager@demo.example": "it's secret"}, "A1")
    answer = subprocess.run(["sh", "-c", command], capture_output=True, text=True, check=True, timeout=20)
    assert json.loads(answer.stdout) == {"path": "/v1/accounts/A1/customer360"}


def test_the_exit_code_of_the_tests_is_passed_on() -> None:
    given = {"CRM_TEST_DATABASE_URL": "postgresql://given", "CRM_TEST_AMQP_URL": "amqp://given"}
    command = [sys.executable, "-m", "deploy.dev", "test", "gateway/tests/test_site.py::no_such_test"]
    result = subprocess.run(command, cwd=REPOSITORY, env={**os.environ, **given}, capture_output=True, check=False)
    assert result.returncode == 4
