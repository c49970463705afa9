from crm.options.v1 import options_pb2 as _options_pb2
from crm.support.v1 import support_pb2 as _support_pb2
from google.protobuf.internal import containers as _containers
from google.protobuf import descriptor as _descriptor
from google.protobuf import message as _message
from collections.abc import Iterable as _Iterable, Mapping as _Mapping
from typing import ClassVar as _ClassVar, Optional as _Optional, Union as _Union

DESCRIPTOR: _descriptor.FileDescriptor

class TicketCreated(_message.Message):
    __slots__ = ("ticket",)
    TICKET_FIELD_NUMBER: _ClassVar[int]
    ticket: _support_pb2.Ticket
    def __init__(self, ticket: _Optional[_Union[_support_pb2.Ticket, _Mapping]] = ...) -> None: ...

class TicketUpdated(_message.Message):
    __slots__ = ("ticket", "changed_fields")
    TICKET_FIELD_NUMBER: _ClassVar[int]
    CHANGED_FIELDS_FIELD_NUMBER: _ClassVar[int]
    ticket: _support_pb2.Ticket
    changed_fields: _containers.RepeatedScalarFieldContainer[str]
    def __init__(self, ticket: _Optional[_Union[_support_pb2.Ticket, _Mapping]] = ..., changed_fields: _Optional[_Iterable[str]] = ...) -> None: ...

class TicketDeleted(_message.Message):
    __slots__ = ("ticket",)
    TICKET_FIELD_NUMBER: _ClassVar[int]
    ticket: _support_pb2.Ticket
    def __init__(self, ticket: _Optional[_Union[_support_pb2.Ticket, _Mapping]] = ...) -> None: ...

class TicketAssigned(_message.Message):
    __slots__ = ("ticket", "changed_fields")
    TICKET_FIELD_NUMBER: _ClassVar[int]
    CHANGED_FIELDS_FIELD_NUMBER: _ClassVar[int]
    ticket: _support_pb2.Ticket
    changed_fields: _containers.RepeatedScalarFieldContainer[str]
    def __init__(self, ticket: _Optional[_Union[_support_pb2.Ticket, _Mapping]] = ..., changed_fields: _Optional[_Iterable[str]] = ...) -> None: ...

class TicketResolved(_message.Message):
    __slots__ = ("ticket", "changed_fields")
    TICKET_FIELD_NUMBER: _ClassVar[int]
    CHANGED_FIELDS_FIELD_NUMBER: _ClassVar[int]
    ticket: _support_pb2.Ticket
    changed_fields: _containers.RepeatedScalarFieldContainer[str]
    def __init__(self, ticket: _Optional[_Union[_support_pb2.Ticket, _Mapping]] = ..., changed_fields: _Optional[_Iterable[str]] = ...) -> None: ...

class TicketReopened(_message.Message):
    __slots__ = ("ticket", "changed_fields")
    TICKET_FIELD_NUMBER: _ClassVar[int]
    CHANGED_FIELDS_FIELD_NUMBER: _ClassVar[int]
    ticket: _support_pb2.Ticket
    changed_fields: _containers.RepeatedScalarFieldContainer[str]
    def __init__(self, ticket: _Optional[_Union[_support_pb2.Ticket, _Mapping]] = ..., changed_fields: _Optional[_Iterable[str]] = ...) -> None: ...

class TicketClosed(_message.Message):
    __slots__ = ("ticket", "changed_fields")
    TICKET_FIELD_NUMBER: _ClassVar[int]
    CHANGED_FIELDS_FIELD_NUMBER: _ClassVar[int]
    ticket: _support_pb2.Ticket
    changed_fields: _containers.RepeatedScalarFieldContainer[str]
    def __init__(self, ticket: _Optional[_Union[_support_pb2.Ticket, _Mapping]] = ..., changed_fields: _Optional[_Iterable[str]] = ...) -> None: ...

class TicketSlaBreached(_message.Message):
    __slots__ = ("ticket", "changed_fields", "kind")
    TICKET_FIELD_NUMBER: _ClassVar[int]
    CHANGED_FIELDS_FIELD_NUMBER: _ClassVar[int]
    KIND_FIELD_NUMBER: _ClassVar[int]
    ticket: _support_pb2.Ticket
    changed_fields: _containers.RepeatedScalarFieldContainer[str]
    kind: _support_pb2.SlaClock.Kind
    def __init__(self, ticket: _Optional[_Union[_support_pb2.Ticket, _Mapping]] = ..., changed_fields: _Optional[_Iterable[str]] = ..., kind: _Optional[_Union[_support_pb2.SlaClock.Kind, str]] = ...) -> None: ...

class MessageCreated(_message.Message):
    __slots__ = ("message",)
    MESSAGE_FIELD_NUMBER: _ClassVar[int]
    message: _support_pb2.Message
    def __init__(self, message: _Optional[_Union[_support_pb2.Message, _Mapping]] = ...) -> None: ...

class MessageUpdated(_message.Message):
    __slots__ = ("message", "changed_fields")
    MESSAGE_FIELD_NUMBER: _ClassVar[int]
    CHANGED_FIELDS_FIELD_NUMBER: _ClassVar[int]
    message: _support_pb2.Message
    changed_fields: _containers.RepeatedScalarFieldContainer[str]
    def __init__(self, message: _Optional[_Union[_support_pb2.Message, _Mapping]] = ..., changed_fields: _Optional[_Iterable[str]] = ...) -> None: ...

class MessageDeleted(_message.Message):
    __slots__ = ("message",)
    MESSAGE_FIELD_NUMBER: _ClassVar[int]
    message: _support_pb2.Message
    def __init__(self, message: _Optional[_Union[_support_pb2.Message, _Mapping]] = ...) -> None: ...

class BusinessCalendarCreated(_message.Message):
    __slots__ = ("business_calendar",)
    BUSINESS_CALENDAR_FIELD_NUMBER: _ClassVar[int]
    business_calendar: _support_pb2.BusinessCalendar
    def __init__(self, business_calendar: _Optional[_Union[_support_pb2.BusinessCalendar, _Mapping]] = ...) -> None: ...

class BusinessCalendarUpdated(_message.Message):
    __slots__ = ("business_calendar", "changed_fields")
    BUSINESS_CALENDAR_FIELD_NUMBER: _ClassVar[int]
    CHANGED_FIELDS_FIELD_NUMBER: _ClassVar[int]
    business_calendar: _support_pb2.BusinessCalendar
    changed_fields: _containers.RepeatedScalarFieldContainer[str]
    def __init__(self, business_calendar: _Optional[_Union[_support_pb2.BusinessCalendar, _Mapping]] = ..., changed_fields: _Optional[_Iterable[str]] = ...) -> None: ...

class BusinessCalendarDeleted(_message.Message):
    __slots__ = ("business_calendar",)
    BUSINESS_CALENDAR_FIELD_NUMBER: _ClassVar[int]
    business_calendar: _support_pb2.BusinessCalendar
    def __init__(self, business_calendar: _Optional[_Union[_support_pb2.BusinessCalendar, _Mapping]] = ...) -> None: ...

class SlaPolicyCreated(_message.Message):
    __slots__ = ("sla_policy",)
    SLA_POLICY_FIELD_NUMBER: _ClassVar[int]
    sla_policy: _support_pb2.SlaPolicy
    def __init__(self, sla_policy: _Optional[_Union[_support_pb2.SlaPolicy, _Mapping]] = ...) -> None: ...

class SlaPolicyUpdated(_message.Message):
    __slots__ = ("sla_policy", "changed_fields")
    SLA_POLICY_FIELD_NUMBER: _ClassVar[int]
    CHANGED_FIELDS_FIELD_NUMBER: _ClassVar[int]
    sla_policy: _support_pb2.SlaPolicy
    changed_fields: _containers.RepeatedScalarFieldContainer[str]
    def __init__(self, sla_policy: _Optional[_Union[_support_pb2.SlaPolicy, _Mapping]] = ..., changed_fields: _Optional[_Iterable[str]] = ...) -> None: ...

class SlaPolicyDeleted(_message.Message):
    __slots__ = ("sla_policy",)
    SLA_POLICY_FIELD_NUMBER: _ClassVar[int]
    sla_policy: _support_pb2.SlaPolicy
    def __init__(self, sla_policy: _Optional[_Union[_support_pb2.SlaPolicy, _Mapping]] = ...) -> None: ...
