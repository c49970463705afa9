from crm.options.v1 import options_pb2 as _options_pb2
from google.api import annotations_pb2 as _annotations_pb2
from google.api import field_behavior_pb2 as _field_behavior_pb2
from google.protobuf.internal import containers as _containers
from google.protobuf.internal import enum_type_wrapper as _enum_type_wrapper
from google.protobuf import descriptor as _descriptor
from google.protobuf import message as _message
from collections.abc import Iterable as _Iterable, Mapping as _Mapping
from typing import ClassVar as _ClassVar, Optional as _Optional, Union as _Union

DESCRIPTOR: _descriptor.FileDescriptor

class PresenceState(int, metaclass=_enum_type_wrapper.EnumTypeWrapper):
    __slots__ = ()
    PRESENCE_STATE_UNSPECIFIED: _ClassVar[PresenceState]
    VIEWING: _ClassVar[PresenceState]
    TYPING: _ClassVar[PresenceState]
    LEFT: _ClassVar[PresenceState]
PRESENCE_STATE_UNSPECIFIED: PresenceState
VIEWING: PresenceState
TYPING: PresenceState
LEFT: PresenceState

class NotePresenceRequest(_message.Message):
    __slots__ = ("kind", "id", "state")
    KIND_FIELD_NUMBER: _ClassVar[int]
    ID_FIELD_NUMBER: _ClassVar[int]
    STATE_FIELD_NUMBER: _ClassVar[int]
    kind: str
    id: str
    state: PresenceState
    def __init__(self, kind: _Optional[str] = ..., id: _Optional[str] = ..., state: _Optional[_Union[PresenceState, str]] = ...) -> None: ...

class GetPresenceRequest(_message.Message):
    __slots__ = ("kind", "id")
    KIND_FIELD_NUMBER: _ClassVar[int]
    ID_FIELD_NUMBER: _ClassVar[int]
    kind: str
    id: str
    def __init__(self, kind: _Optional[str] = ..., id: _Optional[str] = ...) -> None: ...

class Presence(_message.Message):
    __slots__ = ("kind", "id", "people")
    KIND_FIELD_NUMBER: _ClassVar[int]
    ID_FIELD_NUMBER: _ClassVar[int]
    PEOPLE_FIELD_NUMBER: _ClassVar[int]
    kind: str
    id: str
    people: _containers.RepeatedCompositeFieldContainer[PersonPresent]
    def __init__(self, kind: _Optional[str] = ..., id: _Optional[str] = ..., people: _Optional[_Iterable[_Union[PersonPresent, _Mapping]]] = ...) -> None: ...

class PersonPresent(_message.Message):
    __slots__ = ("user_id", "state")
    USER_ID_FIELD_NUMBER: _ClassVar[int]
    STATE_FIELD_NUMBER: _ClassVar[int]
    user_id: str
    state: PresenceState
    def __init__(self, user_id: _Optional[str] = ..., state: _Optional[_Union[PresenceState, str]] = ...) -> None: ...
