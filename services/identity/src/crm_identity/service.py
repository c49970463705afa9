"""START HERE: everything the identity service does, on one page.

Events out: see proto/crm/identity/v1/events.proto. It follows nobody's events.
"""

from __future__ import annotations

from crm_chassis.service import Service, Timer, migrations_of

from crm_identity.auth import account, principals, sessions
from crm_identity.auth.ending import forget_sessions
from crm_identity.imports import IMPORTERS
from crm_identity.roles import schema as _roles_schema  # noqa: F401
from crm_identity.roles import usecases as roles
from crm_identity.runtime import start
from crm_identity.setup import setup
from crm_identity.teams import usecases as teams
from crm_identity.territories import usecases as territories
from crm_identity.users import usecases as users

service = Service(
    name="identity",
    package="crm_identity",
    migrations=migrations_of(__file__),
    rpcs=(
        sessions.login,
        sessions.refresh_session,
        sessions.logout,
        account.get_me,
        account.change_password,
        account.enrol_totp,
        account.confirm_totp,
        principals.get_jwks,
        principals.resolve_principals,
        users.create_user,
        users.get_user,
        users.list_users,
        users.update_user,
        users.delete_user,
        users.undelete_user,
        users.deactivate_user,
        users.reactivate_user,
        roles.create_role,
        roles.get_role,
        roles.list_roles,
        roles.update_role,
        roles.delete_role,
        teams.create_team,
        teams.get_team,
        teams.list_teams,
        teams.update_team,
        teams.delete_team,
        territories.create_territory,
        territories.get_territory,
        territories.list_territories,
        territories.update_territory,
        territories.delete_territory,
    ),
    timers=(Timer("sessions", 3600, forget_sessions),),
    importers=IMPORTERS,
    start=start,
    setup=setup,
)
