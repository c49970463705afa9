import datetime

from crm.options.v1 import options_pb2 as _options_pb2
from google.api import annotations_pb2 as _annotations_pb2
from google.api import field_behavior_pb2 as _field_behavior_pb2
from google.protobuf import struct_pb2 as _struct_pb2
from google.protobuf import timestamp_pb2 as _timestamp_pb2
from google.protobuf.internal import containers as _containers
from google.protobuf.internal import enum_type_wrapper as _enum_type_wrapper
from google.protobuf import descriptor as _descriptor
from google.protobuf import message as _message
from collections.abc import Iterable as _Iterable, Mapping as _Mapping
from typing import ClassVar as _ClassVar, Optional as _Optional, Union as _Union

DESCRIPTOR: _descriptor.FileDescriptor

class HeldEvent(_message.Message):
    __slots__ = ("id", "direction", "state", "subscription", "event_id", "type", "record_id", "version", "attempts", "error", "held_at", "next_attempt_at", "event", "request_id", "queue")
    class Direction(int, metaclass=_enum_type_wrapper.EnumTypeWrapper):
        __slots__ = ()
        DIRECTION_UNSPECIFIED: _ClassVar[HeldEvent.Direction]
        INCOMING: _ClassVar[HeldEvent.Direction]
        OUTGOING: _ClassVar[HeldEvent.Direction]
    DIRECTION_UNSPECIFIED: HeldEvent.Direction
    INCOMING: HeldEvent.Direction
    OUTGOING: HeldEvent.Direction
    class State(int, metaclass=_enum_type_wrapper.EnumTypeWrapper):
        __slots__ = ()
        STATE_UNSPECIFIED: _ClassVar[HeldEvent.State]
        WAITING: _ClassVar[HeldEvent.State]
        DEAD: _ClassVar[HeldEvent.State]
    STATE_UNSPECIFIED: HeldEvent.State
    WAITING: HeldEvent.State
    DEAD: HeldEvent.State
    ID_FIELD_NUMBER: _ClassVar[int]
    DIRECTION_FIELD_NUMBER: _ClassVar[int]
    STATE_FIELD_NUMBER: _ClassVar[int]
    SUBSCRIPTION_FIELD_NUMBER: _ClassVar[int]
    EVENT_ID_FIELD_NUMBER: _ClassVar[int]
    TYPE_FIELD_NUMBER: _ClassVar[int]
    RECORD_ID_FIELD_NUMBER: _ClassVar[int]
    VERSION_FIELD_NUMBER: _ClassVar[int]
    ATTEMPTS_FIELD_NUMBER: _ClassVar[int]
    ERROR_FIELD_NUMBER: _ClassVar[int]
    HELD_AT_FIELD_NUMBER: _ClassVar[int]
    NEXT_ATTEMPT_AT_FIELD_NUMBER: _ClassVar[int]
    EVENT_FIELD_NUMBER: _ClassVar[int]
    REQUEST_ID_FIELD_NUMBER: _ClassVar[int]
    QUEUE_FIELD_NUMBER: _ClassVar[int]
    id: str
    direction: HeldEvent.Direction
    state: HeldEvent.State
    subscription: str
    event_id: str
    type: str
    record_id: str
    version: int
    attempts: int
    error: str
    held_at: _timestamp_pb2.Timestamp
    next_attempt_at: _timestamp_pb2.Timestamp
    event: _struct_pb2.Struct
    request_id: str
    queue: str
    def __init__(self, id: _Optional[str] = ..., direction: _Optional[_Union[HeldEvent.Direction, str]] = ..., state: _Optional[_Union[HeldEvent.State, str]] = ..., subscription: _Optional[str] = ..., event_id: _Optional[str] = ..., type: _Optional[str] = ..., record_id: _Optional[str] = ..., version: _Optional[int] = ..., attempts: _Optional[int] = ..., error: _Optional[str] = ..., held_at: _Optional[_Union[datetime.datetime, _timestamp_pb2.Timestamp, _Mapping]] = ..., next_attempt_at: _Optional[_Union[datetime.datetime, _timestamp_pb2.Timestamp, _Mapping]] = ..., event: _Optional[_Union[_struct_pb2.Struct, _Mapping]] = ..., request_id: _Optional[str] = ..., queue: _Optional[str] = ...) -> None: ...

class SubscriptionState(_message.Message):
    __slots__ = ("name", "records", "replay_id", "awaited_publishers")
    NAME_FIELD_NUMBER: _ClassVar[int]
    RECORDS_FIELD_NUMBER: _ClassVar[int]
    REPLAY_ID_FIELD_NUMBER: _ClassVar[int]
    AWAITED_PUBLISHERS_FIELD_NUMBER: _ClassVar[int]
    name: str
    records: _containers.RepeatedScalarFieldContainer[str]
    replay_id: str
    awaited_publishers: _containers.RepeatedScalarFieldContainer[str]
    def __init__(self, name: _Optional[str] = ..., records: _Optional[_Iterable[str]] = ..., replay_id: _Optional[str] = ..., awaited_publishers: _Optional[_Iterable[str]] = ...) -> None: ...

class BusState(_message.Message):
    __slots__ = ("service", "outgoing_waiting", "outgoing_oldest_seconds", "incoming_waiting", "incoming_dead", "subscriptions")
    SERVICE_FIELD_NUMBER: _ClassVar[int]
    OUTGOING_WAITING_FIELD_NUMBER: _ClassVar[int]
    OUTGOING_OLDEST_SECONDS_FIELD_NUMBER: _ClassVar[int]
    INCOMING_WAITING_FIELD_NUMBER: _ClassVar[int]
    INCOMING_DEAD_FIELD_NUMBER: _ClassVar[int]
    SUBSCRIPTIONS_FIELD_NUMBER: _ClassVar[int]
    service: str
    outgoing_waiting: int
    outgoing_oldest_seconds: float
    incoming_waiting: int
    incoming_dead: int
    subscriptions: _containers.RepeatedCompositeFieldContainer[SubscriptionState]
    def __init__(self, service: _Optional[str] = ..., outgoing_waiting: _Optional[int] = ..., outgoing_oldest_seconds: _Optional[float] = ..., incoming_waiting: _Optional[int] = ..., incoming_dead: _Optional[int] = ..., subscriptions: _Optional[_Iterable[_Union[SubscriptionState, _Mapping]]] = ...) -> None: ...

class GetBusStateRequest(_message.Message):
    __slots__ = ("service",)
    SERVICE_FIELD_NUMBER: _ClassVar[int]
    service: str
    def __init__(self, service: _Optional[str] = ...) -> None: ...

class ListHeldEventsRequest(_message.Message):
    __slots__ = ("service", "page_size", "page_token", "direction", "state")
    SERVICE_FIELD_NUMBER: _ClassVar[int]
    PAGE_SIZE_FIELD_NUMBER: _ClassVar[int]
    PAGE_TOKEN_FIELD_NUMBER: _ClassVar[int]
    DIRECTION_FIELD_NUMBER: _ClassVar[int]
    STATE_FIELD_NUMBER: _ClassVar[int]
    service: str
    page_size: int
    page_token: str
    direction: HeldEvent.Direction
    state: HeldEvent.State
    def __init__(self, service: _Optional[str] = ..., page_size: _Optional[int] = ..., page_token: _Optional[str] = ..., direction: _Optional[_Union[HeldEvent.Direction, str]] = ..., state: _Optional[_Union[HeldEvent.State, str]] = ...) -> None: ...

class ListHeldEventsResponse(_message.Message):
    __slots__ = ("held_events", "next_page_token")
    HELD_EVENTS_FIELD_NUMBER: _ClassVar[int]
    NEXT_PAGE_TOKEN_FIELD_NUMBER: _ClassVar[int]
    held_events: _containers.RepeatedCompositeFieldContainer[HeldEvent]
    next_page_token: str
    def __init__(self, held_events: _Optional[_Iterable[_Union[HeldEvent, _Mapping]]] = ..., next_page_token: _Optional[str] = ...) -> None: ...

class GetHeldEventRequest(_message.Message):
    __slots__ = ("service", "id")
    SERVICE_FIELD_NUMBER: _ClassVar[int]
    ID_FIELD_NUMBER: _ClassVar[int]
    service: str
    id: str
    def __init__(self, service: _Optional[str] = ..., id: _Optional[str] = ...) -> None: ...

class RetryHeldEventRequest(_message.Message):
    __slots__ = ("service", "id")
    SERVICE_FIELD_NUMBER: _ClassVar[int]
    ID_FIELD_NUMBER: _ClassVar[int]
    service: str
    id: str
    def __init__(self, service: _Optional[str] = ..., id: _Optional[str] = ...) -> None: ...

class DropHeldEventRequest(_message.Message):
    __slots__ = ("service", "id", "reason")
    SERVICE_FIELD_NUMBER: _ClassVar[int]
    ID_FIELD_NUMBER: _ClassVar[int]
    REASON_FIELD_NUMBER: _ClassVar[int]
    service: str
    id: str
    reason: str
    def __init__(self, service: _Optional[str] = ..., id: _Optional[str] = ..., reason: _Optional[str] = ...) -> None: ...

class ReplaySubscriptionRequest(_message.Message):
    __slots__ = ("service", "subscription", "since")
    SERVICE_FIELD_NUMBER: _ClassVar[int]
    SUBSCRIPTION_FIELD_NUMBER: _ClassVar[int]
    SINCE_FIELD_NUMBER: _ClassVar[int]
    service: str
    subscription: str
    since: _timestamp_pb2.Timestamp
    def __init__(self, service: _Optional[str] = ..., subscription: _Optional[str] = ..., since: _Optional[_Union[datetime.datetime, _timestamp_pb2.Timestamp, _Mapping]] = ...) -> None: ...
