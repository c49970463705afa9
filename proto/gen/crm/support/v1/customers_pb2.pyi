from crm.common.v1 import search_pb2 as _search_pb2
from crm.common.v1 import timelines_pb2 as _timelines_pb2
from crm.options.v1 import options_pb2 as _options_pb2
from crm.support.v1 import tickets_pb2 as _tickets_pb2
from google.protobuf.internal import containers as _containers
from google.protobuf import descriptor as _descriptor
from google.protobuf import message as _message
from collections.abc import Iterable as _Iterable, Mapping as _Mapping
from typing import ClassVar as _ClassVar, Optional as _Optional, Union as _Union

DESCRIPTOR: _descriptor.FileDescriptor

class CustomerSupport(_message.Message):
    __slots__ = ("open_tickets", "open_count", "total_count", "breached_count", "recently_resolved", "satisfaction", "timeline")
    OPEN_TICKETS_FIELD_NUMBER: _ClassVar[int]
    OPEN_COUNT_FIELD_NUMBER: _ClassVar[int]
    TOTAL_COUNT_FIELD_NUMBER: _ClassVar[int]
    BREACHED_COUNT_FIELD_NUMBER: _ClassVar[int]
    RECENTLY_RESOLVED_FIELD_NUMBER: _ClassVar[int]
    SATISFACTION_FIELD_NUMBER: _ClassVar[int]
    TIMELINE_FIELD_NUMBER: _ClassVar[int]
    open_tickets: _containers.RepeatedCompositeFieldContainer[_tickets_pb2.Ticket]
    open_count: int
    total_count: int
    breached_count: int
    recently_resolved: _containers.RepeatedCompositeFieldContainer[_tickets_pb2.Ticket]
    satisfaction: float
    timeline: _containers.RepeatedCompositeFieldContainer[_timelines_pb2.TimelineEntry]
    def __init__(self, open_tickets: _Optional[_Iterable[_Union[_tickets_pb2.Ticket, _Mapping]]] = ..., open_count: _Optional[int] = ..., total_count: _Optional[int] = ..., breached_count: _Optional[int] = ..., recently_resolved: _Optional[_Iterable[_Union[_tickets_pb2.Ticket, _Mapping]]] = ..., satisfaction: _Optional[float] = ..., timeline: _Optional[_Iterable[_Union[_timelines_pb2.TimelineEntry, _Mapping]]] = ...) -> None: ...
