"""That a kind of record keeps what is promised of many records in one call, and of one by its external id."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import crm_contracts
from crm.common.v1 import batches_pb2, standard_pb2
from google.protobuf.field_mask_pb2 import FieldMask
from google.protobuf.message import Message

from crm_chassis.ids import uuid7
from crm_chassis.testing import unique, user

ADMIN = user()


def check_batches(
    rpc: Callable[..., Any], resource: type[Message], new: Callable[[], dict[str, Any]], change: dict[str, Any]
) -> None:
    """Tries every batch method of `resource`; `new` gives the fields of a new record, `change` those that change it.

    Raises AssertionError.
    """
    named = crm_contracts.resource_of(resource.DESCRIPTOR)
    camel, one, many = resource.DESCRIPTOR.name, named.name, named.plural
    camels = "".join(word.capitalize() for word in many.split("_"))
    methods = {
        method.name: method
        for method in crm_contracts.methods().values()
        if method.descriptor.containing_service.file.package == resource.DESCRIPTOR.file.package
    }

    def call(name: str, **request: Any) -> Any:
        return rpc(name, methods[name].request(**request), as_=ADMIN)

    results = call(f"BatchCreate{camels}", **{many: [new(), new()]}).results
    assert [result.outcome for result in results] == [batches_pb2.CREATED] * 2, results
    ids, missing = [result.id for result in results], uuid7()

    changed = [{"id": id_, **change} for id_ in (ids[0], missing)]
    for outcome in (batches_pb2.UPDATED, batches_pb2.UNCHANGED):
        masks = [FieldMask(paths=list(change))] * 2
        results = call(f"BatchUpdate{camels}", **{many: changed}, update_masks=masks).results
        assert [result.outcome for result in results] == [outcome, batches_pb2.REFUSED], results
        assert results[1].problem.reason == "NOT_FOUND"

    answer = call(f"BatchGet{camels}", ids=[*ids, missing])
    single = [rpc(f"Get{camel}", standard_pb2.GetRequest(id=id_), as_=ADMIN) for id_ in ids]
    assert list(getattr(answer, many)) == single
    assert list(answer.not_found) == [missing]

    for verb, outcome in (("Delete", batches_pb2.DELETED), ("Undelete", batches_pb2.UNDELETED)):
        if f"Batch{verb}{camels}" in methods:
            old = {"id": ids[1], "etag": "0"}
            results = call(f"Batch{verb}{camels}", records=[{"id": ids[0]}, {"id": missing}, old]).results
            refused = [result.problem.reason for result in results[1:]]
            assert (results[0].outcome, results[0].id, refused) == (outcome, ids[0], ["NOT_FOUND", "ETAG_MISMATCH"]), (
                results
            )

    if f"Assert{camel}" in methods:
        key = {"external_id": unique()}
        outcomes = [
            call(f"Assert{camel}", **{one: key | fields}, update_mask=FieldMask(paths=list(fields))).outcome
            for fields in (new(), change, change)
        ]
        assert outcomes == [batches_pb2.CREATED, batches_pb2.UPDATED, batches_pb2.UNCHANGED]
