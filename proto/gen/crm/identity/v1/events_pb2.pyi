from crm.identity.v1 import identity_pb2 as _identity_pb2
from crm.options.v1 import options_pb2 as _options_pb2
from google.protobuf.internal import containers as _containers
from google.protobuf import descriptor as _descriptor
from google.protobuf import message as _message
from collections.abc import Iterable as _Iterable, Mapping as _Mapping
from typing import ClassVar as _ClassVar, Optional as _Optional, Union as _Union

DESCRIPTOR: _descriptor.FileDescriptor

class UserCreated(_message.Message):
    __slots__ = ("user",)
    USER_FIELD_NUMBER: _ClassVar[int]
    user: _identity_pb2.User
    def __init__(self, user: _Optional[_Union[_identity_pb2.User, _Mapping]] = ...) -> None: ...

class UserUpdated(_message.Message):
    __slots__ = ("user", "changed_fields")
    USER_FIELD_NUMBER: _ClassVar[int]
    CHANGED_FIELDS_FIELD_NUMBER: _ClassVar[int]
    user: _identity_pb2.User
    changed_fields: _containers.RepeatedScalarFieldContainer[str]
    def __init__(self, user: _Optional[_Union[_identity_pb2.User, _Mapping]] = ..., changed_fields: _Optional[_Iterable[str]] = ...) -> None: ...

class UserDeleted(_message.Message):
    __slots__ = ("user",)
    USER_FIELD_NUMBER: _ClassVar[int]
    user: _identity_pb2.User
    def __init__(self, user: _Optional[_Union[_identity_pb2.User, _Mapping]] = ...) -> None: ...

class UserReactivated(_message.Message):
    __slots__ = ("user", "changed_fields")
    USER_FIELD_NUMBER: _ClassVar[int]
    CHANGED_FIELDS_FIELD_NUMBER: _ClassVar[int]
    user: _identity_pb2.User
    changed_fields: _containers.RepeatedScalarFieldContainer[str]
    def __init__(self, user: _Optional[_Union[_identity_pb2.User, _Mapping]] = ..., changed_fields: _Optional[_Iterable[str]] = ...) -> None: ...

class UserDeactivated(_message.Message):
    __slots__ = ("user", "changed_fields", "reassign_to_id")
    USER_FIELD_NUMBER: _ClassVar[int]
    CHANGED_FIELDS_FIELD_NUMBER: _ClassVar[int]
    REASSIGN_TO_ID_FIELD_NUMBER: _ClassVar[int]
    user: _identity_pb2.User
    changed_fields: _containers.RepeatedScalarFieldContainer[str]
    reassign_to_id: str
    def __init__(self, user: _Optional[_Union[_identity_pb2.User, _Mapping]] = ..., changed_fields: _Optional[_Iterable[str]] = ..., reassign_to_id: _Optional[str] = ...) -> None: ...

class UserSessionsRevoked(_message.Message):
    __slots__ = ("user", "changed_fields", "session_ids")
    USER_FIELD_NUMBER: _ClassVar[int]
    CHANGED_FIELDS_FIELD_NUMBER: _ClassVar[int]
    SESSION_IDS_FIELD_NUMBER: _ClassVar[int]
    user: _identity_pb2.User
    changed_fields: _containers.RepeatedScalarFieldContainer[str]
    session_ids: _containers.RepeatedScalarFieldContainer[str]
    def __init__(self, user: _Optional[_Union[_identity_pb2.User, _Mapping]] = ..., changed_fields: _Optional[_Iterable[str]] = ..., session_ids: _Optional[_Iterable[str]] = ...) -> None: ...

class RoleCreated(_message.Message):
    __slots__ = ("role",)
    ROLE_FIELD_NUMBER: _ClassVar[int]
    role: _identity_pb2.Role
    def __init__(self, role: _Optional[_Union[_identity_pb2.Role, _Mapping]] = ...) -> None: ...

class RoleUpdated(_message.Message):
    __slots__ = ("role", "changed_fields")
    ROLE_FIELD_NUMBER: _ClassVar[int]
    CHANGED_FIELDS_FIELD_NUMBER: _ClassVar[int]
    role: _identity_pb2.Role
    changed_fields: _containers.RepeatedScalarFieldContainer[str]
    def __init__(self, role: _Optional[_Union[_identity_pb2.Role, _Mapping]] = ..., changed_fields: _Optional[_Iterable[str]] = ...) -> None: ...

class RoleDeleted(_message.Message):
    __slots__ = ("role",)
    ROLE_FIELD_NUMBER: _ClassVar[int]
    role: _identity_pb2.Role
    def __init__(self, role: _Optional[_Union[_identity_pb2.Role, _Mapping]] = ...) -> None: ...

class TeamCreated(_message.Message):
    __slots__ = ("team",)
    TEAM_FIELD_NUMBER: _ClassVar[int]
    team: _identity_pb2.Team
    def __init__(self, team: _Optional[_Union[_identity_pb2.Team, _Mapping]] = ...) -> None: ...

class TeamUpdated(_message.Message):
    __slots__ = ("team", "changed_fields")
    TEAM_FIELD_NUMBER: _ClassVar[int]
    CHANGED_FIELDS_FIELD_NUMBER: _ClassVar[int]
    team: _identity_pb2.Team
    changed_fields: _containers.RepeatedScalarFieldContainer[str]
    def __init__(self, team: _Optional[_Union[_identity_pb2.Team, _Mapping]] = ..., changed_fields: _Optional[_Iterable[str]] = ...) -> None: ...

class TeamDeleted(_message.Message):
    __slots__ = ("team",)
    TEAM_FIELD_NUMBER: _ClassVar[int]
    team: _identity_pb2.Team
    def __init__(self, team: _Optional[_Union[_identity_pb2.Team, _Mapping]] = ...) -> None: ...

class TerritoryCreated(_message.Message):
    __slots__ = ("territory",)
    TERRITORY_FIELD_NUMBER: _ClassVar[int]
    territory: _identity_pb2.Territory
    def __init__(self, territory: _Optional[_Union[_identity_pb2.Territory, _Mapping]] = ...) -> None: ...

class TerritoryUpdated(_message.Message):
    __slots__ = ("territory", "changed_fields")
    TERRITORY_FIELD_NUMBER: _ClassVar[int]
    CHANGED_FIELDS_FIELD_NUMBER: _ClassVar[int]
    territory: _identity_pb2.Territory
    changed_fields: _containers.RepeatedScalarFieldContainer[str]
    def __init__(self, territory: _Optional[_Union[_identity_pb2.Territory, _Mapping]] = ..., changed_fields: _Optional[_Iterable[str]] = ...) -> None: ...

class TerritoryDeleted(_message.Message):
    __slots__ = ("territory",)
    TERRITORY_FIELD_NUMBER: _ClassVar[int]
    territory: _identity_pb2.Territory
    def __init__(self, territory: _Optional[_Union[_identity_pb2.Territory, _Mapping]] = ...) -> None: ...
