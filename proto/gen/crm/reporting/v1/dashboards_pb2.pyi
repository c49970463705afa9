import datetime

from crm.options.v1 import options_pb2 as _options_pb2
from google.api import annotations_pb2 as _annotations_pb2
from google.api import field_behavior_pb2 as _field_behavior_pb2
from google.protobuf import timestamp_pb2 as _timestamp_pb2
from google.protobuf.internal import containers as _containers
from google.protobuf import descriptor as _descriptor
from google.protobuf import message as _message
from collections.abc import Iterable as _Iterable, Mapping as _Mapping
from typing import ClassVar as _ClassVar, Optional as _Optional, Union as _Union

DESCRIPTOR: _descriptor.FileDescriptor

class GetDashboardRequest(_message.Message):
    __slots__ = ("name", "from_date", "to_date")
    NAME_FIELD_NUMBER: _ClassVar[int]
    FROM_DATE_FIELD_NUMBER: _ClassVar[int]
    TO_DATE_FIELD_NUMBER: _ClassVar[int]
    name: str
    from_date: str
    to_date: str
    def __init__(self, name: _Optional[str] = ..., from_date: _Optional[str] = ..., to_date: _Optional[str] = ...) -> None: ...

class Dashboard(_message.Message):
    __slots__ = ("name", "as_of", "lag_seconds", "widgets", "from_date", "to_date")
    NAME_FIELD_NUMBER: _ClassVar[int]
    AS_OF_FIELD_NUMBER: _ClassVar[int]
    LAG_SECONDS_FIELD_NUMBER: _ClassVar[int]
    WIDGETS_FIELD_NUMBER: _ClassVar[int]
    FROM_DATE_FIELD_NUMBER: _ClassVar[int]
    TO_DATE_FIELD_NUMBER: _ClassVar[int]
    name: str
    as_of: _timestamp_pb2.Timestamp
    lag_seconds: float
    widgets: _containers.RepeatedCompositeFieldContainer[Widget]
    from_date: str
    to_date: str
    def __init__(self, name: _Optional[str] = ..., as_of: _Optional[_Union[datetime.datetime, _timestamp_pb2.Timestamp, _Mapping]] = ..., lag_seconds: _Optional[float] = ..., widgets: _Optional[_Iterable[_Union[Widget, _Mapping]]] = ..., from_date: _Optional[str] = ..., to_date: _Optional[str] = ...) -> None: ...

class Widget(_message.Message):
    __slots__ = ("name", "title", "kind", "definition", "unit", "points")
    NAME_FIELD_NUMBER: _ClassVar[int]
    TITLE_FIELD_NUMBER: _ClassVar[int]
    KIND_FIELD_NUMBER: _ClassVar[int]
    DEFINITION_FIELD_NUMBER: _ClassVar[int]
    UNIT_FIELD_NUMBER: _ClassVar[int]
    POINTS_FIELD_NUMBER: _ClassVar[int]
    name: str
    title: str
    kind: str
    definition: str
    unit: str
    points: _containers.RepeatedCompositeFieldContainer[DataPoint]
    def __init__(self, name: _Optional[str] = ..., title: _Optional[str] = ..., kind: _Optional[str] = ..., definition: _Optional[str] = ..., unit: _Optional[str] = ..., points: _Optional[_Iterable[_Union[DataPoint, _Mapping]]] = ...) -> None: ...

class DataPoint(_message.Message):
    __slots__ = ("label", "series", "value", "record_id")
    LABEL_FIELD_NUMBER: _ClassVar[int]
    SERIES_FIELD_NUMBER: _ClassVar[int]
    VALUE_FIELD_NUMBER: _ClassVar[int]
    RECORD_ID_FIELD_NUMBER: _ClassVar[int]
    label: str
    series: str
    value: str
    record_id: str
    def __init__(self, label: _Optional[str] = ..., series: _Optional[str] = ..., value: _Optional[str] = ..., record_id: _Optional[str] = ...) -> None: ...
