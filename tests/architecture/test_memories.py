"""Whatever a process remembers says whether it is about people, and for how long it stays."""

from __future__ import annotations

import ast
import importlib
import os
from collections.abc import Iterator
from pathlib import Path

import pytest
from crm_chassis.remembered import LONGEST, MEMORIES, remembers

ROOT = Path(__file__).parents[2]
BOUNDED = {"TTLCache", "LRUCache", "LFUCache", "FIFOCache", "RRCache", "TLRUCache", "lru_cache"}
TEXTS = {"str", "bytes", "Any", "object"}


def _name(node: ast.expr) -> str:
    node = node.func if isinstance(node, ast.Call) else node
    return node.attr if isinstance(node, ast.Attribute) else node.id if isinstance(node, ast.Name) else ""


def _takes_text(function: ast.FunctionDef) -> bool:
    arguments = [*function.args.posonlyargs, *function.args.args, *function.args.kwonlyargs]
    noted = (one.annotation for one in arguments)
    return any(isinstance(one, ast.Name) and one.id in TEXTS for one in noted if one is not None)


def memories(source: str) -> int:
    """How many memories a source makes whose keys or values may be about somebody."""
    found = 0
    for node in ast.walk(ast.parse(source)):
        if isinstance(node, ast.Call) and _name(node) in BOUNDED:
            found += 1
        elif isinstance(node, ast.FunctionDef):
            bare = [_name(one) for one in node.decorator_list if not isinstance(one, ast.Call)]
            found += "lru_cache" in bare or ("cache" in bare and _takes_text(node))
    return found


def modules() -> Iterator[tuple[str, int]]:
    for folder in [ROOT / "gateway" / "src", *sorted((ROOT / "services").glob("*/src"))]:
        for path in sorted(folder.rglob("*.py")):
            if number := memories(path.read_text()):
                yield ".".join(path.relative_to(folder).with_suffix("").parts).removesuffix(".__init__"), number


MODULES = dict(modules())


def test_they_are_found() -> None:
    assert memories("kept: TTLCache[str, int] = TTLCache(10, 60)\n@lru_cache(maxsize=3)\ndef f(a: int): ...") == 2
    assert (
        memories("@cache\ndef of(name: str) -> int: ...\n@cache\ndef all_() -> int: ...\n@lru_cache\ndef g(): ...") == 2
    )


@pytest.mark.parametrize("module", MODULES)
def test_each_is_registered_beside_it(module: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(os, "environ", os.environ.copy())
    importlib.import_module(module)
    told = MEMORIES.get(module, [])
    assert len(told) == MODULES[module], f"{module}: say with crm_chassis.remembered what each memory keeps of people"


def test_what_is_about_people_goes_in_time() -> None:
    with pytest.raises(ValueError, match="must go within"):
        remembers("nowhere", "names")
    with pytest.raises(ValueError, match="must go within"):
        remembers("nowhere", "names", seconds=LONGEST + 1)
