"""What a column of a file may be mapped to has a name for people."""

from __future__ import annotations

import pytest
from crm.common.v1 import imports_pb2
from crm_contacts.service import service as contacts
from crm_identity.service import service as identity
from crm_marketing.service import service as marketing
from crm_sales.service import service as sales
from crm_support.service import service as support

CELLS = {name.lower() for name in imports_pb2.ImportTarget.Cell.keys()}  # noqa: SIM118
IMPORTERS = [one for service in (contacts, identity, marketing, sales, support) for one in service.importers]


@pytest.mark.parametrize("importer", IMPORTERS, ids=lambda importer: importer.kind)
def test_every_target_is_a_field_or_one_of_the_cells(importer: object) -> None:
    fields = importer.message.DESCRIPTOR.fields_by_name  # type: ignore[attr-defined]
    columns = importer.columns  # type: ignore[attr-defined]
    unnamed = [
        name
        for name in columns
        if name not in CELLS
        and name not in fields
        and f"{name}_id" not in fields
        and name.removesuffix("_currency") not in fields
    ]
    assert unnamed == []
