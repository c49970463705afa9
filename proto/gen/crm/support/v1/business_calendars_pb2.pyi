import datetime

from crm.common.v1 import batches_pb2 as _batches_pb2
from crm.common.v1 import standard_pb2 as _standard_pb2
from crm.options.v1 import options_pb2 as _options_pb2
from google.api import annotations_pb2 as _annotations_pb2
from google.api import field_behavior_pb2 as _field_behavior_pb2
from google.protobuf import field_mask_pb2 as _field_mask_pb2
from google.protobuf import timestamp_pb2 as _timestamp_pb2
from google.protobuf.internal import containers as _containers
from google.protobuf import descriptor as _descriptor
from google.protobuf import message as _message
from collections.abc import Iterable as _Iterable, Mapping as _Mapping
from typing import ClassVar as _ClassVar, Optional as _Optional, Union as _Union

DESCRIPTOR: _descriptor.FileDescriptor

class BusinessCalendar(_message.Message):
    __slots__ = ("id", "name", "time_zone", "working_hours", "holidays", "is_default", "created_at", "updated_at", "deleted_at", "created_by", "etag")
    ID_FIELD_NUMBER: _ClassVar[int]
    NAME_FIELD_NUMBER: _ClassVar[int]
    TIME_ZONE_FIELD_NUMBER: _ClassVar[int]
    WORKING_HOURS_FIELD_NUMBER: _ClassVar[int]
    HOLIDAYS_FIELD_NUMBER: _ClassVar[int]
    IS_DEFAULT_FIELD_NUMBER: _ClassVar[int]
    CREATED_AT_FIELD_NUMBER: _ClassVar[int]
    UPDATED_AT_FIELD_NUMBER: _ClassVar[int]
    DELETED_AT_FIELD_NUMBER: _ClassVar[int]
    CREATED_BY_FIELD_NUMBER: _ClassVar[int]
    ETAG_FIELD_NUMBER: _ClassVar[int]
    id: str
    name: str
    time_zone: str
    working_hours: _containers.RepeatedCompositeFieldContainer[WorkingHours]
    holidays: _containers.RepeatedScalarFieldContainer[str]
    is_default: bool
    created_at: _timestamp_pb2.Timestamp
    updated_at: _timestamp_pb2.Timestamp
    deleted_at: _timestamp_pb2.Timestamp
    created_by: str
    etag: str
    def __init__(self, id: _Optional[str] = ..., name: _Optional[str] = ..., time_zone: _Optional[str] = ..., working_hours: _Optional[_Iterable[_Union[WorkingHours, _Mapping]]] = ..., holidays: _Optional[_Iterable[str]] = ..., is_default: _Optional[bool] = ..., created_at: _Optional[_Union[datetime.datetime, _timestamp_pb2.Timestamp, _Mapping]] = ..., updated_at: _Optional[_Union[datetime.datetime, _timestamp_pb2.Timestamp, _Mapping]] = ..., deleted_at: _Optional[_Union[datetime.datetime, _timestamp_pb2.Timestamp, _Mapping]] = ..., created_by: _Optional[str] = ..., etag: _Optional[str] = ...) -> None: ...

class WorkingHours(_message.Message):
    __slots__ = ("weekday", "start", "end")
    WEEKDAY_FIELD_NUMBER: _ClassVar[int]
    START_FIELD_NUMBER: _ClassVar[int]
    END_FIELD_NUMBER: _ClassVar[int]
    weekday: int
    start: str
    end: str
    def __init__(self, weekday: _Optional[int] = ..., start: _Optional[str] = ..., end: _Optional[str] = ...) -> None: ...

class CreateBusinessCalendarRequest(_message.Message):
    __slots__ = ("business_calendar",)
    BUSINESS_CALENDAR_FIELD_NUMBER: _ClassVar[int]
    business_calendar: BusinessCalendar
    def __init__(self, business_calendar: _Optional[_Union[BusinessCalendar, _Mapping]] = ...) -> None: ...

class ListBusinessCalendarsRequest(_message.Message):
    __slots__ = ("page_size", "page_token", "order_by", "filter", "show_deleted", "include_total_size", "exact_total_size")
    PAGE_SIZE_FIELD_NUMBER: _ClassVar[int]
    PAGE_TOKEN_FIELD_NUMBER: _ClassVar[int]
    ORDER_BY_FIELD_NUMBER: _ClassVar[int]
    FILTER_FIELD_NUMBER: _ClassVar[int]
    SHOW_DELETED_FIELD_NUMBER: _ClassVar[int]
    INCLUDE_TOTAL_SIZE_FIELD_NUMBER: _ClassVar[int]
    EXACT_TOTAL_SIZE_FIELD_NUMBER: _ClassVar[int]
    page_size: int
    page_token: str
    order_by: str
    filter: str
    show_deleted: bool
    include_total_size: bool
    exact_total_size: bool
    def __init__(self, page_size: _Optional[int] = ..., page_token: _Optional[str] = ..., order_by: _Optional[str] = ..., filter: _Optional[str] = ..., show_deleted: _Optional[bool] = ..., include_total_size: _Optional[bool] = ..., exact_total_size: _Optional[bool] = ...) -> None: ...

class ListBusinessCalendarsResponse(_message.Message):
    __slots__ = ("business_calendars", "next_page_token", "total_size", "total_size_estimated")
    BUSINESS_CALENDARS_FIELD_NUMBER: _ClassVar[int]
    NEXT_PAGE_TOKEN_FIELD_NUMBER: _ClassVar[int]
    TOTAL_SIZE_FIELD_NUMBER: _ClassVar[int]
    TOTAL_SIZE_ESTIMATED_FIELD_NUMBER: _ClassVar[int]
    business_calendars: _containers.RepeatedCompositeFieldContainer[BusinessCalendar]
    next_page_token: str
    total_size: int
    total_size_estimated: bool
    def __init__(self, business_calendars: _Optional[_Iterable[_Union[BusinessCalendar, _Mapping]]] = ..., next_page_token: _Optional[str] = ..., total_size: _Optional[int] = ..., total_size_estimated: _Optional[bool] = ...) -> None: ...

class UpdateBusinessCalendarRequest(_message.Message):
    __slots__ = ("business_calendar", "update_mask")
    BUSINESS_CALENDAR_FIELD_NUMBER: _ClassVar[int]
    UPDATE_MASK_FIELD_NUMBER: _ClassVar[int]
    business_calendar: BusinessCalendar
    update_mask: _field_mask_pb2.FieldMask
    def __init__(self, business_calendar: _Optional[_Union[BusinessCalendar, _Mapping]] = ..., update_mask: _Optional[_Union[_field_mask_pb2.FieldMask, _Mapping]] = ...) -> None: ...

class BatchGetBusinessCalendarsResponse(_message.Message):
    __slots__ = ("business_calendars", "not_found", "left_out")
    BUSINESS_CALENDARS_FIELD_NUMBER: _ClassVar[int]
    NOT_FOUND_FIELD_NUMBER: _ClassVar[int]
    LEFT_OUT_FIELD_NUMBER: _ClassVar[int]
    business_calendars: _containers.RepeatedCompositeFieldContainer[BusinessCalendar]
    not_found: _containers.RepeatedScalarFieldContainer[str]
    left_out: _containers.RepeatedScalarFieldContainer[str]
    def __init__(self, business_calendars: _Optional[_Iterable[_Union[BusinessCalendar, _Mapping]]] = ..., not_found: _Optional[_Iterable[str]] = ..., left_out: _Optional[_Iterable[str]] = ...) -> None: ...

class BatchCreateBusinessCalendarsRequest(_message.Message):
    __slots__ = ("business_calendars",)
    BUSINESS_CALENDARS_FIELD_NUMBER: _ClassVar[int]
    business_calendars: _containers.RepeatedCompositeFieldContainer[BusinessCalendar]
    def __init__(self, business_calendars: _Optional[_Iterable[_Union[BusinessCalendar, _Mapping]]] = ...) -> None: ...

class BatchUpdateBusinessCalendarsRequest(_message.Message):
    __slots__ = ("business_calendars", "update_masks")
    BUSINESS_CALENDARS_FIELD_NUMBER: _ClassVar[int]
    UPDATE_MASKS_FIELD_NUMBER: _ClassVar[int]
    business_calendars: _containers.RepeatedCompositeFieldContainer[BusinessCalendar]
    update_masks: _containers.RepeatedCompositeFieldContainer[_field_mask_pb2.FieldMask]
    def __init__(self, business_calendars: _Optional[_Iterable[_Union[BusinessCalendar, _Mapping]]] = ..., update_masks: _Optional[_Iterable[_Union[_field_mask_pb2.FieldMask, _Mapping]]] = ...) -> None: ...

class BusinessCalendarCreated(_message.Message):
    __slots__ = ("business_calendar",)
    BUSINESS_CALENDAR_FIELD_NUMBER: _ClassVar[int]
    business_calendar: BusinessCalendar
    def __init__(self, business_calendar: _Optional[_Union[BusinessCalendar, _Mapping]] = ...) -> None: ...

class BusinessCalendarUpdated(_message.Message):
    __slots__ = ("business_calendar", "changed_fields")
    BUSINESS_CALENDAR_FIELD_NUMBER: _ClassVar[int]
    CHANGED_FIELDS_FIELD_NUMBER: _ClassVar[int]
    business_calendar: BusinessCalendar
    changed_fields: _containers.RepeatedScalarFieldContainer[str]
    def __init__(self, business_calendar: _Optional[_Union[BusinessCalendar, _Mapping]] = ..., changed_fields: _Optional[_Iterable[str]] = ...) -> None: ...

class BusinessCalendarDeleted(_message.Message):
    __slots__ = ("business_calendar",)
    BUSINESS_CALENDAR_FIELD_NUMBER: _ClassVar[int]
    business_calendar: BusinessCalendar
    def __init__(self, business_calendar: _Optional[_Union[BusinessCalendar, _Mapping]] = ...) -> None: ...
