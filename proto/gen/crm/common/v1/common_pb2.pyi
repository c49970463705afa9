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

class Scope(int, metaclass=_enum_type_wrapper.EnumTypeWrapper):
    __slots__ = ()
    SCOPE_UNSPECIFIED: _ClassVar[Scope]
    OWN: _ClassVar[Scope]
    TEAM: _ClassVar[Scope]
    SUBTREE: _ClassVar[Scope]
    TERRITORY: _ClassVar[Scope]
    ALL: _ClassVar[Scope]
SCOPE_UNSPECIFIED: Scope
OWN: Scope
TEAM: Scope
SUBTREE: Scope
TERRITORY: Scope
ALL: Scope

class Money(_message.Message):
    __slots__ = ("amount", "currency")
    AMOUNT_FIELD_NUMBER: _ClassVar[int]
    CURRENCY_FIELD_NUMBER: _ClassVar[int]
    amount: str
    currency: str
    def __init__(self, amount: _Optional[str] = ..., currency: _Optional[str] = ...) -> None: ...

class Address(_message.Message):
    __slots__ = ("type", "street", "city", "region", "postal_code", "country", "primary")
    TYPE_FIELD_NUMBER: _ClassVar[int]
    STREET_FIELD_NUMBER: _ClassVar[int]
    CITY_FIELD_NUMBER: _ClassVar[int]
    REGION_FIELD_NUMBER: _ClassVar[int]
    POSTAL_CODE_FIELD_NUMBER: _ClassVar[int]
    COUNTRY_FIELD_NUMBER: _ClassVar[int]
    PRIMARY_FIELD_NUMBER: _ClassVar[int]
    type: str
    street: str
    city: str
    region: str
    postal_code: str
    country: str
    primary: bool
    def __init__(self, type: _Optional[str] = ..., street: _Optional[str] = ..., city: _Optional[str] = ..., region: _Optional[str] = ..., postal_code: _Optional[str] = ..., country: _Optional[str] = ..., primary: _Optional[bool] = ...) -> None: ...

class TimelineEntry(_message.Message):
    __slots__ = ("id", "at", "kind", "title", "service", "record_type", "record_id", "actor_id")
    ID_FIELD_NUMBER: _ClassVar[int]
    AT_FIELD_NUMBER: _ClassVar[int]
    KIND_FIELD_NUMBER: _ClassVar[int]
    TITLE_FIELD_NUMBER: _ClassVar[int]
    SERVICE_FIELD_NUMBER: _ClassVar[int]
    RECORD_TYPE_FIELD_NUMBER: _ClassVar[int]
    RECORD_ID_FIELD_NUMBER: _ClassVar[int]
    ACTOR_ID_FIELD_NUMBER: _ClassVar[int]
    id: str
    at: _timestamp_pb2.Timestamp
    kind: str
    title: str
    service: str
    record_type: str
    record_id: str
    actor_id: str
    def __init__(self, id: _Optional[str] = ..., at: _Optional[_Union[datetime.datetime, _timestamp_pb2.Timestamp, _Mapping]] = ..., kind: _Optional[str] = ..., title: _Optional[str] = ..., service: _Optional[str] = ..., record_type: _Optional[str] = ..., record_id: _Optional[str] = ..., actor_id: _Optional[str] = ...) -> None: ...

class CustomerRef(_message.Message):
    __slots__ = ("contact_id", "account_id", "contact_ids")
    CONTACT_ID_FIELD_NUMBER: _ClassVar[int]
    ACCOUNT_ID_FIELD_NUMBER: _ClassVar[int]
    CONTACT_IDS_FIELD_NUMBER: _ClassVar[int]
    contact_id: str
    account_id: str
    contact_ids: _containers.RepeatedScalarFieldContainer[str]
    def __init__(self, contact_id: _Optional[str] = ..., account_id: _Optional[str] = ..., contact_ids: _Optional[_Iterable[str]] = ...) -> None: ...

class TimelinePosition(_message.Message):
    __slots__ = ("before", "before_id", "kinds", "limit")
    BEFORE_FIELD_NUMBER: _ClassVar[int]
    BEFORE_ID_FIELD_NUMBER: _ClassVar[int]
    KINDS_FIELD_NUMBER: _ClassVar[int]
    LIMIT_FIELD_NUMBER: _ClassVar[int]
    before: _timestamp_pb2.Timestamp
    before_id: str
    kinds: _containers.RepeatedScalarFieldContainer[str]
    limit: int
    def __init__(self, before: _Optional[_Union[datetime.datetime, _timestamp_pb2.Timestamp, _Mapping]] = ..., before_id: _Optional[str] = ..., kinds: _Optional[_Iterable[str]] = ..., limit: _Optional[int] = ...) -> None: ...

class GetCustomerRequest(_message.Message):
    __slots__ = ("customer",)
    CUSTOMER_FIELD_NUMBER: _ClassVar[int]
    customer: CustomerRef
    def __init__(self, customer: _Optional[_Union[CustomerRef, _Mapping]] = ...) -> None: ...

class ListCustomerTimelineRequest(_message.Message):
    __slots__ = ("customer", "position")
    CUSTOMER_FIELD_NUMBER: _ClassVar[int]
    POSITION_FIELD_NUMBER: _ClassVar[int]
    customer: CustomerRef
    position: TimelinePosition
    def __init__(self, customer: _Optional[_Union[CustomerRef, _Mapping]] = ..., position: _Optional[_Union[TimelinePosition, _Mapping]] = ...) -> None: ...

class ListCustomerTimelineResponse(_message.Message):
    __slots__ = ("entries",)
    ENTRIES_FIELD_NUMBER: _ClassVar[int]
    entries: _containers.RepeatedCompositeFieldContainer[TimelineEntry]
    def __init__(self, entries: _Optional[_Iterable[_Union[TimelineEntry, _Mapping]]] = ...) -> None: ...

class SearchRecordsRequest(_message.Message):
    __slots__ = ("query", "limit")
    QUERY_FIELD_NUMBER: _ClassVar[int]
    LIMIT_FIELD_NUMBER: _ClassVar[int]
    query: str
    limit: int
    def __init__(self, query: _Optional[str] = ..., limit: _Optional[int] = ...) -> None: ...

class SearchRecordsResponse(_message.Message):
    __slots__ = ("hits",)
    HITS_FIELD_NUMBER: _ClassVar[int]
    hits: _containers.RepeatedCompositeFieldContainer[SearchHit]
    def __init__(self, hits: _Optional[_Iterable[_Union[SearchHit, _Mapping]]] = ...) -> None: ...

class SearchHit(_message.Message):
    __slots__ = ("record_type", "record_id", "title", "subtitle", "service")
    RECORD_TYPE_FIELD_NUMBER: _ClassVar[int]
    RECORD_ID_FIELD_NUMBER: _ClassVar[int]
    TITLE_FIELD_NUMBER: _ClassVar[int]
    SUBTITLE_FIELD_NUMBER: _ClassVar[int]
    SERVICE_FIELD_NUMBER: _ClassVar[int]
    record_type: str
    record_id: str
    title: str
    subtitle: str
    service: str
    def __init__(self, record_type: _Optional[str] = ..., record_id: _Optional[str] = ..., title: _Optional[str] = ..., subtitle: _Optional[str] = ..., service: _Optional[str] = ...) -> None: ...

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

class Import(_message.Message):
    __slots__ = ("id", "kind", "file_name", "state", "dry_run", "mapping", "rows_read", "rows_created", "rows_updated", "rows_unchanged", "rows_failed", "repairs", "errors", "error", "created_at", "finished_at", "owner_id")
    class State(int, metaclass=_enum_type_wrapper.EnumTypeWrapper):
        __slots__ = ()
        STATE_UNSPECIFIED: _ClassVar[Import.State]
        UPLOADING: _ClassVar[Import.State]
        RUNNING: _ClassVar[Import.State]
        DONE: _ClassVar[Import.State]
        FAILED: _ClassVar[Import.State]
    STATE_UNSPECIFIED: Import.State
    UPLOADING: Import.State
    RUNNING: Import.State
    DONE: Import.State
    FAILED: Import.State
    class MappingEntry(_message.Message):
        __slots__ = ("key", "value")
        KEY_FIELD_NUMBER: _ClassVar[int]
        VALUE_FIELD_NUMBER: _ClassVar[int]
        key: str
        value: str
        def __init__(self, key: _Optional[str] = ..., value: _Optional[str] = ...) -> None: ...
    class RepairsEntry(_message.Message):
        __slots__ = ("key", "value")
        KEY_FIELD_NUMBER: _ClassVar[int]
        VALUE_FIELD_NUMBER: _ClassVar[int]
        key: str
        value: int
        def __init__(self, key: _Optional[str] = ..., value: _Optional[int] = ...) -> None: ...
    ID_FIELD_NUMBER: _ClassVar[int]
    KIND_FIELD_NUMBER: _ClassVar[int]
    FILE_NAME_FIELD_NUMBER: _ClassVar[int]
    STATE_FIELD_NUMBER: _ClassVar[int]
    DRY_RUN_FIELD_NUMBER: _ClassVar[int]
    MAPPING_FIELD_NUMBER: _ClassVar[int]
    ROWS_READ_FIELD_NUMBER: _ClassVar[int]
    ROWS_CREATED_FIELD_NUMBER: _ClassVar[int]
    ROWS_UPDATED_FIELD_NUMBER: _ClassVar[int]
    ROWS_UNCHANGED_FIELD_NUMBER: _ClassVar[int]
    ROWS_FAILED_FIELD_NUMBER: _ClassVar[int]
    REPAIRS_FIELD_NUMBER: _ClassVar[int]
    ERRORS_FIELD_NUMBER: _ClassVar[int]
    ERROR_FIELD_NUMBER: _ClassVar[int]
    CREATED_AT_FIELD_NUMBER: _ClassVar[int]
    FINISHED_AT_FIELD_NUMBER: _ClassVar[int]
    OWNER_ID_FIELD_NUMBER: _ClassVar[int]
    id: str
    kind: str
    file_name: str
    state: Import.State
    dry_run: bool
    mapping: _containers.ScalarMap[str, str]
    rows_read: int
    rows_created: int
    rows_updated: int
    rows_unchanged: int
    rows_failed: int
    repairs: _containers.ScalarMap[str, int]
    errors: _containers.RepeatedCompositeFieldContainer[RowError]
    error: str
    created_at: _timestamp_pb2.Timestamp
    finished_at: _timestamp_pb2.Timestamp
    owner_id: str
    def __init__(self, id: _Optional[str] = ..., kind: _Optional[str] = ..., file_name: _Optional[str] = ..., state: _Optional[_Union[Import.State, str]] = ..., dry_run: _Optional[bool] = ..., mapping: _Optional[_Mapping[str, str]] = ..., rows_read: _Optional[int] = ..., rows_created: _Optional[int] = ..., rows_updated: _Optional[int] = ..., rows_unchanged: _Optional[int] = ..., rows_failed: _Optional[int] = ..., repairs: _Optional[_Mapping[str, int]] = ..., errors: _Optional[_Iterable[_Union[RowError, _Mapping]]] = ..., error: _Optional[str] = ..., created_at: _Optional[_Union[datetime.datetime, _timestamp_pb2.Timestamp, _Mapping]] = ..., finished_at: _Optional[_Union[datetime.datetime, _timestamp_pb2.Timestamp, _Mapping]] = ..., owner_id: _Optional[str] = ...) -> None: ...

class RowError(_message.Message):
    __slots__ = ("line", "field", "message", "row")
    class RowEntry(_message.Message):
        __slots__ = ("key", "value")
        KEY_FIELD_NUMBER: _ClassVar[int]
        VALUE_FIELD_NUMBER: _ClassVar[int]
        key: str
        value: str
        def __init__(self, key: _Optional[str] = ..., value: _Optional[str] = ...) -> None: ...
    LINE_FIELD_NUMBER: _ClassVar[int]
    FIELD_FIELD_NUMBER: _ClassVar[int]
    MESSAGE_FIELD_NUMBER: _ClassVar[int]
    ROW_FIELD_NUMBER: _ClassVar[int]
    line: int
    field: str
    message: str
    row: _containers.ScalarMap[str, str]
    def __init__(self, line: _Optional[int] = ..., field: _Optional[str] = ..., message: _Optional[str] = ..., row: _Optional[_Mapping[str, str]] = ...) -> None: ...

class UploadImportRequest(_message.Message):
    __slots__ = ("header", "chunk")
    HEADER_FIELD_NUMBER: _ClassVar[int]
    CHUNK_FIELD_NUMBER: _ClassVar[int]
    header: ImportHeader
    chunk: bytes
    def __init__(self, header: _Optional[_Union[ImportHeader, _Mapping]] = ..., chunk: _Optional[bytes] = ...) -> None: ...

class ImportHeader(_message.Message):
    __slots__ = ("kind", "file_name", "mapping", "dry_run")
    class MappingEntry(_message.Message):
        __slots__ = ("key", "value")
        KEY_FIELD_NUMBER: _ClassVar[int]
        VALUE_FIELD_NUMBER: _ClassVar[int]
        key: str
        value: str
        def __init__(self, key: _Optional[str] = ..., value: _Optional[str] = ...) -> None: ...
    KIND_FIELD_NUMBER: _ClassVar[int]
    FILE_NAME_FIELD_NUMBER: _ClassVar[int]
    MAPPING_FIELD_NUMBER: _ClassVar[int]
    DRY_RUN_FIELD_NUMBER: _ClassVar[int]
    kind: str
    file_name: str
    mapping: _containers.ScalarMap[str, str]
    dry_run: bool
    def __init__(self, kind: _Optional[str] = ..., file_name: _Optional[str] = ..., mapping: _Optional[_Mapping[str, str]] = ..., dry_run: _Optional[bool] = ...) -> None: ...

class GetImportRequest(_message.Message):
    __slots__ = ("id",)
    ID_FIELD_NUMBER: _ClassVar[int]
    id: str
    def __init__(self, id: _Optional[str] = ...) -> None: ...

class ListImportErrorsRequest(_message.Message):
    __slots__ = ("id", "page_size", "page_token")
    ID_FIELD_NUMBER: _ClassVar[int]
    PAGE_SIZE_FIELD_NUMBER: _ClassVar[int]
    PAGE_TOKEN_FIELD_NUMBER: _ClassVar[int]
    id: str
    page_size: int
    page_token: str
    def __init__(self, id: _Optional[str] = ..., page_size: _Optional[int] = ..., page_token: _Optional[str] = ...) -> None: ...

class ListImportErrorsResponse(_message.Message):
    __slots__ = ("errors", "next_page_token")
    ERRORS_FIELD_NUMBER: _ClassVar[int]
    NEXT_PAGE_TOKEN_FIELD_NUMBER: _ClassVar[int]
    errors: _containers.RepeatedCompositeFieldContainer[RowError]
    next_page_token: str
    def __init__(self, errors: _Optional[_Iterable[_Union[RowError, _Mapping]]] = ..., next_page_token: _Optional[str] = ...) -> None: ...

class ListHistoryRequest(_message.Message):
    __slots__ = ("page_size", "page_token", "filter")
    PAGE_SIZE_FIELD_NUMBER: _ClassVar[int]
    PAGE_TOKEN_FIELD_NUMBER: _ClassVar[int]
    FILTER_FIELD_NUMBER: _ClassVar[int]
    page_size: int
    page_token: str
    filter: str
    def __init__(self, page_size: _Optional[int] = ..., page_token: _Optional[str] = ..., filter: _Optional[str] = ...) -> None: ...

class ListHistoryResponse(_message.Message):
    __slots__ = ("audit_entries", "next_page_token")
    AUDIT_ENTRIES_FIELD_NUMBER: _ClassVar[int]
    NEXT_PAGE_TOKEN_FIELD_NUMBER: _ClassVar[int]
    audit_entries: _containers.RepeatedCompositeFieldContainer[AuditEntry]
    next_page_token: str
    def __init__(self, audit_entries: _Optional[_Iterable[_Union[AuditEntry, _Mapping]]] = ..., next_page_token: _Optional[str] = ...) -> None: ...

class ReplayEventsRequest(_message.Message):
    __slots__ = ("types", "after_position")
    TYPES_FIELD_NUMBER: _ClassVar[int]
    AFTER_POSITION_FIELD_NUMBER: _ClassVar[int]
    types: _containers.RepeatedScalarFieldContainer[str]
    after_position: int
    def __init__(self, types: _Optional[_Iterable[str]] = ..., after_position: _Optional[int] = ...) -> None: ...

class ReplayEventsResponse(_message.Message):
    __slots__ = ("position", "event")
    POSITION_FIELD_NUMBER: _ClassVar[int]
    EVENT_FIELD_NUMBER: _ClassVar[int]
    position: int
    event: bytes
    def __init__(self, position: _Optional[int] = ..., event: _Optional[bytes] = ...) -> None: ...

class HeldEvent(_message.Message):
    __slots__ = ("id", "direction", "state", "subscription", "event_id", "type", "record_id", "version", "attempts", "error", "held_at", "next_attempt_at", "event")
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
    def __init__(self, id: _Optional[str] = ..., direction: _Optional[_Union[HeldEvent.Direction, str]] = ..., state: _Optional[_Union[HeldEvent.State, str]] = ..., subscription: _Optional[str] = ..., event_id: _Optional[str] = ..., type: _Optional[str] = ..., record_id: _Optional[str] = ..., version: _Optional[int] = ..., attempts: _Optional[int] = ..., error: _Optional[str] = ..., held_at: _Optional[_Union[datetime.datetime, _timestamp_pb2.Timestamp, _Mapping]] = ..., next_attempt_at: _Optional[_Union[datetime.datetime, _timestamp_pb2.Timestamp, _Mapping]] = ..., event: _Optional[_Union[_struct_pb2.Struct, _Mapping]] = ...) -> None: ...

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
