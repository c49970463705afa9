"""What a list asks of the records that its own refer to: `filter=account_id.name = "Acme"`.

Their owner is asked first, with the rights of the caller, and the list gets their ids instead. So a filter tells
nothing of records and fields that the caller may not read, and no service needs a copy of what others have.
"""

from __future__ import annotations

import asyncio
from collections.abc import Mapping, Sequence
from typing import Any

import crm_contracts
from crm_chassis.contracts.filtering import Joined, joined, matches, message_fields, parse
from crm_chassis.errors import InvalidInput
from google.protobuf.descriptor import Descriptor, FieldDescriptor

from crm_gateway.shaping import lists, part_of
from crm_gateway.upstreams import Upstreams
from crm_gateway.web import Request

MAX_JOINED = 5
"""What one filter may ask of other records."""
MAX_IDS = 40
"""Records that they may mean together, as many as the length of a filter lets through."""
MAX_WHOLES = 200
"""Records whose parts are looked through."""
NOBODY = "00000000-0000-0000-0000-000000000000"


class Joins:
    """Puts ids in the place of what the filter of a request asks of other records."""

    def __init__(self, upstreams: Upstreams, method: crm_contracts.Method) -> None:
        self._upstreams = upstreams
        filtered = "filter" in method.request.DESCRIPTOR.fields_by_name
        record = crm_contracts.records_of(method.descriptor) if filtered else None
        self._references = _references(record) if record is not None else {}

    async def apply(self, message: Any, request: Request) -> None:
        """Rewrites the filter of a message. Raises InvalidInput for what cannot be asked, PermissionDenied for records
        that the caller may not read, Unavailable while their owner does not answer."""
        if not self._references or "." not in message.filter:
            return
        text: str = message.filter
        found = joined(text, self._references)
        if len(found) > MAX_JOINED:
            raise InvalidInput.of("filter", f"asks more than {MAX_JOINED} things of other records")
        ids = await asyncio.gather(*(self._ids(one, request) for one in found))
        if sum(map(len, ids)) > MAX_IDS:
            raise InvalidInput.of("filter", f"means more than {MAX_IDS} other records; say more closely which")
        for one, known in reversed(list(zip(found, ids, strict=True))):
            alternatives = ", ".join(f'"{id_}"' for id_ in known or [NOBODY])
            text = f"{text[: one.start]}{one.reference} IN ({alternatives}){text[one.end :]}"
        message.filter = text

    async def _ids(self, asked: Joined, request: Request) -> Sequence[str]:
        """The ids of the records, or of the parts of records, that satisfy a condition."""
        field = self._references[asked.reference]
        part = part_of(field)
        if part is not None:
            return await self._parts(part.kind, part.list, asked, request)
        kind = crm_contracts.rules_of(field).reference
        return sorted(one.id for one in await self._page(kind, request, filter=asked.text, page_size=MAX_IDS + 1))

    async def _parts(self, kind: str, name: str, asked: Joined, request: Request) -> Sequence[str]:
        wholes = await self._page(kind, request, page_size=MAX_WHOLES)
        entries = [entry for whole in wholes for entry in getattr(whole, name)]
        if not entries:
            return []
        expression, known = parse(asked.text), message_fields(entries[0].DESCRIPTOR)
        encode = request.caller.encoder.encode
        return sorted(entry.id for entry in entries if matches(expression, known, encode(entry)))

    async def _page(self, kind: str, request: Request, **asked: Any) -> Sequence[Any]:
        method = lists()[kind]
        raw = await self._upstreams.call(method, method.request(**asked).SerializeToString(), request)
        page = crm_contracts.rows_of(method.response.DESCRIPTOR)
        assert page is not None, "a list answers with records"
        return list(getattr(method.response.FromString(raw), page.name))


def _references(record: Descriptor) -> Mapping[str, FieldDescriptor]:
    """The fields that refer to records which can be listed by a filter, or to parts of such."""
    return {
        field.name: field
        for field in record.fields
        if not field.is_repeated
        and crm_contracts.rules_of(field).filterable
        and (part_of(field) or crm_contracts.rules_of(field).reference in lists())
    }
