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
# Everything that is generated below proto/. crm.binpb keeps the comments, two thirds of its 420 kB: lint and
# the documents are made from them, and a running service never reads the file.
GENERATED = (
    "gen/crm/**/*.py",
    "gen/crm/**/*.pyi",
    "src/crm_contracts/crm.binpb",
    "src/crm_contracts/files.txt",
    "docs/*",
)


class BuildError(Exception):
    """protoc refused the .proto files; the message is protoc's own."""


def sources() -> list[str]:
    """The suite's .proto files, relative to proto/, in a stable order."""
    return sorted(path.relative_to(PROTO).as_posix() for path in (PROTO / "crm").rglob("*.proto"))


def compile_protos(target: Path) -> None:
    """Writes the generated Python code, crm.binpb and files.txt below `target`, laid out like proto/.

    Raises BuildError, and leaves `target` as it is, if protoc refuses the sources.
    """
    spec = importlib.util.find_spec("google.api")
    if spec is None or not spec.submodule_search_locations:
        raise BuildError("googleapis-common-protos is not installed")
    googleapis = Path(next(iter(spec.submodule_search_locations))).parents[1]
    names, package = sources(), target / "src" / "crm_contracts"
    package.mkdir(parents=True, exist_ok=True)
    with TemporaryDirectory() as gen:
        command = [
            sys.executable, "-m", "grpc_tools.protoc", f"-I{PROTO}", f"-I{googleapis}",
            f"--python_out={gen}", f"--pyi_out={gen}",
            f"--descriptor_set_out={package / 'crm.binpb'}", "--include_source_info", "--include_imports",
            *names,
        ]  # fmt: skip
        done = subprocess.run(command, capture_output=True, text=True, check=False)
        if done.returncode:
            raise BuildError(done.stderr.strip())
        shutil.rmtree(target / "gen" / "crm", ignore_errors=True)
        shutil.copytree(Path(gen, "crm"), target / "gen" / "crm")
    (package / "files.txt").write_text("\n".join(names) + "\n")


def write_documents(target: Path) -> Source:
    """Writes the documents below `target` from the crm.binpb there, which it returns."""
    source = Source(FileDescriptorSet.FromString((target / "src/crm_contracts/crm.binpb").read_bytes()))
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
    descriptors = FileDescriptorSet.FromString((PROTO / "src/crm_contracts/crm.binpb").read_bytes())
    for file in descriptors.file:
        file.ClearField("source_code_info")
    RELEASED.parent.mkdir(exist_ok=True)
    RELEASED.write_bytes(descriptors.SerializeToString(deterministic=True))


def _generated(root: Path) -> set[str]:
    return {path.relative_to(root).as_posix() for pattern in GENERATED for path in root.glob(pattern)}
