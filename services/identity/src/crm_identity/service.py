"""START HERE: everything the identity service does, on one page.

Events out: see proto/crm/identity/v1/.
"""

from __future__ import annotations

from crm_chassis.records.standard import standard
from crm_chassis.service import Service, Timer, migrations_of

from crm_identity import rearrangement
from crm_identity.anchors import events as anchor_events
from crm_identity.api_keys.model import ApiKey
from crm_identity.api_keys.revoking import delete_api_key
from crm_identity.auth import account, devices, keys, password_links, principals, sessions
from crm_identity.backfills import BACKFILLS
from crm_identity.base import Base
from crm_identity.console_timings import usecases as console_timings
from crm_identity.favourites import usecases as favourites
from crm_identity.first_run import usecases as first_run
from crm_identity.imports import IMPORTERS
from crm_identity.logins.ending import forget_sessions
from crm_identity.notifications import events as notification_events
from crm_identity.notifications import usecases as notifications
from crm_identity.notifications.mails import MAILS
from crm_identity.notifications.merges import MERGING
from crm_identity.notifications.telling import forget_old
from crm_identity.organisation import usecases as organisation
from crm_identity.preferences import usecases as preferences
from crm_identity.roles import usecases as roles
from crm_identity.roles.model import Role
from crm_identity.runtime import start
from crm_identity.saved_views import usecases as saved_views
from crm_identity.setup import setup
from crm_identity.teams import usecases as teams
from crm_identity.teams.model import Team
from crm_identity.territories import usecases as territories
from crm_identity.territories.model import Territory
from crm_identity.users import usecases as users
from crm_identity.users.model import User

service = Service(
    name="identity",
    package="crm_identity",
    base=Base,
    migrations=migrations_of(__file__),
    backfills=BACKFILLS,
    rpcs=(
        sessions.login,
        sessions.refresh_session,
        sessions.logout,
        account.get_me,
        account.update_me,
        account.change_password,
        account.enrol_totp,
        account.confirm_totp,
        account.disable_totp,
        account.regenerate_recovery_codes,
        devices.get_sessions,
        devices.end_session,
        devices.end_other_sessions,
        password_links.forgot_password,
        password_links.invite_user,
        password_links.get_password_link,
        password_links.use_password_link,
        keys.create_api_key,
        delete_api_key,
        *standard(ApiKey),
        keys.resolve_api_key,
        principals.get_jwks,
        principals.resolve_principals,
        users.create_user,
        *standard(User),
        users.update_user,
        users.delete_user,
        users.undelete_user,
        users.deactivate_user,
        users.reactivate_user,
        users.reset_totp,
        roles.create_role,
        *standard(Role),
        rearrangement.update_role,
        roles.delete_role,
        teams.create_team,
        *standard(Team),
        teams.update_team,
        teams.delete_team,
        territories.create_territory,
        *standard(Territory),
        rearrangement.update_territory,
        territories.delete_territory,
        organisation.get_organisation,
        organisation.update_organisation,
        organisation.get_logo,
        preferences.get_preferences,
        preferences.update_preferences,
        saved_views.create_saved_view,
        saved_views.get_saved_view,
        saved_views.list_saved_views,
        saved_views.update_saved_view,
        saved_views.delete_saved_view,
        favourites.get_favourites,
        favourites.add_favourite,
        favourites.remove_favourite,
        first_run.get_setup,
        first_run.complete_setup,
        console_timings.note_console_timings,
        console_timings.get_console_timings,
        notifications.list_notifications,
        notifications.count_notifications,
        notifications.mark_notification_read,
        notifications.snooze_notification,
        notifications.mark_all_notifications_read,
    ),
    subscriptions=(*notification_events.SUBSCRIPTIONS, *anchor_events.SUBSCRIPTIONS),
    jobs=(password_links.FORGOTTEN, password_links.INVITATION, notification_events.DEADLINE, *MAILS.values()),
    timers=(
        Timer("sessions", 3600, forget_sessions),
        Timer("notifications", 3600, forget_old),
        Timer("console_timings", 3600, console_timings.forget_old_timings),
    ),
    importers=IMPORTERS,
    merging=MERGING,
    rights=principals.rights_of,
    kept_anchors=anchor_events.kept_anchors,
    start=start,
    setup=setup,
)
