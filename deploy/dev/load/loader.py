"""Sends the files of one mapping to the suite, step by step, and accounts for every row."""

import csv
import hashlib
import io
import json
import os
import secrets
import time
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from dataclasses import dataclass, field
from decimal import Decimal
from pathlib import Path
from typing import TextIO

from deploy.dev.load.client import ApiError, Client, Import
from deploy.dev.load.mapping import Check, FileMapping, Report, Step, Tally, read_rows

PIECE = 64 * 1024  # characters of CSV sent at a time
SHOWN_REPORTS = 20
TOLD_EVERY = 2.0  # seconds between two lines of progress

Say = Callable[[str], None]


@dataclass
class StepResult:
    """What became of the rows of one step."""

    kind: str
    file: str
    tally: Tally
    outcome: Import
    seconds: float

    @property
    def failed(self) -> int:
        """Rows that are not in the suite: refused here for their shape, or by the suite; all are reported."""
        return self.tally.refused + self.outcome.failed

    @property
    def complete(self) -> bool:
        """Whether every row read is accounted for."""
        known = self.outcome.created + self.outcome.updated + self.outcome.unchanged + self.failed
        return self.tally.read == known + self.tally.repeated


@dataclass(frozen=True)
class Figure:
    """A figure as the file and as the suite have it."""

    title: str
    count: tuple[int, int]
    total: tuple[Decimal, Decimal] | None

    @property
    def agrees(self) -> bool:
        """Whether the file and the suite say the same."""
        return self.count[0] == self.count[1] and (self.total is None or self.total[0] == self.total[1])


@dataclass
class Result:
    """Everything there is to say about one run."""

    title: str
    report_path: Path
    password_path: Path
    steps: list[StepResult] = field(default_factory=list)
    figures: list[Figure] = field(default_factory=list)
    reports: list[Report] = field(default_factory=list)  # the first of them; all are in report_path
    report_count: int = 0
    new_passwords: int = 0

    @property
    def repairs(self) -> Counter[str]:
        """How often each rule changed a value."""
        return sum((step.tally.repairs for step in self.steps), Counter())

    @property
    def kept(self) -> Counter[str]:
        """How many rows were kept although they lack something."""
        return sum((step.tally.kept for step in self.steps), Counter())

    @property
    def sound(self) -> bool:
        """Whether every row is accounted for and every figure agrees."""
        return all(step.complete for step in self.steps) and all(figure.agrees for figure in self.figures)


class Loader:
    """Loads the files of a mapping; `state` is the folder for its journal, reports and passwords.

    A run that was cut off goes on where it was: the journal names the imports that were already sent. A run over
    files that are already loaded changes nothing.
    """

    def __init__(
        self, client: Client, mapping: FileMapping, folder: Path, state: Path, say: Say, password: str = ""
    ) -> None:
        self._client = client
        self._mapping = mapping
        self._folder = folder
        self._say = say
        self._password = password
        state.mkdir(parents=True, exist_ok=True)
        self._journal = state / f"{mapping.name}.journal.json"
        self._result = Result(
            mapping.title, state / f"{mapping.name}.report.csv", state / f"{mapping.name}.passwords.csv"
        )
        self._reports: TextIO | None = None
        self._passwords: TextIO | None = None
        self._logins: set[str] = set()  # users who were there before this run
        self._given: dict[str, str] = {}

    def run(self) -> Result:
        """Loads everything. Raises LauncherError if the suite or a file cannot be used at all."""
        with ExitStack() as files:
            self._reports = files.enter_context(open(self._result.report_path, "w", newline="", encoding="utf-8"))
            csv.writer(self._reports).writerow(["file", "line", "reason"])
            for report in self._mapping.strange_columns(self._folder):
                self._report(report)
            if any(step.passwords for step in self._mapping.steps):
                private = os.open(self._result.password_path, os.O_CREAT | os.O_APPEND | os.O_WRONLY, 0o600)
                self._passwords = files.enter_context(open(private, "a", newline="", encoding="utf-8"))
                self._logins = {user["email"].lower() for user in self._client.list("users")}
            for step in self._mapping.steps:
                self._result.steps.append(self._load(step))
            self._result.figures = [self._compare(check) for check in self._mapping.checks]
        self._journal.unlink(missing_ok=True)
        self._result.new_passwords = len(self._given)
        return self._result

    def _load(self, step: Step) -> StepResult:
        began = time.monotonic()
        path = self._folder / step.file
        tally = Tally()
        sent = self._sent(step, path)
        if sent is None:
            reports: list[Report] = []

            def pieces() -> Iterator[bytes]:
                nonlocal tally
                tally = Tally()
                reports.clear()
                yield from self._pieces(step, path, tally, reports.append)

            sent = self._client.start_import(step.kind, step.file.replace(" ", "_"), pieces)
            self._note(step, path, sent.id)
        else:
            self._say(f"{step.kind}: going on with an import that was already sent")
            reports = []
            for _ in step.records(path, tally, reports.append):
                pass
        for report in reports:
            self._report(report)
        told = began

        def progress(found: Import) -> None:
            nonlocal told
            now = time.monotonic()
            if now - told >= TOLD_EVERY:
                told = now
                rate = found.settled / (now - began)
                self._say(f"{step.kind}: {found.settled:,} of {tally.sent:,} rows, {rate:,.0f} rows/s")

        outcome = self._client.wait_import(sent.id, progress)
        if outcome.failed:
            for error in self._client.import_errors(sent.id):
                where = f"{error['field']}: " if error.get("field") else ""
                self._report(Report(step.file, int(error["line"]), where + error["message"]))
        result = StepResult(step.kind, step.file, tally, outcome, time.monotonic() - began)
        self._say(f"{step.kind}: {tally.sent:,} rows in {result.seconds:.1f} s")
        return result

    def _pieces(self, step: Step, path: Path, tally: Tally, report: Callable[[Report], None]) -> Iterator[bytes]:
        """The records of a step as CSV. Empty lines keep every record at the line it has in its file."""
        buffer = io.StringIO(newline="")
        writer = csv.writer(buffer, lineterminator="\n")
        writer.writerow([*step.fields, *(["password"] if step.passwords else [])])
        at = 1
        for line, record in step.records(path, tally, report):
            cells = [*record.values(), *([self._password_of(record["email"])] if step.passwords else [])]
            height = 1 + sum(cell.count("\n") for cell in cells)
            buffer.write("\n" * (line - at - height))
            writer.writerow(cells)
            at = max(line, at + height)
            if buffer.tell() >= PIECE:
                yield buffer.getvalue().encode()
                buffer.seek(0)
                buffer.truncate()
        yield buffer.getvalue().encode()

    def _password_of(self, email: str) -> str:
        """A password for a user who has none yet; written to the password file before it is sent."""
        assert self._passwords is not None
        if email.lower() in self._logins:
            return ""
        if email not in self._given:
            self._given[email] = self._password or secrets.token_urlsafe(12)
            csv.writer(self._passwords).writerow([email, self._given[email]])
            self._passwords.flush()
        return self._given[email]

    def _report(self, report: Report) -> None:
        assert self._reports is not None
        self._result.report_count += 1
        if len(self._result.reports) < SHOWN_REPORTS:
            self._result.reports.append(report)
        csv.writer(self._reports).writerow([report.file, report.line, report.reason])

    # The journal: which imports an unfinished run has sent.

    def _sent(self, step: Step, path: Path) -> Import | None:
        id_ = self._entries().get(self._key(step, path))
        try:
            return self._client.get_import(id_) if id_ else None
        except ApiError as error:
            if error.status == 404:
                return None
            raise

    def _note(self, step: Step, path: Path, id_: str) -> None:
        entries = self._entries() | {self._key(step, path): id_}
        temporary = self._journal.with_suffix(".new")
        temporary.write_text(json.dumps(entries))
        temporary.replace(self._journal)

    def _entries(self) -> dict[str, str]:
        try:
            entries: dict[str, str] = json.loads(self._journal.read_text())
            return entries
        except (FileNotFoundError, ValueError):
            return {}

    def _key(self, step: Step, path: Path) -> str:
        status = path.stat()
        number = self._mapping.steps.index(step)
        text = f"{path.resolve()}:{status.st_size}:{status.st_mtime_ns}:{number}:{step.kind}:{sorted(step.fields)}"
        return hashlib.sha256(text.encode()).hexdigest()[:24]

    def _compare(self, check: Check) -> Figure:
        count, total = 0, Decimal(0)
        for _, cells, fault in read_rows(self._folder / check.file):
            if not fault and all(cells.get(column) == value for column, value in check.where.items()):
                count += 1
                total += Decimal(cells.get(check.column) or 0)
        if not check.amount:
            return Figure(check.title, (count, self._client.count(check.resource, check.filter)), None)
        found, shown = 0, Decimal(0)
        for record in self._client.list(check.resource, check.filter):
            found += 1
            shown += Decimal((record.get(check.amount) or {}).get("amount", 0))
        return Figure(check.title, (count, found), (total, shown))


def table(result: Result) -> str:
    """What a person reads at the end."""
    head = ["records", "file", "rows", "repeats", "created", "updated", "unchanged", "failed", "seconds", "rows/s"]
    rows = [head]
    for step in result.steps:
        counts = (
            step.tally.read, step.tally.repeated, step.outcome.created, step.outcome.updated,
            step.outcome.unchanged, step.failed,
        )  # fmt: skip
        rate = step.tally.sent / step.seconds if step.seconds else 0
        rows.append([step.kind, step.file, *(f"{n:,}" for n in counts), f"{step.seconds:.1f}", f"{rate:,.0f}"])
    widths = [max(len(row[index]) for row in rows) for index in range(len(head))]
    lines = [f"\n{result.title}"]
    for row in rows:
        cells = (c.ljust(w) if i < 2 else c.rjust(w) for i, (c, w) in enumerate(zip(row, widths, strict=True)))
        lines.append("  " + "  ".join(cells).rstrip())
    lines += [
        f"  {step.kind} of {step.file}: rows read are not created + updated + unchanged + failed + repeats"
        for step in result.steps
        if not step.complete
    ]
    for heading, counts_ in (("repaired by rule", result.repairs), ("kept as they are", result.kept)):
        if counts_:
            lines.append(f"\n{heading}")
            lines += [f"  {number:>8,}  {name}" for name, number in sorted(counts_.items())]
    lines.append(
        f"\nreported: {result.report_count:,}" + (f", all in {result.report_path}" * bool(result.report_count))
    )
    lines += [f"  {report.file}:{report.line}: {report.reason}" for report in result.reports]
    if result.figures:
        lines.append("\nreconciliation")
    for figure in result.figures:
        file, suite = (f"{figure.count[i]:,}" + (f" worth {figure.total[i]:,}" if figure.total else "") for i in (0, 1))
        lines.append(f"  {figure.title}: file {file}, suite {suite}: {'agree' if figure.agrees else 'DIFFER'}")
    if result.new_passwords:
        lines.append(f"\n{result.new_passwords} passwords are in {result.password_path}")
    return "\n".join(lines)
