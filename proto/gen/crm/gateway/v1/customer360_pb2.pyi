import datetime

from crm.common.v1 import timelines_pb2 as _timelines_pb2
from crm.contacts.v1 import customers_pb2 as _customers_pb2
from crm.marketing.v1 import customers_pb2 as _customers_pb2_1
from crm.options.v1 import options_pb2 as _options_pb2
from crm.reporting.v1 import customers_pb2 as _customers_pb2_1_1
from crm.sales.v1 import customers_pb2 as _customers_pb2_1_1_1
from crm.support.v1 import customers_pb2 as _customers_pb2_1_1_1_1
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

class SectionState(int, metaclass=_enum_type_wrapper.EnumTypeWrapper):
    __slots__ = ()
    SECTION_STATE_UNSPECIFIED: _ClassVar[SectionState]
    OK: _ClassVar[SectionState]
    PARTIAL: _ClassVar[SectionState]
    STALE: _ClassVar[SectionState]
    UNAVAILABLE: _ClassVar[SectionState]
    NOT_ALLOWED: _ClassVar[SectionState]
    UNTOLD: _ClassVar[SectionState]
SECTION_STATE_UNSPECIFIED: SectionState
OK: SectionState
PARTIAL: SectionState
STALE: SectionState
UNAVAILABLE: SectionState
NOT_ALLOWED: SectionState
UNTOLD: SectionState

class GetCustomer360Request(_message.Message):
    __slots__ = ("id", "as_of")
    ID_FIELD_NUMBER: _ClassVar[int]
    AS_OF_FIELD_NUMBER: _ClassVar[int]
    id: str
    as_of: _timestamp_pb2.Timestamp
    def __init__(self, id: _Optional[str] = ..., as_of: _Optional[_Union[datetime.datetime, _timestamp_pb2.Timestamp, _Mapping]] = ...) -> None: ...

class Customer360(_message.Message):
    __slots__ = ("customer", "sections", "partial")
    CUSTOMER_FIELD_NUMBER: _ClassVar[int]
    SECTIONS_FIELD_NUMBER: _ClassVar[int]
    PARTIAL_FIELD_NUMBER: _ClassVar[int]
    customer: Customer
    sections: Sections
    partial: bool
    def __init__(self, customer: _Optional[_Union[Customer, _Mapping]] = ..., sections: _Optional[_Union[Sections, _Mapping]] = ..., partial: _Optional[bool] = ...) -> None: ...

class Customer(_message.Message):
    __slots__ = ("id", "type", "name")
    ID_FIELD_NUMBER: _ClassVar[int]
    TYPE_FIELD_NUMBER: _ClassVar[int]
    NAME_FIELD_NUMBER: _ClassVar[int]
    id: str
    type: str
    name: str
    def __init__(self, id: _Optional[str] = ..., type: _Optional[str] = ..., name: _Optional[str] = ...) -> None: ...

class Sections(_message.Message):
    __slots__ = ("profile", "opportunities", "tickets", "campaigns", "timeline", "metrics")
    PROFILE_FIELD_NUMBER: _ClassVar[int]
    OPPORTUNITIES_FIELD_NUMBER: _ClassVar[int]
    TICKETS_FIELD_NUMBER: _ClassVar[int]
    CAMPAIGNS_FIELD_NUMBER: _ClassVar[int]
    TIMELINE_FIELD_NUMBER: _ClassVar[int]
    METRICS_FIELD_NUMBER: _ClassVar[int]
    profile: ProfileSection
    opportunities: OpportunitiesSection
    tickets: TicketsSection
    campaigns: CampaignsSection
    timeline: TimelineSection
    metrics: MetricsSection
    def __init__(self, profile: _Optional[_Union[ProfileSection, _Mapping]] = ..., opportunities: _Optional[_Union[OpportunitiesSection, _Mapping]] = ..., tickets: _Optional[_Union[TicketsSection, _Mapping]] = ..., campaigns: _Optional[_Union[CampaignsSection, _Mapping]] = ..., timeline: _Optional[_Union[TimelineSection, _Mapping]] = ..., metrics: _Optional[_Union[MetricsSection, _Mapping]] = ...) -> None: ...

class ProfileSection(_message.Message):
    __slots__ = ("state", "as_of", "reason", "data")
    STATE_FIELD_NUMBER: _ClassVar[int]
    AS_OF_FIELD_NUMBER: _ClassVar[int]
    REASON_FIELD_NUMBER: _ClassVar[int]
    DATA_FIELD_NUMBER: _ClassVar[int]
    state: SectionState
    as_of: _timestamp_pb2.Timestamp
    reason: str
    data: _customers_pb2.CustomerProfile
    def __init__(self, state: _Optional[_Union[SectionState, str]] = ..., as_of: _Optional[_Union[datetime.datetime, _timestamp_pb2.Timestamp, _Mapping]] = ..., reason: _Optional[str] = ..., data: _Optional[_Union[_customers_pb2.CustomerProfile, _Mapping]] = ...) -> None: ...

class OpportunitiesSection(_message.Message):
    __slots__ = ("state", "as_of", "reason", "data")
    STATE_FIELD_NUMBER: _ClassVar[int]
    AS_OF_FIELD_NUMBER: _ClassVar[int]
    REASON_FIELD_NUMBER: _ClassVar[int]
    DATA_FIELD_NUMBER: _ClassVar[int]
    state: SectionState
    as_of: _timestamp_pb2.Timestamp
    reason: str
    data: _customers_pb2_1_1_1.CustomerSales
    def __init__(self, state: _Optional[_Union[SectionState, str]] = ..., as_of: _Optional[_Union[datetime.datetime, _timestamp_pb2.Timestamp, _Mapping]] = ..., reason: _Optional[str] = ..., data: _Optional[_Union[_customers_pb2_1_1_1.CustomerSales, _Mapping]] = ...) -> None: ...

class TicketsSection(_message.Message):
    __slots__ = ("state", "as_of", "reason", "data")
    STATE_FIELD_NUMBER: _ClassVar[int]
    AS_OF_FIELD_NUMBER: _ClassVar[int]
    REASON_FIELD_NUMBER: _ClassVar[int]
    DATA_FIELD_NUMBER: _ClassVar[int]
    state: SectionState
    as_of: _timestamp_pb2.Timestamp
    reason: str
    data: _customers_pb2_1_1_1_1.CustomerSupport
    def __init__(self, state: _Optional[_Union[SectionState, str]] = ..., as_of: _Optional[_Union[datetime.datetime, _timestamp_pb2.Timestamp, _Mapping]] = ..., reason: _Optional[str] = ..., data: _Optional[_Union[_customers_pb2_1_1_1_1.CustomerSupport, _Mapping]] = ...) -> None: ...

class CampaignsSection(_message.Message):
    __slots__ = ("state", "as_of", "reason", "data")
    STATE_FIELD_NUMBER: _ClassVar[int]
    AS_OF_FIELD_NUMBER: _ClassVar[int]
    REASON_FIELD_NUMBER: _ClassVar[int]
    DATA_FIELD_NUMBER: _ClassVar[int]
    state: SectionState
    as_of: _timestamp_pb2.Timestamp
    reason: str
    data: _customers_pb2_1.CustomerMarketing
    def __init__(self, state: _Optional[_Union[SectionState, str]] = ..., as_of: _Optional[_Union[datetime.datetime, _timestamp_pb2.Timestamp, _Mapping]] = ..., reason: _Optional[str] = ..., data: _Optional[_Union[_customers_pb2_1.CustomerMarketing, _Mapping]] = ...) -> None: ...

class TimelineSection(_message.Message):
    __slots__ = ("state", "as_of", "reason", "data")
    STATE_FIELD_NUMBER: _ClassVar[int]
    AS_OF_FIELD_NUMBER: _ClassVar[int]
    REASON_FIELD_NUMBER: _ClassVar[int]
    DATA_FIELD_NUMBER: _ClassVar[int]
    state: SectionState
    as_of: _timestamp_pb2.Timestamp
    reason: str
    data: TimelineData
    def __init__(self, state: _Optional[_Union[SectionState, str]] = ..., as_of: _Optional[_Union[datetime.datetime, _timestamp_pb2.Timestamp, _Mapping]] = ..., reason: _Optional[str] = ..., data: _Optional[_Union[TimelineData, _Mapping]] = ...) -> None: ...

class TimelineData(_message.Message):
    __slots__ = ("entries", "next_page_token")
    ENTRIES_FIELD_NUMBER: _ClassVar[int]
    NEXT_PAGE_TOKEN_FIELD_NUMBER: _ClassVar[int]
    entries: _containers.RepeatedCompositeFieldContainer[_timelines_pb2.TimelineEntry]
    next_page_token: str
    def __init__(self, entries: _Optional[_Iterable[_Union[_timelines_pb2.TimelineEntry, _Mapping]]] = ..., next_page_token: _Optional[str] = ...) -> None: ...

class MetricsSection(_message.Message):
    __slots__ = ("state", "as_of", "reason", "data")
    STATE_FIELD_NUMBER: _ClassVar[int]
    AS_OF_FIELD_NUMBER: _ClassVar[int]
    REASON_FIELD_NUMBER: _ClassVar[int]
    DATA_FIELD_NUMBER: _ClassVar[int]
    state: SectionState
    as_of: _timestamp_pb2.Timestamp
    reason: str
    data: _customers_pb2_1_1.CustomerMetrics
    def __init__(self, state: _Optional[_Union[SectionState, str]] = ..., as_of: _Optional[_Union[datetime.datetime, _timestamp_pb2.Timestamp, _Mapping]] = ..., reason: _Optional[str] = ..., data: _Optional[_Union[_customers_pb2_1_1.CustomerMetrics, _Mapping]] = ...) -> None: ...

class ListTimelineRequest(_message.Message):
    __slots__ = ("id", "page_size", "page_token", "kinds")
    ID_FIELD_NUMBER: _ClassVar[int]
    PAGE_SIZE_FIELD_NUMBER: _ClassVar[int]
    PAGE_TOKEN_FIELD_NUMBER: _ClassVar[int]
    KINDS_FIELD_NUMBER: _ClassVar[int]
    id: str
    page_size: int
    page_token: str
    kinds: _containers.RepeatedScalarFieldContainer[str]
    def __init__(self, id: _Optional[str] = ..., page_size: _Optional[int] = ..., page_token: _Optional[str] = ..., kinds: _Optional[_Iterable[str]] = ...) -> None: ...

class ListTimelineResponse(_message.Message):
    __slots__ = ("entries", "next_page_token", "unavailable_services")
    ENTRIES_FIELD_NUMBER: _ClassVar[int]
    NEXT_PAGE_TOKEN_FIELD_NUMBER: _ClassVar[int]
    UNAVAILABLE_SERVICES_FIELD_NUMBER: _ClassVar[int]
    entries: _containers.RepeatedCompositeFieldContainer[_timelines_pb2.TimelineEntry]
    next_page_token: str
    unavailable_services: _containers.RepeatedScalarFieldContainer[str]
    def __init__(self, entries: _Optional[_Iterable[_Union[_timelines_pb2.TimelineEntry, _Mapping]]] = ..., next_page_token: _Optional[str] = ..., unavailable_services: _Optional[_Iterable[str]] = ...) -> None: ...
