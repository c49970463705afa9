"""Mutants of rules: small changes of a module that its tests ought to notice.

As a plugin of pytest (`-p deploy.dev.mutation`) it lets the tests run on one mutant, which the environment names as
CRM_MUTANT=<file>:<number>. The file itself is not changed: the mutant stands only in the process that imports it.
"""

from __future__ import annotations

import ast
import copy
import importlib.abc
import importlib.machinery
import importlib.util
import os
import sys
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from types import CodeType, ModuleType
from typing import Any

VARIABLE = "CRM_MUTANT"

_OPPOSITES: dict[type[ast.AST], type[ast.AST]] = {
    ast.Lt: ast.LtE, ast.LtE: ast.Lt, ast.Gt: ast.GtE, ast.GtE: ast.Gt, ast.Eq: ast.NotEq, ast.NotEq: ast.Eq,
    ast.In: ast.NotIn, ast.NotIn: ast.In, ast.Is: ast.IsNot, ast.IsNot: ast.Is, ast.And: ast.Or, ast.Or: ast.And,
    ast.Add: ast.Sub, ast.Sub: ast.Add, ast.Mult: ast.Add,
}  # fmt: skip


@dataclass(frozen=True)
class Mutant:
    """One change of a module; `number` counts the changes of its file."""

    number: int
    line: int
    before: str
    after: str


def mutants(source: str) -> list[Mutant]:
    """All mutants of a module. Only what functions do is changed: tables and constants are no rules."""
    found = []
    for number, (tree, node, change) in enumerate(_changes(source)):
        line, before = node.lineno, _text(tree, node)
        change()
        found.append(Mutant(number, line, before, _text(tree, node)))
    return found


def mutated(source: str, number: int) -> ast.Module:
    """The module with that change."""
    for place, (tree, _, change) in enumerate(_changes(source)):
        if place == number:
            change()
            return ast.fix_missing_locations(tree)
    raise IndexError(number)


def _text(tree: ast.Module, node: ast.stmt) -> str:
    """A statement without those within it, as long as it is there."""
    is_there = any(other is node for other in ast.walk(tree))
    return ast.unparse(node).splitlines()[0] if is_there else "pass"


def _changes(source: str) -> Iterator[tuple[ast.Module, ast.stmt, Callable[[], None]]]:
    """For each change a tree of its own, the statement that it changes, and the change, which has not been made yet."""
    original = ast.parse(source)
    for place, alternatives in enumerate(map(_count, _statements(original))):
        for number in range(alternatives):
            tree = copy.deepcopy(original)
            statement = _statements(tree)[place]
            yield tree, statement.node, list(_alternatives(statement))[number]


@dataclass(frozen=True)
class _Statement:
    """A statement and the block in which it stands."""

    node: ast.stmt
    block: list[ast.stmt]


def _statements(tree: ast.Module) -> list[_Statement]:
    """The statements of all functions, docstrings excepted."""
    # By identity: a block of a function within a function is met twice.
    blocks = {
        id(block): block
        for function in ast.walk(tree)
        if isinstance(function, ast.FunctionDef)
        for node in ast.walk(function)
        for name in ("body", "orelse", "finalbody")
        if isinstance(block := getattr(node, name, None), list) and not isinstance(node, ast.ClassDef)
    }
    return [
        _Statement(node, block)
        for block in blocks.values()
        for node in block
        if not (isinstance(node, ast.Expr) and isinstance(node.value, ast.Constant))
    ]


def _count(statement: _Statement) -> int:
    return sum(1 for _ in _alternatives(statement))


def _alternatives(statement: _Statement) -> Iterator[Callable[[], None]]:
    node = statement.node
    if isinstance(node, ast.Assign | ast.AugAssign) or (
        isinstance(node, ast.Expr) and isinstance(node.value, ast.Call)
    ):
        yield lambda: _drop(statement)
    for part in _own_expressions(node):
        yield from _of_expression(part)


def _drop(statement: _Statement) -> None:
    place = next(number for number, node in enumerate(statement.block) if node is statement.node)
    statement.block[place] = ast.copy_location(ast.Pass(), statement.node)


def _own_expressions(node: ast.stmt) -> Iterator[ast.AST]:
    """The expressions of a statement, without those of statements within it."""
    for child in ast.iter_child_nodes(node):
        if isinstance(child, ast.expr):
            yield from ast.walk(child)


def _of_expression(part: Any) -> Iterator[Callable[[], None]]:
    if isinstance(part, ast.Compare):
        for place, operator in enumerate(part.ops):
            if opposite := _OPPOSITES.get(type(operator)):
                yield lambda place=place, opposite=opposite: part.ops.__setitem__(place, opposite())  # type: ignore[misc]
    elif isinstance(part, ast.BoolOp | ast.BinOp):
        if opposite := _OPPOSITES.get(type(part.op)):
            yield lambda: setattr(part, "op", opposite())
    elif isinstance(part, ast.UnaryOp) and isinstance(part.op, ast.Not):
        yield lambda: _double(part)
    elif isinstance(part, ast.IfExp):
        yield lambda: setattr(part, "test", ast.UnaryOp(ast.Not(), part.test))
    elif isinstance(part, ast.Constant) and isinstance(part.value, bool):
        yield lambda: setattr(part, "value", not part.value)
    elif isinstance(part, ast.Constant) and isinstance(part.value, int):
        following = part.value + 1
        yield lambda: setattr(part, "value", following)


def _double(part: ast.UnaryOp) -> None:
    part.operand = ast.UnaryOp(ast.Not(), part.operand)


# -- in the process of the tests --------------------------------------------------------------------------


class _Loader(importlib.machinery.SourceFileLoader):
    """Gives the mutant in place of the module, without a cached form of it."""

    def __init__(self, name: str, path: str, number: int) -> None:
        super().__init__(name, path)
        self._number = number

    def get_code(self, fullname: str) -> CodeType:
        tree = mutated(Path(self.path).read_text(), self._number)
        return compile(tree, self.path, "exec", dont_inherit=True)


class _Finder(importlib.abc.MetaPathFinder):
    def __init__(self, path: Path, number: int) -> None:
        self._path, self._number = path.resolve(), number

    def find_spec(
        self, name: str, path: Sequence[str] | None, target: ModuleType | None = None
    ) -> importlib.machinery.ModuleSpec | None:
        """Called by the import system, before others are asked."""
        directories = [Path(folder).resolve() for folder in path or ()]
        if name.rpartition(".")[2] != self._path.stem or self._path.parent not in directories:
            return None
        return importlib.util.spec_from_file_location(
            name, self._path, loader=_Loader(name, str(self._path), self._number)
        )


def pytest_configure() -> None:
    """Called by pytest, before it imports what the tests import."""
    file, _, number = os.environ[VARIABLE].rpartition(":")
    sys.meta_path.insert(0, _Finder(Path(file), int(number)))
