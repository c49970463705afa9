"""Rules of template input that field options cannot say."""

from __future__ import annotations

from typing import Any

from crm.marketing.v1 import templates_pb2
from crm_chassis.contracts.schema import derived, schema_for
from marshmallow import ValidationError, validates

from crm_marketing.templates.rendering import problem


@schema_for(templates_pb2.Template)
class TemplateSchema(derived(templates_pb2.Template)):  # type: ignore[misc]
    """Every text of a template can be rendered."""

    @validates("subject")
    def subject_renders(self, value: str, **_: Any) -> None:
        _refuse(problem(value))

    @validates("body_text")
    def text_renders(self, value: str, **_: Any) -> None:
        _refuse(problem(value))

    @validates("body_html")
    def html_renders(self, value: str, **_: Any) -> None:
        _refuse(problem(value, html=True))


def _refuse(found: str) -> None:
    if found:
        raise ValidationError(found)
