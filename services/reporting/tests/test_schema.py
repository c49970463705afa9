"""The migrations and the models say the same."""

from __future__ import annotations

from typing import Any

from crm_chassis.db.migrations import differences


def test_migrations_make_the_schema_of_the_models(engine: Any, service: Any) -> None:
    assert differences(engine, service.tables) == []
