"""A private RabbitMQ node with its own port mapper, from installed or locally unpacked programs."""

import os
import shutil
import subprocess
from collections.abc import Callable
from pathlib import Path

from deploy.dev import LauncherError
from deploy.dev.catalogue import HOST

# What quorum queues take is written to a common log first and later to the files of each queue, after a restart all at
# once and whatever the disk alarm says. So the limit must be more than twice that log, or some write finds no room.
CONFIGURATION = """\
listeners.tcp.default = {host}:{port}
load_definitions = {home}/definitions.json
consumer_timeout = 1800000
raft.wal_max_size_bytes = 33554432
disk_free_limit.absolute = 150MB
vm_memory_high_watermark.relative = 0.4
log.file = false
log.console = true
log.console.level = warning
log.connection.level = error
"""

# Two schedulers, no busy waiting, and the figures of each queue once a minute (milliseconds), not every five seconds:
# an idle node costs next to nothing. A table of processes for one suite. Distribution stays on this machine.
ERLANG = (
    "+S 2:2 +P 65536 +sbwt none +sbwtdcpu none +sbwtdio none -rabbit quorum_tick_interval 60000 "
    "-kernel inet_dist_use_interface {127,0,0,1}"
)

SERVER_PLACES = [
    "/usr/lib/rabbitmq/bin/rabbitmq-server",
    "/opt/homebrew/opt/rabbitmq/sbin/rabbitmq-server",
    "/usr/local/opt/rabbitmq/sbin/rabbitmq-server",
]
ERLANG_PLACES = ["/usr/bin/erl", "/opt/homebrew/opt/erlang/bin/erl", "/usr/local/opt/erlang/bin/erl"]


class Tools:
    """The programs of one RabbitMQ installation."""

    def __init__(self, server: Path, erl: Path) -> None:
        self.server = server
        self.erl = erl
        unpacked = "tools" in erl.parts
        root = erl.parents[3] if unpacked else Path("/")
        self.environment = {"PATH": f"{erl.parent}:/usr/local/bin:/usr/bin:/bin:/usr/sbin:/sbin"}
        if unpacked:
            libraries = sorted({str(path.parent) for path in root.glob("usr/lib/*/lib*.so.*")})
            self.environment["LD_LIBRARY_PATH"] = ":".join(libraries)
            self.environment["ERL_LIBS"] = str(root / "usr/lib/erlang/lib")

    @property
    def epmd(self) -> Path:
        """The port mapper, which lies next to the virtual machine."""
        home = self.erl.resolve().parent
        found = shutil.which("epmd", path=str(home)) or next(iter(sorted(home.glob("../erts-*/bin/epmd"))), None)
        if found is None:
            raise LauncherError(f"Erlang's port mapper epmd is missing beside {self.erl}. Reinstall Erlang.")
        return Path(found)


def _first(places: list[str]) -> Path | None:
    return next((Path(place) for place in places if os.access(place, os.X_OK)), None)


def find(tools_dir: Path) -> Tools | None:
    """An installed or unpacked RabbitMQ, None when there is none."""
    unpacked = tools_dir / "usr/lib/rabbitmq/bin/rabbitmq-server"
    server = _first([str(unpacked), *SERVER_PLACES])
    on_path = shutil.which("erl")
    erl = _first([str(tools_dir / "usr/lib/erlang/bin/erl"), *([on_path] if on_path else []), *ERLANG_PLACES])
    return Tools(server, erl) if server and erl else None


def obtain(tools_dir: Path, say: Callable[[str], None]) -> Tools:
    """Find RabbitMQ, or get it in the way this machine offers."""
    if tools := find(tools_dir):
        return tools
    try:
        if shutil.which("apt-get"):
            if os.geteuid() == 0:
                say("installing rabbitmq-server with apt-get")
                _install()
            else:
                say(f"unpacking rabbitmq-server and Erlang into {tools_dir}")
                _unpack(tools_dir)
        elif brew := shutil.which("brew"):
            say("installing rabbitmq with Homebrew")
            _run([brew, "install", "rabbitmq"])
    except subprocess.CalledProcessError as error:
        reason = (error.stderr or error.stdout or "no reason given").strip().splitlines()[-1]
        raise LauncherError(
            f"RabbitMQ is not installed and could not be fetched (`{' '.join(error.cmd[:3])} ...`: "
            f"{reason}). Install "
            f"it by hand (Debian: `sudo apt-get install rabbitmq-server`, macOS: `brew install "
            "rabbitmq`), or set "
            f"AMQP_URL to a broker of your own."
        ) from error
    if tools := find(tools_dir):
        return tools
    raise LauncherError(
        "RabbitMQ is not installed here, and neither apt-get nor Homebrew is available to fetch it. "
        "Install the "
        "packages of RabbitMQ and Erlang for this system, or set AMQP_URL to a broker of your own, "
        "for example one "
        "from `docker run -p 5672:5672 rabbitmq:4`."
    )


def _run(command: list[str], cwd: Path | None = None) -> str:
    # Run level 1 tells Debian's packages not to start the service they install: ours is private.
    environment = {**os.environ, "DEBIAN_FRONTEND": "noninteractive", "RUNLEVEL": "1", "LC_ALL": "C"}
    return subprocess.run(command, cwd=cwd, env=environment, check=True, capture_output=True, text=True).stdout


def _install() -> None:
    install = ["apt-get", "install", "-y", "-q", "--no-install-recommends", "rabbitmq-server"]
    try:
        _run(install)
    except subprocess.CalledProcessError:  # the package lists may be missing or old
        _run(["apt-get", "update", "-q"])
        _run(install)


def _unpack(tools_dir: Path) -> None:
    """Unpack the packages an installation would bring, without installing anything."""
    plan = _run(["apt-get", "install", "--simulate", "--no-install-recommends", "rabbitmq-server"])
    packages = [line.split()[1] for line in plan.splitlines() if line.startswith("Inst ")]
    unpacked = tools_dir.with_name(f"{tools_dir.name}.partial")
    shutil.rmtree(unpacked, ignore_errors=True)
    downloads = unpacked / "downloads"
    downloads.mkdir(parents=True)
    _run(["apt-get", "download", "-q", *packages], cwd=downloads)
    for package in sorted(downloads.glob("*.deb")):
        _run(["dpkg", "-x", str(package), str(unpacked)])
    shutil.rmtree(downloads)
    erlang = "usr/lib/erlang"
    for script in (unpacked / erlang / "bin/erl", *unpacked.glob(f"{erlang}/erts-*/bin/erl")):
        if script.is_file():  # the packaged script names the place it would have been installed to
            script.write_text(script.read_text().replace("=/usr/lib/erlang", f"={tools_dir / erlang}"))
    shutil.rmtree(tools_dir, ignore_errors=True)
    unpacked.rename(tools_dir)


def prepare(run_dir: Path, definitions: str, cookie: str, port: int) -> None:
    """Write the node's configuration; `definitions` are its accounts, rights and exchanges as JSON."""
    home = run_dir / "rabbitmq"
    home.mkdir(mode=0o700, exist_ok=True)
    files = {
        "rabbitmq.conf": CONFIGURATION.format(host=HOST, port=port, home=home),
        "rabbitmq-env.conf": "",
        "enabled_plugins": "[].\n",
        "definitions.json": definitions,
        ".erlang.cookie": cookie,
    }
    for name, text in files.items():
        (home / name).unlink(missing_ok=True)
        with open(os.open(home / name, os.O_WRONLY | os.O_CREAT, 0o600), "w") as file:
            file.write(text)
    (home / ".erlang.cookie").chmod(0o400)


def epmd_arguments(tools: Tools, port: int) -> list[str]:
    """Command line of the port mapper, in the foreground so that it is stopped by its pid."""
    return [str(tools.epmd), "-port", str(port), "-address", HOST]


def environment(tools: Tools, run_dir: Path, name: str, ports: dict[str, int]) -> dict[str, str]:
    """Environment of the node; `ports` has rabbitmq, distribution and epmd."""
    home = run_dir / "rabbitmq"
    return {
        **tools.environment,
        "HOME": str(home),
        "LANG": "C.UTF-8",
        "RUNNING_UNDER_SYSTEMD": "true",  # makes the start script become the node instead of watching it
        "ERL_EPMD_PORT": str(ports["epmd"]),
        "ERL_EPMD_ADDRESS": HOST,
        "RABBITMQ_NODENAME": f"crm-{name}@localhost",
        "RABBITMQ_NODE_IP_ADDRESS": HOST,
        "RABBITMQ_NODE_PORT": str(ports["rabbitmq"]),
        "RABBITMQ_DIST_PORT": str(ports["distribution"]),
        "RABBITMQ_BASE": str(home),
        "RABBITMQ_MNESIA_BASE": str(home / "data"),
        "RABBITMQ_LOG_BASE": str(home / "log"),
        "RABBITMQ_LOGS": "-",
        "RABBITMQ_ENABLED_PLUGINS_FILE": str(home / "enabled_plugins"),
        "RABBITMQ_CONF_ENV_FILE": str(home / "rabbitmq-env.conf"),
        "RABBITMQ_CONFIG_FILE": str(home / "rabbitmq.conf"),
        "RABBITMQ_PID_FILE": str(home / "pid"),
        "RABBITMQ_SERVER_ADDITIONAL_ERL_ARGS": ERLANG,
    }
