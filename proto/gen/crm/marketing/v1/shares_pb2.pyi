from crm.common.v1 import shares_pb2 as _shares_pb2
from crm.options.v1 import options_pb2 as _options_pb2
from google.protobuf import descriptor as _descriptor
from google.protobuf import message as _message
from collections.abc import Mapping as _Mapping
from typing import ClassVar as _ClassVar, Optional as _Optional, Union as _Union

DESCRIPTOR: _descriptor.FileDescriptor

class MarketingShareGranted(_message.Message):
    __slots__ = ("sharing",)
    SHARING_FIELD_NUMBER: _ClassVar[int]
    sharing: _shares_pb2.Sharing
    def __init__(self, sharing: _Optional[_Union[_shares_pb2.Sharing, _Mapping]] = ...) -> None: ...

class MarketingShareRevoked(_message.Message):
    __slots__ = ("sharing",)
    SHARING_FIELD_NUMBER: _ClassVar[int]
    sharing: _shares_pb2.Sharing
    def __init__(self, sharing: _Optional[_Union[_shares_pb2.Sharing, _Mapping]] = ...) -> None: ...
