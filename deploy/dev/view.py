"""What a person reads: the status screen and the logs."""

import json
import os
import sys
import time
from collections.abc import Iterator
from pathlib import Path

from deploy.dev.instance import Instance, Status
from deploy.dev.probes import metrics, problems

# Metric of a worker -> heading on the status screen: events recorded but not published and the age of the oldest; the
# age of the last event when it was applied; events that wait for another attempt, and such that were given up.
COUNTED = {
    "crm_outbox_unpublished": "UNSENT",
    "crm_outbox_oldest_seconds": "OLDEST",
    "crm_inbox_lag_seconds": "LAG",
    "crm_inbox_parked": "PARKED",
    "crm_inbox_dead": "DEAD",
}
COLOURS = {"debug": "2", "warning": "33", "error": "31", "critical": "31;1"}


def duration(seconds: float) -> str:
    """A duration in the two units that matter."""
    whole = int(seconds)
    for size, unit, smaller, name in ((86400, "d", 3600, "h"), (3600, "h", 60, "m"), (60, "m", 1, "s")):
        if whole >= size:
            return f"{whole // size}{unit}{whole % size // smaller:02d}{name}"
    return f"{whole}s"


def _word(status: Status) -> str:
    if status.held:
        return "held"
    if status.pid is None:
        return "down" if status.last_exit is None else f"exit {status.last_exit}"
    return {True: "yes", False: "no", None: "-"}[status.ready]


def _figure(metric: str, value: float) -> str:
    return duration(value) if metric.endswith("_seconds") else f"{value:g}"


def screen(instance: Instance) -> str:
    """Every process of an instance, one per line, then why some are not ready."""
    rows = [["PROCESS", "PID", "PORT", "UPTIME", "RESTARTS", "READY", *COUNTED.values()]]
    reasons = []
    for status in instance.processes():
        if status.pid and status.ready is False and status.metrics:
            why = problems(status.metrics.removesuffix("/metrics") + "/readyz")
            reasons.append(f"{status.name} is not ready: {why}")
        counted = metrics(status.metrics, list(COUNTED)) if status.metrics and status.pid else {}
        rows.append(
            [
                status.name,
                str(status.pid or "-"),
                str(status.port),
                duration(status.uptime) if status.pid else "-",
                str(status.restarts),
                _word(status),
                *(_figure(name, counted[name]) if name in counted else "" for name in COUNTED),
            ]
        )
    used = [index for index in range(len(rows[0])) if index < 6 or any(row[index] for row in rows[1:])]
    widths = {index: max(len(row[index]) for row in rows) for index in used}
    lines = ["  ".join(row[index].ljust(widths[index]) for index in used).rstrip() for row in rows]
    return "\n".join([*lines, *([""] if reasons else []), *reasons])


def render(line: str, name: str, colour: bool) -> str:
    """A JSON log line as `time level service event key=value`; any other line as it is."""
    try:
        record = json.loads(line)
    except ValueError:
        record = None
    if not isinstance(record, dict):
        return f"{name:<18} {line}"
    time_ = str(record.pop("time", record.pop("timestamp", "")))[11:23]
    level = str(record.pop("level", "info"))
    if name.startswith(f"{record.pop('service', '')}.{record.get('process', '')}"):
        record.pop("process", None)  # the log file says it already
    event = str(record.pop("event", record.pop("message", "")))
    trace = record.pop("exception", record.pop("exc_info", None))
    first = {key: record.pop(key) for key in ("process", "request_id") if key in record}
    values = " ".join(f"{key}={_value(value)}" for key, value in {**first, **record}.items())
    text = f"{time_} {level:<7} {name:<18} {event} {values}".rstrip()
    if trace:
        text += "\n    " + str(trace).rstrip().replace("\n", "\n    ")
    return f"\x1b[{COLOURS[level]}m{text}\x1b[0m" if colour and level in COLOURS else text


def _value(value: object) -> str:
    text = value if isinstance(value, str) else json.dumps(value, ensure_ascii=False)
    return json.dumps(text, ensure_ascii=False) if " " in text else text


def _matching(folder: Path, name: str | None) -> list[Path]:
    return [path for path in sorted(folder.glob("*.log")) if name is None or f"{path.stem}.".startswith(f"{name}.")]


def _order(line: str, last: str) -> str:
    try:
        record = json.loads(line)
        return str(record.get("time", record.get("timestamp", last)))
    except (ValueError, AttributeError):
        return last


def recent(folder: Path, name: str | None, count: int) -> Iterator[tuple[str, str]]:
    """The last lines of the matching logs as (process, line), merged by time."""
    entries: list[tuple[str, int, str, str]] = []
    for path in _matching(folder, name):
        last = ""
        lines = path.read_text(errors="replace").splitlines()[-count:]
        for number, line in enumerate(lines):
            last = _order(line, last)
            entries.append((last, number, path.stem, line))
    for _, _, process, line in sorted(entries, key=lambda entry: entry[:2])[-count:]:
        yield process, line


def follow(folder: Path, name: str | None) -> Iterator[tuple[str, str]]:
    """Lines as they are written, for ever; files that appear or are rotated are noticed."""
    positions = {path: path.stat().st_size for path in _matching(folder, name)}
    while True:
        for path in _matching(folder, name):
            size, position = path.stat().st_size, positions.get(path, 0)
            if size < position:
                position = 0
            if size > position:
                with path.open("rb") as file:
                    file.seek(position)
                    block = file.read()
                whole = block[: block.rfind(b"\n") + 1]
                position += len(whole)
                for line in whole.decode("utf-8", "replace").splitlines():
                    yield path.stem, line
            positions[path] = position
        time.sleep(0.2)


def show_logs(instance: Instance, name: str | None, following: bool, count: int) -> None:
    """Print the logs of one process, of one service, or of all."""
    colour = sys.stdout.isatty() and "NO_COLOR" not in os.environ
    folder = instance.run_dir / "logs"
    for process, line in recent(folder, name, count):
        print(render(line, process, colour))
    if following:
        for process, line in follow(folder, name):
            print(render(line, process, colour), flush=True)
