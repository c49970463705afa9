"""Compiles copies of the small contract in shop/, with faults or changes planted by replacing text."""

from __future__ import annotations

from collections.abc import Callable
from functools import cache
from pathlib import Path

import google.api
import grpc_tools
import pytest
from crm_contracts.tools.build import PROTO
from crm_contracts.tools.source import Source
from google.protobuf.descriptor_pb2 import FileDescriptorSet
from grpc_tools import protoc

SHOP = Path(__file__).parent / "shop"
INCLUDES = (PROTO, Path(google.api.__path__[0]).parents[1], Path(grpc_tools.__path__[0], "_proto"))

Compile = Callable[..., Source]


@pytest.fixture(scope="session")
def shop(tmp_path_factory: pytest.TempPathFactory) -> Compile:
    """Compiles the contract after replacing `old`, wherever it stands, by `new`."""
    folder = tmp_path_factory.mktemp("shop")

    @cache
    def compile_shop(old: str = "", new: str = "") -> Source:
        texts = {path.relative_to(SHOP): path.read_text() for path in sorted(SHOP.rglob("*.proto"))}
        if old:
            assert any(old in text for text in texts.values()), old
        for name, text in texts.items():
            (folder / name).parent.mkdir(parents=True, exist_ok=True)
            (folder / name).write_text(text.replace(old, new) if old else text)
        output = folder / "shop.binpb"
        arguments = ["protoc", f"-I{folder}", *(f"-I{include}" for include in INCLUDES)]
        arguments += [f"--descriptor_set_out={output}", "--include_source_info", "--include_imports"]
        assert protoc.main([*arguments, *map(str, texts)]) == 0
        return Source(FileDescriptorSet.FromString(output.read_bytes()))

    return compile_shop
