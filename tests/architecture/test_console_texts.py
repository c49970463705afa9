"""What the console says of figures is what reporting computes."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from crm_reporting import definitions

MESSAGES = Path(__file__).parents[2] / "gateway/console/src/features/dashboards/messages.json"
METRICS = [value for value in vars(definitions).values() if isinstance(value, definitions.Metric)]


@pytest.mark.parametrize("metric", METRICS, ids=lambda metric: metric.name)
def test_title_and_meaning_of_a_figure_are_the_same_in_the_console_and_exist_in_german(
    metric: definitions.Metric,
) -> None:
    texts = json.loads(MESSAGES.read_text())
    title, meaning = f"dashboards.widget.{metric.name}", f"dashboards.meaning.{metric.name}"
    assert (texts["en"][title], texts["en"][meaning]) == (metric.title, metric.text)
    assert texts["de"][title]
    assert texts["de"][meaning] != metric.text
