from google.protobuf import descriptor_pb2 as _descriptor_pb2
from google.protobuf.internal import containers as _containers
from google.protobuf.internal import enum_type_wrapper as _enum_type_wrapper
from google.protobuf import descriptor as _descriptor
from google.protobuf import message as _message
from collections.abc import Iterable as _Iterable
from typing import ClassVar as _ClassVar, Optional as _Optional, Union as _Union

DESCRIPTOR: _descriptor.FileDescriptor

class View(int, metaclass=_enum_type_wrapper.EnumTypeWrapper):
    __slots__ = ()
    VIEW_UNSPECIFIED: _ClassVar[View]
    CUSTOMER_360: _ClassVar[View]
    TIMELINE: _ClassVar[View]
    SEARCH: _ClassVar[View]

class RateClass(int, metaclass=_enum_type_wrapper.EnumTypeWrapper):
    __slots__ = ()
    RATE_CLASS_UNSPECIFIED: _ClassVar[RateClass]
    READ: _ClassVar[RateClass]
    WRITE: _ClassVar[RateClass]
    HEAVY: _ClassVar[RateClass]
    CREDENTIAL: _ClassVar[RateClass]

class Sensitivity(int, metaclass=_enum_type_wrapper.EnumTypeWrapper):
    __slots__ = ()
    SENSITIVITY_UNSPECIFIED: _ClassVar[Sensitivity]
    PUBLIC: _ClassVar[Sensitivity]
    INTERNAL: _ClassVar[Sensitivity]
    PERSONAL: _ClassVar[Sensitivity]
    FINANCIAL: _ClassVar[Sensitivity]

class Format(int, metaclass=_enum_type_wrapper.EnumTypeWrapper):
    __slots__ = ()
    FORMAT_UNSPECIFIED: _ClassVar[Format]
    EMAIL: _ClassVar[Format]
    PHONE: _ClassVar[Format]
    URL: _ClassVar[Format]
    CURRENCY: _ClassVar[Format]
    COUNTRY: _ClassVar[Format]
    DECIMAL: _ClassVar[Format]
    UUID: _ClassVar[Format]
    DATE: _ClassVar[Format]
    TIME_ZONE: _ClassVar[Format]
    LANGUAGE: _ClassVar[Format]
    DOMAIN: _ClassVar[Format]
    FILTER: _ClassVar[Format]
    TAG: _ClassVar[Format]
VIEW_UNSPECIFIED: View
CUSTOMER_360: View
TIMELINE: View
SEARCH: View
RATE_CLASS_UNSPECIFIED: RateClass
READ: RateClass
WRITE: RateClass
HEAVY: RateClass
CREDENTIAL: RateClass
SENSITIVITY_UNSPECIFIED: Sensitivity
PUBLIC: Sensitivity
INTERNAL: Sensitivity
PERSONAL: Sensitivity
FINANCIAL: Sensitivity
FORMAT_UNSPECIFIED: Format
EMAIL: Format
PHONE: Format
URL: Format
CURRENCY: Format
COUNTRY: Format
DECIMAL: Format
UUID: Format
DATE: Format
TIME_ZONE: Format
LANGUAGE: Format
DOMAIN: Format
FILTER: Format
TAG: Format
POLICY_FIELD_NUMBER: _ClassVar[int]
policy: _descriptor.FieldDescriptor
PART_FIELD_NUMBER: _ClassVar[int]
part: _descriptor.FieldDescriptor
RESOURCE_FIELD_NUMBER: _ClassVar[int]
resource: _descriptor.FieldDescriptor
EVENT_FIELD_NUMBER: _ClassVar[int]
event: _descriptor.FieldDescriptor
FIELD_FIELD_NUMBER: _ClassVar[int]
field: _descriptor.FieldDescriptor

class Policy(_message.Message):
    __slots__ = ("permission", "public", "authenticated", "internal", "idempotent", "audit", "rate", "read_only", "reach")
    PERMISSION_FIELD_NUMBER: _ClassVar[int]
    PUBLIC_FIELD_NUMBER: _ClassVar[int]
    AUTHENTICATED_FIELD_NUMBER: _ClassVar[int]
    INTERNAL_FIELD_NUMBER: _ClassVar[int]
    IDEMPOTENT_FIELD_NUMBER: _ClassVar[int]
    AUDIT_FIELD_NUMBER: _ClassVar[int]
    RATE_FIELD_NUMBER: _ClassVar[int]
    READ_ONLY_FIELD_NUMBER: _ClassVar[int]
    REACH_FIELD_NUMBER: _ClassVar[int]
    permission: str
    public: bool
    authenticated: bool
    internal: bool
    idempotent: bool
    audit: bool
    rate: RateClass
    read_only: bool
    reach: str
    def __init__(self, permission: _Optional[str] = ..., public: _Optional[bool] = ..., authenticated: _Optional[bool] = ..., internal: _Optional[bool] = ..., idempotent: _Optional[bool] = ..., audit: _Optional[bool] = ..., rate: _Optional[_Union[RateClass, str]] = ..., read_only: _Optional[bool] = ..., reach: _Optional[str] = ...) -> None: ...

class Part(_message.Message):
    __slots__ = ("view", "section", "as_of")
    VIEW_FIELD_NUMBER: _ClassVar[int]
    SECTION_FIELD_NUMBER: _ClassVar[int]
    AS_OF_FIELD_NUMBER: _ClassVar[int]
    view: View
    section: str
    as_of: bool
    def __init__(self, view: _Optional[_Union[View, str]] = ..., section: _Optional[str] = ..., as_of: _Optional[bool] = ...) -> None: ...

class Field(_message.Message):
    __slots__ = ("min_length", "max_length", "pattern", "format", "minimum", "maximum", "max_items", "sensitivity", "read_permission", "write_permission", "filterable", "sortable", "reference", "multiline", "groupable", "searchable", "part_of", "untold_as_of")
    MIN_LENGTH_FIELD_NUMBER: _ClassVar[int]
    MAX_LENGTH_FIELD_NUMBER: _ClassVar[int]
    PATTERN_FIELD_NUMBER: _ClassVar[int]
    FORMAT_FIELD_NUMBER: _ClassVar[int]
    MINIMUM_FIELD_NUMBER: _ClassVar[int]
    MAXIMUM_FIELD_NUMBER: _ClassVar[int]
    MAX_ITEMS_FIELD_NUMBER: _ClassVar[int]
    SENSITIVITY_FIELD_NUMBER: _ClassVar[int]
    READ_PERMISSION_FIELD_NUMBER: _ClassVar[int]
    WRITE_PERMISSION_FIELD_NUMBER: _ClassVar[int]
    FILTERABLE_FIELD_NUMBER: _ClassVar[int]
    SORTABLE_FIELD_NUMBER: _ClassVar[int]
    REFERENCE_FIELD_NUMBER: _ClassVar[int]
    MULTILINE_FIELD_NUMBER: _ClassVar[int]
    GROUPABLE_FIELD_NUMBER: _ClassVar[int]
    SEARCHABLE_FIELD_NUMBER: _ClassVar[int]
    PART_OF_FIELD_NUMBER: _ClassVar[int]
    UNTOLD_AS_OF_FIELD_NUMBER: _ClassVar[int]
    min_length: int
    max_length: int
    pattern: str
    format: Format
    minimum: str
    maximum: str
    max_items: int
    sensitivity: Sensitivity
    read_permission: str
    write_permission: str
    filterable: bool
    sortable: bool
    reference: str
    multiline: bool
    groupable: bool
    searchable: bool
    part_of: str
    untold_as_of: bool
    def __init__(self, min_length: _Optional[int] = ..., max_length: _Optional[int] = ..., pattern: _Optional[str] = ..., format: _Optional[_Union[Format, str]] = ..., minimum: _Optional[str] = ..., maximum: _Optional[str] = ..., max_items: _Optional[int] = ..., sensitivity: _Optional[_Union[Sensitivity, str]] = ..., read_permission: _Optional[str] = ..., write_permission: _Optional[str] = ..., filterable: _Optional[bool] = ..., sortable: _Optional[bool] = ..., reference: _Optional[str] = ..., multiline: _Optional[bool] = ..., groupable: _Optional[bool] = ..., searchable: _Optional[bool] = ..., part_of: _Optional[str] = ..., untold_as_of: _Optional[bool] = ...) -> None: ...

class Resource(_message.Message):
    __slots__ = ("name", "plural", "title_field", "owner_field", "team_field", "territory_field", "queue_permission", "visible_through", "told_with", "shareable", "seen_with")
    NAME_FIELD_NUMBER: _ClassVar[int]
    PLURAL_FIELD_NUMBER: _ClassVar[int]
    TITLE_FIELD_FIELD_NUMBER: _ClassVar[int]
    OWNER_FIELD_FIELD_NUMBER: _ClassVar[int]
    TEAM_FIELD_FIELD_NUMBER: _ClassVar[int]
    TERRITORY_FIELD_FIELD_NUMBER: _ClassVar[int]
    QUEUE_PERMISSION_FIELD_NUMBER: _ClassVar[int]
    VISIBLE_THROUGH_FIELD_NUMBER: _ClassVar[int]
    TOLD_WITH_FIELD_NUMBER: _ClassVar[int]
    SHAREABLE_FIELD_NUMBER: _ClassVar[int]
    SEEN_WITH_FIELD_NUMBER: _ClassVar[int]
    name: str
    plural: str
    title_field: str
    owner_field: str
    team_field: str
    territory_field: str
    queue_permission: str
    visible_through: str
    told_with: str
    shareable: bool
    seen_with: _containers.RepeatedScalarFieldContainer[str]
    def __init__(self, name: _Optional[str] = ..., plural: _Optional[str] = ..., title_field: _Optional[str] = ..., owner_field: _Optional[str] = ..., team_field: _Optional[str] = ..., territory_field: _Optional[str] = ..., queue_permission: _Optional[str] = ..., visible_through: _Optional[str] = ..., told_with: _Optional[str] = ..., shareable: _Optional[bool] = ..., seen_with: _Optional[_Iterable[str]] = ...) -> None: ...

class Event(_message.Message):
    __slots__ = ("type", "subject", "personal")
    TYPE_FIELD_NUMBER: _ClassVar[int]
    SUBJECT_FIELD_NUMBER: _ClassVar[int]
    PERSONAL_FIELD_NUMBER: _ClassVar[int]
    type: str
    subject: str
    personal: bool
    def __init__(self, type: _Optional[str] = ..., subject: _Optional[str] = ..., personal: _Optional[bool] = ...) -> None: ...
