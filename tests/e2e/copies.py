"""Copies of the repository with environments of their own, for what changes the code or runs two versions of it."""

from __future__ import annotations

import os
import re
import shutil
import subprocess
from collections.abc import Mapping
from pathlib import Path

from deploy.dev.catalogue import REPOSITORY

LEFT_OUT = (".venv", ".run", ".git", "__pycache__", ".*_cache")


def uv() -> str:
    """The uv that the Makefile would use."""
    makefile = (REPOSITORY / "Makefile").read_text()
    versions = [re.findall(rf"^UV_{name} +:= (.+)$", makefile, re.MULTILINE)[0] for name in ("PINNED", "OLDEST")]
    found = subprocess.run(
        [str(REPOSITORY / "deploy/dev/uv.sh"), *versions], capture_output=True, text=True, check=True
    )
    return str(REPOSITORY / found.stdout.strip())


def run(*command: str, cwd: Path, env: Mapping[str, str] | None = None) -> subprocess.CompletedProcess[str]:
    """Runs a command that knows nothing of this process's own environment for Python."""
    kept = {key: value for key, value in os.environ.items() if key not in ("UV_PROJECT_ENVIRONMENT", "VIRTUAL_ENV")}
    return subprocess.run(command, cwd=cwd, env=kept | dict(env or {}), capture_output=True, text=True, check=False)


def must(*command: str, cwd: Path, env: Mapping[str, str] | None = None) -> str:
    """The output of a command that has to succeed."""
    done = run(*command, cwd=cwd, env=env)
    assert done.returncode == 0, done.stdout[-5000:] + done.stderr[-3000:]
    return done.stdout


class Copy:
    """A copy of the repository; its environment is made by the first `make` or by `sync`."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        shutil.copytree(REPOSITORY, folder, ignore=shutil.ignore_patterns(*LEFT_OUT), symlinks=True)
        (folder / ".run").mkdir()
        if (tools := REPOSITORY / ".run" / "tools").is_dir():
            (folder / ".run" / "tools").symlink_to(tools)

    def sync(self) -> None:
        """Installs the locked environment."""
        must(uv(), "sync", "--quiet", "--frozen", "--group", "dev", cwd=self.folder)

    def program(self, name: str) -> str:
        """The path of a program of the copy's environment."""
        return str(self.folder / ".venv" / "bin" / name)

    def run(self, *command: str) -> subprocess.CompletedProcess[str]:
        """Runs a command of the system in the copy."""
        return run(*command, cwd=self.folder)

    def must(self, name: str, *arguments: str, env: Mapping[str, str] | None = None) -> str:
        """The output of a program of the copy's environment, which has to succeed."""
        return must(self.program(name), *arguments, cwd=self.folder, env=env)

    def replace(self, file: str, before: str, after: str) -> None:
        """Changes a text that stands once in a file."""
        path = self.folder / file
        text = path.read_text()
        assert text.count(before) == 1, file
        path.write_text(text.replace(before, after))

    def remove(self) -> None:
        shutil.rmtree(self.folder)
