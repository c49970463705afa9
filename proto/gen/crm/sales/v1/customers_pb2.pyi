from crm.common.v1 import search_pb2 as _search_pb2
from crm.common.v1 import timelines_pb2 as _timelines_pb2
from crm.common.v1 import types_pb2 as _types_pb2
from crm.options.v1 import options_pb2 as _options_pb2
from crm.sales.v1 import opportunities_pb2 as _opportunities_pb2
from crm.sales.v1 import tasks_pb2 as _tasks_pb2
from google.protobuf.internal import containers as _containers
from google.protobuf import descriptor as _descriptor
from google.protobuf import message as _message
from collections.abc import Iterable as _Iterable, Mapping as _Mapping
from typing import ClassVar as _ClassVar, Optional as _Optional, Union as _Union

DESCRIPTOR: _descriptor.FileDescriptor

class CustomerSales(_message.Message):
    __slots__ = ("open_opportunities", "open_count", "won_count", "lost_count", "open_amount", "won_amount", "recently_closed", "open_tasks", "timeline")
    OPEN_OPPORTUNITIES_FIELD_NUMBER: _ClassVar[int]
    OPEN_COUNT_FIELD_NUMBER: _ClassVar[int]
    WON_COUNT_FIELD_NUMBER: _ClassVar[int]
    LOST_COUNT_FIELD_NUMBER: _ClassVar[int]
    OPEN_AMOUNT_FIELD_NUMBER: _ClassVar[int]
    WON_AMOUNT_FIELD_NUMBER: _ClassVar[int]
    RECENTLY_CLOSED_FIELD_NUMBER: _ClassVar[int]
    OPEN_TASKS_FIELD_NUMBER: _ClassVar[int]
    TIMELINE_FIELD_NUMBER: _ClassVar[int]
    open_opportunities: _containers.RepeatedCompositeFieldContainer[_opportunities_pb2.Opportunity]
    open_count: int
    won_count: int
    lost_count: int
    open_amount: _containers.RepeatedCompositeFieldContainer[_types_pb2.Money]
    won_amount: _containers.RepeatedCompositeFieldContainer[_types_pb2.Money]
    recently_closed: _containers.RepeatedCompositeFieldContainer[_opportunities_pb2.Opportunity]
    open_tasks: _containers.RepeatedCompositeFieldContainer[_tasks_pb2.Task]
    timeline: _containers.RepeatedCompositeFieldContainer[_timelines_pb2.TimelineEntry]
    def __init__(self, open_opportunities: _Optional[_Iterable[_Union[_opportunities_pb2.Opportunity, _Mapping]]] = ..., open_count: _Optional[int] = ..., won_count: _Optional[int] = ..., lost_count: _Optional[int] = ..., open_amount: _Optional[_Iterable[_Union[_types_pb2.Money, _Mapping]]] = ..., won_amount: _Optional[_Iterable[_Union[_types_pb2.Money, _Mapping]]] = ..., recently_closed: _Optional[_Iterable[_Union[_opportunities_pb2.Opportunity, _Mapping]]] = ..., open_tasks: _Optional[_Iterable[_Union[_tasks_pb2.Task, _Mapping]]] = ..., timeline: _Optional[_Iterable[_Union[_timelines_pb2.TimelineEntry, _Mapping]]] = ...) -> None: ...
