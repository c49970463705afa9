from crm.common.v1 import history_pb2 as _history_pb2
from crm.options.v1 import options_pb2 as _options_pb2
from google.protobuf import descriptor as _descriptor
from google.protobuf import message as _message
from collections.abc import Mapping as _Mapping
from typing import ClassVar as _ClassVar, Optional as _Optional, Union as _Union

DESCRIPTOR: _descriptor.FileDescriptor

class ContactsAuditTrailAnchored(_message.Message):
    __slots__ = ("anchor",)
    ANCHOR_FIELD_NUMBER: _ClassVar[int]
    anchor: _history_pb2.AuditAnchor
    def __init__(self, anchor: _Optional[_Union[_history_pb2.AuditAnchor, _Mapping]] = ...) -> None: ...
