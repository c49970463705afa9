"""The codes of standard rules are in the documents, in the console, and nowhere said without their code."""

from __future__ import annotations

import ast
import json
import re
from collections.abc import Iterator
from pathlib import Path

from crm_chassis import violations
from crm_contracts.tools.build import PROTO

ROOT = Path(__file__).parents[2]
MESSAGES = ROOT / "gateway/console/src/shared/ui/messages.json"
OF_PROGRAMS = {"UNKNOWN_FIELD", "READ_ONLY", "IMMUTABLE", "WRONG_TYPE"}
"""What no form of the console can send: it has no text for them, which would make the first load larger."""
SOURCES = [path for folder in ("services", "gateway/src") for path in (ROOT / folder).glob("**/crm_*/**/*.py")]


def test_every_code_is_listed_with_its_parameters() -> None:
    rows = [line for line in (PROTO / "docs" / "errors.md").read_text().splitlines() if line.startswith("| `")]
    by_code = {line.split("`")[1]: line for line in rows}
    for code, rule in violations.RULES.items():
        assert by_code[code].endswith(f" | {rule.sentence} |")
        assert all(f"`{name}`: {meaning}" in by_code[code] for name, meaning in rule.params.items()), code


def test_the_console_says_what_its_forms_can_meet_in_both_languages() -> None:
    for language, texts in json.loads(MESSAGES.read_text()).items():
        known = {name.removeprefix("violation."): text for name, text in texts.items() if name.startswith("violation.")}
        assert known.keys() == violations.RULES.keys() - OF_PROGRAMS, language
        for code, text in known.items():
            named = set(re.findall(r"\{(\w+)(?:\}|, (?:number|plural|select))", text))
            assert named <= violations.RULES[code].params.keys(), (language, code)


def test_what_a_standard_rule_says_is_said_with_its_code_everywhere() -> None:
    assert len(SOURCES) > 100
    beginnings = {rule.sentence.partition("{")[0] for rule in violations.RULES.values()} - {""}
    sentences = beginnings | {violations.wrong_type(name) for name in violations.TYPES}
    found = [
        f"{path.relative_to(ROOT)}: {text}"
        for path in SOURCES
        if path != Path(violations.__file__)
        for text in _texts(ast.parse(path.read_text()))
        if text in sentences
    ]
    assert found == []


def _texts(tree: ast.AST) -> Iterator[str]:
    for node in ast.walk(tree):
        if isinstance(node, ast.Constant) and isinstance(node.value, str):
            yield node.value
