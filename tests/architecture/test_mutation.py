"""Mutants of rules: each is one change of what a function does, and stands only in the process that asks for it."""

from __future__ import annotations

import ast
import os
import subprocess
import sys
from pathlib import Path

from deploy.dev import mutation, sampling
from deploy.dev.catalogue import REPOSITORY

SOURCE = '''
"""A module."""
LIMIT = 5 + 1

class Account:
    index = ("owner", 3)

    def allows(self, amount: int) -> bool:
        """A rule."""
        if amount < 0 and not self.closed:
            self.note(amount)
            return False
        def inner(x: int) -> int:
            return x + 2
        return inner(amount) <= LIMIT
'''


def test_a_mutant_is_one_change_in_a_function() -> None:
    changes = {(mutant.before, mutant.after) for mutant in mutation.mutants(SOURCE)}
    assert changes == {
        ("if amount < 0 and (not self.closed):", "if amount <= 0 and (not self.closed):"),
        ("if amount < 0 and (not self.closed):", "if amount < 1 and (not self.closed):"),
        ("if amount < 0 and (not self.closed):", "if amount < 0 or not self.closed:"),
        ("if amount < 0 and (not self.closed):", "if amount < 0 and (not not self.closed):"),
        ("self.note(amount)", "pass"),
        ("return False", "return True"),
        ("return x + 2", "return x - 2"),
        ("return x + 2", "return x + 3"),
        ("return inner(amount) <= LIMIT", "return inner(amount) < LIMIT"),
    }
    original = ast.unparse(ast.parse(SOURCE)).splitlines()
    for mutant in mutation.mutants(SOURCE):
        lines = ast.unparse(mutation.mutated(SOURCE, mutant.number)).splitlines()
        assert sum(before != after for before, after in zip(original, lines, strict=True)) == 1


def test_the_same_seed_gives_the_same_sample() -> None:
    part = REPOSITORY / "services/sales"
    sampled, every = sampling.sample(part, 10, 7)
    assert (sampled, every) == sampling.sample(part, 10, 7)
    assert sampled != sampling.sample(part, 10, 8)[0]
    assert len(set(sampled)) == 10 < every


def test_tests_run_on_the_mutant_and_the_file_stays(tmp_path: Path) -> None:
    package = tmp_path / "src" / "goods"
    package.mkdir(parents=True)
    (package / "__init__.py").touch()
    rule, tests = package / "model.py", tmp_path / "test_goods.py"
    rule.write_text("def dear(price: int) -> bool:\n    return price > 10\n")
    tests.write_text(
        "from goods.model import dear\n\ndef test_dear() -> None:\n    assert dear(11)\n    assert not dear(10)\n"
    )
    before = rule.read_text()
    codes = {}
    for mutant in [None, *mutation.mutants(before)]:
        env = dict(os.environ, PYTHONPATH=f"{package.parent}:{REPOSITORY}")
        plugin = []
        if mutant is not None:
            env[mutation.VARIABLE] = f"{rule}:{mutant.number}"
            plugin = ["-p", "deploy.dev.mutation"]
        command = [
            sys.executable,
            "-m",
            "pytest",
            "-q",
            "-c",
            "/dev/null",
            "-p",
            "no:schemathesis",
            *plugin,
            str(tests),
        ]
        run = subprocess.run(command, cwd=tmp_path, env=env, capture_output=True, check=False)
        codes[mutant.after if mutant else ""] = run.returncode
    assert codes == {"": 0, "return price >= 10": 1, "return price > 11": 1}
    assert rule.read_text() == before
