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

class Favourite(_message.Message):
    __slots__ = ("resource", "record_id", "added_at")
    RESOURCE_FIELD_NUMBER: _ClassVar[int]
    RECORD_ID_FIELD_NUMBER: _ClassVar[int]
    ADDED_AT_FIELD_NUMBER: _ClassVar[int]
    resource: str
    record_id: str
    added_at: _timestamp_pb2.Timestamp
    def __init__(self, resource: _Optional[str] = ..., record_id: _Optional[str] = ..., added_at: _Optional[_Union[datetime.datetime, _timestamp_pb2.Timestamp, _Mapping]] = ...) -> None: ...

class GetFavouritesRequest(_message.Message):
    __slots__ = ("resource",)
    RESOURCE_FIELD_NUMBER: _ClassVar[int]
    resource: str
    def __init__(self, resource: _Optional[str] = ...) -> None: ...

class GetFavouritesResponse(_message.Message):
    __slots__ = ("favourites",)
    FAVOURITES_FIELD_NUMBER: _ClassVar[int]
    favourites: _containers.RepeatedCompositeFieldContainer[Favourite]
    def __init__(self, favourites: _Optional[_Iterable[_Union[Favourite, _Mapping]]] = ...) -> None: ...

class AddFavouriteRequest(_message.Message):
    __slots__ = ("resource", "record_id")
    RESOURCE_FIELD_NUMBER: _ClassVar[int]
    RECORD_ID_FIELD_NUMBER: _ClassVar[int]
    resource: str
    record_id: str
    def __init__(self, resource: _Optional[str] = ..., record_id: _Optional[str] = ...) -> None: ...

class RemoveFavouriteRequest(_message.Message):
    __slots__ = ("resource", "record_id")
    RESOURCE_FIELD_NUMBER: _ClassVar[int]
    RECORD_ID_FIELD_NUMBER: _ClassVar[int]
    resource: str
    record_id: str
    def __init__(self, resource: _Optional[str] = ..., record_id: _Optional[str] = ...) -> None: ...

class RemoveFavouriteResponse(_message.Message):
    __slots__ = ()
    def __init__(self) -> None: ...
