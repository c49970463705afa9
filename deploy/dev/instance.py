"""One running copy of the suite: its servers, its services, its gateway.

    with Instance("chaos") as suite:
        suite.start(replicas={"contacts": 2})
        suite.wait_ready(60)
        suite.kill("sales.worker", signal.SIGKILL)
        suite.wait_ready(10)

Everything of an instance lives in `.run/<name>/`; two instances share neither state nor ports.
"""

import fcntl
import hashlib
import importlib.util
import json
import os
import shutil
import signal
import subprocess
import sys
import time
import zlib
from collections.abc import Callable, Iterable, Iterator, Mapping
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager, suppress
from dataclasses import dataclass, replace
from functools import partial
from pathlib import Path
from types import MappingProxyType, TracebackType
from typing import Any, Self

import psutil  # type: ignore[import-untyped,unused-ignore]

from deploy import broker
from deploy.dev import LauncherError, keys, postgres, rabbitmq
from deploy.dev.catalogue import (
    GATEWAY,
    HOST,
    REPOSITORY,
    SERVER_PORTS,
    Service,
    amqp_url_variable,
    catalogue,
    choose_offset,
    offset_from_environment,
    replica,
    require_free,
)
from deploy.dev.probes import is_ready
from deploy.dev.supervisor import (
    GRACE,
    Spec,
    lock_holder,
    read_json,
    read_plan,
    write_json,
    write_plan,
)
from deploy.environment import environment, every_setting, fill, settings_of

SERVERS = ("postgres", "rabbitmq")
ADMIN_EMAIL = "admin@demo.example"
LEAST_DISK = 200 * 1024 * 1024  # bytes; below this the databases would soon stop working
STAGE_SERVER, STAGE_SERVICE, STAGE_GATEWAY = 0, 1, 2


@dataclass(frozen=True)
class Status:
    """What is known of one process; uptime in seconds, `ready` None when it cannot be asked."""

    name: str
    pid: int | None
    port: int
    uptime: float
    restarts: int
    ready: bool | None
    held: bool
    last_exit: int | None
    metrics: str


def _silent(text: str) -> None:
    """Progress nobody reads."""


class Instance:
    """A copy of the suite by name.

    root       its files are under `root/.run/<name>/`
    detached   go on when this Python process ends (otherwise the instance ends with it, however that happens)
    external   AMQP_URL (one account for all, or AMQP_URL_<SERVICE>), DATABASE_URL_<SERVICE> and
               DATABASE_OWNER_URL_<SERVICE> of servers to use instead of private ones
    say        is told the progress, line by line
    """

    def __init__(
        self,
        name: str,
        root: Path = REPOSITORY,
        *,
        detached: bool = False,
        external: Mapping[str, str] | None = None,
        say: Callable[[str], None] = _silent,
        durable: bool = True,
    ) -> None:
        """`durable` databases keep what they acknowledged even if the machine stops."""
        self.name = name
        self.root = root.resolve()
        self.run_dir = self.root / ".run" / name
        self.detached = detached
        self.durable = durable
        self.external = {key: _with_driver(value) for key, value in (external or {}).items()}
        self._say = say
        self._began = time.monotonic()
        self._supervisor: subprocess.Popen[bytes] | None = None

    # What the process table is made of. Tests replace it to try the launcher without the services.

    def command(self, package: str, *arguments: str) -> list[str]:
        """Command line of a package's console script."""
        script = Path(sys.executable).with_name(package)
        if not script.exists():
            raise LauncherError(
                f"The program {package} is not installed beside {sys.executable}. Start with `make "
                "up`, which "
                f"installs the locked environment first, or run `uv sync --frozen` in {REPOSITORY}."
            )
        return [str(script), *arguments]

    def patterns(self, name: str, process: str) -> dict[str, str]:
        """What the version that is started declares for a process, with `{names}` of what is known here."""
        return environment(name, process, "{{{}}}".format, development=True)

    def revision(self, *folders: str) -> str:
        """Changes when a source file of these folders does, so that `start` restarts what is made of them."""
        digest = hashlib.sha256()
        for folder in folders:
            for directory, names, files in os.walk(REPOSITORY / folder):
                names[:] = sorted(set(names) - {"tests", "__pycache__"})
                for path in sorted(os.path.join(directory, file) for file in files):
                    with suppress(FileNotFoundError):  # an editor's temporary file
                        status = os.stat(path)
                        digest.update(f"{path}:{status.st_size}:{status.st_mtime_ns}\n".encode())
        return digest.hexdigest()[:16]

    def provision(self, services: list[Service]) -> None:
        """Make the roles and the databases of services on the instance's own server."""
        postgres.provision(self.superuser_url.replace("+psycopg", ""), self.secrets, services)

    def route(self, client: str, server: str, port: int) -> str:
        """Address at which a service or the gateway reaches a server of this instance: the server's own.

        `server` is "postgres", "rabbitmq" or, for the gateway, the name of a process such as "contacts.api.1".
        """
        return f"{HOST}:{port}"

    # Where things are.

    @property
    def offset(self) -> int:
        """What is added to every port of services.yaml."""
        return int((read_json(self.run_dir / "ports.json") or {"offset": 0})["offset"])

    def port(self, server: str) -> int:
        """Port of one of the launcher's own servers."""
        return SERVER_PORTS[server] + self.offset

    @property
    def gateway_url(self) -> str:
        return f"http://{HOST}:{catalogue().gateway_port + self.offset}"

    @property
    def mail_url(self) -> str:
        """Where caught mail is listed (`/messages`)."""
        return f"http://{HOST}:{self.port('mail')}"

    @property
    def secrets(self) -> dict[str, str]:
        return keys.read(self.run_dir / "secrets.env")

    @property
    def admin(self) -> tuple[str, str]:
        """Email and password of the first administrator."""
        return ADMIN_EMAIL, self.secrets["CRM_BOOTSTRAP_ADMIN_PASSWORD"]

    @property
    def amqp_url(self) -> str:
        """The broker as its administrator."""
        return self.external.get("AMQP_URL") or self._private_amqp_url(broker.ADMINISTRATOR, "RABBITMQ_PASSWORD")

    def amqp_url_of(self, name: str) -> str:
        """The broker as a service or the gateway sees it."""
        private = self._private_amqp_url(broker.account(name), broker.password_variable(name))
        shared = self.external.get("AMQP_URL", private)
        return self.external.get(amqp_url_variable(name), shared)

    def _private_amqp_url(self, user: str, password: str) -> str:
        return f"amqp://{user}:{self.secrets[password]}@{HOST}:{self.port('rabbitmq')}/{broker.VHOST}"

    @property
    def superuser_url(self) -> str:
        """The private PostgreSQL as its superuser."""
        return (
            f"postgresql+psycopg://{postgres.SUPERUSER}:{self.secrets['POSTGRES_PASSWORD']}"
            f"@{HOST}:{self.port('postgres')}/postgres"
        )

    def database_url(self, service: Service) -> str:
        """The database as the service's api and worker see it."""
        return self._database_url(service.name, "api", service.database_url_variable)

    def database_owner_url(self, service: Service) -> str:
        """The database as its owner, who migrates it, sees it."""
        return self._database_url(service.name, "setup", service.database_owner_url_variable)

    def _database_url(self, name: str, process: str, variable: str) -> str:
        if variable in self.external:
            return self.external[variable]
        # Which replica it is does not matter to the address of its database.
        return self._variables(name, process, lambda _, port: f"{HOST}:{port}", grpc="", probes="")[variable]

    def log(self, name: str) -> Path:
        """Log file of a process."""
        return self.run_dir / "logs" / f"{name}.log"

    # Start and stop.

    def start(
        self,
        services: Iterable[str] | None = None,
        *,
        replicas: Mapping[str, int] | None = None,
        gateway: bool = True,
        mail: bool = True,
        servers: Iterable[str] = SERVERS,
        env: Mapping[str, str] | None = None,
    ) -> None:
        """Bring up exactly the named parts; what already runs unchanged is left alone.

        services   names from services.yaml, None for all
        replicas   processes per api ("contacts"), worker ("contacts.worker") or of the "gateway"; where not said as in
                   services.yaml, and one worker
        env        more environment variables for every service and the gateway
        Returns when every process was started; `wait_ready` waits until they answer.
        """
        chosen = catalogue().select(services)
        self._began = time.monotonic()
        self._prepare_directory()
        with self._exclusive():
            if not self.is_running():
                self._sweep()
            self._settle_ports()
            keys.keep(self.run_dir / "secrets.env")
            base = self._server_specs(set(servers), chosen) + ([self._mail_spec()] if mail else [])
            applications = self._application_specs(chosen, replicas or {}, gateway, env or {})
            before = read_plan(self.run_dir) if self.is_running() else {}
            self._check_ports(base + applications, before)
            self._prepare_servers(base)
            kept = [spec for spec in before.values() if spec.stage > STAGE_SERVER]
            write_plan(self.run_dir, base + kept)
            self._ensure_supervisor()
            self._await(base, 60, restarts=8)
            if base:
                self.tell(f"{', '.join(spec.name for spec in base)} ready")
            running = {spec.name for spec in kept if self._pid(spec.name) and not spec.held}
            stale = {spec.name.split(".")[0] for spec in applications if spec.name not in running or spec not in kept}
            self._set_up([service for service in chosen if service.name in stale], env or {})
            write_plan(self.run_dir, base + applications)
            if stale:
                self.tell(f"starting {', '.join(sorted(stale))}")

    def wait_ready(self, timeout: float = 60, restarts: int | None = None) -> None:
        """Wait until every process answers that it is ready.

        Raises LauncherError after `timeout` seconds, or once a process was restarted `restarts` times.
        """
        self._await([spec for spec in read_plan(self.run_dir).values() if not spec.held], timeout, restarts)

    def stop(self) -> None:
        """Stop everything, first politely; also what a killed supervisor left behind."""
        if not self.run_dir.is_dir():
            return
        with self._exclusive():
            if pid := lock_holder(self.run_dir):
                os.kill(pid, signal.SIGTERM)
                deadline = time.monotonic() + 4 * GRACE
                while lock_holder(self.run_dir) == pid and time.monotonic() < deadline:
                    self._reap()
                    time.sleep(0.05)
                if lock_holder(self.run_dir) == pid:
                    os.kill(pid, signal.SIGKILL)
            self._sweep()
            if self._supervisor is not None:
                self._supervisor.wait(GRACE)  # its lock is gone a moment before it is
            for name in ("plan.json", "state.json"):
                (self.run_dir / name).unlink(missing_ok=True)

    def erase(self) -> None:
        """Stop, and forget all data of this instance."""
        self.stop()
        if self.run_dir.is_dir():
            shutil.rmtree(postgres.data_directory(self.run_dir), ignore_errors=True)
            shutil.rmtree(self.run_dir)

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.stop()

    # One process.

    def is_running(self) -> bool:
        """Whether this instance has a live supervisor."""
        return lock_holder(self.run_dir) is not None

    def processes(self) -> list[Status]:
        """All processes of the plan in the order of their start."""
        plan = read_plan(self.run_dir)
        state = self._state()
        with ThreadPoolExecutor(16) as pool:
            answers = list(pool.map(lambda spec: is_ready(spec.ready) if spec.ready else None, plan.values()))
        rows = []
        for spec, ready in zip(plan.values(), answers, strict=True):
            entry = state.get(spec.name, {})
            pid = entry.get("pid")
            rows.append(
                Status(
                    name=spec.name,
                    pid=pid,
                    port=spec.port,
                    uptime=time.time() - entry["started"] if pid else 0.0,
                    restarts=entry.get("restarts", 0),
                    ready=bool(ready) if pid and ready is not None else (None if pid else False),
                    held=spec.held,
                    last_exit=entry.get("last_exit"),
                    metrics=spec.metrics,
                )
            )
        return rows

    def pid(self, name: str) -> int:
        """Process id of a running process, for example "sales.worker" or "contacts.api.1"."""
        pid = self._pid(name)
        if pid is None:
            raise LauncherError(f"{name} does not run in instance {self.name}. `make status` shows what does.")
        return pid

    def kill(self, name: str, number: int = signal.SIGKILL) -> int:
        """Send a signal to a process and return the pid it had; the supervisor replaces what ends."""
        pid = self.pid(name)
        os.kill(pid, number)
        return pid

    def restart(self, name: str) -> int:
        """Stop a process politely; the supervisor starts it again."""
        return self.kill(name, self._spec(name).stop_signal)

    def adjust(self, name: str, **env: str) -> None:
        """Restart a process with these variables added to its environment."""
        spec = self._spec(name)
        self._replace(replace(spec, env=spec.env | env))

    def exchange(self, name: str) -> None:
        """Stop a process of a service politely and start what `command` and `patterns` say in its place."""
        service, role, number = (*name.split("."), "0")[:3]
        found = catalogue().services[service]
        self._replace(self._service_spec(found, role, int(number), {}, self._revision_of(found)))

    def hold(self, name: str) -> None:
        """Stop a process and keep it stopped until `release`."""
        self._replace(replace(self._spec(name), held=True))
        self._until(lambda: self._pid(name) is None, 2 * GRACE, f"{name} did not stop")

    def release(self, name: str) -> None:
        """Start a held process again."""
        self._replace(replace(self._spec(name), held=False))

    def env_for(self, name: str) -> dict[str, str]:
        """The environment a process of the plan runs in."""
        return dict(self._spec(name).env)

    # Demo data.

    def load_demo(self) -> dict[str, str]:
        """Load the demo company once in the life of the databases; email -> password of its users."""
        path = self.run_dir / "demo.json"
        external = sorted(f"{name}={url}" for name, url in self.external.items())
        life = hashlib.sha256("\n".join(external).encode()).hexdigest()
        document = read_json(path)
        email, password = self.admin
        if document is None or document["databases"] != life:
            users = {email: password}
            if importlib.util.find_spec("deploy.dev.demo"):
                self.tell("loading the demo company")
                loader = importlib.import_module("deploy.dev.demo")
                users |= loader.load(self.gateway_url, email, password, self.run_dir, self.tell)
                write_json(path, {"databases": life, "users": users})
            document = {"users": users}
        users = dict(document["users"])
        write_json(self.run_dir.parent / "demo.json", {"gateway": self.gateway_url, "users": users})
        return users

    # The parts of `start`.

    def _prepare_directory(self) -> None:
        try:
            (self.root / ".run").mkdir(exist_ok=True)
            self.run_dir.mkdir(mode=0o711, exist_ok=True)
            (self.run_dir / "logs").mkdir(mode=0o700, exist_ok=True)
            (self.run_dir / ".writable").touch()
            (self.run_dir / ".writable").unlink(missing_ok=True)
        except (PermissionError, FileExistsError, NotADirectoryError) as error:
            raise LauncherError(
                f"{self.run_dir} cannot be written by {_me()} ({error.strerror}). It may have been "
                "made by another "
                f"user, such as root: remove it as that user, or give it to yourself with "
                f"`sudo chown -R $(id -u) {self.root / '.run'}`."
            ) from error
        free = shutil.disk_usage(self.run_dir).free
        if free < LEAST_DISK:
            raise LauncherError(
                f"The disk of {self.run_dir} is full: {free // 2**20} MB are free, "
                f"{LEAST_DISK // 2**20} MB are the "
                f"least the databases can work with. Make room and try again."
            )

    @contextmanager
    def _exclusive(self) -> Iterator[None]:
        """Only one `start` or `stop` of an instance at a time."""
        with open(self.run_dir / "instance.lock", "a") as lock:
            fcntl.flock(lock, fcntl.LOCK_EX)
            yield

    def _settle_ports(self) -> None:
        if self.name == "dev":
            write_json(self.run_dir / "ports.json", {"offset": offset_from_environment()})
        elif not (self.run_dir / "ports.json").exists():
            with open(self.run_dir.parent / "ports.lock", "a") as lock:
                fcntl.flock(lock, fcntl.LOCK_EX)
                others = [read_json(path) for path in self.run_dir.parent.glob("*/ports.json")]
                own = zlib.crc32(bytes(self.run_dir.parent))
                offset = choose_offset((other["offset"] for other in others if other), own)
                write_json(self.run_dir / "ports.json", {"offset": offset})

    def _check_ports(self, specs: list[Spec], before: Mapping[str, Spec]) -> None:
        ours = {spec.port for spec in before.values()}
        wanted = {spec.port: f"{spec.name} of instance {self.name}" for spec in specs}
        require_free({port: purpose for port, purpose in wanted.items() if port not in ours})

    def _spec_of(
        self,
        name: str,
        argv: list[str],
        stage: int,
        port: int,
        ready: str,
        **more: str | int | dict[str, str],
    ) -> Spec:
        env = {"PATH": f"{Path(sys.executable).parent}:/usr/local/bin:/usr/bin:/bin:/usr/sbin:/sbin"}
        env |= {key: os.environ[key] for key in ("HOME", "TZ", "SSL_CERT_FILE") if key in os.environ}
        env |= {"LANG": "C.UTF-8", "PYTHONUNBUFFERED": "1", "LAUNCHER_RUN_DIR": str(self.run_dir)}
        extra = more.pop("env", {})
        assert isinstance(extra, dict)
        return Spec(name=name, argv=argv, env=env | extra, stage=stage, port=port, ready=ready, **more)  # type: ignore[arg-type]

    def _server_specs(self, servers: set[str], services: list[Service]) -> list[Spec]:
        specs = []
        urls = [self.external.get(service.database_url_variable) for service in services]
        if "postgres" in servers and (None in urls or not urls):
            specs.append(
                self._spec_of(
                    "postgres",
                    postgres.arguments(self.run_dir, self.port("postgres"), self.durable),
                    STAGE_SERVER,
                    self.port("postgres"),
                    self.superuser_url.replace("+psycopg", ""),
                    user=postgres.account(),
                    stop_signal=int(signal.SIGINT),  # "fast": end the sessions, write everything, stop
                )
            )
        if "rabbitmq" in servers and "AMQP_URL" not in self.external:
            tools = rabbitmq.obtain(self.root / ".run" / "tools", self.tell)
            ports = {name: self.port(name) for name in ("rabbitmq", "distribution", "epmd")}
            environment = rabbitmq.environment(tools, self.run_dir, self.name, ports)
            epmd = rabbitmq.epmd_arguments(tools, ports["epmd"])
            specs += [
                self._spec_of(
                    "epmd",
                    epmd,
                    STAGE_SERVER,
                    ports["epmd"],
                    f"tcp://{HOST}:{ports['epmd']}",
                    env=tools.environment,
                ),
                self._spec_of(
                    "rabbitmq",
                    [str(tools.server)],
                    STAGE_SERVER,
                    ports["rabbitmq"],
                    f"amqp://{HOST}:{ports['rabbitmq']}",
                    env=environment,
                    revision=hashlib.sha256(self.broker_definitions().encode()).hexdigest()[:16],
                ),
            ]
        return specs

    def _mail_spec(self) -> Spec:
        smtp, web = self.port("smtp"), self.port("mail")
        argv = [
            sys.executable, "-m", "deploy.dev.mail", "--folder", str(self.run_dir / "mail"),
            "--smtp-port", str(smtp), "--http-port", str(web),
        ]  # fmt: skip
        return self._spec_of("mail", argv, STAGE_SERVER, web, f"http://{HOST}:{web}/messages", cwd=str(REPOSITORY))

    def _application_specs(
        self, services: list[Service], replicas: Mapping[str, int], gateway: bool, env: Mapping[str, str]
    ) -> list[Spec]:
        listed = {service.name: service.replicas for service in catalogue().services.values()}
        count = {**listed, GATEWAY: catalogue().gateway_replicas, **replicas}
        specs = []
        for service in services:
            revision = self._revision_of(service)
            for role in ("api", "worker"):
                for number in range(count[service.name] if role == "api" else count.get(f"{service.name}.worker", 1)):
                    specs.append(self._service_spec(service, role, number, env, revision))
        if gateway:
            upstreams = {
                f"{service.name}_api": ",".join(
                    self.route(GATEWAY, _numbered(f"{service.name}.api", number), port)
                    for number in range(count[service.name])
                    for port in [replica(service.grpc, number) + self.offset]
                )
                for service in catalogue().services.values()
            }
            shared = {"CRM_HTTP_SHARED": "on"} if count[GATEWAY] > 1 else {}
            revision = self.revision("proto", "services/chassis", "gateway")
            for number in range(count[GATEWAY]):
                probes = replica(catalogue().gateway_probes, number) + self.offset
                # On a shared port any of them may answer.
                ready = f"http://{HOST}:{probes}" if number else self.gateway_url
                specs.append(
                    self._spec_of(
                        _numbered(GATEWAY, number),
                        self.command(catalogue().gateway_package),
                        STAGE_GATEWAY,
                        catalogue().gateway_port + self.offset,
                        f"{ready}/readyz",
                        metrics=f"http://{HOST}:{probes}/metrics",
                        env=self._environment(GATEWAY, GATEWAY, {**env, **shared}, probes=str(probes), **upstreams),
                        revision=revision,
                    )
                )
        return specs

    def _revision_of(self, service: Service) -> str:
        return self.revision("proto", "services/chassis", "services/kit", f"services/{service.name}")

    def _service_spec(self, service: Service, role: str, number: int, env: Mapping[str, str], revision: str) -> Spec:
        grpc = replica(service.grpc, number) + self.offset
        probes = replica(service.probes if role == "api" else service.worker, number) + self.offset
        return self._spec_of(
            _numbered(f"{service.name}.{role}", number),
            self.command(service.package, role),
            STAGE_SERVICE,
            probes,
            f"http://{HOST}:{probes}/readyz",
            metrics=f"http://{HOST}:{probes}/metrics",
            env=self._environment(service.name, role, env, grpc=str(grpc), probes=str(probes)),
            revision=revision,
        )

    def broker_definitions(self) -> str:
        """What the broker loads at its start, in JSON."""
        return json.dumps(broker.definitions(self.secrets, catalogue()))

    def _environment(self, name: str, process: str, more: Mapping[str, str], **known: str) -> dict[str, str]:
        """What a process is started with. Of `more` it gets what it declares itself, and what nobody does."""
        own, declared = settings_of(name), {setting.name for setting in every_setting()}
        variables = self._variables(name, process, partial(self.route, name), **known)
        variables |= {key: value for key, value in os.environ.items() if key.startswith("OTEL_")}
        return variables | {key: value for key, value in more.items() if key in own or key not in declared}

    def _variables(self, name: str, process: str, route: Callable[[str, int], str], **more: str) -> dict[str, str]:
        """The settings of a process; `route` says how it reaches a server. URLs of external servers go first."""
        facts = {
            "host": HOST,
            "http": str(catalogue().gateway_port + self.offset),
            "smtp": f"{HOST}:{self.port('smtp')}",
            "gateway_url": self.gateway_url,
            "admin_email": ADMIN_EMAIL,
            **self.secrets,
            **more,
        }

        def known(what: str) -> str:
            return route(what, self.port(what)) if what in SERVERS else facts[what]

        external, fallbacks = self.external, {setting.name: setting.fallback for setting in settings_of(name).values()}
        return {
            variable: external.get(variable) or external.get(fallbacks.get(variable, "")) or fill(pattern, known)
            for variable, pattern in self.patterns(name, process).items()
        }

    def setup_environment(self, service: Service, more: Mapping[str, str] = MappingProxyType({})) -> dict[str, str]:
        """What the set-up of a service is given; of its processes it alone knows the owner of the database."""
        return self._environment(service.name, "setup", more)

    def _prepare_servers(self, specs: list[Spec]) -> None:
        names = {spec.name for spec in specs}
        if "postgres" in names and postgres.prepare(self.run_dir, self.secrets["POSTGRES_PASSWORD"]):
            (self.run_dir / "demo.json").unlink(missing_ok=True)
            self.tell("database directory created")
        if "rabbitmq" in names:
            rabbitmq.prepare(
                self.run_dir, self.broker_definitions(), self.secrets["RABBITMQ_COOKIE"], self.port("rabbitmq")
            )

    def _ensure_supervisor(self) -> None:
        if self.is_running():
            return
        self._reap()
        owner = [] if self.detached else [str(os.getpid())]
        with open(self.log("supervisor"), "ab") as log:
            self._supervisor = subprocess.Popen(
                [sys.executable, "-m", "deploy.dev.supervisor", str(self.run_dir), *owner],
                cwd=REPOSITORY,
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=log,
                start_new_session=True,
            )
        process = self._supervisor
        self._until(lambda: self.is_running() or process.poll() is not None, 10, "The supervisor did not start")
        if process.poll() is not None:
            raise LauncherError(f"The supervisor ended at once. Its log: {_tail(self.log('supervisor'))}")

    def _set_up(self, services: list[Service], env: Mapping[str, str]) -> None:
        """Create and migrate databases, declare the broker's side: all before the first process starts."""
        if not services:
            return
        private = [service for service in services if service.database_url_variable not in self.external]
        if private:
            self.provision(private)
            self.tell("databases and roles ready")
        with ThreadPoolExecutor(os.cpu_count() or 2) as pool:
            for service, code in zip(
                services, pool.map(lambda service: self._set_up_one(service, env), services), strict=True
            ):
                if code:
                    log = self.log(f"{service.name}.setup")
                    raise LauncherError(
                        f"`{service.package} setup` failed with exit code {code}. Its log: {_tail(log)}"
                    )
        self.tell(f"{', '.join(service.name for service in services)} migrated")

    def _set_up_one(self, service: Service, env: Mapping[str, str]) -> int:
        name = f"{service.name}.setup"
        spec = self._spec_of(
            name,
            self.command(service.package, "setup"),
            STAGE_SERVICE,
            0,
            "",
            env=self.setup_environment(service, env),
        )
        with open(self.log(name), "wb") as log:
            return subprocess.run(
                spec.argv,
                env=spec.env,
                cwd=spec.cwd,
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=log,
                check=False,
            ).returncode

    # Waiting and asking.

    def _await(self, specs: list[Spec], timeout: float, restarts: int | None = None) -> None:
        deadline = time.monotonic() + timeout
        before = {name: entry["restarts"] for name, entry in self._state().items()}
        waiting = list(specs)
        with ThreadPoolExecutor(16) as pool:
            while waiting:
                state = self._state()
                running = [spec for spec in waiting if _runs(spec, state.get(spec.name, {}))]
                answers = dict(zip((spec.name for spec in running), pool.map(_answers, running), strict=True))
                waiting = [spec for spec in waiting if not answers.get(spec.name)]
                for spec in waiting:
                    count = state.get(spec.name, {}).get("restarts", 0) - before.get(spec.name, 0)
                    if restarts is not None and count >= restarts:
                        raise LauncherError(f"{spec.name} does not stay up. Its log: {_tail(self.log(spec.name))}")
                if waiting and time.monotonic() > deadline:
                    names = ", ".join(spec.name for spec in waiting)
                    tail = _tail(self.log(waiting[0].name))
                    raise LauncherError(f"Not ready after {timeout:.0f} s: {names}. Log of {waiting[0].name}: {tail}")
                if waiting and not self.is_running():
                    raise LauncherError(f"Instance {self.name} is not running. Start it with `make up`.")
                if waiting:
                    time.sleep(0.1)

    def _until(self, condition: Callable[[], bool], timeout: float, complaint: str) -> None:
        deadline = time.monotonic() + timeout
        while not condition():
            if time.monotonic() > deadline:
                raise LauncherError(f"{complaint} within {timeout:.0f} s. See {self.run_dir / 'logs'}.")
            time.sleep(0.05)

    def _state(self) -> dict[str, dict[str, Any]]:
        """The supervisor's view of its processes, empty when there is no supervisor."""
        document = read_json(self.run_dir / "state.json")
        if document is None or lock_holder(self.run_dir) != document["supervisor"]:
            return {}
        processes: dict[str, dict[str, Any]] = document["processes"]
        return processes

    def _pid(self, name: str) -> int | None:
        return self._state().get(name, {}).get("pid")

    def _spec(self, name: str) -> Spec:
        try:
            return read_plan(self.run_dir)[name]
        except KeyError:
            raise LauncherError(f"Instance {self.name} has no process {name}. `make status` lists them.") from None

    def _replace(self, changed: Spec) -> None:
        with self._exclusive():
            plan = read_plan(self.run_dir)
            write_plan(self.run_dir, list({**plan, changed.name: changed}.values()))

    def tell(self, text: str) -> None:
        """Report progress with the seconds since `start`."""
        self._say(f"{time.monotonic() - self._began:6.1f} s  {text}")

    def _reap(self) -> None:
        if self._supervisor is not None:
            self._supervisor.poll()

    def _sweep(self) -> None:
        """Stop processes of this instance whose supervisor is gone."""
        strays = []
        for process in psutil.process_iter(["environ", "name"]):
            run_dir = (process.info["environ"] or {}).get("LAUNCHER_RUN_DIR")
            if run_dir == str(self.run_dir) and process.pid != os.getpid():
                strays.append(process)
        if not strays:
            return
        self.tell(f"stopping {len(strays)} processes left behind by a supervisor that was killed")
        for process in strays:
            number = signal.SIGINT if process.info["name"] == "postgres" else signal.SIGTERM
            _signal(process, number)
        _, alive = psutil.wait_procs(strays, timeout=GRACE)
        for process in alive:
            _signal(process, signal.SIGKILL)
        psutil.wait_procs(alive, timeout=5)


def _numbered(name: str, number: int) -> str:
    return f"{name}.{number}" if number else name


def _signal(process: "psutil.Process", number: int) -> None:
    try:
        process.send_signal(number)
    except psutil.NoSuchProcess:
        return


def _runs(spec: Spec, entry: Mapping[str, Any]) -> bool:
    """Whether the supervisor runs this very version of the process."""
    return bool(entry.get("pid")) and entry.get("digest") == spec.digest and not entry.get("stopping")


def _answers(spec: Spec) -> bool:
    return not spec.ready or is_ready(spec.ready)


def _with_driver(url: str) -> str:
    scheme, separator, rest = url.partition("://")
    return f"postgresql+psycopg://{rest}" if scheme in ("postgres", "postgresql") else f"{scheme}{separator}{rest}"


def _tail(path: Path, lines: int = 15) -> str:
    try:
        text = path.read_bytes()[-8000:].decode("utf-8", "replace")
    except FileNotFoundError:
        return f"{path} (empty)"
    return "\n  ".join([f"{path}", *text.splitlines()[-lines:]])


def _me() -> str:
    return f"user {os.geteuid()}"
