"""The chassis is tried on a small service of its own, in shop/; its tests need no service of the suite."""

from __future__ import annotations

import atexit
import sys
from pathlib import Path
from tempfile import TemporaryDirectory

import google.api
import grpc_tools
import pytest
from crm_chassis.service import Service
from crm_contracts.tools.build import PROTO
from grpc_tools import protoc

SHOP = Path(__file__).parent / "shop"


def _generate() -> str:
    """Makes the contract of the shop one of the suite's, for this process: they are whatever `crm` consists of."""
    folder = TemporaryDirectory()
    atexit.register(folder.cleanup)
    googleapis, well_known = Path(google.api.__path__[0]).parents[1], Path(grpc_tools.__path__[0], "_proto")
    includes = (SHOP / "proto", PROTO, googleapis, well_known)
    contract = SHOP / "proto" / "crm" / "shop" / "v1" / "orders.proto"
    assert protoc.main(["protoc", *(f"-I{one}" for one in includes), f"--python_out={folder.name}", str(contract)]) == 0
    return folder.name


sys.path += [_generate(), str(SHOP / "src")]


@pytest.fixture(scope="session")
def service() -> Service:
    from crm_shop.service import service

    return service
