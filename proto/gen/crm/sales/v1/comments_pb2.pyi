import datetime

from crm.common.v1 import comments_pb2 as _comments_pb2
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

class SalesComment(_message.Message):
    __slots__ = ("id", "resource", "record_id", "body", "mentioned_user_ids", "owner_id", "team_id", "territory_id", "created_at", "updated_at", "deleted_at", "created_by", "etag")
    ID_FIELD_NUMBER: _ClassVar[int]
    RESOURCE_FIELD_NUMBER: _ClassVar[int]
    RECORD_ID_FIELD_NUMBER: _ClassVar[int]
    BODY_FIELD_NUMBER: _ClassVar[int]
    MENTIONED_USER_IDS_FIELD_NUMBER: _ClassVar[int]
    OWNER_ID_FIELD_NUMBER: _ClassVar[int]
    TEAM_ID_FIELD_NUMBER: _ClassVar[int]
    TERRITORY_ID_FIELD_NUMBER: _ClassVar[int]
    CREATED_AT_FIELD_NUMBER: _ClassVar[int]
    UPDATED_AT_FIELD_NUMBER: _ClassVar[int]
    DELETED_AT_FIELD_NUMBER: _ClassVar[int]
    CREATED_BY_FIELD_NUMBER: _ClassVar[int]
    ETAG_FIELD_NUMBER: _ClassVar[int]
    id: str
    resource: str
    record_id: str
    body: str
    mentioned_user_ids: _containers.RepeatedScalarFieldContainer[str]
    owner_id: str
    team_id: str
    territory_id: str
    created_at: _timestamp_pb2.Timestamp
    updated_at: _timestamp_pb2.Timestamp
    deleted_at: _timestamp_pb2.Timestamp
    created_by: str
    etag: str
    def __init__(self, id: _Optional[str] = ..., resource: _Optional[str] = ..., record_id: _Optional[str] = ..., body: _Optional[str] = ..., mentioned_user_ids: _Optional[_Iterable[str]] = ..., owner_id: _Optional[str] = ..., team_id: _Optional[str] = ..., territory_id: _Optional[str] = ..., created_at: _Optional[_Union[datetime.datetime, _timestamp_pb2.Timestamp, _Mapping]] = ..., updated_at: _Optional[_Union[datetime.datetime, _timestamp_pb2.Timestamp, _Mapping]] = ..., deleted_at: _Optional[_Union[datetime.datetime, _timestamp_pb2.Timestamp, _Mapping]] = ..., created_by: _Optional[str] = ..., etag: _Optional[str] = ...) -> None: ...

class SalesCommentCreated(_message.Message):
    __slots__ = ("comment",)
    COMMENT_FIELD_NUMBER: _ClassVar[int]
    comment: SalesComment
    def __init__(self, comment: _Optional[_Union[SalesComment, _Mapping]] = ...) -> None: ...

class SalesCommentUpdated(_message.Message):
    __slots__ = ("comment", "changed_fields", "newly_mentioned_user_ids")
    COMMENT_FIELD_NUMBER: _ClassVar[int]
    CHANGED_FIELDS_FIELD_NUMBER: _ClassVar[int]
    NEWLY_MENTIONED_USER_IDS_FIELD_NUMBER: _ClassVar[int]
    comment: SalesComment
    changed_fields: _containers.RepeatedScalarFieldContainer[str]
    newly_mentioned_user_ids: _containers.RepeatedScalarFieldContainer[str]
    def __init__(self, comment: _Optional[_Union[SalesComment, _Mapping]] = ..., changed_fields: _Optional[_Iterable[str]] = ..., newly_mentioned_user_ids: _Optional[_Iterable[str]] = ...) -> None: ...

class SalesCommentDeleted(_message.Message):
    __slots__ = ("comment",)
    COMMENT_FIELD_NUMBER: _ClassVar[int]
    comment: SalesComment
    def __init__(self, comment: _Optional[_Union[SalesComment, _Mapping]] = ...) -> None: ...
