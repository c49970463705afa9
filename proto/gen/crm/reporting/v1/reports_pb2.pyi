import datetime

from crm.common.v1 import types_pb2 as _types_pb2
from crm.options.v1 import options_pb2 as _options_pb2
from crm.reporting.v1 import dashboards_pb2 as _dashboards_pb2
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

class GetSalesReportRequest(_message.Message):
    __slots__ = ("group_by", "from_date", "to_date")
    class Dimension(int, metaclass=_enum_type_wrapper.EnumTypeWrapper):
        __slots__ = ()
        DIMENSION_UNSPECIFIED: _ClassVar[GetSalesReportRequest.Dimension]
        OWNER: _ClassVar[GetSalesReportRequest.Dimension]
        MANAGER: _ClassVar[GetSalesReportRequest.Dimension]
        REGION: _ClassVar[GetSalesReportRequest.Dimension]
        PRODUCT: _ClassVar[GetSalesReportRequest.Dimension]
        SECTOR: _ClassVar[GetSalesReportRequest.Dimension]
        SOURCE: _ClassVar[GetSalesReportRequest.Dimension]
        MONTH: _ClassVar[GetSalesReportRequest.Dimension]
        TOTAL: _ClassVar[GetSalesReportRequest.Dimension]
    DIMENSION_UNSPECIFIED: GetSalesReportRequest.Dimension
    OWNER: GetSalesReportRequest.Dimension
    MANAGER: GetSalesReportRequest.Dimension
    REGION: GetSalesReportRequest.Dimension
    PRODUCT: GetSalesReportRequest.Dimension
    SECTOR: GetSalesReportRequest.Dimension
    SOURCE: GetSalesReportRequest.Dimension
    MONTH: GetSalesReportRequest.Dimension
    TOTAL: GetSalesReportRequest.Dimension
    GROUP_BY_FIELD_NUMBER: _ClassVar[int]
    FROM_DATE_FIELD_NUMBER: _ClassVar[int]
    TO_DATE_FIELD_NUMBER: _ClassVar[int]
    group_by: GetSalesReportRequest.Dimension
    from_date: str
    to_date: str
    def __init__(self, group_by: _Optional[_Union[GetSalesReportRequest.Dimension, str]] = ..., from_date: _Optional[str] = ..., to_date: _Optional[str] = ...) -> None: ...

class SalesReport(_message.Message):
    __slots__ = ("rows", "as_of", "lag_seconds")
    ROWS_FIELD_NUMBER: _ClassVar[int]
    AS_OF_FIELD_NUMBER: _ClassVar[int]
    LAG_SECONDS_FIELD_NUMBER: _ClassVar[int]
    rows: _containers.RepeatedCompositeFieldContainer[SalesRow]
    as_of: _timestamp_pb2.Timestamp
    lag_seconds: float
    def __init__(self, rows: _Optional[_Iterable[_Union[SalesRow, _Mapping]]] = ..., as_of: _Optional[_Union[datetime.datetime, _timestamp_pb2.Timestamp, _Mapping]] = ..., lag_seconds: _Optional[float] = ...) -> None: ...

class SalesRow(_message.Message):
    __slots__ = ("key", "label", "currency", "won_count", "lost_count", "open_count", "won_amount", "open_amount", "win_rate", "average_deal", "cycle_days", "velocity_per_day")
    KEY_FIELD_NUMBER: _ClassVar[int]
    LABEL_FIELD_NUMBER: _ClassVar[int]
    CURRENCY_FIELD_NUMBER: _ClassVar[int]
    WON_COUNT_FIELD_NUMBER: _ClassVar[int]
    LOST_COUNT_FIELD_NUMBER: _ClassVar[int]
    OPEN_COUNT_FIELD_NUMBER: _ClassVar[int]
    WON_AMOUNT_FIELD_NUMBER: _ClassVar[int]
    OPEN_AMOUNT_FIELD_NUMBER: _ClassVar[int]
    WIN_RATE_FIELD_NUMBER: _ClassVar[int]
    AVERAGE_DEAL_FIELD_NUMBER: _ClassVar[int]
    CYCLE_DAYS_FIELD_NUMBER: _ClassVar[int]
    VELOCITY_PER_DAY_FIELD_NUMBER: _ClassVar[int]
    key: str
    label: str
    currency: str
    won_count: int
    lost_count: int
    open_count: int
    won_amount: _types_pb2.Money
    open_amount: _types_pb2.Money
    win_rate: float
    average_deal: _types_pb2.Money
    cycle_days: float
    velocity_per_day: _types_pb2.Money
    def __init__(self, key: _Optional[str] = ..., label: _Optional[str] = ..., currency: _Optional[str] = ..., won_count: _Optional[int] = ..., lost_count: _Optional[int] = ..., open_count: _Optional[int] = ..., won_amount: _Optional[_Union[_types_pb2.Money, _Mapping]] = ..., open_amount: _Optional[_Union[_types_pb2.Money, _Mapping]] = ..., win_rate: _Optional[float] = ..., average_deal: _Optional[_Union[_types_pb2.Money, _Mapping]] = ..., cycle_days: _Optional[float] = ..., velocity_per_day: _Optional[_Union[_types_pb2.Money, _Mapping]] = ...) -> None: ...

class GetLeadSourceReportRequest(_message.Message):
    __slots__ = ("from_date", "to_date")
    FROM_DATE_FIELD_NUMBER: _ClassVar[int]
    TO_DATE_FIELD_NUMBER: _ClassVar[int]
    from_date: str
    to_date: str
    def __init__(self, from_date: _Optional[str] = ..., to_date: _Optional[str] = ...) -> None: ...

class LeadSourceReport(_message.Message):
    __slots__ = ("rows", "as_of", "lag_seconds")
    ROWS_FIELD_NUMBER: _ClassVar[int]
    AS_OF_FIELD_NUMBER: _ClassVar[int]
    LAG_SECONDS_FIELD_NUMBER: _ClassVar[int]
    rows: _containers.RepeatedCompositeFieldContainer[LeadSourceRow]
    as_of: _timestamp_pb2.Timestamp
    lag_seconds: float
    def __init__(self, rows: _Optional[_Iterable[_Union[LeadSourceRow, _Mapping]]] = ..., as_of: _Optional[_Union[datetime.datetime, _timestamp_pb2.Timestamp, _Mapping]] = ..., lag_seconds: _Optional[float] = ...) -> None: ...

class LeadSourceRow(_message.Message):
    __slots__ = ("source", "leads", "converted", "conversion_rate", "won_count", "won_amount")
    SOURCE_FIELD_NUMBER: _ClassVar[int]
    LEADS_FIELD_NUMBER: _ClassVar[int]
    CONVERTED_FIELD_NUMBER: _ClassVar[int]
    CONVERSION_RATE_FIELD_NUMBER: _ClassVar[int]
    WON_COUNT_FIELD_NUMBER: _ClassVar[int]
    WON_AMOUNT_FIELD_NUMBER: _ClassVar[int]
    source: str
    leads: int
    converted: int
    conversion_rate: float
    won_count: int
    won_amount: _containers.RepeatedCompositeFieldContainer[_types_pb2.Money]
    def __init__(self, source: _Optional[str] = ..., leads: _Optional[int] = ..., converted: _Optional[int] = ..., conversion_rate: _Optional[float] = ..., won_count: _Optional[int] = ..., won_amount: _Optional[_Iterable[_Union[_types_pb2.Money, _Mapping]]] = ...) -> None: ...

class GetTicketReportRequest(_message.Message):
    __slots__ = ("from_date", "to_date")
    FROM_DATE_FIELD_NUMBER: _ClassVar[int]
    TO_DATE_FIELD_NUMBER: _ClassVar[int]
    from_date: str
    to_date: str
    def __init__(self, from_date: _Optional[str] = ..., to_date: _Optional[str] = ...) -> None: ...

class TicketReport(_message.Message):
    __slots__ = ("rows", "ages", "as_of", "lag_seconds")
    ROWS_FIELD_NUMBER: _ClassVar[int]
    AGES_FIELD_NUMBER: _ClassVar[int]
    AS_OF_FIELD_NUMBER: _ClassVar[int]
    LAG_SECONDS_FIELD_NUMBER: _ClassVar[int]
    rows: _containers.RepeatedCompositeFieldContainer[TicketRow]
    ages: _containers.RepeatedCompositeFieldContainer[_dashboards_pb2.DataPoint]
    as_of: _timestamp_pb2.Timestamp
    lag_seconds: float
    def __init__(self, rows: _Optional[_Iterable[_Union[TicketRow, _Mapping]]] = ..., ages: _Optional[_Iterable[_Union[_dashboards_pb2.DataPoint, _Mapping]]] = ..., as_of: _Optional[_Union[datetime.datetime, _timestamp_pb2.Timestamp, _Mapping]] = ..., lag_seconds: _Optional[float] = ...) -> None: ...

class TicketRow(_message.Message):
    __slots__ = ("status", "priority", "count", "breached", "mean_first_response_hours", "mean_resolution_hours", "mean_satisfaction")
    STATUS_FIELD_NUMBER: _ClassVar[int]
    PRIORITY_FIELD_NUMBER: _ClassVar[int]
    COUNT_FIELD_NUMBER: _ClassVar[int]
    BREACHED_FIELD_NUMBER: _ClassVar[int]
    MEAN_FIRST_RESPONSE_HOURS_FIELD_NUMBER: _ClassVar[int]
    MEAN_RESOLUTION_HOURS_FIELD_NUMBER: _ClassVar[int]
    MEAN_SATISFACTION_FIELD_NUMBER: _ClassVar[int]
    status: str
    priority: str
    count: int
    breached: int
    mean_first_response_hours: float
    mean_resolution_hours: float
    mean_satisfaction: float
    def __init__(self, status: _Optional[str] = ..., priority: _Optional[str] = ..., count: _Optional[int] = ..., breached: _Optional[int] = ..., mean_first_response_hours: _Optional[float] = ..., mean_resolution_hours: _Optional[float] = ..., mean_satisfaction: _Optional[float] = ...) -> None: ...
