from crm.options.v1 import options_pb2 as _options_pb2
from google.api import annotations_pb2 as _annotations_pb2
from google.api import field_behavior_pb2 as _field_behavior_pb2
from google.protobuf import field_mask_pb2 as _field_mask_pb2
from google.protobuf.internal import containers as _containers
from google.protobuf.internal import enum_type_wrapper as _enum_type_wrapper
from google.protobuf import descriptor as _descriptor
from google.protobuf import message as _message
from collections.abc import Iterable as _Iterable, Mapping as _Mapping
from typing import ClassVar as _ClassVar, Optional as _Optional, Union as _Union

DESCRIPTOR: _descriptor.FileDescriptor

class NotificationKind(int, metaclass=_enum_type_wrapper.EnumTypeWrapper):
    __slots__ = ()
    NOTIFICATION_KIND_UNSPECIFIED: _ClassVar[NotificationKind]
    ASSIGNED: _ClassVar[NotificationKind]
    TASK_DUE: _ClassVar[NotificationKind]
    SLA_BROKEN: _ClassVar[NotificationKind]
    DEAL_WON: _ClassVar[NotificationKind]
    MENTIONED: _ClassVar[NotificationKind]
    COMMENTED: _ClassVar[NotificationKind]
    REFERENCE_DANGLING: _ClassVar[NotificationKind]
    PROPOSED: _ClassVar[NotificationKind]
    PROPOSAL_DECIDED: _ClassVar[NotificationKind]
NOTIFICATION_KIND_UNSPECIFIED: NotificationKind
ASSIGNED: NotificationKind
TASK_DUE: NotificationKind
SLA_BROKEN: NotificationKind
DEAL_WON: NotificationKind
MENTIONED: NotificationKind
COMMENTED: NotificationKind
REFERENCE_DANGLING: NotificationKind
PROPOSED: NotificationKind
PROPOSAL_DECIDED: NotificationKind

class Preferences(_message.Message):
    __slots__ = ("language", "time_zone", "currency", "date_format", "density", "theme", "start_page", "notifications")
    class DateFormat(int, metaclass=_enum_type_wrapper.EnumTypeWrapper):
        __slots__ = ()
        DATE_FORMAT_UNSPECIFIED: _ClassVar[Preferences.DateFormat]
        ISO: _ClassVar[Preferences.DateFormat]
        DAY_FIRST: _ClassVar[Preferences.DateFormat]
        MONTH_FIRST: _ClassVar[Preferences.DateFormat]
    DATE_FORMAT_UNSPECIFIED: Preferences.DateFormat
    ISO: Preferences.DateFormat
    DAY_FIRST: Preferences.DateFormat
    MONTH_FIRST: Preferences.DateFormat
    class Density(int, metaclass=_enum_type_wrapper.EnumTypeWrapper):
        __slots__ = ()
        DENSITY_UNSPECIFIED: _ClassVar[Preferences.Density]
        COMFORTABLE: _ClassVar[Preferences.Density]
        COMPACT: _ClassVar[Preferences.Density]
    DENSITY_UNSPECIFIED: Preferences.Density
    COMFORTABLE: Preferences.Density
    COMPACT: Preferences.Density
    class Theme(int, metaclass=_enum_type_wrapper.EnumTypeWrapper):
        __slots__ = ()
        THEME_UNSPECIFIED: _ClassVar[Preferences.Theme]
        SYSTEM: _ClassVar[Preferences.Theme]
        LIGHT: _ClassVar[Preferences.Theme]
        DARK: _ClassVar[Preferences.Theme]
    THEME_UNSPECIFIED: Preferences.Theme
    SYSTEM: Preferences.Theme
    LIGHT: Preferences.Theme
    DARK: Preferences.Theme
    LANGUAGE_FIELD_NUMBER: _ClassVar[int]
    TIME_ZONE_FIELD_NUMBER: _ClassVar[int]
    CURRENCY_FIELD_NUMBER: _ClassVar[int]
    DATE_FORMAT_FIELD_NUMBER: _ClassVar[int]
    DENSITY_FIELD_NUMBER: _ClassVar[int]
    THEME_FIELD_NUMBER: _ClassVar[int]
    START_PAGE_FIELD_NUMBER: _ClassVar[int]
    NOTIFICATIONS_FIELD_NUMBER: _ClassVar[int]
    language: str
    time_zone: str
    currency: str
    date_format: Preferences.DateFormat
    density: Preferences.Density
    theme: Preferences.Theme
    start_page: str
    notifications: _containers.RepeatedCompositeFieldContainer[NotificationChoice]
    def __init__(self, language: _Optional[str] = ..., time_zone: _Optional[str] = ..., currency: _Optional[str] = ..., date_format: _Optional[_Union[Preferences.DateFormat, str]] = ..., density: _Optional[_Union[Preferences.Density, str]] = ..., theme: _Optional[_Union[Preferences.Theme, str]] = ..., start_page: _Optional[str] = ..., notifications: _Optional[_Iterable[_Union[NotificationChoice, _Mapping]]] = ...) -> None: ...

class NotificationChoice(_message.Message):
    __slots__ = ("kind", "in_app", "email")
    class Email(int, metaclass=_enum_type_wrapper.EnumTypeWrapper):
        __slots__ = ()
        EMAIL_UNSPECIFIED: _ClassVar[NotificationChoice.Email]
        OFF: _ClassVar[NotificationChoice.Email]
        DAILY: _ClassVar[NotificationChoice.Email]
        IMMEDIATE: _ClassVar[NotificationChoice.Email]
    EMAIL_UNSPECIFIED: NotificationChoice.Email
    OFF: NotificationChoice.Email
    DAILY: NotificationChoice.Email
    IMMEDIATE: NotificationChoice.Email
    KIND_FIELD_NUMBER: _ClassVar[int]
    IN_APP_FIELD_NUMBER: _ClassVar[int]
    EMAIL_FIELD_NUMBER: _ClassVar[int]
    kind: NotificationKind
    in_app: bool
    email: NotificationChoice.Email
    def __init__(self, kind: _Optional[_Union[NotificationKind, str]] = ..., in_app: _Optional[bool] = ..., email: _Optional[_Union[NotificationChoice.Email, str]] = ...) -> None: ...

class GetPreferencesRequest(_message.Message):
    __slots__ = ()
    def __init__(self) -> None: ...

class GetPreferencesResponse(_message.Message):
    __slots__ = ("preferences", "effective")
    PREFERENCES_FIELD_NUMBER: _ClassVar[int]
    EFFECTIVE_FIELD_NUMBER: _ClassVar[int]
    preferences: Preferences
    effective: Preferences
    def __init__(self, preferences: _Optional[_Union[Preferences, _Mapping]] = ..., effective: _Optional[_Union[Preferences, _Mapping]] = ...) -> None: ...

class UpdatePreferencesRequest(_message.Message):
    __slots__ = ("preferences", "update_mask")
    PREFERENCES_FIELD_NUMBER: _ClassVar[int]
    UPDATE_MASK_FIELD_NUMBER: _ClassVar[int]
    preferences: Preferences
    update_mask: _field_mask_pb2.FieldMask
    def __init__(self, preferences: _Optional[_Union[Preferences, _Mapping]] = ..., update_mask: _Optional[_Union[_field_mask_pb2.FieldMask, _Mapping]] = ...) -> None: ...

class UpdatePreferencesResponse(_message.Message):
    __slots__ = ("preferences", "effective")
    PREFERENCES_FIELD_NUMBER: _ClassVar[int]
    EFFECTIVE_FIELD_NUMBER: _ClassVar[int]
    preferences: Preferences
    effective: Preferences
    def __init__(self, preferences: _Optional[_Union[Preferences, _Mapping]] = ..., effective: _Optional[_Union[Preferences, _Mapping]] = ...) -> None: ...
