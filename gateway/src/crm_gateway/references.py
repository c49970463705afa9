"""Ids that a write names and that its service does not know: their owners are asked, then the write is made.

A service knows other services' records by copies that events keep current, so what was made a moment ago may be missing
there. Only then is the owner asked, all ids of one owner at once. One that does not answer holds no write up.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import crm_contracts
from crm.common.v1 import references_pb2
from crm_chassis.context import MISSING_REFERENCES, REFERENCES_VERIFIED, VERIFY_REFERENCES
from crm_chassis.errors import DomainError, ReferencesUnverified, UnknownReference
from crm_chassis.violations import UNKNOWN_REFERENCE

from crm_gateway.fanout import ask
from crm_gateway.settings import services
from crm_gateway.upstreams import Upstreams
from crm_gateway.web import Request

ASK_SECONDS = 2.0
MAX_MISSING = 500
"""Ids that are named to a service as missing, which still fit into what is told beside a message."""
_CHECK = crm_contracts.method("crm.common.v1.ReferenceService.CheckReferences")


async def call_verified(
    upstreams: Upstreams, method: crm_contracts.Method, body: bytes, request: Request, service: str
) -> bytes:
    """The answer of a method, called once its references are known to exist.

    Raises UnknownReference naming the fields whose records the caller cannot refer to. A method that writes many
    records is told of the missing ones instead, and refuses those that name them.
    """
    try:
        return await upstreams.call(method, body, request, service=service, more=(VERIFY_REFERENCES,))
    except DomainError as error:
        if error.reason != ReferencesUnverified.reason:
            raise
        unverified = error.errors
    missing, verified = await _missing(upstreams, request, unverified)
    if missing and (crm_contracts.rows_of(method.request.DESCRIPTOR) is None or len(missing) > MAX_MISSING):
        errors = {
            field: [
                UNKNOWN_REFERENCE(f"no such {text.split()[0].rpartition('.')[2]}") for text in texts if text in missing
            ]
            for field, texts in unverified.items()
            if missing.intersection(texts)
        }
        raise UnknownReference(f"{', '.join(errors)}: no such record", errors=errors)
    told = [(MISSING_REFERENCES, ",".join(sorted(text.split()[1] for text in missing)))] if missing else []
    told += [REFERENCES_VERIFIED] if verified else []
    return await upstreams.call(method, body, request, service=service, more=tuple(told))


async def _missing(
    upstreams: Upstreams, request: Request, unverified: Mapping[str, Sequence[str]]
) -> tuple[set[str], bool]:
    """Those that their owners do not know, and whether all owners have answered.

    `unverified` is field to "<kind> <id>" of each that the service does not know.
    """
    by_owner: dict[str, set[str]] = {}
    for texts in unverified.values():
        for text in texts:
            by_owner.setdefault(text.split(".")[1], set()).add(text)
    calls = {
        owner: upstreams.call(_CHECK, _question(texts), request, service=owner, timeout=request.within(ASK_SECONDS))
        for owner, texts in by_owner.items()
        if owner in services()
    }
    missing: set[str] = set()
    answers = (await ask(calls)).good
    for raw in answers.values():
        answer = references_pb2.CheckReferencesResponse.FromString(raw)
        missing |= {f"{one.kind} {one.id}" for one in answer.missing}
    return missing, len(answers) == len(by_owner)


def _question(texts: set[str]) -> bytes:
    references = [dict(zip(("kind", "id"), text.split(), strict=True)) for text in sorted(texts)]
    return references_pb2.CheckReferencesRequest(references=references).SerializeToString()
