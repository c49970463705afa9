from crm.identity.v1 import auth_pb2 as _auth_pb2
from crm.options.v1 import options_pb2 as _options_pb2
from google.api import annotations_pb2 as _annotations_pb2
from google.protobuf import descriptor as _descriptor
from google.protobuf import message as _message
from typing import ClassVar as _ClassVar, Optional as _Optional

DESCRIPTOR: _descriptor.FileDescriptor

class RefreshBrowserSessionRequest(_message.Message):
    __slots__ = ()
    def __init__(self) -> None: ...

class EndBrowserSessionRequest(_message.Message):
    __slots__ = ()
    def __init__(self) -> None: ...

class EndBrowserSessionResponse(_message.Message):
    __slots__ = ()
    def __init__(self) -> None: ...

class AccessToken(_message.Message):
    __slots__ = ("access_token", "token_type", "expires_in")
    ACCESS_TOKEN_FIELD_NUMBER: _ClassVar[int]
    TOKEN_TYPE_FIELD_NUMBER: _ClassVar[int]
    EXPIRES_IN_FIELD_NUMBER: _ClassVar[int]
    access_token: str
    token_type: str
    expires_in: int
    def __init__(self, access_token: _Optional[str] = ..., token_type: _Optional[str] = ..., expires_in: _Optional[int] = ...) -> None: ...
