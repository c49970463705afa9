from crm.options.v1 import options_pb2 as _options_pb2
from google.api import field_behavior_pb2 as _field_behavior_pb2
from google.protobuf import struct_pb2 as _struct_pb2
from google.protobuf.internal import containers as _containers
from google.protobuf.internal import enum_type_wrapper as _enum_type_wrapper
from google.protobuf import descriptor as _descriptor
from google.protobuf import message as _message
from collections.abc import Iterable as _Iterable, Mapping as _Mapping
from typing import ClassVar as _ClassVar, Optional as _Optional, Union as _Union

DESCRIPTOR: _descriptor.FileDescriptor

class Outcome(int, metaclass=_enum_type_wrapper.EnumTypeWrapper):
    __slots__ = ()
    OUTCOME_UNSPECIFIED: _ClassVar[Outcome]
    CREATED: _ClassVar[Outcome]
    UPDATED: _ClassVar[Outcome]
    UNCHANGED: _ClassVar[Outcome]
    REFUSED: _ClassVar[Outcome]
    DELETED: _ClassVar[Outcome]
    UNDELETED: _ClassVar[Outcome]
OUTCOME_UNSPECIFIED: Outcome
CREATED: Outcome
UPDATED: Outcome
UNCHANGED: Outcome
REFUSED: Outcome
DELETED: Outcome
UNDELETED: Outcome

class BatchGetRequest(_message.Message):
    __slots__ = ("ids",)
    IDS_FIELD_NUMBER: _ClassVar[int]
    ids: _containers.RepeatedScalarFieldContainer[str]
    def __init__(self, ids: _Optional[_Iterable[str]] = ...) -> None: ...

class RecordVersion(_message.Message):
    __slots__ = ("id", "etag")
    ID_FIELD_NUMBER: _ClassVar[int]
    ETAG_FIELD_NUMBER: _ClassVar[int]
    id: str
    etag: str
    def __init__(self, id: _Optional[str] = ..., etag: _Optional[str] = ...) -> None: ...

class BatchDeleteRequest(_message.Message):
    __slots__ = ("records",)
    RECORDS_FIELD_NUMBER: _ClassVar[int]
    records: _containers.RepeatedCompositeFieldContainer[RecordVersion]
    def __init__(self, records: _Optional[_Iterable[_Union[RecordVersion, _Mapping]]] = ...) -> None: ...

class BatchUndeleteRequest(_message.Message):
    __slots__ = ("records",)
    RECORDS_FIELD_NUMBER: _ClassVar[int]
    records: _containers.RepeatedCompositeFieldContainer[RecordVersion]
    def __init__(self, records: _Optional[_Iterable[_Union[RecordVersion, _Mapping]]] = ...) -> None: ...

class BatchProblem(_message.Message):
    __slots__ = ("status", "reason", "detail", "errors", "error_codes")
    STATUS_FIELD_NUMBER: _ClassVar[int]
    REASON_FIELD_NUMBER: _ClassVar[int]
    DETAIL_FIELD_NUMBER: _ClassVar[int]
    ERRORS_FIELD_NUMBER: _ClassVar[int]
    ERROR_CODES_FIELD_NUMBER: _ClassVar[int]
    status: int
    reason: str
    detail: str
    errors: _struct_pb2.Struct
    error_codes: _struct_pb2.Struct
    def __init__(self, status: _Optional[int] = ..., reason: _Optional[str] = ..., detail: _Optional[str] = ..., errors: _Optional[_Union[_struct_pb2.Struct, _Mapping]] = ..., error_codes: _Optional[_Union[_struct_pb2.Struct, _Mapping]] = ...) -> None: ...

class BatchResult(_message.Message):
    __slots__ = ("outcome", "id", "etag", "problem")
    OUTCOME_FIELD_NUMBER: _ClassVar[int]
    ID_FIELD_NUMBER: _ClassVar[int]
    ETAG_FIELD_NUMBER: _ClassVar[int]
    PROBLEM_FIELD_NUMBER: _ClassVar[int]
    outcome: Outcome
    id: str
    etag: str
    problem: BatchProblem
    def __init__(self, outcome: _Optional[_Union[Outcome, str]] = ..., id: _Optional[str] = ..., etag: _Optional[str] = ..., problem: _Optional[_Union[BatchProblem, _Mapping]] = ...) -> None: ...

class BatchWriteResponse(_message.Message):
    __slots__ = ("results",)
    RESULTS_FIELD_NUMBER: _ClassVar[int]
    results: _containers.RepeatedCompositeFieldContainer[BatchResult]
    def __init__(self, results: _Optional[_Iterable[_Union[BatchResult, _Mapping]]] = ...) -> None: ...
