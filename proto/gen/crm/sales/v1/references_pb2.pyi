from crm.common.v1 import references_pb2 as _references_pb2
from crm.options.v1 import options_pb2 as _options_pb2
from google.protobuf import descriptor as _descriptor
from google.protobuf import message as _message
from collections.abc import Mapping as _Mapping
from typing import ClassVar as _ClassVar, Optional as _Optional, Union as _Union

DESCRIPTOR: _descriptor.FileDescriptor

class SalesReferenceUnverified(_message.Message):
    __slots__ = ("reference",)
    REFERENCE_FIELD_NUMBER: _ClassVar[int]
    reference: _references_pb2.UnverifiedReference
    def __init__(self, reference: _Optional[_Union[_references_pb2.UnverifiedReference, _Mapping]] = ...) -> None: ...

class SalesReferenceMissing(_message.Message):
    __slots__ = ("reference",)
    REFERENCE_FIELD_NUMBER: _ClassVar[int]
    reference: _references_pb2.UnverifiedReference
    def __init__(self, reference: _Optional[_Union[_references_pb2.UnverifiedReference, _Mapping]] = ...) -> None: ...

class SalesReferenceDangling(_message.Message):
    __slots__ = ("reference",)
    REFERENCE_FIELD_NUMBER: _ClassVar[int]
    reference: _references_pb2.UnverifiedReference
    def __init__(self, reference: _Optional[_Union[_references_pb2.UnverifiedReference, _Mapping]] = ...) -> None: ...
