"""Teams and their members."""

from __future__ import annotations

from typing import Any

import pytest
from crm.common.v1 import standard_pb2
from crm.identity.v1 import teams_pb2, users_pb2
from crm_chassis.errors import DomainError
from crm_chassis.records.directory import DirectoryTeam
from crm_chassis.testing import unique, user
from sqlalchemy import select
from sqlalchemy.orm import Session

ADMIN = user()


@pytest.fixture
def team(rpc: Any) -> Any:
    return rpc("CreateTeam", teams_pb2.CreateTeamRequest(team={"name": unique("Team")}), as_=ADMIN)


def test_a_team_is_made_renamed_and_found(team: Any, rpc: Any, engine: Any, published: Any) -> None:
    name = unique("Renamed")

    rpc("UpdateTeam", teams_pb2.UpdateTeamRequest(team={"id": team.id, "name": name}), as_=ADMIN)

    assert rpc("GetTeam", standard_pb2.GetRequest(id=team.id), as_=ADMIN).name == name
    listed = rpc("ListTeams", teams_pb2.ListTeamsRequest(filter=f'name = "{name}"'), as_=ADMIN)
    assert [one.id for one in listed.teams] == [team.id]
    with Session(engine) as session:
        assert session.scalar(select(DirectoryTeam.name).where(DirectoryTeam.id == team.id)) == name
    assert [event.action for event in published(team.id)] == ["created", "updated"]


def test_a_team_with_members_is_not_deleted(team: Any, make_user: Any, rpc: Any, engine: Any) -> None:
    ann = make_user(team_ids=[team.id])
    request = standard_pb2.DeleteRequest(id=team.id)
    with pytest.raises(DomainError) as refused:
        rpc("DeleteTeam", request, as_=ADMIN)
    assert refused.value.reason == "STILL_REFERENCED"

    leave = users_pb2.UpdateUserRequest(user={"id": ann.id})
    leave.update_mask.paths.append("team_ids")
    rpc("UpdateUser", leave, as_=ADMIN)

    assert rpc("DeleteTeam", request, as_=ADMIN).HasField("deleted_at")
    with Session(engine) as session:
        assert session.scalar(select(DirectoryTeam.deleted).where(DirectoryTeam.id == team.id))
