"""Preferences: a user's own, on top of the organisation's, on top of the suite's."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest
from crm.identity.v1 import auth_pb2, organisation_pb2, preferences_pb2
from crm_chassis.access.actor import Actor
from crm_chassis.errors import DomainError
from crm_chassis.subjects import erase
from crm_chassis.testing import user
from sqlalchemy.orm import Session

Preferences, Choice = preferences_pb2.Preferences, preferences_pb2.NotificationChoice


@pytest.fixture
def ann(make_user: Any) -> Actor:
    return user({}, id_=make_user().id)


@pytest.fixture
def read(rpc: Any) -> Any:
    return lambda as_: rpc("GetPreferences", preferences_pb2.GetPreferencesRequest(), as_=as_)


@pytest.fixture
def choose(rpc: Any) -> Any:
    def run(as_: Actor, **fields: Any) -> Any:
        request = preferences_pb2.UpdatePreferencesRequest(preferences=fields)
        request.update_mask.paths.extend(fields)
        return rpc("UpdatePreferences", request, as_=as_)

    return run


@pytest.fixture
def organisation(rpc: Any) -> Iterator[Any]:
    def change(**fields: Any) -> None:
        request = organisation_pb2.UpdateOrganisationRequest(organisation=fields)
        request.update_mask.paths.extend(fields)
        rpc("UpdateOrganisation", request, as_=user())

    yield change
    change(default_preferences=Preferences(), currency="EUR", time_zone="UTC", languages=["en", "de"])


def test_without_a_choice_the_suite_decides(ann: Actor, read: Any, organisation: Any) -> None:
    organisation(currency="EUR", time_zone="UTC", languages=["en"])

    answer = read(ann)

    held = answer.effective
    assert answer.preferences == Preferences()
    assert (held.language, held.time_zone, held.currency, held.start_page) == ("en", "UTC", "EUR", "/")
    assert (held.date_format, held.density, held.theme) == (
        Preferences.ISO,
        Preferences.COMFORTABLE,
        Preferences.SYSTEM,
    )
    kinds = [kind for kind in preferences_pb2.NotificationKind.values() if kind]
    assert [(choice.kind, choice.in_app, choice.email) for choice in held.notifications] == [
        (kind, True, Choice.OFF) for kind in kinds
    ]


def test_the_organisation_decides_before_the_suite_and_the_user_before_both(
    ann: Actor, read: Any, choose: Any, organisation: Any
) -> None:
    organisation(
        currency="CHF",
        time_zone="Europe/Zurich",
        languages=["de", "en"],
        default_preferences=Preferences(
            theme="DARK", density="COMPACT", notifications=[Choice(kind="ASSIGNED", email="DAILY")]
        ),
    )

    held = choose(ann, theme="LIGHT", notifications=[Choice(kind="ASSIGNED", in_app=False)]).effective

    assert (held.currency, held.time_zone, held.language) == ("CHF", "Europe/Zurich", "de")
    assert (held.theme, held.density) == (Preferences.LIGHT, Preferences.COMPACT)
    assert held.notifications[0] == Choice(kind="ASSIGNED", in_app=False, email="DAILY")
    assert held.notifications[1].in_app
    assert read(ann).effective == held


def test_a_choice_is_taken_back_with_an_empty_value_and_leaves_the_others(ann: Actor, choose: Any) -> None:
    choose(ann, theme="DARK", start_page="/pipelines", currency="usd")

    answer = choose(ann, theme="THEME_UNSPECIFIED", currency="")

    assert answer.preferences == Preferences(start_page="/pipelines")
    assert answer.effective.theme == Preferences.SYSTEM


def test_language_and_time_zone_are_those_of_the_user(
    ann: Actor, choose: Any, read: Any, rpc: Any, organisation: Any
) -> None:
    organisation(languages=["en"])
    choose(ann, language="de", time_zone="Europe/Berlin")

    me = rpc("GetMe", auth_pb2.GetMeRequest(), as_=ann)
    assert (me.language, me.time_zone) == ("de", "Europe/Berlin")
    rpc("UpdateMe", auth_pb2.UpdateMeRequest(me={"language": "fr"}, update_mask={"paths": ["language"]}), as_=ann)
    assert (read(ann).preferences.language, read(ann).effective.language) == ("", "en")


def test_preferences_are_ones_own(ann: Actor, make_user: Any, choose: Any, read: Any) -> None:
    choose(ann, theme="DARK")

    assert read(user({}, id_=make_user().id)).preferences == Preferences()


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("language", "fr"),
        ("time_zone", "Nowhere"),
        ("currency", "XXZ"),
        ("start_page", "//elsewhere.example"),
        ("start_page", "https://elsewhere.example"),
        ("notifications", [Choice(kind="ASSIGNED"), Choice(kind="ASSIGNED")]),
        ("notifications", [Choice(email="DAILY")]),
        ("notifications", [Choice(kind=99)]),
    ],
)
def test_what_makes_no_sense_is_refused_with_the_field(ann: Actor, choose: Any, field: str, value: Any) -> None:
    with pytest.raises(DomainError) as refused:
        choose(ann, **{field: value})

    (named,) = refused.value.errors
    assert named.startswith(f"preferences.{field}")


def test_an_unknown_field_is_named(ann: Actor, rpc: Any) -> None:
    request = preferences_pb2.UpdatePreferencesRequest(preferences={}, update_mask={"paths": ["colour"]})

    with pytest.raises(DomainError) as refused:
        rpc("UpdatePreferences", request, as_=ann)

    assert list(refused.value.errors) == ["preferences.colour"]


def test_an_api_key_chooses_nothing(ann: Actor, rpc: Any) -> None:
    program = Actor(ann.id, "user", {}, "", "crm_1234abcd")

    with pytest.raises(DomainError) as refused:
        rpc("UpdatePreferences", preferences_pb2.UpdatePreferencesRequest(preferences={"theme": "DARK"}), as_=program)

    assert refused.value.reason == "PERMISSION_DENIED"


def test_nobody_has_none(rpc: Any, read: Any) -> None:
    nobody = user({})

    for call in (lambda: read(nobody), lambda: rpc("UpdatePreferences", _dark(), as_=nobody)):
        with pytest.raises(DomainError) as refused:
            call()
        assert refused.value.status == 401


def _dark() -> Any:
    return preferences_pb2.UpdatePreferencesRequest(preferences={"theme": "DARK"})


def test_they_end_with_the_person(ann: Actor, choose: Any, service: Any, engine: Any, read: Any) -> None:
    choose(ann, theme="DARK")

    with Session(engine) as session, session.begin():
        assert erase(session, service.tables, ann.id)["preferences"] == 1
    assert read(ann).preferences.theme == Preferences.THEME_UNSPECIFIED
