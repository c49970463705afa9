"""Which tests run when: those of `make check` (all that need no running suite, or those of the parts that a branch
changed), and which of `make test` run beside each other."""

import subprocess
from collections.abc import Iterable
from pathlib import Path, PurePosixPath

from deploy.dev import LauncherError
from deploy.dev.catalogue import REPOSITORY

LANES = 2
"""How many runs of pytest are under way at a time: two suites and their tests keep two cores busy."""
LONGEST_FIRST = ("e2e", "suites", "integration")
"""Runs that begin first, so that none of them is left alone at the end."""

OF_EACH_PACKAGE = tuple(
    f"tests/architecture/test_{name}.py" for name in ("structure", "migrations", "settings", "logs", "deploy_files")
)
"""What a change in one service or in the gateway may break outside of it."""


OF_PAGES = tuple(f"tests/contract/test_{name}.py" for name in ("docs", "filter_examples", "violations"))
"""What reads documents, beside the tests of the architecture."""


def every() -> list[str]:
    """The folders of all tests that need no running suite."""
    services = sorted(path.relative_to(REPOSITORY).as_posix() for path in REPOSITORY.glob("services/*/tests"))
    return ["tests/architecture", "tests/contract", "gateway/tests", *services]


def of(changed: Iterable[str]) -> list[str]:
    """The tests that hold the parts in which these files are; all of them if it is not known which do."""
    chosen: set[str] = set()
    for name in changed:
        match PurePosixPath(name).parts:
            case ("services", "kit", *_):
                chosen |= {*(one for one in every() if one.startswith("services/")), *OF_EACH_PACKAGE}
            case ("services", service, *_) if service != "chassis":
                chosen |= {f"services/{service}/tests", *OF_EACH_PACKAGE}
            case ("gateway", *_):
                chosen |= {"gateway/tests", *OF_EACH_PACKAGE}
            case ("deploy", *_):
                chosen.add("tests/architecture")
            case ("tests", ("architecture" | "contract") as folder, *_):
                chosen.add(f"tests/{folder}")
            case ("tests", "integration", file) if file.startswith("test_"):
                chosen.add(name)
            case ("tests", "integration" | "e2e" | "suites" | "chaos" | "bench", *_):
                continue
            case (*_, page) if page.endswith(".md"):
                chosen |= {"tests/architecture", *OF_PAGES}
            case _:
                return every()
    # A folder stands for its files; what is gone has no tests.
    return sorted(one for one in chosen if str(PurePosixPath(one).parent) not in chosen and (REPOSITORY / one).exists())


def runs(paths: Iterable[str]) -> dict[str, list[str]]:
    """The runs of pytest that these paths need, by name, in the order in which they begin.

    Each service has one of its own, so the service on which the chassis is tried is no part of the suite for other
    tests. The tests of `tests/e2e` share one suite; those of `tests/suites` and `tests/chaos` start their own.
    """
    found: dict[str, list[str]] = {}
    for path in paths:
        match PurePosixPath(path).parts:
            case ("services", service, *_):
                name = service
            case ("tests", "suites" | "chaos", *_):
                name = "suites"
            case ("tests", ("e2e" | "integration") as folder, *_):
                name = folder
            case _:
                name = "rest"
        found.setdefault(name, []).append(path)
    order = {name: place for place, name in enumerate((*LONGEST_FIRST, "rest"))}
    return {name: found[name] for name in sorted(found, key=lambda name: (order.get(name, len(order)), name))}


def changed(repository: Path = REPOSITORY, main: str = "main") -> list[str]:
    """The files that differ from where the branch left `main`: committed, not yet committed, or new.

    Raises LauncherError if there is no such branch here.
    """
    for branch in (main, f"origin/{main}"):
        base = _git(repository, "merge-base", "HEAD", branch)
        if base is not None:
            differing = _git(repository, "diff", "--name-only", "--no-renames", base.strip())
            new = _git(repository, "ls-files", "--others", "--exclude-standard")
            return sorted({*(differing or "").splitlines(), *(new or "").splitlines()})
    raise LauncherError(f"There is no branch {main} here to compare with. Run `make check` without CHANGED.")


def _git(repository: Path, *arguments: str) -> str | None:
    """What git says, or None if it refuses."""
    done = subprocess.run(["git", *arguments], cwd=repository, capture_output=True, text=True, check=False)
    return done.stdout if done.returncode == 0 else None
