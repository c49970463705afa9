from crm.common.v1 import types_pb2 as _types_pb2
from crm.options.v1 import options_pb2 as _options_pb2
from google.api import field_behavior_pb2 as _field_behavior_pb2
from google.protobuf.internal import containers as _containers
from google.protobuf import descriptor as _descriptor
from google.protobuf import message as _message
from collections.abc import Iterable as _Iterable, Mapping as _Mapping
from typing import ClassVar as _ClassVar, Optional as _Optional, Union as _Union

DESCRIPTOR: _descriptor.FileDescriptor

class GroupRequest(_message.Message):
    __slots__ = ("by", "filter", "sum")
    BY_FIELD_NUMBER: _ClassVar[int]
    FILTER_FIELD_NUMBER: _ClassVar[int]
    SUM_FIELD_NUMBER: _ClassVar[int]
    by: str
    filter: str
    sum: str
    def __init__(self, by: _Optional[str] = ..., filter: _Optional[str] = ..., sum: _Optional[str] = ...) -> None: ...

class GroupResponse(_message.Message):
    __slots__ = ("groups", "others", "total_size", "total_size_estimated")
    GROUPS_FIELD_NUMBER: _ClassVar[int]
    OTHERS_FIELD_NUMBER: _ClassVar[int]
    TOTAL_SIZE_FIELD_NUMBER: _ClassVar[int]
    TOTAL_SIZE_ESTIMATED_FIELD_NUMBER: _ClassVar[int]
    groups: _containers.RepeatedCompositeFieldContainer[Group]
    others: int
    total_size: int
    total_size_estimated: bool
    def __init__(self, groups: _Optional[_Iterable[_Union[Group, _Mapping]]] = ..., others: _Optional[int] = ..., total_size: _Optional[int] = ..., total_size_estimated: _Optional[bool] = ...) -> None: ...

class Group(_message.Message):
    __slots__ = ("value", "count", "count_estimated", "sums")
    VALUE_FIELD_NUMBER: _ClassVar[int]
    COUNT_FIELD_NUMBER: _ClassVar[int]
    COUNT_ESTIMATED_FIELD_NUMBER: _ClassVar[int]
    SUMS_FIELD_NUMBER: _ClassVar[int]
    value: str
    count: int
    count_estimated: bool
    sums: _containers.RepeatedCompositeFieldContainer[GroupSum]
    def __init__(self, value: _Optional[str] = ..., count: _Optional[int] = ..., count_estimated: _Optional[bool] = ..., sums: _Optional[_Iterable[_Union[GroupSum, _Mapping]]] = ...) -> None: ...

class GroupSum(_message.Message):
    __slots__ = ("field", "sum")
    FIELD_FIELD_NUMBER: _ClassVar[int]
    SUM_FIELD_NUMBER: _ClassVar[int]
    field: str
    sum: _types_pb2.Money
    def __init__(self, field: _Optional[str] = ..., sum: _Optional[_Union[_types_pb2.Money, _Mapping]] = ...) -> None: ...
