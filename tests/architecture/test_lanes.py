"""`make check CHANGED=1` runs the tests of what changed, and never too few."""

from __future__ import annotations

import os
import shutil
import subprocess
from pathlib import Path

import pytest

from deploy.dev import LauncherError, lanes, testing
from deploy.dev.catalogue import REPOSITORY

ALL = lanes.every()
PACKAGE = sorted(lanes.OF_EACH_PACKAGE)


@pytest.mark.parametrize(
    ("files", "tests"),
    [
        (["services/sales/src/crm_sales/service.py"], ["services/sales/tests", *PACKAGE]),
        (["services/sales/tests/test_money.py", "services/sales/README.md"], ["services/sales/tests", *PACKAGE]),
        (["gateway/src/crm_gateway/web.py"], ["gateway/tests", *PACKAGE]),
        (["docs/filters.md"], ["tests/architecture", *lanes.OF_PAGES]),
        (["services/kit/src/crm_kit/money.py"], [*(one for one in ALL if one.startswith("services/")), *PACKAGE]),
        (["deploy/kubernetes/gateway.yaml"], ["tests/architecture"]),
        (["deploy/backup.py", "services/sales/x.py"], ["services/sales/tests", "tests/architecture"]),
        (["tests/contract/test_lint.py"], ["tests/contract"]),
        (["tests/integration/test_relay.py", "tests/integration/conftest.py"], ["tests/integration/test_relay.py"]),
        (["tests/e2e/test_journey.py", "tests/suites/test_backup.py"], []),
        (["services/gone/src/crm_gone/service.py"], PACKAGE),
        *(
            ([name, "services/sales/x.py"], ALL)
            for name in ("services/chassis/src/x.py", "proto/crm/sales/v1/tasks.proto", "pyproject.toml", "uv.lock")
        ),
        (["something/new.py"], ALL),
        ([], []),
    ],
)
def test_a_changed_file_chooses_its_tests(files: list[str], tests: list[str]) -> None:
    assert sorted(lanes.of(files)) == sorted(tests)


def test_each_service_and_each_kind_of_suite_is_a_run_and_the_longest_begin_first() -> None:
    runs = lanes.runs(
        [
            "gateway/tests", "services/sales/tests", "services/chassis/tests/test_calls.py", "tests/architecture",
            "tests/bench", "tests/chaos", "tests/contract", "tests/e2e", "tests/integration/test_relay.py::test_order",
            "tests/suites",
        ]
    )  # fmt: skip
    assert list(runs.items()) == [
        ("e2e", ["tests/e2e"]),
        ("suites", ["tests/chaos", "tests/suites"]),
        ("integration", ["tests/integration/test_relay.py::test_order"]),
        ("rest", ["gateway/tests", "tests/architecture", "tests/bench", "tests/contract"]),
        ("chassis", ["services/chassis/tests/test_calls.py"]),
        ("sales", ["services/sales/tests"]),
    ]


def test_a_branch_has_changed_what_is_committed_edited_renamed_or_new(tmp_path: Path) -> None:
    def git(*arguments: str) -> None:
        identity = ["-c", "user.name=a", "-c", "user.email=a@b.example"]
        subprocess.run(["git", *identity, *arguments], cwd=tmp_path, check=True, capture_output=True)

    def write(*names: str) -> None:
        for name in names:
            (tmp_path / name).write_text(name)

    git("init", "-b", "main")
    write("same", "committed", "edited", "moved", "theirs")
    git("add", ".")
    git("commit", "-m", "base")
    git("checkout", "-b", "branch")
    (tmp_path / "committed").write_text("other")
    git("mv", "moved", "to")
    git("commit", "-am", "change")
    (tmp_path / "edited").write_text("other")
    write("new")
    git("stash", "--include-untracked")
    git("checkout", "main")
    (tmp_path / "theirs").write_text("other")
    git("commit", "-am", "what others did meanwhile")
    git("checkout", "branch")
    git("stash", "pop")

    assert lanes.changed(tmp_path) == ["committed", "edited", "moved", "new", "to"]
    with pytest.raises(LauncherError, match="no branch trunk"):
        lanes.changed(tmp_path, "trunk")


FAILS_ONCE = """
from pathlib import Path

def test_unsteady():
    mark = Path(__file__).with_suffix(".mark")
    seen = mark.exists()
    mark.touch()
    assert seen
"""
PASSES, FAILS = "def test_passes(): pass\n", "def test_fails(): assert False\n"
MANY_FAIL = "".join(f"def test_{n}(): assert False\n" for n in range(11))
BROKEN = "import nothing_of_this_name\n"


@pytest.mark.parametrize(
    ("files", "code", "closing"),
    [
        ((PASSES, PASSES), 0, "2 passed in"),
        ((PASSES, FAILS_ONCE), 0, "2 passed, 1 unsteady in"),
        ((FAILS, FAILS_ONCE), 1, "1 failed, 1 passed, 1 unsteady in"),
        ((FAILS_ONCE, BROKEN), 1, "1 failed, 1 error in"),
        ((PASSES, MANY_FAIL), 1, "1 passed, 11 failed in"),
    ],
)
def test_what_failed_beside_others_is_tried_once_more(
    files: tuple[str, str], code: int, closing: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    for folder, text in zip(("tests/e2e", "services/sales/tests"), files, strict=True):
        (tmp_path / folder).mkdir(parents=True)
        (tmp_path / folder / f"test_{folder.split('/')[0]}.py").write_text(text)
    shutil.copy(REPOSITORY / "conftest.py", tmp_path)
    monkeypatch.chdir(tmp_path)
    monkeypatch.setattr(testing, "REPOSITORY", tmp_path)
    said: list[str] = []

    assert testing.run(["-q", "-p", "no:cacheprovider"], os.environ, said.append) == code
    assert said[-1].startswith(closing)
