"""What can be done with teams beside the standard use cases."""

from __future__ import annotations

from crm.common.v1 import standard_pb2
from crm.identity.v1 import teams_pb2
from crm_chassis.records.directory import DirectoryTeam
from crm_chassis.records.mapping import assign
from crm_chassis.records.tx import Transaction

from crm_identity.teams.model import Team


def create_team(tx: Transaction, request: teams_pb2.CreateTeamRequest) -> Team:
    """A new team."""
    team = Team()
    assign(team, request.team)
    return keep_team(tx, tx.add(team))


def update_team(tx: Transaction, request: teams_pb2.UpdateTeamRequest) -> Team:
    """Changes the fields that the mask names."""
    team = tx.get(Team, request.team.id, etag=request.team.etag)
    assign(team, request.team, request.update_mask.paths)
    return keep_team(tx, team)


def delete_team(tx: Transaction, request: standard_pb2.DeleteRequest) -> Team:
    """Deletes a team without members. Raises Referenced."""
    team = tx.get(Team, request.id, etag=request.etag)
    tx.delete(team)
    return keep_team(tx, team)


def keep_team(tx: Transaction, team: Team) -> Team:
    """Repeats the team in the directory that visibility is computed from."""
    tx.session.merge(DirectoryTeam(id=team.id, name=team.name, deleted=team.deleted_at is not None))
    return team
