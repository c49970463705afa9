import datetime

from crm.options.v1 import options_pb2 as _options_pb2
from google.api import field_behavior_pb2 as _field_behavior_pb2
from google.protobuf import timestamp_pb2 as _timestamp_pb2
from google.protobuf.internal import containers as _containers
from google.protobuf.internal import enum_type_wrapper as _enum_type_wrapper
from google.protobuf import descriptor as _descriptor
from google.protobuf import message as _message
from collections.abc import Iterable as _Iterable, Mapping as _Mapping
from typing import ClassVar as _ClassVar, Optional as _Optional, Union as _Union

DESCRIPTOR: _descriptor.FileDescriptor

class DescribeImportKindsRequest(_message.Message):
    __slots__ = ()
    def __init__(self) -> None: ...

class DescribeImportKindsResponse(_message.Message):
    __slots__ = ("kinds",)
    KINDS_FIELD_NUMBER: _ClassVar[int]
    kinds: _containers.RepeatedCompositeFieldContainer[ImportKind]
    def __init__(self, kinds: _Optional[_Iterable[_Union[ImportKind, _Mapping]]] = ...) -> None: ...

class ImportKind(_message.Message):
    __slots__ = ("kind", "targets")
    KIND_FIELD_NUMBER: _ClassVar[int]
    TARGETS_FIELD_NUMBER: _ClassVar[int]
    kind: str
    targets: _containers.RepeatedCompositeFieldContainer[ImportTarget]
    def __init__(self, kind: _Optional[str] = ..., targets: _Optional[_Iterable[_Union[ImportTarget, _Mapping]]] = ...) -> None: ...

class ImportTarget(_message.Message):
    __slots__ = ("name", "many")
    class Cell(int, metaclass=_enum_type_wrapper.EnumTypeWrapper):
        __slots__ = ()
        CELL_UNSPECIFIED: _ClassVar[ImportTarget.Cell]
        ACCOUNT: _ClassVar[ImportTarget.Cell]
        CONTACT: _ClassVar[ImportTarget.Cell]
        PARENT: _ClassVar[ImportTarget.Cell]
        OWNER: _ClassVar[ImportTarget.Cell]
        MANAGER: _ClassVar[ImportTarget.Cell]
        ROLES: _ClassVar[ImportTarget.Cell]
        TEAMS: _ClassVar[ImportTarget.Cell]
        TERRITORIES: _ClassVar[ImportTarget.Cell]
        PRODUCT: _ClassVar[ImportTarget.Cell]
        PIPELINE: _ClassVar[ImportTarget.Cell]
        STAGE: _ClassVar[ImportTarget.Cell]
        CAMPAIGN: _ClassVar[ImportTarget.Cell]
        EMAIL: _ClassVar[ImportTarget.Cell]
        PHONE: _ClassVar[ImportTarget.Cell]
        MOBILE: _ClassVar[ImportTarget.Cell]
        STREET: _ClassVar[ImportTarget.Cell]
        CITY: _ClassVar[ImportTarget.Cell]
        POSTAL_CODE: _ClassVar[ImportTarget.Cell]
        REGION: _ClassVar[ImportTarget.Cell]
        ADDRESS_COUNTRY: _ClassVar[ImportTarget.Cell]
        CURRENCY: _ClassVar[ImportTarget.Cell]
        CREATED_AT: _ClassVar[ImportTarget.Cell]
        ENGAGED_AT: _ClassVar[ImportTarget.Cell]
        LOST_REASON: _ClassVar[ImportTarget.Cell]
        LAST_ACTIVITY: _ClassVar[ImportTarget.Cell]
        STATUS: _ClassVar[ImportTarget.Cell]
        FIRST_RESPONDED_AT: _ClassVar[ImportTarget.Cell]
        RESOLVED_AT: _ClassVar[ImportTarget.Cell]
        RESPONDED_AT: _ClassVar[ImportTarget.Cell]
    CELL_UNSPECIFIED: ImportTarget.Cell
    ACCOUNT: ImportTarget.Cell
    CONTACT: ImportTarget.Cell
    PARENT: ImportTarget.Cell
    OWNER: ImportTarget.Cell
    MANAGER: ImportTarget.Cell
    ROLES: ImportTarget.Cell
    TEAMS: ImportTarget.Cell
    TERRITORIES: ImportTarget.Cell
    PRODUCT: ImportTarget.Cell
    PIPELINE: ImportTarget.Cell
    STAGE: ImportTarget.Cell
    CAMPAIGN: ImportTarget.Cell
    EMAIL: ImportTarget.Cell
    PHONE: ImportTarget.Cell
    MOBILE: ImportTarget.Cell
    STREET: ImportTarget.Cell
    CITY: ImportTarget.Cell
    POSTAL_CODE: ImportTarget.Cell
    REGION: ImportTarget.Cell
    ADDRESS_COUNTRY: ImportTarget.Cell
    CURRENCY: ImportTarget.Cell
    CREATED_AT: ImportTarget.Cell
    ENGAGED_AT: ImportTarget.Cell
    LOST_REASON: ImportTarget.Cell
    LAST_ACTIVITY: ImportTarget.Cell
    STATUS: ImportTarget.Cell
    FIRST_RESPONDED_AT: ImportTarget.Cell
    RESOLVED_AT: ImportTarget.Cell
    RESPONDED_AT: ImportTarget.Cell
    NAME_FIELD_NUMBER: _ClassVar[int]
    MANY_FIELD_NUMBER: _ClassVar[int]
    name: str
    many: bool
    def __init__(self, name: _Optional[str] = ..., many: _Optional[bool] = ...) -> None: ...

class Import(_message.Message):
    __slots__ = ("id", "kind", "file_name", "state", "dry_run", "mapping", "rows_read", "rows_created", "rows_updated", "rows_unchanged", "rows_failed", "repairs", "errors", "error", "created_at", "finished_at", "owner_id", "options", "columns", "unused_columns")
    class State(int, metaclass=_enum_type_wrapper.EnumTypeWrapper):
        __slots__ = ()
        STATE_UNSPECIFIED: _ClassVar[Import.State]
        UPLOADING: _ClassVar[Import.State]
        RUNNING: _ClassVar[Import.State]
        DONE: _ClassVar[Import.State]
        FAILED: _ClassVar[Import.State]
        CANCELLED: _ClassVar[Import.State]
    STATE_UNSPECIFIED: Import.State
    UPLOADING: Import.State
    RUNNING: Import.State
    DONE: Import.State
    FAILED: Import.State
    CANCELLED: Import.State
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
    OPTIONS_FIELD_NUMBER: _ClassVar[int]
    COLUMNS_FIELD_NUMBER: _ClassVar[int]
    UNUSED_COLUMNS_FIELD_NUMBER: _ClassVar[int]
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
    options: ImportOptions
    columns: _containers.RepeatedScalarFieldContainer[str]
    unused_columns: _containers.RepeatedScalarFieldContainer[str]
    def __init__(self, id: _Optional[str] = ..., kind: _Optional[str] = ..., file_name: _Optional[str] = ..., state: _Optional[_Union[Import.State, str]] = ..., dry_run: _Optional[bool] = ..., mapping: _Optional[_Mapping[str, str]] = ..., rows_read: _Optional[int] = ..., rows_created: _Optional[int] = ..., rows_updated: _Optional[int] = ..., rows_unchanged: _Optional[int] = ..., rows_failed: _Optional[int] = ..., repairs: _Optional[_Mapping[str, int]] = ..., errors: _Optional[_Iterable[_Union[RowError, _Mapping]]] = ..., error: _Optional[str] = ..., created_at: _Optional[_Union[datetime.datetime, _timestamp_pb2.Timestamp, _Mapping]] = ..., finished_at: _Optional[_Union[datetime.datetime, _timestamp_pb2.Timestamp, _Mapping]] = ..., owner_id: _Optional[str] = ..., options: _Optional[_Union[ImportOptions, _Mapping]] = ..., columns: _Optional[_Iterable[str]] = ..., unused_columns: _Optional[_Iterable[str]] = ...) -> None: ...

class ImportOptions(_message.Message):
    __slots__ = ("encoding", "delimiter", "decimal_sign", "list_separator", "empty_cells", "values", "duplicates")
    class Encoding(int, metaclass=_enum_type_wrapper.EnumTypeWrapper):
        __slots__ = ()
        ENCODING_UNSPECIFIED: _ClassVar[ImportOptions.Encoding]
        UTF_8: _ClassVar[ImportOptions.Encoding]
        UTF_16: _ClassVar[ImportOptions.Encoding]
        WINDOWS_1252: _ClassVar[ImportOptions.Encoding]
        WINDOWS_1250: _ClassVar[ImportOptions.Encoding]
        WINDOWS_1251: _ClassVar[ImportOptions.Encoding]
        WINDOWS_1253: _ClassVar[ImportOptions.Encoding]
        WINDOWS_1254: _ClassVar[ImportOptions.Encoding]
        ISO_8859_2: _ClassVar[ImportOptions.Encoding]
        ISO_8859_15: _ClassVar[ImportOptions.Encoding]
        KOI8_R: _ClassVar[ImportOptions.Encoding]
        MAC_ROMAN: _ClassVar[ImportOptions.Encoding]
        SHIFT_JIS: _ClassVar[ImportOptions.Encoding]
        EUC_KR: _ClassVar[ImportOptions.Encoding]
        BIG5: _ClassVar[ImportOptions.Encoding]
        GB18030: _ClassVar[ImportOptions.Encoding]
    ENCODING_UNSPECIFIED: ImportOptions.Encoding
    UTF_8: ImportOptions.Encoding
    UTF_16: ImportOptions.Encoding
    WINDOWS_1252: ImportOptions.Encoding
    WINDOWS_1250: ImportOptions.Encoding
    WINDOWS_1251: ImportOptions.Encoding
    WINDOWS_1253: ImportOptions.Encoding
    WINDOWS_1254: ImportOptions.Encoding
    ISO_8859_2: ImportOptions.Encoding
    ISO_8859_15: ImportOptions.Encoding
    KOI8_R: ImportOptions.Encoding
    MAC_ROMAN: ImportOptions.Encoding
    SHIFT_JIS: ImportOptions.Encoding
    EUC_KR: ImportOptions.Encoding
    BIG5: ImportOptions.Encoding
    GB18030: ImportOptions.Encoding
    class Sign(int, metaclass=_enum_type_wrapper.EnumTypeWrapper):
        __slots__ = ()
        SIGN_UNSPECIFIED: _ClassVar[ImportOptions.Sign]
        COMMA: _ClassVar[ImportOptions.Sign]
        SEMICOLON: _ClassVar[ImportOptions.Sign]
        TAB: _ClassVar[ImportOptions.Sign]
        PIPE: _ClassVar[ImportOptions.Sign]
        POINT: _ClassVar[ImportOptions.Sign]
    SIGN_UNSPECIFIED: ImportOptions.Sign
    COMMA: ImportOptions.Sign
    SEMICOLON: ImportOptions.Sign
    TAB: ImportOptions.Sign
    PIPE: ImportOptions.Sign
    POINT: ImportOptions.Sign
    class EmptyCells(int, metaclass=_enum_type_wrapper.EnumTypeWrapper):
        __slots__ = ()
        EMPTY_CELLS_UNSPECIFIED: _ClassVar[ImportOptions.EmptyCells]
        KEEP: _ClassVar[ImportOptions.EmptyCells]
        CLEAR: _ClassVar[ImportOptions.EmptyCells]
    EMPTY_CELLS_UNSPECIFIED: ImportOptions.EmptyCells
    KEEP: ImportOptions.EmptyCells
    CLEAR: ImportOptions.EmptyCells
    class Duplicates(int, metaclass=_enum_type_wrapper.EnumTypeWrapper):
        __slots__ = ()
        DUPLICATES_UNSPECIFIED: _ClassVar[ImportOptions.Duplicates]
        SKIP: _ClassVar[ImportOptions.Duplicates]
        UPDATE: _ClassVar[ImportOptions.Duplicates]
        CREATE: _ClassVar[ImportOptions.Duplicates]
        REPORT: _ClassVar[ImportOptions.Duplicates]
    DUPLICATES_UNSPECIFIED: ImportOptions.Duplicates
    SKIP: ImportOptions.Duplicates
    UPDATE: ImportOptions.Duplicates
    CREATE: ImportOptions.Duplicates
    REPORT: ImportOptions.Duplicates
    class ValuesEntry(_message.Message):
        __slots__ = ("key", "value")
        KEY_FIELD_NUMBER: _ClassVar[int]
        VALUE_FIELD_NUMBER: _ClassVar[int]
        key: str
        value: ImportValues
        def __init__(self, key: _Optional[str] = ..., value: _Optional[_Union[ImportValues, _Mapping]] = ...) -> None: ...
    ENCODING_FIELD_NUMBER: _ClassVar[int]
    DELIMITER_FIELD_NUMBER: _ClassVar[int]
    DECIMAL_SIGN_FIELD_NUMBER: _ClassVar[int]
    LIST_SEPARATOR_FIELD_NUMBER: _ClassVar[int]
    EMPTY_CELLS_FIELD_NUMBER: _ClassVar[int]
    VALUES_FIELD_NUMBER: _ClassVar[int]
    DUPLICATES_FIELD_NUMBER: _ClassVar[int]
    encoding: ImportOptions.Encoding
    delimiter: ImportOptions.Sign
    decimal_sign: ImportOptions.Sign
    list_separator: ImportOptions.Sign
    empty_cells: ImportOptions.EmptyCells
    values: _containers.MessageMap[str, ImportValues]
    duplicates: ImportOptions.Duplicates
    def __init__(self, encoding: _Optional[_Union[ImportOptions.Encoding, str]] = ..., delimiter: _Optional[_Union[ImportOptions.Sign, str]] = ..., decimal_sign: _Optional[_Union[ImportOptions.Sign, str]] = ..., list_separator: _Optional[_Union[ImportOptions.Sign, str]] = ..., empty_cells: _Optional[_Union[ImportOptions.EmptyCells, str]] = ..., values: _Optional[_Mapping[str, ImportValues]] = ..., duplicates: _Optional[_Union[ImportOptions.Duplicates, str]] = ...) -> None: ...

class ImportValues(_message.Message):
    __slots__ = ("values",)
    class ValuesEntry(_message.Message):
        __slots__ = ("key", "value")
        KEY_FIELD_NUMBER: _ClassVar[int]
        VALUE_FIELD_NUMBER: _ClassVar[int]
        key: str
        value: str
        def __init__(self, key: _Optional[str] = ..., value: _Optional[str] = ...) -> None: ...
    VALUES_FIELD_NUMBER: _ClassVar[int]
    values: _containers.ScalarMap[str, str]
    def __init__(self, values: _Optional[_Mapping[str, str]] = ...) -> None: ...

class RowError(_message.Message):
    __slots__ = ("line", "field", "message", "row", "cells")
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
    CELLS_FIELD_NUMBER: _ClassVar[int]
    line: int
    field: str
    message: str
    row: _containers.ScalarMap[str, str]
    cells: _containers.RepeatedScalarFieldContainer[str]
    def __init__(self, line: _Optional[int] = ..., field: _Optional[str] = ..., message: _Optional[str] = ..., row: _Optional[_Mapping[str, str]] = ..., cells: _Optional[_Iterable[str]] = ...) -> None: ...

class UploadImportRequest(_message.Message):
    __slots__ = ("header", "chunk")
    HEADER_FIELD_NUMBER: _ClassVar[int]
    CHUNK_FIELD_NUMBER: _ClassVar[int]
    header: ImportHeader
    chunk: bytes
    def __init__(self, header: _Optional[_Union[ImportHeader, _Mapping]] = ..., chunk: _Optional[bytes] = ...) -> None: ...

class ImportHeader(_message.Message):
    __slots__ = ("kind", "file_name", "mapping", "dry_run", "options")
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
    OPTIONS_FIELD_NUMBER: _ClassVar[int]
    kind: str
    file_name: str
    mapping: _containers.ScalarMap[str, str]
    dry_run: bool
    options: ImportOptions
    def __init__(self, kind: _Optional[str] = ..., file_name: _Optional[str] = ..., mapping: _Optional[_Mapping[str, str]] = ..., dry_run: _Optional[bool] = ..., options: _Optional[_Union[ImportOptions, _Mapping]] = ...) -> None: ...

class ListImportsRequest(_message.Message):
    __slots__ = ("page_size", "page_token", "kind", "state")
    PAGE_SIZE_FIELD_NUMBER: _ClassVar[int]
    PAGE_TOKEN_FIELD_NUMBER: _ClassVar[int]
    KIND_FIELD_NUMBER: _ClassVar[int]
    STATE_FIELD_NUMBER: _ClassVar[int]
    page_size: int
    page_token: str
    kind: str
    state: Import.State
    def __init__(self, page_size: _Optional[int] = ..., page_token: _Optional[str] = ..., kind: _Optional[str] = ..., state: _Optional[_Union[Import.State, str]] = ...) -> None: ...

class ListImportsResponse(_message.Message):
    __slots__ = ("imports", "next_page_token", "unavailable_services")
    IMPORTS_FIELD_NUMBER: _ClassVar[int]
    NEXT_PAGE_TOKEN_FIELD_NUMBER: _ClassVar[int]
    UNAVAILABLE_SERVICES_FIELD_NUMBER: _ClassVar[int]
    imports: _containers.RepeatedCompositeFieldContainer[Import]
    next_page_token: str
    unavailable_services: _containers.RepeatedScalarFieldContainer[str]
    def __init__(self, imports: _Optional[_Iterable[_Union[Import, _Mapping]]] = ..., next_page_token: _Optional[str] = ..., unavailable_services: _Optional[_Iterable[str]] = ...) -> None: ...

class CancelImportRequest(_message.Message):
    __slots__ = ("id",)
    ID_FIELD_NUMBER: _ClassVar[int]
    id: str
    def __init__(self, id: _Optional[str] = ...) -> None: ...

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
