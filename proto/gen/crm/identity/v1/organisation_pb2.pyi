import datetime

from crm.identity.v1 import preferences_pb2 as _preferences_pb2
from crm.options.v1 import options_pb2 as _options_pb2
from google.api import annotations_pb2 as _annotations_pb2
from google.api import field_behavior_pb2 as _field_behavior_pb2
from google.protobuf import field_mask_pb2 as _field_mask_pb2
from google.protobuf import timestamp_pb2 as _timestamp_pb2
from google.protobuf.internal import containers as _containers
from google.protobuf import descriptor as _descriptor
from google.protobuf import message as _message
from collections.abc import Iterable as _Iterable, Mapping as _Mapping
from typing import ClassVar as _ClassVar, Optional as _Optional, Union as _Union

DESCRIPTOR: _descriptor.FileDescriptor

class Organisation(_message.Message):
    __slots__ = ("uid", "name", "currency", "fiscal_year_start_month", "time_zone", "languages", "default_preferences", "logo", "logo_digest", "measures_console", "created_at", "updated_at", "etag")
    UID_FIELD_NUMBER: _ClassVar[int]
    NAME_FIELD_NUMBER: _ClassVar[int]
    CURRENCY_FIELD_NUMBER: _ClassVar[int]
    FISCAL_YEAR_START_MONTH_FIELD_NUMBER: _ClassVar[int]
    TIME_ZONE_FIELD_NUMBER: _ClassVar[int]
    LANGUAGES_FIELD_NUMBER: _ClassVar[int]
    DEFAULT_PREFERENCES_FIELD_NUMBER: _ClassVar[int]
    LOGO_FIELD_NUMBER: _ClassVar[int]
    LOGO_DIGEST_FIELD_NUMBER: _ClassVar[int]
    MEASURES_CONSOLE_FIELD_NUMBER: _ClassVar[int]
    CREATED_AT_FIELD_NUMBER: _ClassVar[int]
    UPDATED_AT_FIELD_NUMBER: _ClassVar[int]
    ETAG_FIELD_NUMBER: _ClassVar[int]
    uid: str
    name: str
    currency: str
    fiscal_year_start_month: int
    time_zone: str
    languages: _containers.RepeatedScalarFieldContainer[str]
    default_preferences: _preferences_pb2.Preferences
    logo: str
    logo_digest: str
    measures_console: bool
    created_at: _timestamp_pb2.Timestamp
    updated_at: _timestamp_pb2.Timestamp
    etag: str
    def __init__(self, uid: _Optional[str] = ..., name: _Optional[str] = ..., currency: _Optional[str] = ..., fiscal_year_start_month: _Optional[int] = ..., time_zone: _Optional[str] = ..., languages: _Optional[_Iterable[str]] = ..., default_preferences: _Optional[_Union[_preferences_pb2.Preferences, _Mapping]] = ..., logo: _Optional[str] = ..., logo_digest: _Optional[str] = ..., measures_console: _Optional[bool] = ..., created_at: _Optional[_Union[datetime.datetime, _timestamp_pb2.Timestamp, _Mapping]] = ..., updated_at: _Optional[_Union[datetime.datetime, _timestamp_pb2.Timestamp, _Mapping]] = ..., etag: _Optional[str] = ...) -> None: ...

class GetOrganisationRequest(_message.Message):
    __slots__ = ()
    def __init__(self) -> None: ...

class UpdateOrganisationRequest(_message.Message):
    __slots__ = ("organisation", "update_mask")
    ORGANISATION_FIELD_NUMBER: _ClassVar[int]
    UPDATE_MASK_FIELD_NUMBER: _ClassVar[int]
    organisation: Organisation
    update_mask: _field_mask_pb2.FieldMask
    def __init__(self, organisation: _Optional[_Union[Organisation, _Mapping]] = ..., update_mask: _Optional[_Union[_field_mask_pb2.FieldMask, _Mapping]] = ...) -> None: ...

class GetLogoRequest(_message.Message):
    __slots__ = ()
    def __init__(self) -> None: ...

class Logo(_message.Message):
    __slots__ = ("logo",)
    LOGO_FIELD_NUMBER: _ClassVar[int]
    logo: str
    def __init__(self, logo: _Optional[str] = ...) -> None: ...

class OrganisationCreated(_message.Message):
    __slots__ = ("organisation",)
    ORGANISATION_FIELD_NUMBER: _ClassVar[int]
    organisation: Organisation
    def __init__(self, organisation: _Optional[_Union[Organisation, _Mapping]] = ...) -> None: ...

class OrganisationUpdated(_message.Message):
    __slots__ = ("organisation", "changed_fields")
    ORGANISATION_FIELD_NUMBER: _ClassVar[int]
    CHANGED_FIELDS_FIELD_NUMBER: _ClassVar[int]
    organisation: Organisation
    changed_fields: _containers.RepeatedScalarFieldContainer[str]
    def __init__(self, organisation: _Optional[_Union[Organisation, _Mapping]] = ..., changed_fields: _Optional[_Iterable[str]] = ...) -> None: ...
