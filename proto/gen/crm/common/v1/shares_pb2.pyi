import datetime

from crm.common.v1 import types_pb2 as _types_pb2
from crm.options.v1 import options_pb2 as _options_pb2
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

class Share(_message.Message):
    __slots__ = ("id", "principal_kind", "principal_id", "level", "cause", "role", "reason", "expires_at", "granted_by", "granted_at")
    class PrincipalKind(int, metaclass=_enum_type_wrapper.EnumTypeWrapper):
        __slots__ = ()
        PRINCIPAL_KIND_UNSPECIFIED: _ClassVar[Share.PrincipalKind]
        USER: _ClassVar[Share.PrincipalKind]
        TEAM: _ClassVar[Share.PrincipalKind]
        ROLE: _ClassVar[Share.PrincipalKind]
        TERRITORY: _ClassVar[Share.PrincipalKind]
        EVERYONE: _ClassVar[Share.PrincipalKind]
    PRINCIPAL_KIND_UNSPECIFIED: Share.PrincipalKind
    USER: Share.PrincipalKind
    TEAM: Share.PrincipalKind
    ROLE: Share.PrincipalKind
    TERRITORY: Share.PrincipalKind
    EVERYONE: Share.PrincipalKind
    class Level(int, metaclass=_enum_type_wrapper.EnumTypeWrapper):
        __slots__ = ()
        LEVEL_UNSPECIFIED: _ClassVar[Share.Level]
        READ: _ClassVar[Share.Level]
        UPDATE: _ClassVar[Share.Level]
        FULL: _ClassVar[Share.Level]
    LEVEL_UNSPECIFIED: Share.Level
    READ: Share.Level
    UPDATE: Share.Level
    FULL: Share.Level
    class Cause(int, metaclass=_enum_type_wrapper.EnumTypeWrapper):
        __slots__ = ()
        CAUSE_UNSPECIFIED: _ClassVar[Share.Cause]
        MANUAL: _ClassVar[Share.Cause]
        MEMBER: _ClassVar[Share.Cause]
    CAUSE_UNSPECIFIED: Share.Cause
    MANUAL: Share.Cause
    MEMBER: Share.Cause
    ID_FIELD_NUMBER: _ClassVar[int]
    PRINCIPAL_KIND_FIELD_NUMBER: _ClassVar[int]
    PRINCIPAL_ID_FIELD_NUMBER: _ClassVar[int]
    LEVEL_FIELD_NUMBER: _ClassVar[int]
    CAUSE_FIELD_NUMBER: _ClassVar[int]
    ROLE_FIELD_NUMBER: _ClassVar[int]
    REASON_FIELD_NUMBER: _ClassVar[int]
    EXPIRES_AT_FIELD_NUMBER: _ClassVar[int]
    GRANTED_BY_FIELD_NUMBER: _ClassVar[int]
    GRANTED_AT_FIELD_NUMBER: _ClassVar[int]
    id: str
    principal_kind: Share.PrincipalKind
    principal_id: str
    level: Share.Level
    cause: Share.Cause
    role: str
    reason: str
    expires_at: _timestamp_pb2.Timestamp
    granted_by: str
    granted_at: _timestamp_pb2.Timestamp
    def __init__(self, id: _Optional[str] = ..., principal_kind: _Optional[_Union[Share.PrincipalKind, str]] = ..., principal_id: _Optional[str] = ..., level: _Optional[_Union[Share.Level, str]] = ..., cause: _Optional[_Union[Share.Cause, str]] = ..., role: _Optional[str] = ..., reason: _Optional[str] = ..., expires_at: _Optional[_Union[datetime.datetime, _timestamp_pb2.Timestamp, _Mapping]] = ..., granted_by: _Optional[str] = ..., granted_at: _Optional[_Union[datetime.datetime, _timestamp_pb2.Timestamp, _Mapping]] = ...) -> None: ...

class Sharing(_message.Message):
    __slots__ = ("record_id", "resource", "owner_id", "team_id", "territory_id", "changed", "shares")
    RECORD_ID_FIELD_NUMBER: _ClassVar[int]
    RESOURCE_FIELD_NUMBER: _ClassVar[int]
    OWNER_ID_FIELD_NUMBER: _ClassVar[int]
    TEAM_ID_FIELD_NUMBER: _ClassVar[int]
    TERRITORY_ID_FIELD_NUMBER: _ClassVar[int]
    CHANGED_FIELD_NUMBER: _ClassVar[int]
    SHARES_FIELD_NUMBER: _ClassVar[int]
    record_id: str
    resource: str
    owner_id: str
    team_id: str
    territory_id: str
    changed: Share
    shares: _containers.RepeatedCompositeFieldContainer[Share]
    def __init__(self, record_id: _Optional[str] = ..., resource: _Optional[str] = ..., owner_id: _Optional[str] = ..., team_id: _Optional[str] = ..., territory_id: _Optional[str] = ..., changed: _Optional[_Union[Share, _Mapping]] = ..., shares: _Optional[_Iterable[_Union[Share, _Mapping]]] = ...) -> None: ...

class GetSharesRequest(_message.Message):
    __slots__ = ("resource", "record_id")
    RESOURCE_FIELD_NUMBER: _ClassVar[int]
    RECORD_ID_FIELD_NUMBER: _ClassVar[int]
    resource: str
    record_id: str
    def __init__(self, resource: _Optional[str] = ..., record_id: _Optional[str] = ...) -> None: ...

class GetSharesResponse(_message.Message):
    __slots__ = ("shares", "may_share")
    SHARES_FIELD_NUMBER: _ClassVar[int]
    MAY_SHARE_FIELD_NUMBER: _ClassVar[int]
    shares: _containers.RepeatedCompositeFieldContainer[Share]
    may_share: Share.Level
    def __init__(self, shares: _Optional[_Iterable[_Union[Share, _Mapping]]] = ..., may_share: _Optional[_Union[Share.Level, str]] = ...) -> None: ...

class ShareRecordRequest(_message.Message):
    __slots__ = ("resource", "record_id", "share")
    RESOURCE_FIELD_NUMBER: _ClassVar[int]
    RECORD_ID_FIELD_NUMBER: _ClassVar[int]
    SHARE_FIELD_NUMBER: _ClassVar[int]
    resource: str
    record_id: str
    share: Share
    def __init__(self, resource: _Optional[str] = ..., record_id: _Optional[str] = ..., share: _Optional[_Union[Share, _Mapping]] = ...) -> None: ...

class UnshareRecordRequest(_message.Message):
    __slots__ = ("resource", "record_id", "id")
    RESOURCE_FIELD_NUMBER: _ClassVar[int]
    RECORD_ID_FIELD_NUMBER: _ClassVar[int]
    ID_FIELD_NUMBER: _ClassVar[int]
    resource: str
    record_id: str
    id: str
    def __init__(self, resource: _Optional[str] = ..., record_id: _Optional[str] = ..., id: _Optional[str] = ...) -> None: ...

class ExplainAccessRequest(_message.Message):
    __slots__ = ("resource", "id", "user_id")
    RESOURCE_FIELD_NUMBER: _ClassVar[int]
    ID_FIELD_NUMBER: _ClassVar[int]
    USER_ID_FIELD_NUMBER: _ClassVar[int]
    resource: str
    id: str
    user_id: str
    def __init__(self, resource: _Optional[str] = ..., id: _Optional[str] = ..., user_id: _Optional[str] = ...) -> None: ...

class AccessGround(_message.Message):
    __slots__ = ("kind", "share")
    class Kind(int, metaclass=_enum_type_wrapper.EnumTypeWrapper):
        __slots__ = ()
        KIND_UNSPECIFIED: _ClassVar[AccessGround.Kind]
        EVERY_RECORD: _ClassVar[AccessGround.Kind]
        OWNER: _ClassVar[AccessGround.Kind]
        HIERARCHY: _ClassVar[AccessGround.Kind]
        MATE: _ClassVar[AccessGround.Kind]
        OWN_TEAM: _ClassVar[AccessGround.Kind]
        OWN_TERRITORY: _ClassVar[AccessGround.Kind]
        QUEUE: _ClassVar[AccessGround.Kind]
        SHARED: _ClassVar[AccessGround.Kind]
    KIND_UNSPECIFIED: AccessGround.Kind
    EVERY_RECORD: AccessGround.Kind
    OWNER: AccessGround.Kind
    HIERARCHY: AccessGround.Kind
    MATE: AccessGround.Kind
    OWN_TEAM: AccessGround.Kind
    OWN_TERRITORY: AccessGround.Kind
    QUEUE: AccessGround.Kind
    SHARED: AccessGround.Kind
    KIND_FIELD_NUMBER: _ClassVar[int]
    SHARE_FIELD_NUMBER: _ClassVar[int]
    kind: AccessGround.Kind
    share: Share
    def __init__(self, kind: _Optional[_Union[AccessGround.Kind, str]] = ..., share: _Optional[_Union[Share, _Mapping]] = ...) -> None: ...

class Access(_message.Message):
    __slots__ = ("permission", "allowed", "scope", "grounds", "missing")
    class Missing(int, metaclass=_enum_type_wrapper.EnumTypeWrapper):
        __slots__ = ()
        MISSING_UNSPECIFIED: _ClassVar[Access.Missing]
        PERMISSION: _ClassVar[Access.Missing]
        REACH: _ClassVar[Access.Missing]
        HIGHER_LEVEL: _ClassVar[Access.Missing]
        ACTIVE_USER: _ClassVar[Access.Missing]
    MISSING_UNSPECIFIED: Access.Missing
    PERMISSION: Access.Missing
    REACH: Access.Missing
    HIGHER_LEVEL: Access.Missing
    ACTIVE_USER: Access.Missing
    PERMISSION_FIELD_NUMBER: _ClassVar[int]
    ALLOWED_FIELD_NUMBER: _ClassVar[int]
    SCOPE_FIELD_NUMBER: _ClassVar[int]
    GROUNDS_FIELD_NUMBER: _ClassVar[int]
    MISSING_FIELD_NUMBER: _ClassVar[int]
    permission: str
    allowed: bool
    scope: _types_pb2.Scope
    grounds: _containers.RepeatedCompositeFieldContainer[AccessGround]
    missing: Access.Missing
    def __init__(self, permission: _Optional[str] = ..., allowed: _Optional[bool] = ..., scope: _Optional[_Union[_types_pb2.Scope, str]] = ..., grounds: _Optional[_Iterable[_Union[AccessGround, _Mapping]]] = ..., missing: _Optional[_Union[Access.Missing, str]] = ...) -> None: ...

class ExplainAccessResponse(_message.Message):
    __slots__ = ("user_id", "access")
    USER_ID_FIELD_NUMBER: _ClassVar[int]
    ACCESS_FIELD_NUMBER: _ClassVar[int]
    user_id: str
    access: _containers.RepeatedCompositeFieldContainer[Access]
    def __init__(self, user_id: _Optional[str] = ..., access: _Optional[_Iterable[_Union[Access, _Mapping]]] = ...) -> None: ...

class ListReadersRequest(_message.Message):
    __slots__ = ("resource", "id", "page_size", "page_token")
    RESOURCE_FIELD_NUMBER: _ClassVar[int]
    ID_FIELD_NUMBER: _ClassVar[int]
    PAGE_SIZE_FIELD_NUMBER: _ClassVar[int]
    PAGE_TOKEN_FIELD_NUMBER: _ClassVar[int]
    resource: str
    id: str
    page_size: int
    page_token: str
    def __init__(self, resource: _Optional[str] = ..., id: _Optional[str] = ..., page_size: _Optional[int] = ..., page_token: _Optional[str] = ...) -> None: ...

class Reader(_message.Message):
    __slots__ = ("user_id", "display_name", "grounds")
    USER_ID_FIELD_NUMBER: _ClassVar[int]
    DISPLAY_NAME_FIELD_NUMBER: _ClassVar[int]
    GROUNDS_FIELD_NUMBER: _ClassVar[int]
    user_id: str
    display_name: str
    grounds: _containers.RepeatedCompositeFieldContainer[AccessGround]
    def __init__(self, user_id: _Optional[str] = ..., display_name: _Optional[str] = ..., grounds: _Optional[_Iterable[_Union[AccessGround, _Mapping]]] = ...) -> None: ...

class ListReadersResponse(_message.Message):
    __slots__ = ("readers", "next_page_token")
    READERS_FIELD_NUMBER: _ClassVar[int]
    NEXT_PAGE_TOKEN_FIELD_NUMBER: _ClassVar[int]
    readers: _containers.RepeatedCompositeFieldContainer[Reader]
    next_page_token: str
    def __init__(self, readers: _Optional[_Iterable[_Union[Reader, _Mapping]]] = ..., next_page_token: _Optional[str] = ...) -> None: ...
