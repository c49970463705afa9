"""What a run found, for the terminal and for docs/reliability.md."""

from __future__ import annotations

import os
import platform
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path

import psutil

DOCUMENT = Path(__file__).resolve().parents[2] / "docs" / "reliability.md"
SHOWN = 5  # faults of a check that are printed


@dataclass
class Line:
    """One row: promise or check, what was looked at, what was found, and what would have been allowed."""

    name: str
    what: str
    found: str
    allowed: str
    held: bool
    details: Sequence[str] = ()


@dataclass
class Report:
    """Rows that can break, and figures that are only told."""

    lines: list[Line] = field(default_factory=list)
    notes: dict[str, float] = field(default_factory=dict)
    remarks: list[str] = field(default_factory=list)

    def figure(self, name: str, what: str, value: float, limit: float, details: Sequence[str] = ()) -> None:
        """A number that may not exceed its limit."""
        self.lines.append(
            Line(name, what, f"{value:.3g}" if value % 1 else f"{value:g}", f"<= {limit:g}", value <= limit, details)
        )

    def check(self, name: str, what: str, faults: Sequence[str]) -> None:
        """A checker and the faults it found."""
        self.lines.append(Line(name, what, f"{len(faults)} faults", "0", not faults, faults))

    def examine(self, name: str, what: str, checker: Callable[[], Sequence[str]]) -> Sequence[str]:
        """Runs a checker; one that cannot do its work has found a fault."""
        try:
            faults = checker()
        except Exception as error:
            faults = [repr(error)]
        self.check(name, what, faults)
        return faults

    def note(self, what: str, value: float) -> None:
        """A figure without a limit."""
        self.notes[what] = value

    def remark(self, text: str) -> None:
        """Something seen that no promise is about."""
        self.remarks.append(text)

    @property
    def broken(self) -> bool:
        """Whether some promise did not hold."""
        return not all(line.held for line in self.lines)

    def text(self) -> str:
        """For the terminal."""
        out = []
        for line in sorted(self.lines, key=lambda line: (line.name[0] == "C", line.name)):
            word = "ok    " if line.held else "BROKEN"
            out.append(f"{word} {line.name:<4} {line.what}: {line.found} (allowed {line.allowed})")
            if not line.held:
                out += [f"         {detail}" for detail in line.details[:SHOWN]]
                out += [f"         and {len(line.details) - SHOWN} more"] if len(line.details) > SHOWN else []
        out += [f"            {name}: {value:g}" for name, value in self.notes.items()]
        out += [f"       log  {remark}" for remark in self.remarks]
        return "\n".join(out)

    def write(self, command: str, seconds: float, profile: str) -> None:
        """Replaces this profile's part of docs/reliability.md."""
        begin, end = f"<!-- chaos {profile} begin -->", f"<!-- chaos {profile} end -->"
        text = DOCUMENT.read_text()
        before, _, rest = text.partition(begin)
        _, _, after = rest.partition(end)
        DOCUMENT.write_text("\n".join([before + begin, *self._markdown(command, seconds), end]) + after)

    def _markdown(self, command: str, seconds: float) -> list[str]:
        machine = f"{os.cpu_count()} cores, {psutil.virtual_memory().total / 2**30:.0f} GB, {platform.machine()}"
        lines = [
            "",
            f"`{command}`, {datetime.now(UTC):%Y-%m-%d}, {seconds:.0f} s on {machine}, "
            f"Python {platform.python_version()}.",
            "",
            "| promise, check | what | found | allowed | held |",
            "|---|---|---|---|---|",
        ]
        for line in sorted(self.lines, key=lambda line: (line.name[0] == "C", line.name)):
            lines.append(
                f"| {line.name} | {line.what} | {line.found} | {line.allowed} | {'yes' if line.held else '**no**'} |"
            )
        lines += ["", "| figure | value |", "|---|---|"]
        lines += [f"| {name} | {value:,g} |" for name, value in self.notes.items()]
        return [*lines, ""]
