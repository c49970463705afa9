"""What can be done with SLA policies.

A policy counts for a ticket from the next change of the ticket on: deadlines already given stand until then.
"""

from __future__ import annotations

from crm.common.v1 import standard_pb2
from crm.support.v1 import sla_policies_pb2
from crm_chassis.records.mapping import assign
from crm_chassis.records.tx import Transaction

from crm_support.calendars.model import BusinessCalendar
from crm_support.sla.conditions import check_readable
from crm_support.sla.model import SlaPolicy


def create_sla_policy(tx: Transaction, request: sla_policies_pb2.CreateSlaPolicyRequest) -> SlaPolicy:
    """A new policy. Raises UnknownReference for a calendar that is not there."""
    policy = SlaPolicy()
    assign(policy, request.sla_policy)
    check_readable(tx.actor, request.sla_policy.condition)
    tx.check_reference(BusinessCalendar, policy.calendar_id, "sla_policy.calendar_id")
    return tx.add(policy)


def update_sla_policy(tx: Transaction, request: sla_policies_pb2.UpdateSlaPolicyRequest) -> SlaPolicy:
    """Changes the fields that the mask names."""
    given = request.sla_policy
    policy = tx.get(SlaPolicy, given.id, etag=given.etag)
    if "condition" in assign(policy, given, request.update_mask.paths):
        check_readable(tx.actor, given.condition)
    tx.check_reference(BusinessCalendar, policy.calendar_id, "sla_policy.calendar_id")
    return policy


def undelete_sla_policy(tx: Transaction, request: standard_pb2.UndeleteRequest) -> SlaPolicy:
    """Brings a deleted policy back. Raises UnknownReference if its calendar was deleted meanwhile."""
    policy = tx.get(SlaPolicy, request.id, etag=request.etag, deleted=True)
    tx.check_reference(BusinessCalendar, policy.calendar_id, "sla_policy.calendar_id")
    tx.undelete(policy)
    return policy
