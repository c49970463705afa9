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

class ConsolePage(int, metaclass=_enum_type_wrapper.EnumTypeWrapper):
    __slots__ = ()
    CONSOLE_PAGE_UNSPECIFIED: _ClassVar[ConsolePage]
    HOME: _ClassVar[ConsolePage]
    LIST: _ClassVar[ConsolePage]
    RECORD: _ClassVar[ConsolePage]
    CUSTOMER: _ClassVar[ConsolePage]
    BOARD: _ClassVar[ConsolePage]
    CALENDAR: _ClassVar[ConsolePage]
    DASHBOARD: _ClassVar[ConsolePage]
    OTHER: _ClassVar[ConsolePage]

class ConsoleMeasure(int, metaclass=_enum_type_wrapper.EnumTypeWrapper):
    __slots__ = ()
    CONSOLE_MEASURE_UNSPECIFIED: _ClassVar[ConsoleMeasure]
    PAINTED: _ClassVar[ConsoleMeasure]
    INTERACTION: _ClassVar[ConsoleMeasure]
    SEARCH: _ClassVar[ConsoleMeasure]
CONSOLE_PAGE_UNSPECIFIED: ConsolePage
HOME: ConsolePage
LIST: ConsolePage
RECORD: ConsolePage
CUSTOMER: ConsolePage
BOARD: ConsolePage
CALENDAR: ConsolePage
DASHBOARD: ConsolePage
OTHER: ConsolePage
CONSOLE_MEASURE_UNSPECIFIED: ConsoleMeasure
PAINTED: ConsoleMeasure
INTERACTION: ConsoleMeasure
SEARCH: ConsoleMeasure

class ConsoleTiming(_message.Message):
    __slots__ = ("page", "measure", "milliseconds")
    PAGE_FIELD_NUMBER: _ClassVar[int]
    MEASURE_FIELD_NUMBER: _ClassVar[int]
    MILLISECONDS_FIELD_NUMBER: _ClassVar[int]
    page: ConsolePage
    measure: ConsoleMeasure
    milliseconds: int
    def __init__(self, page: _Optional[_Union[ConsolePage, str]] = ..., measure: _Optional[_Union[ConsoleMeasure, str]] = ..., milliseconds: _Optional[int] = ...) -> None: ...

class NoteConsoleTimingsRequest(_message.Message):
    __slots__ = ("version", "timings")
    VERSION_FIELD_NUMBER: _ClassVar[int]
    TIMINGS_FIELD_NUMBER: _ClassVar[int]
    version: str
    timings: _containers.RepeatedCompositeFieldContainer[ConsoleTiming]
    def __init__(self, version: _Optional[str] = ..., timings: _Optional[_Iterable[_Union[ConsoleTiming, _Mapping]]] = ...) -> None: ...

class NoteConsoleTimingsResponse(_message.Message):
    __slots__ = ("taken",)
    TAKEN_FIELD_NUMBER: _ClassVar[int]
    taken: int
    def __init__(self, taken: _Optional[int] = ...) -> None: ...

class GetConsoleTimingsRequest(_message.Message):
    __slots__ = ("days",)
    DAYS_FIELD_NUMBER: _ClassVar[int]
    days: int
    def __init__(self, days: _Optional[int] = ...) -> None: ...

class ConsoleTimings(_message.Message):
    __slots__ = ("figures", "days")
    FIGURES_FIELD_NUMBER: _ClassVar[int]
    DAYS_FIELD_NUMBER: _ClassVar[int]
    figures: _containers.RepeatedCompositeFieldContainer[ConsoleTimingFigures]
    days: _containers.RepeatedCompositeFieldContainer[ConsoleTimingFigures]
    def __init__(self, figures: _Optional[_Iterable[_Union[ConsoleTimingFigures, _Mapping]]] = ..., days: _Optional[_Iterable[_Union[ConsoleTimingFigures, _Mapping]]] = ...) -> None: ...

class ConsoleTimingFigures(_message.Message):
    __slots__ = ("page", "measure", "version", "date", "count", "p50", "p75", "p95", "limit")
    PAGE_FIELD_NUMBER: _ClassVar[int]
    MEASURE_FIELD_NUMBER: _ClassVar[int]
    VERSION_FIELD_NUMBER: _ClassVar[int]
    DATE_FIELD_NUMBER: _ClassVar[int]
    COUNT_FIELD_NUMBER: _ClassVar[int]
    P50_FIELD_NUMBER: _ClassVar[int]
    P75_FIELD_NUMBER: _ClassVar[int]
    P95_FIELD_NUMBER: _ClassVar[int]
    LIMIT_FIELD_NUMBER: _ClassVar[int]
    page: ConsolePage
    measure: ConsoleMeasure
    version: str
    date: str
    count: int
    p50: int
    p75: int
    p95: int
    limit: int
    def __init__(self, page: _Optional[_Union[ConsolePage, str]] = ..., measure: _Optional[_Union[ConsoleMeasure, str]] = ..., version: _Optional[str] = ..., date: _Optional[str] = ..., count: _Optional[int] = ..., p50: _Optional[int] = ..., p75: _Optional[int] = ..., p95: _Optional[int] = ..., limit: _Optional[int] = ...) -> None: ...
