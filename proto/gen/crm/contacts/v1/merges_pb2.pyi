import datetime

from crm.options.v1 import options_pb2 as _options_pb2
from google.api import annotations_pb2 as _annotations_pb2
from google.api import field_behavior_pb2 as _field_behavior_pb2
from google.protobuf import timestamp_pb2 as _timestamp_pb2
from google.protobuf.internal import containers as _containers
from google.protobuf.internal import enum_type_wrapper as _enum_type_wrapper
from google.protobuf import descriptor as _descriptor
from google.protobuf import message as _message
from collections.abc import Iterable as _Iterable, Mapping as _Mapping
from typing import ClassVar as _ClassVar, Optional as _Optional, Union as _Union

DESCRIPTOR: _descriptor.FileDescriptor

class MergeRequest(_message.Message):
    __slots__ = ("id", "loser_ids", "choices", "etags")
    class ChoicesEntry(_message.Message):
        __slots__ = ("key", "value")
        KEY_FIELD_NUMBER: _ClassVar[int]
        VALUE_FIELD_NUMBER: _ClassVar[int]
        key: str
        value: str
        def __init__(self, key: _Optional[str] = ..., value: _Optional[str] = ...) -> None: ...
    class EtagsEntry(_message.Message):
        __slots__ = ("key", "value")
        KEY_FIELD_NUMBER: _ClassVar[int]
        VALUE_FIELD_NUMBER: _ClassVar[int]
        key: str
        value: str
        def __init__(self, key: _Optional[str] = ..., value: _Optional[str] = ...) -> None: ...
    ID_FIELD_NUMBER: _ClassVar[int]
    LOSER_IDS_FIELD_NUMBER: _ClassVar[int]
    CHOICES_FIELD_NUMBER: _ClassVar[int]
    ETAGS_FIELD_NUMBER: _ClassVar[int]
    id: str
    loser_ids: _containers.RepeatedScalarFieldContainer[str]
    choices: _containers.ScalarMap[str, str]
    etags: _containers.ScalarMap[str, str]
    def __init__(self, id: _Optional[str] = ..., loser_ids: _Optional[_Iterable[str]] = ..., choices: _Optional[_Mapping[str, str]] = ..., etags: _Optional[_Mapping[str, str]] = ...) -> None: ...

class MergedField(_message.Message):
    __slots__ = ("field", "rule", "source_ids")
    FIELD_FIELD_NUMBER: _ClassVar[int]
    RULE_FIELD_NUMBER: _ClassVar[int]
    SOURCE_IDS_FIELD_NUMBER: _ClassVar[int]
    field: str
    rule: str
    source_ids: _containers.RepeatedScalarFieldContainer[str]
    def __init__(self, field: _Optional[str] = ..., rule: _Optional[str] = ..., source_ids: _Optional[_Iterable[str]] = ...) -> None: ...

class MovedRecords(_message.Message):
    __slots__ = ("resource", "count")
    RESOURCE_FIELD_NUMBER: _ClassVar[int]
    COUNT_FIELD_NUMBER: _ClassVar[int]
    resource: str
    count: int
    def __init__(self, resource: _Optional[str] = ..., count: _Optional[int] = ...) -> None: ...

class Merge(_message.Message):
    __slots__ = ("id", "resource", "survivor_id", "loser_ids", "state", "fields", "undone_at", "undone_by", "created_at", "updated_at", "deleted_at", "created_by", "etag")
    class State(int, metaclass=_enum_type_wrapper.EnumTypeWrapper):
        __slots__ = ()
        STATE_UNSPECIFIED: _ClassVar[Merge.State]
        DONE: _ClassVar[Merge.State]
        UNDONE: _ClassVar[Merge.State]
    STATE_UNSPECIFIED: Merge.State
    DONE: Merge.State
    UNDONE: Merge.State
    ID_FIELD_NUMBER: _ClassVar[int]
    RESOURCE_FIELD_NUMBER: _ClassVar[int]
    SURVIVOR_ID_FIELD_NUMBER: _ClassVar[int]
    LOSER_IDS_FIELD_NUMBER: _ClassVar[int]
    STATE_FIELD_NUMBER: _ClassVar[int]
    FIELDS_FIELD_NUMBER: _ClassVar[int]
    UNDONE_AT_FIELD_NUMBER: _ClassVar[int]
    UNDONE_BY_FIELD_NUMBER: _ClassVar[int]
    CREATED_AT_FIELD_NUMBER: _ClassVar[int]
    UPDATED_AT_FIELD_NUMBER: _ClassVar[int]
    DELETED_AT_FIELD_NUMBER: _ClassVar[int]
    CREATED_BY_FIELD_NUMBER: _ClassVar[int]
    ETAG_FIELD_NUMBER: _ClassVar[int]
    id: str
    resource: str
    survivor_id: str
    loser_ids: _containers.RepeatedScalarFieldContainer[str]
    state: Merge.State
    fields: _containers.RepeatedCompositeFieldContainer[MergedField]
    undone_at: _timestamp_pb2.Timestamp
    undone_by: str
    created_at: _timestamp_pb2.Timestamp
    updated_at: _timestamp_pb2.Timestamp
    deleted_at: _timestamp_pb2.Timestamp
    created_by: str
    etag: str
    def __init__(self, id: _Optional[str] = ..., resource: _Optional[str] = ..., survivor_id: _Optional[str] = ..., loser_ids: _Optional[_Iterable[str]] = ..., state: _Optional[_Union[Merge.State, str]] = ..., fields: _Optional[_Iterable[_Union[MergedField, _Mapping]]] = ..., undone_at: _Optional[_Union[datetime.datetime, _timestamp_pb2.Timestamp, _Mapping]] = ..., undone_by: _Optional[str] = ..., created_at: _Optional[_Union[datetime.datetime, _timestamp_pb2.Timestamp, _Mapping]] = ..., updated_at: _Optional[_Union[datetime.datetime, _timestamp_pb2.Timestamp, _Mapping]] = ..., deleted_at: _Optional[_Union[datetime.datetime, _timestamp_pb2.Timestamp, _Mapping]] = ..., created_by: _Optional[str] = ..., etag: _Optional[str] = ...) -> None: ...

class GetMergeRequest(_message.Message):
    __slots__ = ("id",)
    ID_FIELD_NUMBER: _ClassVar[int]
    id: str
    def __init__(self, id: _Optional[str] = ...) -> None: ...

class ListMergesRequest(_message.Message):
    __slots__ = ("page_size", "page_token", "order_by", "filter", "include_total_size", "exact_total_size")
    PAGE_SIZE_FIELD_NUMBER: _ClassVar[int]
    PAGE_TOKEN_FIELD_NUMBER: _ClassVar[int]
    ORDER_BY_FIELD_NUMBER: _ClassVar[int]
    FILTER_FIELD_NUMBER: _ClassVar[int]
    INCLUDE_TOTAL_SIZE_FIELD_NUMBER: _ClassVar[int]
    EXACT_TOTAL_SIZE_FIELD_NUMBER: _ClassVar[int]
    page_size: int
    page_token: str
    order_by: str
    filter: str
    include_total_size: bool
    exact_total_size: bool
    def __init__(self, page_size: _Optional[int] = ..., page_token: _Optional[str] = ..., order_by: _Optional[str] = ..., filter: _Optional[str] = ..., include_total_size: _Optional[bool] = ..., exact_total_size: _Optional[bool] = ...) -> None: ...

class ListMergesResponse(_message.Message):
    __slots__ = ("merges", "next_page_token", "total_size", "total_size_estimated")
    MERGES_FIELD_NUMBER: _ClassVar[int]
    NEXT_PAGE_TOKEN_FIELD_NUMBER: _ClassVar[int]
    TOTAL_SIZE_FIELD_NUMBER: _ClassVar[int]
    TOTAL_SIZE_ESTIMATED_FIELD_NUMBER: _ClassVar[int]
    merges: _containers.RepeatedCompositeFieldContainer[Merge]
    next_page_token: str
    total_size: int
    total_size_estimated: bool
    def __init__(self, merges: _Optional[_Iterable[_Union[Merge, _Mapping]]] = ..., next_page_token: _Optional[str] = ..., total_size: _Optional[int] = ..., total_size_estimated: _Optional[bool] = ...) -> None: ...

class UndoMergeRequest(_message.Message):
    __slots__ = ("id", "etag")
    ID_FIELD_NUMBER: _ClassVar[int]
    ETAG_FIELD_NUMBER: _ClassVar[int]
    id: str
    etag: str
    def __init__(self, id: _Optional[str] = ..., etag: _Optional[str] = ...) -> None: ...

class MergeCreated(_message.Message):
    __slots__ = ("merge", "versions")
    class VersionsEntry(_message.Message):
        __slots__ = ("key", "value")
        KEY_FIELD_NUMBER: _ClassVar[int]
        VALUE_FIELD_NUMBER: _ClassVar[int]
        key: str
        value: int
        def __init__(self, key: _Optional[str] = ..., value: _Optional[int] = ...) -> None: ...
    MERGE_FIELD_NUMBER: _ClassVar[int]
    VERSIONS_FIELD_NUMBER: _ClassVar[int]
    merge: Merge
    versions: _containers.ScalarMap[str, int]
    def __init__(self, merge: _Optional[_Union[Merge, _Mapping]] = ..., versions: _Optional[_Mapping[str, int]] = ...) -> None: ...

class MergeUndone(_message.Message):
    __slots__ = ("merge", "changed_fields", "versions")
    class VersionsEntry(_message.Message):
        __slots__ = ("key", "value")
        KEY_FIELD_NUMBER: _ClassVar[int]
        VALUE_FIELD_NUMBER: _ClassVar[int]
        key: str
        value: int
        def __init__(self, key: _Optional[str] = ..., value: _Optional[int] = ...) -> None: ...
    MERGE_FIELD_NUMBER: _ClassVar[int]
    CHANGED_FIELDS_FIELD_NUMBER: _ClassVar[int]
    VERSIONS_FIELD_NUMBER: _ClassVar[int]
    merge: Merge
    changed_fields: _containers.RepeatedScalarFieldContainer[str]
    versions: _containers.ScalarMap[str, int]
    def __init__(self, merge: _Optional[_Union[Merge, _Mapping]] = ..., changed_fields: _Optional[_Iterable[str]] = ..., versions: _Optional[_Mapping[str, int]] = ...) -> None: ...
