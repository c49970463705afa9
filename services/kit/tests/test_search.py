"""A hit says what people call a record and where it lives."""

from __future__ import annotations

from crm_kit.search import hit


def test_a_hit_is_of_the_records_kind_and_service() -> None:
    class Engine:
        record_kind = "crm.works.steam_engine"
        id = "7"

    shown = hit(Engine(), "No. 1", "running")  # type: ignore[arg-type]

    assert (shown.service, shown.record_type, shown.record_id) == ("works", "steam_engine", "7")
    assert (shown.title, shown.subtitle) == ("No. 1", "running")
