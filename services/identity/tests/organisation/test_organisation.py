"""The organisation: read by everybody, changed by administrators."""

from __future__ import annotations

from base64 import b64encode
from typing import Any

import pytest
from crm.identity.v1 import organisation_pb2
from crm_chassis.access.actor import ANONYMOUS
from crm_chassis.errors import DomainError
from crm_chassis.testing import unique, user

PNG = b"\x89PNG\r\n\x1a\n" + b"\x00" * 40
WEBP = b"RIFF\x00\x00\x00\x00WEBP" + b"\x00" * 40


def data_url(content: bytes, media_type: str = "image/png") -> str:
    return f"data:{media_type};base64,{b64encode(content).decode()}"


@pytest.fixture
def read(rpc: Any) -> Any:
    return lambda as_=None: rpc("GetOrganisation", organisation_pb2.GetOrganisationRequest(), as_=as_ or user())


@pytest.fixture
def change(rpc: Any) -> Any:
    def run(as_: Any = None, etag: str = "", **fields: Any) -> Any:
        request = organisation_pb2.UpdateOrganisationRequest(organisation=fields | {"etag": etag})
        request.update_mask.paths.extend(fields)
        return rpc("UpdateOrganisation", request, as_=as_ or user())

    return run


@pytest.fixture
def logo(rpc: Any) -> Any:
    return lambda: rpc("GetLogo", organisation_pb2.GetLogoRequest(), as_=user({})).logo


def test_it_is_there_from_set_up_on_and_everybody_reads_it(read: Any, published: Any) -> None:
    organisation = read(user({}))

    assert organisation.name
    assert published(organisation.uid)[0].type == "crm.identity.organisation.created.v1"
    with pytest.raises(DomainError) as refused:
        read(ANONYMOUS)
    assert refused.value.status == 401


def test_who_has_the_right_changes_it(read: Any, change: Any, published: Any) -> None:
    name = unique("Halden")

    changed = change(
        user({"organisation.update": 5}), name=name, currency="chf", fiscal_year_start_month=4, languages=["de"]
    )

    assert (changed.name, changed.currency, changed.fiscal_year_start_month) == (name, "CHF", 4)
    assert read() == changed
    assert "name" in published(changed.uid)[-1].payload["changed_fields"]


def test_nobody_else_changes_it(change: Any) -> None:
    with pytest.raises(DomainError) as refused:
        change(user({"users.update": 5}), name="Mine")

    assert refused.value.reason == "PERMISSION_DENIED"


def test_an_old_version_is_not_changed(change: Any) -> None:
    before = change(name=unique())
    change(name=unique())

    with pytest.raises(DomainError) as refused:
        change(etag=before.etag, name=unique())

    assert refused.value.reason == "ETAG_MISMATCH"


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("name", ""),
        ("currency", "EURO"),
        ("currency", ""),
        ("fiscal_year_start_month", 13),
        ("fiscal_year_start_month", 0),
        ("time_zone", "Mars/Olympus"),
        ("languages", []),
        ("languages", ["fr"]),
        ("languages", ["en", ""]),
        ("logo", "data:image/svg+xml;base64,PHN2Zz4="),
        ("logo", "https://elsewhere.example/logo.png"),
        ("logo", data_url(b"<svg>")),
        ("logo", data_url(PNG, "image/webp")),
        ("logo", data_url(PNG + b"\x00" * 64 * 1024)),
        ("logo", data_url(PNG)[:-3] + "A"),
    ],
)
def test_what_makes_no_sense_is_refused_with_the_field(change: Any, field: str, value: Any) -> None:
    with pytest.raises(DomainError) as refused:
        change(**{field: value})

    (named,) = refused.value.errors
    assert named.startswith(f"organisation.{field}")


@pytest.mark.parametrize("url", [data_url(PNG), data_url(WEBP, "image/webp")])
def test_a_logo_is_kept_beside_the_record(change: Any, logo: Any, published: Any, url: str) -> None:
    changed = change(logo=url)

    assert logo() == url
    assert changed.logo_digest
    assert not changed.logo
    assert url not in str(published(changed.uid)[-1].payload)

    assert not change(logo="").logo_digest
    assert logo() == ""
