"""Command line of the launcher: `python -m deploy.dev up|down|status|logs|test|secrets`."""

import argparse
import errno
import json
import os
import re
import shlex
import signal
import subprocess
import sys
import time
from collections.abc import Iterable, Sequence
from concurrent.futures import ThreadPoolExecutor, wait
from pathlib import Path
from types import FrameType

if sys.version_info < (3, 11):  # noqa: UP036  this is the message an older Python gives
    sys.exit(f"Python 3.11 or newer is needed, this is {sys.version.split()[0]}. Install it and run `make up` again.")

from deploy.dev import LauncherError

try:
    from deploy.dev import keys
    from deploy.dev.catalogue import GATEWAY, REPOSITORY, amqp_url_variable, catalogue
    from deploy.dev.instance import Instance
    from deploy.dev.supervisor import read_json
    from deploy.dev.view import screen, show_logs
except ImportError as error:
    sys.exit(
        f"The launcher's own packages are not all installed for {sys.executable} ({error}). Start it "
        "with `make up`, "
        f"which installs them first, or run `uv sync --frozen` and use .venv/bin/python."
    )

READY = 120.0  # seconds a first start may take on a slow machine


def say(text: str) -> None:
    """Progress, at once."""
    print(text, flush=True)


def development() -> Instance:
    """The instance of `make up`, on real servers where the environment names them."""
    services = catalogue().services
    variables = ["AMQP_URL", *(service.database_url_variable for service in services.values())]
    variables += [amqp_url_variable(name) for name in (GATEWAY, *services)]
    external = {name: os.environ[name] for name in variables if os.environ.get(name)}
    return Instance("dev", detached=True, external=external, say=say)


def up(_: argparse.Namespace) -> int:
    """Start everything that does not run yet, wait until it is ready, load the demo company once."""
    instance = development()
    instance.start()
    instance.wait_ready(READY, restarts=6)
    instance.tell("every process is ready")
    users = instance.load_demo()
    say(f"\nThe suite runs at {instance.gateway_url} (mail it sends: {instance.mail_url}/messages). You may log in as")
    width = max(map(len, users))
    for email, password in users.items():
        say(f"  {email:<{width}}  {password}")
    state = read_json(instance.run_dir / "demo-state.json") or {}
    if account := state.get("account_id"):
        say(f"\nA customer-360:\n\n  {customer360_command(instance.gateway_url, users, account)}\n")
    return 0


def customer360_command(url: str, users: dict[str, str], account: str) -> str:
    """One line for any shell: log in and show an account from all sides."""
    email = next((name for name in users if name.startswith("sales_manager@")), next(iter(users)))
    body = shlex.quote(json.dumps({"email": email, "password": users[email]}))
    login = f"curl -s {url}/v1/auth/login -H 'Content-Type: application/json' -d {body}"
    token = rf"""$({login} | sed -n 's/.*"access_token": *"\([^"]*\)".*/\1/p')"""
    return f'curl -s {url}/v1/accounts/{account}/customer360 -H "Authorization: Bearer {token}"'


def down(_: argparse.Namespace) -> int:
    """Stop everything `up` started."""
    instance = development()
    running = instance.is_running()
    instance.stop()
    say("stopped" if running else "nothing was running")
    return 0


def status(_: argparse.Namespace) -> int:
    """Show every process; exit code 1 unless all of them are ready."""
    instance = development()
    if not instance.is_running():
        raise LauncherError("The suite is not running. Start it with `make up`.")
    say(screen(instance))
    return 0 if all(row.ready is not False for row in instance.processes() if not row.held) else 1


def logs(options: argparse.Namespace) -> int:
    """Show the logs, readable."""
    try:
        show_logs(development(), options.name, options.follow, options.lines)
    except (KeyboardInterrupt, BrokenPipeError):
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
    return 0


def secrets(options: argparse.Namespace) -> int:
    """Write fresh secrets for docker-compose.yml into a file, completing one that is there."""
    options.file.parent.mkdir(parents=True, exist_ok=True)
    keys.keep(options.file)
    say(f"secrets are in {options.file}")
    return 0


NO_TESTS = 5  # pytest's exit code when it found no test


def test(arguments: Sequence[str]) -> int:
    """Run pytest against a private PostgreSQL and RabbitMQ of its own; its exit code is ours."""
    given = {"postgres": "CRM_TEST_DATABASE_URL", "rabbitmq": "CRM_TEST_AMQP_URL"}
    servers = [server for server, variable in given.items() if not os.environ.get(variable)]
    environment = dict(os.environ)
    if not servers:
        return _pytest(arguments, environment)
    instance = Instance("test", say=say, durable=False)
    if instance.is_running():
        raise LauncherError("The tests already run here (`make test`). Wait for them, or stop them with Ctrl-C.")
    signal.signal(signal.SIGTERM, _terminated)
    try:
        instance.erase()
        instance.start([], gateway=False, mail=False, servers=servers)
        urls = {"postgres": instance.superuser_url, "rabbitmq": instance.amqp_url}
        environment |= {given[server]: urls[server] for server in servers}
        code = _pytest(arguments, environment)
        (instance.run_dir.parent / "test-exit").write_text(f"{code}\n")  # for callers behind make
        return code
    except KeyboardInterrupt:
        return 130
    finally:
        signal.signal(signal.SIGINT, signal.SIG_IGN)
        signal.signal(signal.SIGTERM, signal.SIG_IGN)
        instance.stop()


def _terminated(number: int, _: FrameType | None) -> None:
    raise KeyboardInterrupt


WHOLE_SUITE = "suite"
LANES = 2


def _pytest(arguments: Sequence[str], environment: dict[str, str]) -> int:
    """Runs pytest once for each service, once for tests that start the suite and once for the rest, two at a time.

    A process holds the tables of one service only, so the tests of two services never share one. The exit code is that
    of the first group that failed, or 0.
    """
    paths = [argument for argument in arguments if Path(argument.split("::")[0]).exists()]
    options = [argument for argument in arguments if argument not in paths]
    folders = [
        folder for pattern in ("tests/*", "gateway/tests", "services/*/tests") for folder in Path().glob(pattern)
    ]
    groups: dict[str, list[str]] = {}
    for path in paths or [str(folder) for folder in sorted(folders) if folder.is_dir()]:
        groups.setdefault(_group(path), []).append(path)
    longest_first = sorted(groups, key=lambda name: (name != WHOLE_SUITE, name != "rest", name))
    runs = [_Run(name, [*options, *groups[name]], environment, alone=len(groups) == 1) for name in longest_first]

    def interrupt(*_: object) -> None:
        for run in runs:
            run.interrupt()

    signal.signal(signal.SIGTERM, interrupt)
    began = time.monotonic()
    with ThreadPoolExecutor(LANES) as lanes:
        pending = {lanes.submit(run.go) for run in runs}
        while pending:
            try:
                _, pending = wait(pending)
            except KeyboardInterrupt:  # Ctrl-C reached the children too
                for run in runs:
                    run.cancelled = True
    if len(runs) > 1:
        say(_closing_line([run.closing_line for run in runs], time.monotonic() - began))
    codes = [run.code for run in runs]
    failed = [code for code in codes if code not in (0, NO_TESTS)]
    return failed[0] if failed else min(codes)


def _group(path: str) -> str:
    parts = Path(path).parts
    if parts[0] == "services" and len(parts) > 1 and parts[1] != "chassis":
        return parts[1]
    return WHOLE_SUITE if parts[:2] in (("tests", "chaos"), ("tests", "e2e")) else "rest"


def _closing_line(lines: Iterable[str], seconds: float) -> str:
    """What pytest would say at the end, of all groups together."""
    counts: dict[str, int] = {}
    for line in lines:
        for count, what in re.findall(r"(\d+) (failed|passed|skipped|deselected|xfailed|errors?)\b", line):
            counts[what] = counts.get(what, 0) + int(count)
    return f"{', '.join(f'{count} {what}' for what, count in counts.items()) or 'no tests ran'} in {seconds:.2f}s"


class _Run:
    """One run of pytest. Beside others it says how far it is, and everything else at its end."""

    def __init__(self, name: str, arguments: list[str], environment: dict[str, str], *, alone: bool) -> None:
        # Only end-to-end tests are made by schemathesis, whose plugin loads slowly.
        plugins = [] if name == WHOLE_SUITE else ["-p", "no:schemathesis"]
        self._name = name
        self._command = [sys.executable, "-m", "pytest", *plugins, *arguments]
        self._environment = environment | {"PYTHONUNBUFFERED": "1"}  # else progress would be told in blocks
        self._alone = alone
        self._process: subprocess.Popen[str] | None = None
        self.cancelled = False
        self.closing_line = ""
        self.code = 130

    def go(self) -> None:
        """Runs to the end, unless it was cancelled before it began."""
        if self.cancelled:
            return
        out, errors = (None, None) if self._alone else (subprocess.PIPE, subprocess.STDOUT)
        self._process = subprocess.Popen(
            self._command, cwd=REPOSITORY, env=self._environment, text=True, stdout=out, stderr=errors
        )
        said = [f"{self._name}:\n"]
        for line in self._process.stdout or ():
            said.append(line)
            if share := re.search(r"\[ *\d+%\]$", line):
                say(f"{self._name} {share[0]}")
        code = self._process.wait()
        self.code = code if code >= 0 else 128 - code
        self.closing_line = said[-1]
        if not self._alone:
            say("".join(said))

    def interrupt(self) -> None:
        """Ends it as Ctrl-C would."""
        self.cancelled = True
        if self._process is not None:
            self._process.send_signal(signal.SIGINT)


def main(arguments: Sequence[str]) -> int:
    """Run one command; whatever a person can repair is said in one paragraph."""
    parser = argparse.ArgumentParser(prog="python -m deploy.dev", description=__doc__)
    commands = parser.add_subparsers(required=True, metavar="COMMAND")
    for command in (up, down, status, logs, secrets):
        sub = commands.add_parser(command.__name__, help=command.__doc__)
        sub.set_defaults(command=command)
        if command is logs:
            sub.add_argument("name", nargs="?", help="a process (sales.api) or a service (sales)")
            sub.add_argument("-f", "--follow", action="store_true", help="go on with what is written")
            sub.add_argument("-n", "--lines", type=int, default=200, help="how many lines to begin with")
        if command is secrets:
            sub.add_argument("file", type=Path)
    commands.add_parser("test", help=test.__doc__)
    try:
        if arguments[:1] == ["test"]:
            return test(arguments[1:])
        options = parser.parse_args(arguments)
        code: int = options.command(options)
        return code
    except LauncherError as error:
        print(error, file=sys.stderr)
    except KeyboardInterrupt:
        print("interrupted; `make down` stops what was started", file=sys.stderr)
        return 130
    except OSError as error:
        if error.errno not in (errno.ENOSPC, errno.EDQUOT, errno.EROFS, errno.EACCES, errno.EPERM):
            raise
        print(
            f"A file could not be written: {error}. Make room on that disk, or give the folder .run in "
            f"{REPOSITORY} "
            f"to the user who runs this command (`sudo chown -R $(id -u) .run`), and try again.",
            file=sys.stderr,
        )
    return 1


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
