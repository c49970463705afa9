"""What can be done with teams."""

from __future__ import annotations

from typing import Any

from crm.identity.v1 import identity_pb2
from crm_chassis.access.directory import DirectoryTeam
from crm_chassis.contracts.mapping import assign
from crm_chassis.contracts.paging import list_page
from crm_chassis.db.tx import Transaction
from crm_chassis.errors import Referenced

from crm_identity.teams.model import Team
from crm_identity.users.model import User
from crm_identity.users.queries import is_named_by


def create_team(tx: Transaction, request: identity_pb2.CreateTeamRequest) -> Team:
    """A new team."""
    team = Team()
    assign(team, request.team)
    return keep_team(tx, tx.add(team))


def get_team(tx: Transaction, request: identity_pb2.GetTeamRequest) -> Team:
    """One team."""
    return tx.get(Team, request.id)


def list_teams(tx: Transaction, request: identity_pb2.ListTeamsRequest) -> Any:
    """A page of teams."""
    return list_page(tx, Team, request, identity_pb2.ListTeamsResponse)


def update_team(tx: Transaction, request: identity_pb2.UpdateTeamRequest) -> Team:
    """Changes the fields that the mask names."""
    team = tx.get(Team, request.team.id, etag=request.team.etag)
    assign(team, request.team, request.update_mask.paths)
    return keep_team(tx, team)


def delete_team(tx: Transaction, request: identity_pb2.DeleteTeamRequest) -> Team:
    """Deletes a team without members. Raises Referenced."""
    team = tx.get(Team, request.id, etag=request.etag)
    if is_named_by(tx.session, User.team_ids, team.id):
        raise Referenced("The team still has members.")
    tx.delete(team)
    return team


def keep_team(tx: Transaction, team: Team) -> Team:
    """Repeats the team in the directory that visibility is computed from."""
    tx.session.merge(DirectoryTeam(id=team.id, name=team.name))
    return team
