"""The pieces of sending without database or mail server."""

from __future__ import annotations

from typing import Any

import pytest
from crm_chassis.settings import Settings, SettingsError
from crm_marketing.settings import start


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("CRM_PUBLIC_URL", "http://crm.example"), ("CRM_SMTP_URL", "smtp://u:p@mail.example"),
        ("CRM_SMTP_DOMAIN_RATE", "0"), ("CRM_LINK_KEY", "c2hvcnQ="),
    ],
)  # fmt: skip
def test_production_refuses_what_would_leak(sample_settings: None, monkeypatch: Any, name: str, value: str) -> None:
    monkeypatch.setenv("CRM_ENV", "production")
    monkeypatch.setenv(name, value)

    with pytest.raises(SettingsError, match=name):
        start(Settings("marketing"))
