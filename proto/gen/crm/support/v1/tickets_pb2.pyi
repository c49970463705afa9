import datetime

from crm.common.v1 import batches_pb2 as _batches_pb2
from crm.common.v1 import groups_pb2 as _groups_pb2
from crm.common.v1 import standard_pb2 as _standard_pb2
from crm.options.v1 import options_pb2 as _options_pb2
from google.api import annotations_pb2 as _annotations_pb2
from google.api import field_behavior_pb2 as _field_behavior_pb2
from google.protobuf import field_mask_pb2 as _field_mask_pb2
from google.protobuf import struct_pb2 as _struct_pb2
from google.protobuf import timestamp_pb2 as _timestamp_pb2
from google.protobuf.internal import containers as _containers
from google.protobuf.internal import enum_type_wrapper as _enum_type_wrapper
from google.protobuf import descriptor as _descriptor
from google.protobuf import message as _message
from collections.abc import Iterable as _Iterable, Mapping as _Mapping
from typing import ClassVar as _ClassVar, Optional as _Optional, Union as _Union

DESCRIPTOR: _descriptor.FileDescriptor

class Ticket(_message.Message):
    __slots__ = ("id", "number", "reference", "subject", "description", "contact_id", "account_id", "requester_email", "requester_name", "status", "priority", "channel", "type", "product", "assignee_id", "team_id", "resolution", "tags", "custom", "sla_policy_id", "sla_clocks", "first_responded_at", "resolved_at", "closed_at", "next_due_at", "sla_breached", "reopen_count", "satisfaction", "created_at", "updated_at", "deleted_at", "created_by", "etag", "external_id")
    class Status(int, metaclass=_enum_type_wrapper.EnumTypeWrapper):
        __slots__ = ()
        STATUS_UNSPECIFIED: _ClassVar[Ticket.Status]
        NEW: _ClassVar[Ticket.Status]
        OPEN: _ClassVar[Ticket.Status]
        PENDING_CUSTOMER: _ClassVar[Ticket.Status]
        PENDING_INTERNAL: _ClassVar[Ticket.Status]
        RESOLVED: _ClassVar[Ticket.Status]
        CLOSED: _ClassVar[Ticket.Status]
    STATUS_UNSPECIFIED: Ticket.Status
    NEW: Ticket.Status
    OPEN: Ticket.Status
    PENDING_CUSTOMER: Ticket.Status
    PENDING_INTERNAL: Ticket.Status
    RESOLVED: Ticket.Status
    CLOSED: Ticket.Status
    class Priority(int, metaclass=_enum_type_wrapper.EnumTypeWrapper):
        __slots__ = ()
        PRIORITY_UNSPECIFIED: _ClassVar[Ticket.Priority]
        LOW: _ClassVar[Ticket.Priority]
        MEDIUM: _ClassVar[Ticket.Priority]
        HIGH: _ClassVar[Ticket.Priority]
        CRITICAL: _ClassVar[Ticket.Priority]
    PRIORITY_UNSPECIFIED: Ticket.Priority
    LOW: Ticket.Priority
    MEDIUM: Ticket.Priority
    HIGH: Ticket.Priority
    CRITICAL: Ticket.Priority
    class Channel(int, metaclass=_enum_type_wrapper.EnumTypeWrapper):
        __slots__ = ()
        CHANNEL_UNSPECIFIED: _ClassVar[Ticket.Channel]
        EMAIL: _ClassVar[Ticket.Channel]
        PHONE: _ClassVar[Ticket.Channel]
        CHAT: _ClassVar[Ticket.Channel]
        WEB: _ClassVar[Ticket.Channel]
        SOCIAL: _ClassVar[Ticket.Channel]
        API: _ClassVar[Ticket.Channel]
    CHANNEL_UNSPECIFIED: Ticket.Channel
    EMAIL: Ticket.Channel
    PHONE: Ticket.Channel
    CHAT: Ticket.Channel
    WEB: Ticket.Channel
    SOCIAL: Ticket.Channel
    API: Ticket.Channel
    ID_FIELD_NUMBER: _ClassVar[int]
    NUMBER_FIELD_NUMBER: _ClassVar[int]
    REFERENCE_FIELD_NUMBER: _ClassVar[int]
    SUBJECT_FIELD_NUMBER: _ClassVar[int]
    DESCRIPTION_FIELD_NUMBER: _ClassVar[int]
    CONTACT_ID_FIELD_NUMBER: _ClassVar[int]
    ACCOUNT_ID_FIELD_NUMBER: _ClassVar[int]
    REQUESTER_EMAIL_FIELD_NUMBER: _ClassVar[int]
    REQUESTER_NAME_FIELD_NUMBER: _ClassVar[int]
    STATUS_FIELD_NUMBER: _ClassVar[int]
    PRIORITY_FIELD_NUMBER: _ClassVar[int]
    CHANNEL_FIELD_NUMBER: _ClassVar[int]
    TYPE_FIELD_NUMBER: _ClassVar[int]
    PRODUCT_FIELD_NUMBER: _ClassVar[int]
    ASSIGNEE_ID_FIELD_NUMBER: _ClassVar[int]
    TEAM_ID_FIELD_NUMBER: _ClassVar[int]
    RESOLUTION_FIELD_NUMBER: _ClassVar[int]
    TAGS_FIELD_NUMBER: _ClassVar[int]
    CUSTOM_FIELD_NUMBER: _ClassVar[int]
    SLA_POLICY_ID_FIELD_NUMBER: _ClassVar[int]
    SLA_CLOCKS_FIELD_NUMBER: _ClassVar[int]
    FIRST_RESPONDED_AT_FIELD_NUMBER: _ClassVar[int]
    RESOLVED_AT_FIELD_NUMBER: _ClassVar[int]
    CLOSED_AT_FIELD_NUMBER: _ClassVar[int]
    NEXT_DUE_AT_FIELD_NUMBER: _ClassVar[int]
    SLA_BREACHED_FIELD_NUMBER: _ClassVar[int]
    REOPEN_COUNT_FIELD_NUMBER: _ClassVar[int]
    SATISFACTION_FIELD_NUMBER: _ClassVar[int]
    CREATED_AT_FIELD_NUMBER: _ClassVar[int]
    UPDATED_AT_FIELD_NUMBER: _ClassVar[int]
    DELETED_AT_FIELD_NUMBER: _ClassVar[int]
    CREATED_BY_FIELD_NUMBER: _ClassVar[int]
    ETAG_FIELD_NUMBER: _ClassVar[int]
    EXTERNAL_ID_FIELD_NUMBER: _ClassVar[int]
    id: str
    number: str
    reference: str
    subject: str
    description: str
    contact_id: str
    account_id: str
    requester_email: str
    requester_name: str
    status: Ticket.Status
    priority: Ticket.Priority
    channel: Ticket.Channel
    type: str
    product: str
    assignee_id: str
    team_id: str
    resolution: str
    tags: _containers.RepeatedScalarFieldContainer[str]
    custom: _struct_pb2.Struct
    sla_policy_id: str
    sla_clocks: _containers.RepeatedCompositeFieldContainer[SlaClock]
    first_responded_at: _timestamp_pb2.Timestamp
    resolved_at: _timestamp_pb2.Timestamp
    closed_at: _timestamp_pb2.Timestamp
    next_due_at: _timestamp_pb2.Timestamp
    sla_breached: bool
    reopen_count: int
    satisfaction: int
    created_at: _timestamp_pb2.Timestamp
    updated_at: _timestamp_pb2.Timestamp
    deleted_at: _timestamp_pb2.Timestamp
    created_by: str
    etag: str
    external_id: str
    def __init__(self, id: _Optional[str] = ..., number: _Optional[str] = ..., reference: _Optional[str] = ..., subject: _Optional[str] = ..., description: _Optional[str] = ..., contact_id: _Optional[str] = ..., account_id: _Optional[str] = ..., requester_email: _Optional[str] = ..., requester_name: _Optional[str] = ..., status: _Optional[_Union[Ticket.Status, str]] = ..., priority: _Optional[_Union[Ticket.Priority, str]] = ..., channel: _Optional[_Union[Ticket.Channel, str]] = ..., type: _Optional[str] = ..., product: _Optional[str] = ..., assignee_id: _Optional[str] = ..., team_id: _Optional[str] = ..., resolution: _Optional[str] = ..., tags: _Optional[_Iterable[str]] = ..., custom: _Optional[_Union[_struct_pb2.Struct, _Mapping]] = ..., sla_policy_id: _Optional[str] = ..., sla_clocks: _Optional[_Iterable[_Union[SlaClock, _Mapping]]] = ..., first_responded_at: _Optional[_Union[datetime.datetime, _timestamp_pb2.Timestamp, _Mapping]] = ..., resolved_at: _Optional[_Union[datetime.datetime, _timestamp_pb2.Timestamp, _Mapping]] = ..., closed_at: _Optional[_Union[datetime.datetime, _timestamp_pb2.Timestamp, _Mapping]] = ..., next_due_at: _Optional[_Union[datetime.datetime, _timestamp_pb2.Timestamp, _Mapping]] = ..., sla_breached: _Optional[bool] = ..., reopen_count: _Optional[int] = ..., satisfaction: _Optional[int] = ..., created_at: _Optional[_Union[datetime.datetime, _timestamp_pb2.Timestamp, _Mapping]] = ..., updated_at: _Optional[_Union[datetime.datetime, _timestamp_pb2.Timestamp, _Mapping]] = ..., deleted_at: _Optional[_Union[datetime.datetime, _timestamp_pb2.Timestamp, _Mapping]] = ..., created_by: _Optional[str] = ..., etag: _Optional[str] = ..., external_id: _Optional[str] = ...) -> None: ...

class SlaClock(_message.Message):
    __slots__ = ("kind", "state", "started_at", "due_at", "target_minutes", "elapsed_minutes", "stopped_at", "breached_at")
    class Kind(int, metaclass=_enum_type_wrapper.EnumTypeWrapper):
        __slots__ = ()
        KIND_UNSPECIFIED: _ClassVar[SlaClock.Kind]
        FIRST_RESPONSE: _ClassVar[SlaClock.Kind]
        UPDATE: _ClassVar[SlaClock.Kind]
        SOLUTION: _ClassVar[SlaClock.Kind]
    KIND_UNSPECIFIED: SlaClock.Kind
    FIRST_RESPONSE: SlaClock.Kind
    UPDATE: SlaClock.Kind
    SOLUTION: SlaClock.Kind
    class State(int, metaclass=_enum_type_wrapper.EnumTypeWrapper):
        __slots__ = ()
        STATE_UNSPECIFIED: _ClassVar[SlaClock.State]
        RUNNING: _ClassVar[SlaClock.State]
        PAUSED: _ClassVar[SlaClock.State]
        MET: _ClassVar[SlaClock.State]
        BREACHED: _ClassVar[SlaClock.State]
    STATE_UNSPECIFIED: SlaClock.State
    RUNNING: SlaClock.State
    PAUSED: SlaClock.State
    MET: SlaClock.State
    BREACHED: SlaClock.State
    KIND_FIELD_NUMBER: _ClassVar[int]
    STATE_FIELD_NUMBER: _ClassVar[int]
    STARTED_AT_FIELD_NUMBER: _ClassVar[int]
    DUE_AT_FIELD_NUMBER: _ClassVar[int]
    TARGET_MINUTES_FIELD_NUMBER: _ClassVar[int]
    ELAPSED_MINUTES_FIELD_NUMBER: _ClassVar[int]
    STOPPED_AT_FIELD_NUMBER: _ClassVar[int]
    BREACHED_AT_FIELD_NUMBER: _ClassVar[int]
    kind: SlaClock.Kind
    state: SlaClock.State
    started_at: _timestamp_pb2.Timestamp
    due_at: _timestamp_pb2.Timestamp
    target_minutes: int
    elapsed_minutes: int
    stopped_at: _timestamp_pb2.Timestamp
    breached_at: _timestamp_pb2.Timestamp
    def __init__(self, kind: _Optional[_Union[SlaClock.Kind, str]] = ..., state: _Optional[_Union[SlaClock.State, str]] = ..., started_at: _Optional[_Union[datetime.datetime, _timestamp_pb2.Timestamp, _Mapping]] = ..., due_at: _Optional[_Union[datetime.datetime, _timestamp_pb2.Timestamp, _Mapping]] = ..., target_minutes: _Optional[int] = ..., elapsed_minutes: _Optional[int] = ..., stopped_at: _Optional[_Union[datetime.datetime, _timestamp_pb2.Timestamp, _Mapping]] = ..., breached_at: _Optional[_Union[datetime.datetime, _timestamp_pb2.Timestamp, _Mapping]] = ...) -> None: ...

class AssignTicketRequest(_message.Message):
    __slots__ = ("id", "etag", "assignee_id")
    ID_FIELD_NUMBER: _ClassVar[int]
    ETAG_FIELD_NUMBER: _ClassVar[int]
    ASSIGNEE_ID_FIELD_NUMBER: _ClassVar[int]
    id: str
    etag: str
    assignee_id: str
    def __init__(self, id: _Optional[str] = ..., etag: _Optional[str] = ..., assignee_id: _Optional[str] = ...) -> None: ...

class ResolveTicketRequest(_message.Message):
    __slots__ = ("id", "etag", "resolution")
    ID_FIELD_NUMBER: _ClassVar[int]
    ETAG_FIELD_NUMBER: _ClassVar[int]
    RESOLUTION_FIELD_NUMBER: _ClassVar[int]
    id: str
    etag: str
    resolution: str
    def __init__(self, id: _Optional[str] = ..., etag: _Optional[str] = ..., resolution: _Optional[str] = ...) -> None: ...

class ReopenTicketRequest(_message.Message):
    __slots__ = ("id", "etag")
    ID_FIELD_NUMBER: _ClassVar[int]
    ETAG_FIELD_NUMBER: _ClassVar[int]
    id: str
    etag: str
    def __init__(self, id: _Optional[str] = ..., etag: _Optional[str] = ...) -> None: ...

class CloseTicketRequest(_message.Message):
    __slots__ = ("id", "etag")
    ID_FIELD_NUMBER: _ClassVar[int]
    ETAG_FIELD_NUMBER: _ClassVar[int]
    id: str
    etag: str
    def __init__(self, id: _Optional[str] = ..., etag: _Optional[str] = ...) -> None: ...

class CreateTicketRequest(_message.Message):
    __slots__ = ("ticket",)
    TICKET_FIELD_NUMBER: _ClassVar[int]
    ticket: Ticket
    def __init__(self, ticket: _Optional[_Union[Ticket, _Mapping]] = ...) -> None: ...

class ListTicketsRequest(_message.Message):
    __slots__ = ("page_size", "page_token", "order_by", "filter", "show_deleted", "include_total_size", "exact_total_size", "as_of")
    PAGE_SIZE_FIELD_NUMBER: _ClassVar[int]
    PAGE_TOKEN_FIELD_NUMBER: _ClassVar[int]
    ORDER_BY_FIELD_NUMBER: _ClassVar[int]
    FILTER_FIELD_NUMBER: _ClassVar[int]
    SHOW_DELETED_FIELD_NUMBER: _ClassVar[int]
    INCLUDE_TOTAL_SIZE_FIELD_NUMBER: _ClassVar[int]
    EXACT_TOTAL_SIZE_FIELD_NUMBER: _ClassVar[int]
    AS_OF_FIELD_NUMBER: _ClassVar[int]
    page_size: int
    page_token: str
    order_by: str
    filter: str
    show_deleted: bool
    include_total_size: bool
    exact_total_size: bool
    as_of: _timestamp_pb2.Timestamp
    def __init__(self, page_size: _Optional[int] = ..., page_token: _Optional[str] = ..., order_by: _Optional[str] = ..., filter: _Optional[str] = ..., show_deleted: _Optional[bool] = ..., include_total_size: _Optional[bool] = ..., exact_total_size: _Optional[bool] = ..., as_of: _Optional[_Union[datetime.datetime, _timestamp_pb2.Timestamp, _Mapping]] = ...) -> None: ...

class ListTicketsResponse(_message.Message):
    __slots__ = ("tickets", "next_page_token", "total_size", "total_size_estimated")
    TICKETS_FIELD_NUMBER: _ClassVar[int]
    NEXT_PAGE_TOKEN_FIELD_NUMBER: _ClassVar[int]
    TOTAL_SIZE_FIELD_NUMBER: _ClassVar[int]
    TOTAL_SIZE_ESTIMATED_FIELD_NUMBER: _ClassVar[int]
    tickets: _containers.RepeatedCompositeFieldContainer[Ticket]
    next_page_token: str
    total_size: int
    total_size_estimated: bool
    def __init__(self, tickets: _Optional[_Iterable[_Union[Ticket, _Mapping]]] = ..., next_page_token: _Optional[str] = ..., total_size: _Optional[int] = ..., total_size_estimated: _Optional[bool] = ...) -> None: ...

class UpdateTicketRequest(_message.Message):
    __slots__ = ("ticket", "update_mask")
    TICKET_FIELD_NUMBER: _ClassVar[int]
    UPDATE_MASK_FIELD_NUMBER: _ClassVar[int]
    ticket: Ticket
    update_mask: _field_mask_pb2.FieldMask
    def __init__(self, ticket: _Optional[_Union[Ticket, _Mapping]] = ..., update_mask: _Optional[_Union[_field_mask_pb2.FieldMask, _Mapping]] = ...) -> None: ...

class BatchGetTicketsResponse(_message.Message):
    __slots__ = ("tickets", "not_found", "left_out")
    TICKETS_FIELD_NUMBER: _ClassVar[int]
    NOT_FOUND_FIELD_NUMBER: _ClassVar[int]
    LEFT_OUT_FIELD_NUMBER: _ClassVar[int]
    tickets: _containers.RepeatedCompositeFieldContainer[Ticket]
    not_found: _containers.RepeatedScalarFieldContainer[str]
    left_out: _containers.RepeatedScalarFieldContainer[str]
    def __init__(self, tickets: _Optional[_Iterable[_Union[Ticket, _Mapping]]] = ..., not_found: _Optional[_Iterable[str]] = ..., left_out: _Optional[_Iterable[str]] = ...) -> None: ...

class BatchCreateTicketsRequest(_message.Message):
    __slots__ = ("tickets",)
    TICKETS_FIELD_NUMBER: _ClassVar[int]
    tickets: _containers.RepeatedCompositeFieldContainer[Ticket]
    def __init__(self, tickets: _Optional[_Iterable[_Union[Ticket, _Mapping]]] = ...) -> None: ...

class BatchUpdateTicketsRequest(_message.Message):
    __slots__ = ("tickets", "update_masks", "allow_missing")
    TICKETS_FIELD_NUMBER: _ClassVar[int]
    UPDATE_MASKS_FIELD_NUMBER: _ClassVar[int]
    ALLOW_MISSING_FIELD_NUMBER: _ClassVar[int]
    tickets: _containers.RepeatedCompositeFieldContainer[Ticket]
    update_masks: _containers.RepeatedCompositeFieldContainer[_field_mask_pb2.FieldMask]
    allow_missing: bool
    def __init__(self, tickets: _Optional[_Iterable[_Union[Ticket, _Mapping]]] = ..., update_masks: _Optional[_Iterable[_Union[_field_mask_pb2.FieldMask, _Mapping]]] = ..., allow_missing: _Optional[bool] = ...) -> None: ...

class AssertTicketRequest(_message.Message):
    __slots__ = ("ticket", "update_mask")
    TICKET_FIELD_NUMBER: _ClassVar[int]
    UPDATE_MASK_FIELD_NUMBER: _ClassVar[int]
    ticket: Ticket
    update_mask: _field_mask_pb2.FieldMask
    def __init__(self, ticket: _Optional[_Union[Ticket, _Mapping]] = ..., update_mask: _Optional[_Union[_field_mask_pb2.FieldMask, _Mapping]] = ...) -> None: ...

class AssertTicketResponse(_message.Message):
    __slots__ = ("outcome", "ticket")
    OUTCOME_FIELD_NUMBER: _ClassVar[int]
    TICKET_FIELD_NUMBER: _ClassVar[int]
    outcome: _batches_pb2.Outcome
    ticket: Ticket
    def __init__(self, outcome: _Optional[_Union[_batches_pb2.Outcome, str]] = ..., ticket: _Optional[_Union[Ticket, _Mapping]] = ...) -> None: ...

class TicketCreated(_message.Message):
    __slots__ = ("ticket",)
    TICKET_FIELD_NUMBER: _ClassVar[int]
    ticket: Ticket
    def __init__(self, ticket: _Optional[_Union[Ticket, _Mapping]] = ...) -> None: ...

class TicketUpdated(_message.Message):
    __slots__ = ("ticket", "changed_fields")
    TICKET_FIELD_NUMBER: _ClassVar[int]
    CHANGED_FIELDS_FIELD_NUMBER: _ClassVar[int]
    ticket: Ticket
    changed_fields: _containers.RepeatedScalarFieldContainer[str]
    def __init__(self, ticket: _Optional[_Union[Ticket, _Mapping]] = ..., changed_fields: _Optional[_Iterable[str]] = ...) -> None: ...

class TicketDeleted(_message.Message):
    __slots__ = ("ticket",)
    TICKET_FIELD_NUMBER: _ClassVar[int]
    ticket: Ticket
    def __init__(self, ticket: _Optional[_Union[Ticket, _Mapping]] = ...) -> None: ...

class TicketAssigned(_message.Message):
    __slots__ = ("ticket", "changed_fields")
    TICKET_FIELD_NUMBER: _ClassVar[int]
    CHANGED_FIELDS_FIELD_NUMBER: _ClassVar[int]
    ticket: Ticket
    changed_fields: _containers.RepeatedScalarFieldContainer[str]
    def __init__(self, ticket: _Optional[_Union[Ticket, _Mapping]] = ..., changed_fields: _Optional[_Iterable[str]] = ...) -> None: ...

class TicketResolved(_message.Message):
    __slots__ = ("ticket", "changed_fields")
    TICKET_FIELD_NUMBER: _ClassVar[int]
    CHANGED_FIELDS_FIELD_NUMBER: _ClassVar[int]
    ticket: Ticket
    changed_fields: _containers.RepeatedScalarFieldContainer[str]
    def __init__(self, ticket: _Optional[_Union[Ticket, _Mapping]] = ..., changed_fields: _Optional[_Iterable[str]] = ...) -> None: ...

class TicketReopened(_message.Message):
    __slots__ = ("ticket", "changed_fields")
    TICKET_FIELD_NUMBER: _ClassVar[int]
    CHANGED_FIELDS_FIELD_NUMBER: _ClassVar[int]
    ticket: Ticket
    changed_fields: _containers.RepeatedScalarFieldContainer[str]
    def __init__(self, ticket: _Optional[_Union[Ticket, _Mapping]] = ..., changed_fields: _Optional[_Iterable[str]] = ...) -> None: ...

class TicketClosed(_message.Message):
    __slots__ = ("ticket", "changed_fields")
    TICKET_FIELD_NUMBER: _ClassVar[int]
    CHANGED_FIELDS_FIELD_NUMBER: _ClassVar[int]
    ticket: Ticket
    changed_fields: _containers.RepeatedScalarFieldContainer[str]
    def __init__(self, ticket: _Optional[_Union[Ticket, _Mapping]] = ..., changed_fields: _Optional[_Iterable[str]] = ...) -> None: ...

class TicketSlaBreached(_message.Message):
    __slots__ = ("ticket", "changed_fields", "kind")
    TICKET_FIELD_NUMBER: _ClassVar[int]
    CHANGED_FIELDS_FIELD_NUMBER: _ClassVar[int]
    KIND_FIELD_NUMBER: _ClassVar[int]
    ticket: Ticket
    changed_fields: _containers.RepeatedScalarFieldContainer[str]
    kind: SlaClock.Kind
    def __init__(self, ticket: _Optional[_Union[Ticket, _Mapping]] = ..., changed_fields: _Optional[_Iterable[str]] = ..., kind: _Optional[_Union[SlaClock.Kind, str]] = ...) -> None: ...
