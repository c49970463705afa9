"""Mappings: what the columns of a CSV file mean, and how its dirty values are repaired.

    name: crm_sales                      also the subfolder the files may lie in
    files:
      accounts.csv:
        unused: {column: reason}         a column that is neither used nor unused is reported
    rules:                               what may be done with a value, by name; one action each
      sector spelling: {replace: {technolgy: technology}}      these values are misspelt
      source spelling: {case: [Google]}                        these values ignore upper and lower case
      Select is empty: {empty: [Select]}                       these values mean nothing
      country code: {table: {Norway: "NO"}}                    every value is translated; others are left out, reported
      in millions: {times: 1000000}                            a number in another unit
      resolved is answered: {at_most: Time to Resolution}      no later than the other column, if that one is set
      tokens: {fill: {"{product_purchased}": Product Purchased}}   text that was never replaced by its value
    steps:                               one import each, in this order
      - kind: accounts                   what the rows become
        file: accounts.csv
        unique: subsidiary_of            one record per value of this column; the first row counts
        repair: {sector: [sector spelling]}                    rules of a column, in order
        may_be_empty: {account: without account}               counted, and kept
        passwords: true                  fills the field "password" of every new user
        fields: {name: "{account}"}      field: template
    reconcile: [{title, resource, filter, file, where, sum: {column, field}}]

`replace`, `case`, `empty`, `at_most` and `fill` are repairs and counted by rule. `table` may name a file of its own,
relative to the mapping. In a template `{column}` is the repaired value, `{column|slug}` a form of it (slug, first,
last), and `[ for {column}]` is left out where a column in it is empty.
"""

import csv
import re
from collections import Counter
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from decimal import Decimal, InvalidOperation
from pathlib import Path
from typing import Any

import yaml

from deploy.dev import LauncherError

MAPPINGS = Path(__file__).with_name("mappings")
LONGEST_CELL = 131_072
REPAIRS = ("replace", "case", "empty", "at_most", "fill")
ACTIONS = (*REPAIRS, "table", "times")

Row = Mapping[str, str]

_PART = re.compile(r"\[(?P<optional>[^\[\]]*)\]|\{(?P<column>[^{}|]+)(?:\|(?P<form>\w+))?\}|(?P<text>[^\[{]+)")


def _slug(text: str) -> str:
    return re.sub(r"[^a-z0-9-]+", ".", text.lower()).strip(".")


FORMS: Mapping[str, Callable[[str], str]] = {
    "slug": _slug,
    "first": lambda text: text.rpartition(" ")[0],
    "last": lambda text: text.rpartition(" ")[2],
}


class Template:
    """Text with the values of columns in it."""

    def __init__(self, text: str) -> None:
        self._parts = list(_PART.finditer(text))
        if "".join(part.group() for part in self._parts) != text:
            raise LauncherError(f"The template {text!r} has a bracket without its partner.")
        self.columns = {part["column"] for part in self._parts if part["column"]}
        self._optional = {part["optional"]: Template(part["optional"]) for part in self._parts if part["optional"]}
        for inner in self._optional.values():
            self.columns |= inner.columns
        for part in self._parts:
            if part["form"] and part["form"] not in FORMS:
                raise LauncherError(f"The template {text!r} wants the form {part['form']!r}; there are {[*FORMS]}.")

    def __call__(self, row: Row) -> str:
        return "".join(self._value(part, row) for part in self._parts).strip()

    def _value(self, part: re.Match[str], row: Row) -> str:
        if part["column"]:
            value = row[part["column"]]
            return FORMS[part["form"]](value) if part["form"] else value
        if part["optional"]:
            inner = self._optional[part["optional"]]
            return inner._raw(row) if all(row[column] for column in inner.columns) else ""
        return part["text"] or ""

    def _raw(self, row: Row) -> str:
        return "".join(self._value(part, row) for part in self._parts)


@dataclass(frozen=True)
class Rule:
    """One thing that is done with a value."""

    name: str
    action: str
    argument: Any

    def __call__(self, value: str, row: Row) -> str:
        """The value by this rule. Raises ValueError where the rule does not know it."""
        match self.action:
            case "replace":
                return str(self.argument.get(value, value))
            case "case":
                return next((right for right in self.argument if right.lower() == value.lower()), value)
            case "empty":
                return "" if value in self.argument else value
            case "at_most":
                return min(value, row[self.argument]) if row[self.argument] else value
            case "fill":
                for token, column in self.argument.items():
                    value = value.replace(token, row[column])
                return value
            case "table":
                if value not in self.argument:
                    raise ValueError(f"{value!r} is not in the table {self.name!r}; left out")
                return str(self.argument[value])
            case _:
                try:
                    return format((Decimal(value) * self.argument).normalize(), "f")
                except InvalidOperation:
                    raise ValueError(f"{value!r} is not a number; left out") from None

    @property
    def columns(self) -> set[str]:
        """Other columns the rule looks at."""
        if self.action == "fill":
            return set(self.argument.values())
        return {self.argument} if self.action == "at_most" else set()


@dataclass(frozen=True)
class Report:
    """A row, or a value of one, that needs a person's eye."""

    file: str
    line: int
    reason: str


@dataclass
class Tally:
    """What became of the rows of one step before they were sent."""

    read: int = 0
    sent: int = 0
    repeated: int = 0
    refused: int = 0
    repairs: Counter[str] = field(default_factory=Counter)
    kept: Counter[str] = field(default_factory=Counter)


@dataclass(frozen=True)
class Step:
    """How the rows of one file become records of one kind."""

    kind: str
    file: str
    fields: Mapping[str, Template]
    repair: Mapping[str, tuple[Rule, ...]]
    may_be_empty: Mapping[str, str]
    unique: str
    passwords: bool

    @property
    def columns(self) -> set[str]:
        """Every column the step looks at."""
        used = {column for template in self.fields.values() for column in template.columns}
        used |= {column for rules in self.repair.values() for rule in rules for column in rule.columns}
        return used | self.repair.keys() | self.may_be_empty.keys() | {self.unique} - {""}

    def records(
        self, path: Path, tally: Tally, report: Callable[[Report], None]
    ) -> Iterator[tuple[int, dict[str, str]]]:
        """The records of a file with the lines they end at, counted in `tally`; one row is in memory at a time.

        Of rows that `unique` makes one, only the value and the line of the first are remembered.
        """
        seen: dict[str, tuple[int, int]] = {}
        for line, cells, fault in read_rows(path):
            tally.read += 1
            key = cells.get(self.unique, "") if self.unique else ""
            if fault or (self.unique and not key):
                tally.refused += 1
                report(Report(self.file, line, fault or f"{self.unique} is empty"))
                continue
            repairs: Counter[str] = Counter()
            notes: list[str] = []
            row = self._repaired(cells, repairs, notes)
            record = {name: template(row) for name, template in self.fields.items()}
            if self.unique:
                first, digest = seen.setdefault(key, (line, hash(tuple(record.values()))))
                if first != line:
                    tally.repeated += 1
                    if digest != hash(tuple(record.values())):
                        report(Report(self.file, line, f"{key!r} differs from line {first}, which counts"))
                    continue
            for note in notes:
                report(Report(self.file, line, note))
            tally.repairs.update(repairs)
            tally.kept.update(note for column, note in self.may_be_empty.items() if not row[column])
            tally.sent += 1
            yield line, record

    def _repaired(self, cells: Row, repairs: Counter[str], notes: list[str]) -> dict[str, str]:
        row = dict(cells)
        for column, rules in self.repair.items():
            for rule in rules:
                if not row[column]:
                    break
                try:
                    value = rule(row[column], row)
                except ValueError as error:
                    value = ""
                    notes.append(f"{column}: {error}")
                if value != row[column] and rule.action in REPAIRS:
                    repairs[rule.name] += 1
                row[column] = value
        return row


def read_rows(path: Path) -> Iterator[tuple[int, dict[str, str], str]]:
    """The rows of a CSV file: the line a row ends at, its cells by column, what is wrong with its shape."""
    csv.field_size_limit(LONGEST_CELL)
    with open(path, newline="", encoding="utf-8-sig") as file:
        reader = csv.reader(file, strict=True)
        try:
            header = [name.strip() for name in next(reader, [])]
            for cells in reader:
                if not any(cells):
                    continue
                fault = "" if len(cells) == len(header) else f"has {len(cells)} cells, the header {len(header)}"
                padded = [*cells, *[""] * (len(header) - len(cells))]
                yield reader.line_num, {n: c.strip() for n, c in zip(header, padded, strict=False)}, fault
        except (csv.Error, UnicodeDecodeError) as error:
            raise LauncherError(f"{path} cannot be read after line {reader.line_num}: {error}") from error


def header(path: Path) -> list[str]:
    """The column names of a CSV file."""
    with open(path, newline="", encoding="utf-8-sig") as file:
        return [name.strip() for name in next(csv.reader(file), [])]


@dataclass(frozen=True)
class Check:
    """A figure of a file that the suite must show too: a count and the sum of an amount."""

    title: str
    resource: str
    filter: str
    file: str
    where: Mapping[str, str]
    column: str
    amount: str


@dataclass(frozen=True)
class FileMapping:
    """Everything that is known about one set of files."""

    name: str
    title: str
    files: Mapping[str, Mapping[str, str]]
    steps: tuple[Step, ...]
    checks: tuple[Check, ...]

    def folder(self, data: Path) -> Path | None:
        """Where the files of this mapping lie: in the folder itself, in its subfolder of that name, or nowhere."""
        return next((at for at in (data, data / self.name) if all((at / file).is_file() for file in self.files)), None)

    def strange_columns(self, folder: Path) -> Iterator[Report]:
        """Columns the mapping says nothing about. Raises LauncherError where a file lacks one it needs."""
        for file, unused in self.files.items():
            columns = header(folder / file)
            used = {column for step in self.steps if step.file == file for column in step.columns}
            used |= {c for check in self.checks if check.file == file for c in {check.column, *check.where} - {""}}
            if missing := sorted(used - set(columns)):
                raise LauncherError(f"{folder / file} has no column {missing[0]!r}, which mapping {self.name} reads.")
            for column in columns:
                if column not in used and column not in unused:
                    yield Report(file, 1, f"column {column!r} is not loaded: the mapping does not know it")


def read_mapping(path: Path) -> FileMapping:
    """Reads a mapping. Raises LauncherError saying what is wrong with it."""
    try:
        document = yaml.safe_load(path.read_text(encoding="utf-8"))
        rules = {name: _rule(name, body, path.parent) for name, body in (document.get("rules") or {}).items()}
        return FileMapping(
            name=document["name"],
            title=document["title"],
            files={file: (body or {}).get("unused") or {} for file, body in document["files"].items()},
            steps=tuple(_step(body, rules) for body in document["steps"]),
            checks=tuple(_check(body) for body in document.get("reconcile") or ()),
        )
    except (OSError, yaml.YAMLError) as error:
        raise LauncherError(f"The mapping {path} cannot be read: {error}") from error
    except KeyError as error:
        raise LauncherError(f"The mapping {path} lacks, or does not define, {error}.") from error
    except (TypeError, AttributeError) as error:
        raise LauncherError(f"The mapping {path} has an entry that is not understood: {error}") from error


def shipped_mappings() -> list[FileMapping]:
    """The mappings beside the loader."""
    return [read_mapping(path) for path in sorted(MAPPINGS.glob("*.yaml"))]


def _rule(name: str, body: Mapping[str, Any], folder: Path) -> Rule:
    ((action, argument),) = body.items()
    if action not in ACTIONS:
        raise LauncherError(f"The rule {name!r} does {action!r}; a rule can do {', '.join(ACTIONS)}.")
    if action == "table" and isinstance(argument, str):
        argument = yaml.safe_load((folder / argument).read_text(encoding="utf-8"))
    if action in ("replace", "table"):
        argument = {str(key): value for key, value in argument.items()}
    return Rule(name, action, argument)


def _step(body: Mapping[str, Any], rules: Mapping[str, Rule]) -> Step:
    return Step(
        kind=body["kind"],
        file=body["file"],
        fields={name: Template(str(text)) for name, text in body["fields"].items()},
        repair={column: tuple(rules[name] for name in names) for column, names in body.get("repair", {}).items()},
        may_be_empty=body.get("may_be_empty", {}),
        unique=body.get("unique", ""),
        passwords=body.get("passwords", False),
    )


def _check(body: Mapping[str, Any]) -> Check:
    total = body.get("sum", {})
    return Check(
        title=body["title"],
        resource=body["resource"],
        filter=body["filter"],
        file=body["file"],
        where=body.get("where", {}),
        column=total.get("column", ""),
        amount=total.get("field", ""),
    )
