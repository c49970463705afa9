"""`make coverage` counts what threads and processes of the tests reach, and fails when it is too little."""

from __future__ import annotations

import os
import re
import shutil
from pathlib import Path

import pytest

from deploy.dev import LauncherError, branches
from deploy.dev.catalogue import REPOSITORY

RULES = """
def in_a_thread():
    return "thread"

def in_a_child():
    return "child"

def half(reached):
    if reached:
        return 1
    return 2
"""
TESTS = """
import subprocess, sys, threading
import crm_goods

def test_thread():
    thread = threading.Thread(target=crm_goods.in_a_thread)
    thread.start()
    thread.join()

def test_child():
    subprocess.run([sys.executable, "-c", "import crm_goods; crm_goods.in_a_child()"], check=True)

def test_first_half():
    assert crm_goods.half(True) == 1
"""
SECOND_HALF = """
def test_second_half():
    assert crm_goods.half(False) == 2
"""


def test_what_threads_and_children_reach_counts_and_a_branch_left_out_too(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    package, tests = tmp_path / "services/goods/src/crm_goods", tmp_path / "services/goods/tests"
    package.mkdir(parents=True)
    tests.mkdir()
    shutil.copy(REPOSITORY / "pyproject.toml", tmp_path)
    (package / "__init__.py").write_text(RULES)
    monkeypatch.setattr(branches, "REPOSITORY", tmp_path)
    monkeypatch.setattr(branches, "FLOOR", 100)
    environment, said = {**os.environ, "PYTHONPATH": str(package.parent)}, list[str]()

    (tests / "test_goods.py").write_text(TESTS)
    assert not branches.measure(["services/goods"], environment, said.append)
    assert re.search(r"__init__\.py .* 11$", said[-1], re.MULTILINE), said[-1]

    (tests / "test_goods.py").write_text(TESTS + SECOND_HALF)
    assert branches.measure(["services/goods"], environment, said.append), said[-1]

    (tests / "test_goods.py").write_text(TESTS + SECOND_HALF + "\ndef test_bad():\n    assert False\n")
    assert not branches.measure(["services/goods"], environment, said.append)


def test_what_is_no_part_is_refused() -> None:
    with pytest.raises(LauncherError, match=r"services/nothing is none of gateway, services/chassis"):
        branches.measure(["services/nothing"], {}, print)
