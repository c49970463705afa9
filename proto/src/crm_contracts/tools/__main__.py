"""Command line of the contract tools.

build      generates code and documents
documents  generates the documents only, from the .proto files and the generated code as they are
check      finds stale files, faults in the .proto files and changes that break users of the last release, but for those
           that stand in proto/released/accepted.txt
release    makes the contracts as they are the baseline of `check`
"""

from __future__ import annotations

import argparse
import subprocess
import sys
from collections.abc import Iterable, Iterator
from pathlib import Path
from tempfile import TemporaryDirectory

from google.protobuf.descriptor_pb2 import FileDescriptorSet

from crm_contracts.labels import catalogues
from crm_contracts.tools.build import (
    ACCEPTED,
    PROTO,
    RELEASED,
    BuildError,
    release,
    stale,
    write_code,
    write_documents,
)
from crm_contracts.tools.compat import compare
from crm_contracts.tools.docs import DocumentError
from crm_contracts.tools.lint import lint, unlabelled
from crm_contracts.tools.source import Source


def findings() -> Iterator[str]:
    """Everything that is wrong with the contracts, one line each."""
    with TemporaryDirectory() as folder:
        fresh = Path(folder)
        write_code(fresh)
        source = write_documents(fresh)
        for name in stale(fresh):
            yield f"stale proto/{name}: run `make proto`"
    yield from map(str, lint(source))
    yield from map(str, sorted(unlabelled(source, catalogues())))
    if RELEASED.is_file():
        released = Source(FileDescriptorSet.FromString(RELEASED.read_bytes()))
        yield from _unaccepted(map(str, compare(released, source)))
    else:
        yield "baseline proto/released/crm.binpb: is missing, run `python -m crm_contracts.tools release`"


def _unaccepted(breaks: Iterable[str]) -> Iterator[str]:
    """Breaks that nobody has accepted, and what was accepted and breaks nothing."""
    accepted = {line for line in ACCEPTED.read_text().splitlines() if line and not line.startswith("#")}
    for finding in breaks:
        if finding in accepted:
            accepted.remove(finding)
        else:
            yield finding
    yield from (f"stale proto/{ACCEPTED.relative_to(PROTO)}: not broken: {line}" for line in sorted(accepted))


def main() -> int:
    """Runs one command; returns the exit code."""
    parser = argparse.ArgumentParser(
        prog="python -m crm_contracts.tools",
        description=__doc__,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    parser.add_argument("command", choices=("build", "documents", "check", "release"))
    command = parser.parse_args().command
    try:
        if command == "build":
            write_code(PROTO)
            # In a new process, which loads the code just generated: our own options may have changed.
            rest = [sys.executable, "-m", "crm_contracts.tools", "documents"]
            return subprocess.run(rest, check=False).returncode
        if command == "documents":
            write_documents(PROTO)
        elif command == "release":
            release()
        else:
            found = list(findings())
            print(*found, sep="\n", end="\n" if found else "")
            return 1 if found else 0
    except (BuildError, DocumentError) as error:
        print(error, file=sys.stderr)
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main())
