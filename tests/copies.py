"""Copies of the repository with environments of their own, for what changes the code or runs two versions of it."""

from __future__ import annotations

import os
import re
import shutil
import subprocess
from collections.abc import Mapping
from pathlib import Path

from deploy.dev.catalogue import REPOSITORY

LEFT_OUT = (".venv", ".run", ".git", "__pycache__", ".*_cache", "node_modules")
NODE_PACKAGES = ("gateway/console/node_modules", "proto/node/node_modules")


def uv() -> str:
    """The uv that the Makefile would use."""
    makefile = (REPOSITORY / "Makefile").read_text()
    versions = [re.findall(rf"^UV_{name} +:= (.+)$", makefile, re.MULTILINE)[0] for name in ("PINNED", "OLDEST")]
    found = subprocess.run(
        [str(REPOSITORY / "deploy/dev/uv.sh"), *versions], capture_output=True, text=True, check=True
    )
    return str(REPOSITORY / found.stdout.strip())


def surroundings() -> dict[str, str]:
    """The variables of this process but for those of its own environment for Python."""
    return {key: value for key, value in os.environ.items() if key not in ("UV_PROJECT_ENVIRONMENT", "VIRTUAL_ENV")}


def run(*command: str, cwd: Path, env: Mapping[str, str]) -> subprocess.CompletedProcess[str]:
    """Runs a command with these variables and no others."""
    return subprocess.run(command, cwd=cwd, env=env, capture_output=True, text=True, check=False)


def must(*command: str, cwd: Path, env: Mapping[str, str] | None = None) -> str:
    """The output of a command that has to succeed."""
    done = run(*command, cwd=cwd, env=surroundings() if env is None else env)
    assert done.returncode == 0, done.stdout[-5000:] + done.stderr[-3000:]
    return done.stdout


def has_commit(commit: str) -> bool:
    """Whether the history of the repository is there, as far back as that commit."""
    if not shutil.which("git"):
        return False
    return run("git", "cat-file", "-e", f"{commit}^{{commit}}", cwd=REPOSITORY, env=surroundings()).returncode == 0


class Copy:
    """A copy of the repository, as it is or as it was; its environment is made by the first `make` or by `sync`."""

    AUTHOR = ("-c", "user.name=somebody", "-c", "user.email=somebody@example.com")

    def __init__(self, folder: Path, commit: str = "") -> None:
        self.folder = folder
        if commit:
            folder.mkdir()
            must("sh", "-c", f"git archive {commit} | tar -x -C '{folder}'", cwd=REPOSITORY)
        else:
            shutil.copytree(REPOSITORY, folder, ignore=shutil.ignore_patterns(*LEFT_OUT), symlinks=True)
        (folder / ".run").mkdir()
        # What is large and changed by nobody is not copied.
        for name in (".run/tools", *(() if commit else NODE_PACKAGES)):
            if (shared := REPOSITORY / name).is_dir():
                (folder / name).symlink_to(shared)

    def sync(self) -> None:
        """Installs the locked environment."""
        must(uv(), "sync", "--quiet", "--frozen", "--group", "dev", cwd=self.folder)

    def program(self, name: str) -> str:
        """The path of a program of the copy's environment."""
        return str(self.folder / ".venv" / "bin" / name)

    def run(self, *command: str) -> subprocess.CompletedProcess[str]:
        """Runs a command of the system in the copy."""
        return run(*command, cwd=self.folder, env=surroundings())

    def git(self, *arguments: str) -> str:
        """The output of a git command, in a repository of the copy's own."""
        return must("git", *self.AUTHOR, *arguments, cwd=self.folder)

    def must(self, name: str, *arguments: str, env: Mapping[str, str] | None = None) -> str:
        """The output of a program of the copy's environment, which must succeed; with `env`, its only variables."""
        return must(self.program(name), *arguments, cwd=self.folder, env=env)

    def replace(self, file: str, before: str, after: str) -> None:
        """Changes a text that stands once in a file."""
        path = self.folder / file
        text = path.read_text()
        assert text.count(before) == 1, file
        path.write_text(text.replace(before, after))

    def remove(self) -> None:
        shutil.rmtree(self.folder)
