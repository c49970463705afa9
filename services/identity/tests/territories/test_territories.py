"""Territories and what is part of them."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest
from crm.common.v1 import standard_pb2
from crm.identity.v1 import territories_pb2
from crm_chassis.errors import DomainError
from crm_chassis.records.directory import DirectoryTerritory
from crm_chassis.testing import unique, user
from sqlalchemy import select
from sqlalchemy.orm import Session

ADMIN = user()


@pytest.fixture
def make(rpc: Any) -> Any:
    def run(**fields: Any) -> Any:
        given = {"name": unique("Territory")} | fields
        return rpc("CreateTerritory", territories_pb2.CreateTerritoryRequest(territory=given), as_=ADMIN)

    return run


@pytest.fixture
def update(rpc: Any) -> Any:
    return lambda **fields: rpc("UpdateTerritory", territories_pb2.UpdateTerritoryRequest(territory=fields), as_=ADMIN)


def reason(call: Any, *args: Any, **kwargs: Any) -> str:
    with pytest.raises(DomainError) as refused:
        call(*args, **kwargs)
    return refused.value.reason


def test_a_territory_has_parts(make: Any, update: Any, rpc: Any, engine: Any) -> None:
    europe, other = make(), make()
    france = make(parent_id=europe.id)

    update(id=france.id, parent_id=other.id)

    assert rpc("GetTerritory", standard_pb2.GetRequest(id=france.id), as_=ADMIN).parent_id == other.id
    request = territories_pb2.ListTerritoriesRequest(filter=f"parent_id = {other.id}")
    assert [one.id for one in rpc("ListTerritories", request, as_=ADMIN).territories] == [france.id]
    with Session(engine) as session:
        parent = select(DirectoryTerritory.parent_id).where(DirectoryTerritory.id == france.id)
        assert session.scalar(parent) == other.id


def test_a_territory_is_not_part_of_itself(make: Any, update: Any) -> None:
    europe = make()
    france = make(parent_id=europe.id)
    paris = make(parent_id=france.id)

    assert reason(update, id=europe.id, parent_id=paris.id) == "TERRITORY_HIERARCHY_CYCLE"
    assert reason(update, id=europe.id, parent_id=europe.id) == "TERRITORY_HIERARCHY_CYCLE"
    nothing = "00000000-0000-7000-8000-000000000000"
    assert reason(update, id=paris.id, parent_id=nothing) == "UNKNOWN_REFERENCE"


def test_two_changes_at_once_close_no_cycle(make: Any, update: Any) -> None:
    for _ in range(5):
        pair = make().id, make().id

        def swap(n: int, pair: tuple[str, str] = pair) -> bool:
            try:
                return bool(update(id=pair[n], parent_id=pair[1 - n]))
            except DomainError:
                return False

        with ThreadPoolExecutor(2) as pool:
            assert sum(pool.map(swap, range(2))) == 1


def test_a_territory_in_use_is_not_deleted(make: Any, make_user: Any, rpc: Any) -> None:
    europe = make()
    france = make(parent_id=europe.id)
    ann = make_user(territory_ids=[france.id])

    def delete(id_: str) -> Any:
        return rpc("DeleteTerritory", standard_pb2.DeleteRequest(id=id_), as_=ADMIN)

    assert reason(delete, europe.id) == "STILL_REFERENCED"
    assert reason(delete, france.id) == "STILL_REFERENCED"
    rpc("DeleteUser", standard_pb2.DeleteRequest(id=ann.id), as_=ADMIN)
    assert delete(france.id).HasField("deleted_at")
    assert delete(europe.id).HasField("deleted_at")
