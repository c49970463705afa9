"""Command line of the launcher: `python -m deploy.dev COMMAND`."""

import argparse
import errno
import json
import os
import shlex
import signal
import sys
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from types import FrameType

if sys.version_info < (3, 11):  # noqa: UP036  this is the message an older Python gives
    sys.exit(f"Python 3.11 or newer is needed, this is {sys.version.split()[0]}. Install it and run `make up` again.")

from deploy.dev import LauncherError

try:
    from deploy.dev import branches, keys, lanes, sampling, testing
    from deploy.dev import console as console_files
    from deploy.dev.catalogue import REPOSITORY
    from deploy.dev.instance import Instance
    from deploy.dev.supervisor import read_json
    from deploy.dev.view import screen, show_logs
    from deploy.environment import asked_of_operators, every_setting
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
    of_servers = [one for one in every_setting() if "{postgres}" in one.value or "{rabbitmq}" in one.value]
    variables = {name for setting in of_servers for name in (setting.name, setting.fallback)}
    external = {name: os.environ[name] for name in variables if os.environ.get(name)}
    return Instance("dev", detached=True, external=external, say=say)


def up(_: argparse.Namespace) -> int:
    """Start everything that does not run yet, wait until it is ready, load the demo company once."""
    instance = development()
    with ThreadPoolExecutor(1) as beside:
        console = beside.submit(console_files.build, instance.tell)
        instance.start()
        instance.wait_ready(READY, restarts=6)
        instance.tell("every process is ready")
        users = instance.load_demo()
    console.result()
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
    known = keys.keep(options.file)
    say(f"secrets are in {options.file}")
    for setting in asked_of_operators().values():
        if setting.name not in known:
            say(f"add to it, for example: {setting.name}={setting.example}   ({setting.meaning})")
    return 0


def console(options: argparse.Namespace) -> int:
    """Build the console, check it and the documents, or serve it with hot reload before the running suite."""
    match options.what:
        case "build":
            console_files.build(say)
        case "check":
            console_files.check_documents(say)
            console_files.check(say)
        case "serve":
            console_files.serve(development().gateway_url)
    return 0


def test(arguments: Sequence[str]) -> int:
    """Run pytest against a private PostgreSQL and RabbitMQ of its own; its exit code is ours."""
    return _with_servers(lambda environment: testing.run(arguments, environment, say))


def _with_servers(run: Callable[[dict[str, str]], int]) -> int:
    """What `run` returns, which is given an environment with a PostgreSQL and a RabbitMQ for tests."""
    given = {"postgres": "CRM_TEST_DATABASE_URL", "rabbitmq": "CRM_TEST_AMQP_URL"}
    servers = [server for server, variable in given.items() if not os.environ.get(variable)]
    environment = dict(os.environ)
    if not servers:
        return run(environment)
    instance = Instance("test", say=say, durable=False)
    if instance.is_running():
        raise LauncherError("The tests already run here (`make test`). Wait for them, or stop them with Ctrl-C.")
    signal.signal(signal.SIGTERM, _terminated)
    try:
        instance.erase()
        instance.start([], gateway=False, mail=False, servers=servers)
        urls = {"postgres": instance.superuser_url, "rabbitmq": instance.amqp_url}
        environment |= {given[server]: urls[server] for server in servers}
        code = run(environment)
        (instance.run_dir.parent / "test-exit").write_text(f"{code}\n")  # for callers behind make
        return code
    except KeyboardInterrupt:
        return 130
    finally:
        signal.signal(signal.SIGINT, signal.SIG_IGN)
        signal.signal(signal.SIGTERM, signal.SIG_IGN)
        instance.stop()


def mutants(options: argparse.Namespace) -> int:
    """Change rules of a part, one at a time, and list the changes that none of its tests notices."""
    part = options.part.resolve()
    if not (part / "tests").is_dir():
        raise LauncherError(f"{options.part} has no tests. Name a part such as services/sales.")

    def run(environment: dict[str, str]) -> int:
        sampled, every = sampling.sample(part, options.count, options.seed)
        survived = sampling.survivors(part, sampled, environment, say)
        say("\n".join(["", *map(str, survived)]))
        say(f"{len(survived)} of {len(sampled)} mutants survived (seed {options.seed}, of {every} that there are)")
        return 1 if survived else 0

    return _with_servers(run)


def coverage(options: argparse.Namespace) -> int:
    """Say how much of each part its tests reach, and fail if it is less than it was."""
    parts = options.parts or branches.every()
    return _with_servers(lambda environment: 0 if branches.measure(parts, environment, say) else 1)


def _terminated(number: int, _: FrameType | None) -> None:
    raise KeyboardInterrupt


def check(arguments: Sequence[str]) -> int:
    """Run the tests that need no running suite: all, or with --changed those of what differs from the main branch."""
    folders = lanes.of(lanes.changed()) if "--changed" in arguments else lanes.every()
    if not folders:
        say("nothing has changed that these tests hold")
        return 0
    return test(["-m", "not slow", *folders])


def main(arguments: Sequence[str]) -> int:
    """Run one command; whatever a person can repair is said in one paragraph."""
    parser = argparse.ArgumentParser(prog="python -m deploy.dev", description=__doc__)
    commands = parser.add_subparsers(required=True, metavar="COMMAND")
    for command in (up, down, status, logs, secrets, console, mutants, coverage):
        sub = commands.add_parser(command.__name__, help=command.__doc__)
        sub.set_defaults(command=command)
        if command is logs:
            sub.add_argument("name", nargs="?", help="a process (sales.api) or a service (sales)")
            sub.add_argument("-f", "--follow", action="store_true", help="go on with what is written")
            sub.add_argument("-n", "--lines", type=int, default=200, help="how many lines to begin with")
        if command is secrets:
            sub.add_argument("file", type=Path)
        if command is console:
            sub.add_argument("what", choices=("build", "check", "serve"))
        if command is coverage:
            sub.add_argument("parts", nargs="*", help="gateway, services/sales, ...; all of them if none is named")
        if command is mutants:
            sub.add_argument("part", type=Path, help="a folder with src and tests, such as services/sales")
            sub.add_argument("-n", "--count", type=int, default=30, help="how many mutants to try")
            sub.add_argument("--seed", type=int, default=1, help="which ones")
    commands.add_parser("test", help=test.__doc__)
    commands.add_parser("check", help=check.__doc__)
    try:
        if arguments[:1] == ["test"]:
            return test(arguments[1:])
        if arguments[:1] == ["check"]:
            return check(arguments[1:])
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
