"""The table of attacks in docs/reliability.md names tests that exist, and every attack has one or says why not."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

REPOSITORY = Path(__file__).resolve().parents[2]
TABLE = (REPOSITORY / "docs" / "reliability.md").read_text().partition("\n## Attacks\n")[2]
ROWS = re.findall(r"^\| (\d+) \| (.+?) \| (.+) \|$", TABLE, re.MULTILINE)


def test_every_attack_has_its_row() -> None:
    assert [int(number) for number, _, _ in ROWS] == list(range(1, 53))


@pytest.mark.parametrize(("number", "attack", "answer"), ROWS)
def test_the_tests_of_an_attack_exist(number: str, attack: str, answer: str) -> None:
    named = re.findall(r"`([\w/.]+)::(test_\w+)`", answer)
    for file, name in named:
        assert f"def {name}(" in (REPOSITORY / file).read_text(), f"{number} {attack}: {file}::{name}"
    assert named or len(answer) > 20, f"{number} {attack}: name a test, or say why there is none"
