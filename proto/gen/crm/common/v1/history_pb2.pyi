import datetime

from crm.options.v1 import options_pb2 as _options_pb2
from google.api import annotations_pb2 as _annotations_pb2
from google.api import field_behavior_pb2 as _field_behavior_pb2
from google.protobuf import struct_pb2 as _struct_pb2
from google.protobuf import timestamp_pb2 as _timestamp_pb2
from google.protobuf.internal import containers as _containers
from google.protobuf import descriptor as _descriptor
from google.protobuf import message as _message
from collections.abc import Iterable as _Iterable, Mapping as _Mapping
from typing import ClassVar as _ClassVar, Optional as _Optional, Union as _Union

DESCRIPTOR: _descriptor.FileDescriptor

class FieldChange(_message.Message):
    __slots__ = ("field", "old_value", "new_value")
    FIELD_FIELD_NUMBER: _ClassVar[int]
    OLD_VALUE_FIELD_NUMBER: _ClassVar[int]
    NEW_VALUE_FIELD_NUMBER: _ClassVar[int]
    field: str
    old_value: _struct_pb2.Value
    new_value: _struct_pb2.Value
    def __init__(self, field: _Optional[str] = ..., old_value: _Optional[_Union[_struct_pb2.Value, _Mapping]] = ..., new_value: _Optional[_Union[_struct_pb2.Value, _Mapping]] = ...) -> None: ...

class AuditEntry(_message.Message):
    __slots__ = ("id", "at", "service", "record_type", "record_id", "version", "action", "actor_id", "source", "request_id", "caused_by", "changes")
    ID_FIELD_NUMBER: _ClassVar[int]
    AT_FIELD_NUMBER: _ClassVar[int]
    SERVICE_FIELD_NUMBER: _ClassVar[int]
    RECORD_TYPE_FIELD_NUMBER: _ClassVar[int]
    RECORD_ID_FIELD_NUMBER: _ClassVar[int]
    VERSION_FIELD_NUMBER: _ClassVar[int]
    ACTION_FIELD_NUMBER: _ClassVar[int]
    ACTOR_ID_FIELD_NUMBER: _ClassVar[int]
    SOURCE_FIELD_NUMBER: _ClassVar[int]
    REQUEST_ID_FIELD_NUMBER: _ClassVar[int]
    CAUSED_BY_FIELD_NUMBER: _ClassVar[int]
    CHANGES_FIELD_NUMBER: _ClassVar[int]
    id: str
    at: _timestamp_pb2.Timestamp
    service: str
    record_type: str
    record_id: str
    version: int
    action: str
    actor_id: str
    source: str
    request_id: str
    caused_by: str
    changes: _containers.RepeatedCompositeFieldContainer[FieldChange]
    def __init__(self, id: _Optional[str] = ..., at: _Optional[_Union[datetime.datetime, _timestamp_pb2.Timestamp, _Mapping]] = ..., service: _Optional[str] = ..., record_type: _Optional[str] = ..., record_id: _Optional[str] = ..., version: _Optional[int] = ..., action: _Optional[str] = ..., actor_id: _Optional[str] = ..., source: _Optional[str] = ..., request_id: _Optional[str] = ..., caused_by: _Optional[str] = ..., changes: _Optional[_Iterable[_Union[FieldChange, _Mapping]]] = ...) -> None: ...

class ListHistoryRequest(_message.Message):
    __slots__ = ("page_size", "page_token", "filter", "noted_elsewhere")
    PAGE_SIZE_FIELD_NUMBER: _ClassVar[int]
    PAGE_TOKEN_FIELD_NUMBER: _ClassVar[int]
    FILTER_FIELD_NUMBER: _ClassVar[int]
    NOTED_ELSEWHERE_FIELD_NUMBER: _ClassVar[int]
    page_size: int
    page_token: str
    filter: str
    noted_elsewhere: bool
    def __init__(self, page_size: _Optional[int] = ..., page_token: _Optional[str] = ..., filter: _Optional[str] = ..., noted_elsewhere: _Optional[bool] = ...) -> None: ...

class ListHistoryResponse(_message.Message):
    __slots__ = ("audit_entries", "next_page_token")
    AUDIT_ENTRIES_FIELD_NUMBER: _ClassVar[int]
    NEXT_PAGE_TOKEN_FIELD_NUMBER: _ClassVar[int]
    audit_entries: _containers.RepeatedCompositeFieldContainer[AuditEntry]
    next_page_token: str
    def __init__(self, audit_entries: _Optional[_Iterable[_Union[AuditEntry, _Mapping]]] = ..., next_page_token: _Optional[str] = ...) -> None: ...

class RecordChange(_message.Message):
    __slots__ = ("id", "at", "version", "action", "actor_id", "source", "request_id", "caused_by", "changes")
    ID_FIELD_NUMBER: _ClassVar[int]
    AT_FIELD_NUMBER: _ClassVar[int]
    VERSION_FIELD_NUMBER: _ClassVar[int]
    ACTION_FIELD_NUMBER: _ClassVar[int]
    ACTOR_ID_FIELD_NUMBER: _ClassVar[int]
    SOURCE_FIELD_NUMBER: _ClassVar[int]
    REQUEST_ID_FIELD_NUMBER: _ClassVar[int]
    CAUSED_BY_FIELD_NUMBER: _ClassVar[int]
    CHANGES_FIELD_NUMBER: _ClassVar[int]
    id: str
    at: _timestamp_pb2.Timestamp
    version: int
    action: str
    actor_id: str
    source: str
    request_id: str
    caused_by: str
    changes: _containers.RepeatedCompositeFieldContainer[ValueChange]
    def __init__(self, id: _Optional[str] = ..., at: _Optional[_Union[datetime.datetime, _timestamp_pb2.Timestamp, _Mapping]] = ..., version: _Optional[int] = ..., action: _Optional[str] = ..., actor_id: _Optional[str] = ..., source: _Optional[str] = ..., request_id: _Optional[str] = ..., caused_by: _Optional[str] = ..., changes: _Optional[_Iterable[_Union[ValueChange, _Mapping]]] = ...) -> None: ...

class ValueChange(_message.Message):
    __slots__ = ("field", "old_value", "new_value")
    FIELD_FIELD_NUMBER: _ClassVar[int]
    OLD_VALUE_FIELD_NUMBER: _ClassVar[int]
    NEW_VALUE_FIELD_NUMBER: _ClassVar[int]
    field: str
    old_value: _struct_pb2.Value
    new_value: _struct_pb2.Value
    def __init__(self, field: _Optional[str] = ..., old_value: _Optional[_Union[_struct_pb2.Value, _Mapping]] = ..., new_value: _Optional[_Union[_struct_pb2.Value, _Mapping]] = ...) -> None: ...

class ListRecordHistoryRequest(_message.Message):
    __slots__ = ("resource", "id", "page_size", "page_token", "show_deleted")
    RESOURCE_FIELD_NUMBER: _ClassVar[int]
    ID_FIELD_NUMBER: _ClassVar[int]
    PAGE_SIZE_FIELD_NUMBER: _ClassVar[int]
    PAGE_TOKEN_FIELD_NUMBER: _ClassVar[int]
    SHOW_DELETED_FIELD_NUMBER: _ClassVar[int]
    resource: str
    id: str
    page_size: int
    page_token: str
    show_deleted: bool
    def __init__(self, resource: _Optional[str] = ..., id: _Optional[str] = ..., page_size: _Optional[int] = ..., page_token: _Optional[str] = ..., show_deleted: _Optional[bool] = ...) -> None: ...

class ListRecordHistoryResponse(_message.Message):
    __slots__ = ("changes", "next_page_token")
    CHANGES_FIELD_NUMBER: _ClassVar[int]
    NEXT_PAGE_TOKEN_FIELD_NUMBER: _ClassVar[int]
    changes: _containers.RepeatedCompositeFieldContainer[RecordChange]
    next_page_token: str
    def __init__(self, changes: _Optional[_Iterable[_Union[RecordChange, _Mapping]]] = ..., next_page_token: _Optional[str] = ...) -> None: ...

class GetProvenanceRequest(_message.Message):
    __slots__ = ("resource", "id", "show_deleted")
    RESOURCE_FIELD_NUMBER: _ClassVar[int]
    ID_FIELD_NUMBER: _ClassVar[int]
    SHOW_DELETED_FIELD_NUMBER: _ClassVar[int]
    resource: str
    id: str
    show_deleted: bool
    def __init__(self, resource: _Optional[str] = ..., id: _Optional[str] = ..., show_deleted: _Optional[bool] = ...) -> None: ...

class Provenance(_message.Message):
    __slots__ = ("origins",)
    ORIGINS_FIELD_NUMBER: _ClassVar[int]
    origins: _containers.RepeatedCompositeFieldContainer[FieldOrigin]
    def __init__(self, origins: _Optional[_Iterable[_Union[FieldOrigin, _Mapping]]] = ...) -> None: ...

class FieldOrigin(_message.Message):
    __slots__ = ("field", "value", "at", "actor_id", "source", "action", "version", "request_id", "caused_by")
    FIELD_FIELD_NUMBER: _ClassVar[int]
    VALUE_FIELD_NUMBER: _ClassVar[int]
    AT_FIELD_NUMBER: _ClassVar[int]
    ACTOR_ID_FIELD_NUMBER: _ClassVar[int]
    SOURCE_FIELD_NUMBER: _ClassVar[int]
    ACTION_FIELD_NUMBER: _ClassVar[int]
    VERSION_FIELD_NUMBER: _ClassVar[int]
    REQUEST_ID_FIELD_NUMBER: _ClassVar[int]
    CAUSED_BY_FIELD_NUMBER: _ClassVar[int]
    field: str
    value: _struct_pb2.Value
    at: _timestamp_pb2.Timestamp
    actor_id: str
    source: str
    action: str
    version: int
    request_id: str
    caused_by: str
    def __init__(self, field: _Optional[str] = ..., value: _Optional[_Union[_struct_pb2.Value, _Mapping]] = ..., at: _Optional[_Union[datetime.datetime, _timestamp_pb2.Timestamp, _Mapping]] = ..., actor_id: _Optional[str] = ..., source: _Optional[str] = ..., action: _Optional[str] = ..., version: _Optional[int] = ..., request_id: _Optional[str] = ..., caused_by: _Optional[str] = ...) -> None: ...

class RestoreValuesRequest(_message.Message):
    __slots__ = ("resource", "id", "as_of", "version", "fields", "etag")
    RESOURCE_FIELD_NUMBER: _ClassVar[int]
    ID_FIELD_NUMBER: _ClassVar[int]
    AS_OF_FIELD_NUMBER: _ClassVar[int]
    VERSION_FIELD_NUMBER: _ClassVar[int]
    FIELDS_FIELD_NUMBER: _ClassVar[int]
    ETAG_FIELD_NUMBER: _ClassVar[int]
    resource: str
    id: str
    as_of: _timestamp_pb2.Timestamp
    version: int
    fields: _containers.RepeatedScalarFieldContainer[str]
    etag: str
    def __init__(self, resource: _Optional[str] = ..., id: _Optional[str] = ..., as_of: _Optional[_Union[datetime.datetime, _timestamp_pb2.Timestamp, _Mapping]] = ..., version: _Optional[int] = ..., fields: _Optional[_Iterable[str]] = ..., etag: _Optional[str] = ...) -> None: ...

class RestoreValuesResponse(_message.Message):
    __slots__ = ("etag", "restored_fields")
    ETAG_FIELD_NUMBER: _ClassVar[int]
    RESTORED_FIELDS_FIELD_NUMBER: _ClassVar[int]
    etag: str
    restored_fields: _containers.RepeatedScalarFieldContainer[str]
    def __init__(self, etag: _Optional[str] = ..., restored_fields: _Optional[_Iterable[str]] = ...) -> None: ...

class AuditAnchor(_message.Message):
    __slots__ = ("day_id", "seq", "mac", "at")
    DAY_ID_FIELD_NUMBER: _ClassVar[int]
    SEQ_FIELD_NUMBER: _ClassVar[int]
    MAC_FIELD_NUMBER: _ClassVar[int]
    AT_FIELD_NUMBER: _ClassVar[int]
    day_id: str
    seq: int
    mac: str
    at: _timestamp_pb2.Timestamp
    def __init__(self, day_id: _Optional[str] = ..., seq: _Optional[int] = ..., mac: _Optional[str] = ..., at: _Optional[_Union[datetime.datetime, _timestamp_pb2.Timestamp, _Mapping]] = ...) -> None: ...
