"""A setting is read as it is declared; an environment that does not fit the declarations is refused by name."""

from __future__ import annotations

import base64
import os
from pathlib import Path
from typing import Any

import pytest
from crm_chassis import settings
from crm_chassis.settings import Settings, SettingsError, own_settings

KEY = base64.b64encode(bytes(range(32))).decode()
SHOP = """
["CRM_STORE_URL_<SERVICE>"]
kind = "url"
fallback = "STORE_URL"
meaning = "where goods are"

[CRM_STORE_KEY]
kind = "key"
for = ["worker"]
meaning = "opens the store"

[CRM_STORE_FRIENDS]
kind = "public_keys"
default = ""
meaning = "who may look"

[CRM_STORE_SHELVES]
kind = "number"
least = 1
most = 9
default = 3
meaning = "how many"

[CRM_STORE_OPEN]
kind = "flag"
default = true
meaning = "whether"

[CRM_STORE_PLAN]
kind = "file"
default = ""
meaning = "a drawing"
"""


@pytest.fixture(autouse=True)
def shop(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Settings:
    """The settings of a service of its own, in an empty environment."""
    package = tmp_path / f"crm_{tmp_path.name}"
    package.mkdir()
    (package / "__init__.py").write_text("")
    (package / "settings.toml").write_text(SHOP)
    monkeypatch.syspath_prepend(tmp_path)
    for name in os.environ:
        if name.startswith(("CRM_", "AMQP_", "DATABASE_")):
            monkeypatch.delenv(name)
    return Settings(tmp_path.name)


def test_a_setting_has_its_value_its_fallback_or_its_default(shop: Settings, monkeypatch: pytest.MonkeyPatch) -> None:
    with pytest.raises(SettingsError, match=f"CRM_STORE_URL_{shop.service.upper()} is not set, nor STORE_URL"):
        shop.url("CRM_STORE_URL_<SERVICE>")
    monkeypatch.setenv("STORE_URL", "store://all")
    assert shop.url("CRM_STORE_URL_<SERVICE>") == "store://all"
    monkeypatch.setenv(f"CRM_STORE_URL_{shop.service.upper()}", "store://own")
    assert shop.url("CRM_STORE_URL_<SERVICE>") == "store://own"
    assert (shop.number("CRM_STORE_SHELVES"), shop.flag("CRM_STORE_OPEN"), shop.file("CRM_STORE_PLAN")) == (
        3,
        True,
        None,
    )
    assert shop.public_keys("CRM_STORE_FRIENDS") == []
    monkeypatch.setenv("CRM_STORE_SHELVES", "")
    assert shop.number("CRM_STORE_SHELVES") == 3


def test_a_service_declares_what_the_parts_of_the_chassis_need_that_it_uses(
    shop: Settings, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    with pytest.raises(LookupError):
        shop.url("CRM_SMTP_URL")
    (tmp_path / f"crm_{shop.service}" / "settings.toml").write_text(f'uses = ["crm_chassis.mail"]\n{SHOP}')
    own_settings.cache_clear()
    monkeypatch.setenv("CRM_SMTP_URL", "smtp://mail.example")

    assert shop.url("CRM_SMTP_URL") == "smtp://mail.example"
    assert shop.number("CRM_STORE_SHELVES") == 3


def test_values_are_what_their_kind_says(shop: Settings, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    (tmp_path / "plan").touch()
    for name, value in {
        "CRM_STORE_KEY": KEY, "CRM_STORE_FRIENDS": f"{KEY}, {KEY}", "CRM_STORE_SHELVES": "9", "CRM_STORE_OPEN": "off",
        "CRM_STORE_PLAN": str(tmp_path / "plan"),
    }.items():  # fmt: skip
        monkeypatch.setenv(name, value)
    assert shop.key("CRM_STORE_KEY") == bytes(range(32))
    assert shop.public_keys("CRM_STORE_FRIENDS") == [bytes(range(32))] * 2
    assert (shop.number("CRM_STORE_SHELVES"), shop.flag("CRM_STORE_OPEN")) == (9, False)
    assert shop.file("CRM_STORE_PLAN") == tmp_path / "plan"


@pytest.mark.parametrize(
    ("read", "name", "value", "complaint"),
    [
        (Settings.number, "CRM_STORE_SHELVES", "many", "must be a number, not 'many'"),
        (Settings.number, "CRM_STORE_SHELVES", "0", "must be at least 1, not 0"),
        (Settings.number, "CRM_STORE_SHELVES", "10", "must be at most 9, not 10"),
        (Settings.flag, "CRM_STORE_OPEN", "perhaps", "must be one of on, true, off, false, not 'perhaps'"),
        (Settings.url, "STORE_URL", "store", "must be a URL"),
        (Settings.file, "CRM_STORE_PLAN", "/nowhere/plan", "there is no file /nowhere/plan"),
        (Settings.key, "CRM_STORE_KEY", "%", "is not base64"),
        (Settings.key, "CRM_STORE_KEY", "c2hvcnQ=", "must hold 32 bytes in base64, not 5"),
        (Settings.public_keys, "CRM_STORE_FRIENDS", f"{KEY},x", "is not base64"),
    ],
)
def test_a_wrong_value_is_named(
    shop: Settings, monkeypatch: pytest.MonkeyPatch, read: Any, name: str, value: str, complaint: str
) -> None:
    monkeypatch.setenv(name, value)
    with pytest.raises(SettingsError, match=complaint) as refused:
        read(shop, "CRM_STORE_URL_<SERVICE>" if name == "STORE_URL" else name)
    assert refused.value.detail.startswith("CRM_STORE_")


def test_only_development_takes_keys_that_are_not_random(shop: Settings, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("CRM_STORE_KEY", base64.b64encode(bytes(32)).decode())
    assert shop.key("CRM_STORE_KEY") == bytes(32)
    monkeypatch.setenv("CRM_ENV", "production")
    with pytest.raises(SettingsError, match="CRM_STORE_KEY is not random"):
        shop.key("CRM_STORE_KEY")


def test_what_is_not_declared_cannot_be_read(shop: Settings) -> None:
    with pytest.raises(LookupError, match="CRM_STORE_DOOR"):
        shop.text("CRM_STORE_DOOR")


def test_a_process_hears_at_once_of_all_that_is_wrong(shop: Settings, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("CRM_STORE_SHELFS", "4")
    monkeypatch.setenv("CRM_ELSEWHERE", "x")
    monkeypatch.setenv("CRM_STORE_OPEN", "perhaps")
    with pytest.raises(SettingsError) as refused:
        shop.check("worker")
    own = shop.service.upper()
    assert [line for line in refused.value.detail.split("; ") if "STORE" in line or "ELSEWHERE" in line] == [
        f"CRM_ELSEWHERE is not a setting of {shop.service}",
        f"CRM_STORE_SHELFS is not a setting of {shop.service}, did you mean CRM_STORE_SHELVES?",
        f"CRM_STORE_URL_{own} is not set, nor STORE_URL",
        "CRM_STORE_KEY is not set",
        "CRM_STORE_OPEN must be one of on, true, off, false, not 'perhaps'",
    ]


def test_a_process_is_asked_for_its_own_settings_only(shop: Settings, monkeypatch: pytest.MonkeyPatch) -> None:
    """What another process of the service reads may be there too, as where an operator runs commands."""
    own = shop.service.upper()
    given = {
        f"DATABASE_URL_{own}": "postgresql://a", "AMQP_URL": "amqp://a", "STORE_URL": "store://a",
        "CRM_SUBJECT_KEK": KEY, "CRM_ACTOR_PUBLIC_KEY": KEY,
    }  # fmt: skip
    for name, value in given.items():
        monkeypatch.setenv(name, value)
    shop.check("api")
    with pytest.raises(SettingsError, match=r"^CRM_HISTORY_KEY is not set; CRM_STORE_KEY is not set$"):
        shop.check("worker")
    monkeypatch.setenv("CRM_STORE_KEY", KEY)
    shop.check("api")


def test_the_gateway_declares_an_address_for_each_service_it_calls() -> None:
    declared = settings.declared("gateway", ("sales", "billing"))
    assert {"CRM_UPSTREAM_SALES", "CRM_UPSTREAM_BILLING", "AMQP_URL_GATEWAY"} <= declared.keys()
    assert not {"CRM_UPSTREAM_GATEWAY", "CRM_HISTORY_KEY", "CRM_GRPC_PORT"} & declared.keys()
