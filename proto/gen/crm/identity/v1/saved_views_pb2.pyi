import datetime

from crm.common.v1 import standard_pb2 as _standard_pb2
from crm.options.v1 import options_pb2 as _options_pb2
from google.api import annotations_pb2 as _annotations_pb2
from google.api import field_behavior_pb2 as _field_behavior_pb2
from google.protobuf import field_mask_pb2 as _field_mask_pb2
from google.protobuf import timestamp_pb2 as _timestamp_pb2
from google.protobuf.internal import containers as _containers
from google.protobuf.internal import enum_type_wrapper as _enum_type_wrapper
from google.protobuf import descriptor as _descriptor
from google.protobuf import message as _message
from collections.abc import Iterable as _Iterable, Mapping as _Mapping
from typing import ClassVar as _ClassVar, Optional as _Optional, Union as _Union

DESCRIPTOR: _descriptor.FileDescriptor

class SavedView(_message.Message):
    __slots__ = ("id", "name", "resource", "filter", "columns", "order_by", "layout", "group_by", "visibility", "team_id", "role_id", "default", "owner_id", "created_at", "updated_at", "deleted_at", "etag")
    class Layout(int, metaclass=_enum_type_wrapper.EnumTypeWrapper):
        __slots__ = ()
        LAYOUT_UNSPECIFIED: _ClassVar[SavedView.Layout]
        TABLE: _ClassVar[SavedView.Layout]
        BOARD: _ClassVar[SavedView.Layout]
    LAYOUT_UNSPECIFIED: SavedView.Layout
    TABLE: SavedView.Layout
    BOARD: SavedView.Layout
    class Visibility(int, metaclass=_enum_type_wrapper.EnumTypeWrapper):
        __slots__ = ()
        VISIBILITY_UNSPECIFIED: _ClassVar[SavedView.Visibility]
        PRIVATE: _ClassVar[SavedView.Visibility]
        TEAM: _ClassVar[SavedView.Visibility]
        ROLE: _ClassVar[SavedView.Visibility]
        EVERYBODY: _ClassVar[SavedView.Visibility]
    VISIBILITY_UNSPECIFIED: SavedView.Visibility
    PRIVATE: SavedView.Visibility
    TEAM: SavedView.Visibility
    ROLE: SavedView.Visibility
    EVERYBODY: SavedView.Visibility
    ID_FIELD_NUMBER: _ClassVar[int]
    NAME_FIELD_NUMBER: _ClassVar[int]
    RESOURCE_FIELD_NUMBER: _ClassVar[int]
    FILTER_FIELD_NUMBER: _ClassVar[int]
    COLUMNS_FIELD_NUMBER: _ClassVar[int]
    ORDER_BY_FIELD_NUMBER: _ClassVar[int]
    LAYOUT_FIELD_NUMBER: _ClassVar[int]
    GROUP_BY_FIELD_NUMBER: _ClassVar[int]
    VISIBILITY_FIELD_NUMBER: _ClassVar[int]
    TEAM_ID_FIELD_NUMBER: _ClassVar[int]
    ROLE_ID_FIELD_NUMBER: _ClassVar[int]
    DEFAULT_FIELD_NUMBER: _ClassVar[int]
    OWNER_ID_FIELD_NUMBER: _ClassVar[int]
    CREATED_AT_FIELD_NUMBER: _ClassVar[int]
    UPDATED_AT_FIELD_NUMBER: _ClassVar[int]
    DELETED_AT_FIELD_NUMBER: _ClassVar[int]
    ETAG_FIELD_NUMBER: _ClassVar[int]
    id: str
    name: str
    resource: str
    filter: str
    columns: _containers.RepeatedScalarFieldContainer[str]
    order_by: str
    layout: SavedView.Layout
    group_by: str
    visibility: SavedView.Visibility
    team_id: str
    role_id: str
    default: bool
    owner_id: str
    created_at: _timestamp_pb2.Timestamp
    updated_at: _timestamp_pb2.Timestamp
    deleted_at: _timestamp_pb2.Timestamp
    etag: str
    def __init__(self, id: _Optional[str] = ..., name: _Optional[str] = ..., resource: _Optional[str] = ..., filter: _Optional[str] = ..., columns: _Optional[_Iterable[str]] = ..., order_by: _Optional[str] = ..., layout: _Optional[_Union[SavedView.Layout, str]] = ..., group_by: _Optional[str] = ..., visibility: _Optional[_Union[SavedView.Visibility, str]] = ..., team_id: _Optional[str] = ..., role_id: _Optional[str] = ..., default: _Optional[bool] = ..., owner_id: _Optional[str] = ..., created_at: _Optional[_Union[datetime.datetime, _timestamp_pb2.Timestamp, _Mapping]] = ..., updated_at: _Optional[_Union[datetime.datetime, _timestamp_pb2.Timestamp, _Mapping]] = ..., deleted_at: _Optional[_Union[datetime.datetime, _timestamp_pb2.Timestamp, _Mapping]] = ..., etag: _Optional[str] = ...) -> None: ...

class CreateSavedViewRequest(_message.Message):
    __slots__ = ("saved_view",)
    SAVED_VIEW_FIELD_NUMBER: _ClassVar[int]
    saved_view: SavedView
    def __init__(self, saved_view: _Optional[_Union[SavedView, _Mapping]] = ...) -> None: ...

class ListSavedViewsRequest(_message.Message):
    __slots__ = ("page_size", "page_token", "resource")
    PAGE_SIZE_FIELD_NUMBER: _ClassVar[int]
    PAGE_TOKEN_FIELD_NUMBER: _ClassVar[int]
    RESOURCE_FIELD_NUMBER: _ClassVar[int]
    page_size: int
    page_token: str
    resource: str
    def __init__(self, page_size: _Optional[int] = ..., page_token: _Optional[str] = ..., resource: _Optional[str] = ...) -> None: ...

class ListSavedViewsResponse(_message.Message):
    __slots__ = ("saved_views", "next_page_token")
    SAVED_VIEWS_FIELD_NUMBER: _ClassVar[int]
    NEXT_PAGE_TOKEN_FIELD_NUMBER: _ClassVar[int]
    saved_views: _containers.RepeatedCompositeFieldContainer[SavedView]
    next_page_token: str
    def __init__(self, saved_views: _Optional[_Iterable[_Union[SavedView, _Mapping]]] = ..., next_page_token: _Optional[str] = ...) -> None: ...

class UpdateSavedViewRequest(_message.Message):
    __slots__ = ("saved_view", "update_mask")
    SAVED_VIEW_FIELD_NUMBER: _ClassVar[int]
    UPDATE_MASK_FIELD_NUMBER: _ClassVar[int]
    saved_view: SavedView
    update_mask: _field_mask_pb2.FieldMask
    def __init__(self, saved_view: _Optional[_Union[SavedView, _Mapping]] = ..., update_mask: _Optional[_Union[_field_mask_pb2.FieldMask, _Mapping]] = ...) -> None: ...

class SavedViewCreated(_message.Message):
    __slots__ = ("saved_view",)
    SAVED_VIEW_FIELD_NUMBER: _ClassVar[int]
    saved_view: SavedView
    def __init__(self, saved_view: _Optional[_Union[SavedView, _Mapping]] = ...) -> None: ...

class SavedViewUpdated(_message.Message):
    __slots__ = ("saved_view", "changed_fields")
    SAVED_VIEW_FIELD_NUMBER: _ClassVar[int]
    CHANGED_FIELDS_FIELD_NUMBER: _ClassVar[int]
    saved_view: SavedView
    changed_fields: _containers.RepeatedScalarFieldContainer[str]
    def __init__(self, saved_view: _Optional[_Union[SavedView, _Mapping]] = ..., changed_fields: _Optional[_Iterable[str]] = ...) -> None: ...

class SavedViewDeleted(_message.Message):
    __slots__ = ("saved_view",)
    SAVED_VIEW_FIELD_NUMBER: _ClassVar[int]
    saved_view: SavedView
    def __init__(self, saved_view: _Optional[_Union[SavedView, _Mapping]] = ...) -> None: ...
