"""Generates code, descriptor set and documents from the .proto files."""

from __future__ import annotations

import importlib.util
import shutil
import subprocess
import sys
from pathlib import Path
from tempfile import TemporaryDirectory

from google.protobuf.descriptor_pb2 import FileDescriptorSet

from crm_contracts.tools import docs
from crm_contracts.tools.source import Source

PROTO = Path(__file__).resolve().parents[3]
RELEASED = PROTO / "released" / "crm.binpb"
ACCEPTED = RELEASED.with_name("accepted.txt")
# Everything that is generated below proto/ and committed.
GENERATED = ("gen/crm/**/*.py", "gen/crm/**/*.pyi", "docs/*")


class BuildError(Exception):
    """protoc refused the .proto files; the message is protoc's own."""


def sources() -> list[str]:
    """The suite's .proto files, relative to proto/, in a stable order."""
    return sorted(path.relative_to(PROTO).as_posix() for path in (PROTO / "crm").rglob("*.proto"))


def descriptors() -> FileDescriptorSet:
    """The contracts as protoc reads them, with comments. Raises BuildError if protoc refuses the sources."""
    with TemporaryDirectory() as folder:
        output = Path(folder, "crm.binpb")
        _protoc(f"--descriptor_set_out={output}", "--include_source_info", "--include_imports")
        return FileDescriptorSet.FromString(output.read_bytes())


def write_code(target: Path) -> None:
    """Writes the generated Python code below `target`, laid out like proto/.

    Raises BuildError, and leaves `target` as it is, if protoc refuses the sources.
    """
    with TemporaryDirectory() as gen:
        _protoc(f"--python_out={gen}", f"--pyi_out={gen}")
        shutil.rmtree(target / "gen" / "crm", ignore_errors=True)
        shutil.copytree(Path(gen, "crm"), target / "gen" / "crm")


def write_documents(target: Path) -> Source:
    """Writes the documents below `target`; returns what they were made from."""
    source = Source(descriptors())
    docs.write(target / "docs", source)
    return source


def stale(fresh: Path) -> list[str]:
    """The generated files below proto/ that differ from those below `fresh`, are missing or superfluous."""
    return sorted(
        name
        for name in _generated(PROTO) | _generated(fresh)
        if not (PROTO / name).is_file()
        or not (fresh / name).is_file()
        or (PROTO / name).read_bytes() != (fresh / name).read_bytes()
    )


def release() -> None:
    """Makes the contracts as they are the baseline of the compatibility check, which needs no comments."""
    contracts = descriptors()
    for file in contracts.file:
        file.ClearField("source_code_info")
    RELEASED.parent.mkdir(exist_ok=True)
    RELEASED.write_bytes(contracts.SerializeToString(deterministic=True))
    ACCEPTED.write_text(_HEADING)


_HEADING = (
    "# What breaks users of the last release and was accepted, as `check` says it; each has its line in CHANGELOG.md.\n"
)


def _protoc(*outputs: str) -> None:
    spec = importlib.util.find_spec("google.api")
    if spec is None or not spec.submodule_search_locations:
        raise BuildError("googleapis-common-protos is not installed")
    googleapis = Path(next(iter(spec.submodule_search_locations))).parents[1]
    command = [sys.executable, "-m", "grpc_tools.protoc", f"-I{PROTO}", f"-I{googleapis}", *outputs, *sources()]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    if done.returncode or done.stderr:
        raise BuildError(done.stderr.strip())


def _generated(root: Path) -> set[str]:
    return {path.relative_to(root).as_posix() for pattern in GENERATED for path in root.glob(pattern)}
