import datetime

from crm.common.v1 import timelines_pb2 as _timelines_pb2
from crm.common.v1 import types_pb2 as _types_pb2
from crm.options.v1 import options_pb2 as _options_pb2
from google.protobuf import timestamp_pb2 as _timestamp_pb2
from google.protobuf.internal import containers as _containers
from google.protobuf import descriptor as _descriptor
from google.protobuf import message as _message
from collections.abc import Iterable as _Iterable, Mapping as _Mapping
from typing import ClassVar as _ClassVar, Optional as _Optional, Union as _Union

DESCRIPTOR: _descriptor.FileDescriptor

class CustomerMetrics(_message.Message):
    __slots__ = ("lifetime_value", "won_count", "open_ticket_count", "first_seen_at", "last_activity_at", "win_rate", "as_of")
    LIFETIME_VALUE_FIELD_NUMBER: _ClassVar[int]
    WON_COUNT_FIELD_NUMBER: _ClassVar[int]
    OPEN_TICKET_COUNT_FIELD_NUMBER: _ClassVar[int]
    FIRST_SEEN_AT_FIELD_NUMBER: _ClassVar[int]
    LAST_ACTIVITY_AT_FIELD_NUMBER: _ClassVar[int]
    WIN_RATE_FIELD_NUMBER: _ClassVar[int]
    AS_OF_FIELD_NUMBER: _ClassVar[int]
    lifetime_value: _containers.RepeatedCompositeFieldContainer[_types_pb2.Money]
    won_count: int
    open_ticket_count: int
    first_seen_at: _timestamp_pb2.Timestamp
    last_activity_at: _timestamp_pb2.Timestamp
    win_rate: float
    as_of: _timestamp_pb2.Timestamp
    def __init__(self, lifetime_value: _Optional[_Iterable[_Union[_types_pb2.Money, _Mapping]]] = ..., won_count: _Optional[int] = ..., open_ticket_count: _Optional[int] = ..., first_seen_at: _Optional[_Union[datetime.datetime, _timestamp_pb2.Timestamp, _Mapping]] = ..., last_activity_at: _Optional[_Union[datetime.datetime, _timestamp_pb2.Timestamp, _Mapping]] = ..., win_rate: _Optional[float] = ..., as_of: _Optional[_Union[datetime.datetime, _timestamp_pb2.Timestamp, _Mapping]] = ...) -> None: ...
