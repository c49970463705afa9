from crm.common.v1 import types_pb2 as _types_pb2
from crm.options.v1 import options_pb2 as _options_pb2
from google.api import annotations_pb2 as _annotations_pb2
from google.api import field_behavior_pb2 as _field_behavior_pb2
from google.protobuf.internal import containers as _containers
from google.protobuf.internal import enum_type_wrapper as _enum_type_wrapper
from google.protobuf import descriptor as _descriptor
from google.protobuf import message as _message
from collections.abc import Iterable as _Iterable, Mapping as _Mapping
from typing import ClassVar as _ClassVar, Optional as _Optional, Union as _Union

DESCRIPTOR: _descriptor.FileDescriptor

class FieldType(int, metaclass=_enum_type_wrapper.EnumTypeWrapper):
    __slots__ = ()
    FIELD_TYPE_UNSPECIFIED: _ClassVar[FieldType]
    STRING: _ClassVar[FieldType]
    INTEGER: _ClassVar[FieldType]
    NUMBER: _ClassVar[FieldType]
    BOOLEAN: _ClassVar[FieldType]
    ENUM: _ClassVar[FieldType]
    TIMESTAMP: _ClassVar[FieldType]
    MONEY: _ClassVar[FieldType]
    STRUCT: _ClassVar[FieldType]
    MESSAGE: _ClassVar[FieldType]
    MAP: _ClassVar[FieldType]
FIELD_TYPE_UNSPECIFIED: FieldType
STRING: FieldType
INTEGER: FieldType
NUMBER: FieldType
BOOLEAN: FieldType
ENUM: FieldType
TIMESTAMP: FieldType
MONEY: FieldType
STRUCT: FieldType
MESSAGE: FieldType
MAP: FieldType

class DescribeResourcesRequest(_message.Message):
    __slots__ = ()
    def __init__(self) -> None: ...

class DescribeResourcesResponse(_message.Message):
    __slots__ = ("resources",)
    RESOURCES_FIELD_NUMBER: _ClassVar[int]
    resources: _containers.RepeatedCompositeFieldContainer[ResourceSummary]
    def __init__(self, resources: _Optional[_Iterable[_Union[ResourceSummary, _Mapping]]] = ...) -> None: ...

class ResourceSummary(_message.Message):
    __slots__ = ("name", "plural", "kind", "service", "label", "plural_label", "title_field", "can_list", "can_create")
    class LabelEntry(_message.Message):
        __slots__ = ("key", "value")
        KEY_FIELD_NUMBER: _ClassVar[int]
        VALUE_FIELD_NUMBER: _ClassVar[int]
        key: str
        value: str
        def __init__(self, key: _Optional[str] = ..., value: _Optional[str] = ...) -> None: ...
    class PluralLabelEntry(_message.Message):
        __slots__ = ("key", "value")
        KEY_FIELD_NUMBER: _ClassVar[int]
        VALUE_FIELD_NUMBER: _ClassVar[int]
        key: str
        value: str
        def __init__(self, key: _Optional[str] = ..., value: _Optional[str] = ...) -> None: ...
    NAME_FIELD_NUMBER: _ClassVar[int]
    PLURAL_FIELD_NUMBER: _ClassVar[int]
    KIND_FIELD_NUMBER: _ClassVar[int]
    SERVICE_FIELD_NUMBER: _ClassVar[int]
    LABEL_FIELD_NUMBER: _ClassVar[int]
    PLURAL_LABEL_FIELD_NUMBER: _ClassVar[int]
    TITLE_FIELD_FIELD_NUMBER: _ClassVar[int]
    CAN_LIST_FIELD_NUMBER: _ClassVar[int]
    CAN_CREATE_FIELD_NUMBER: _ClassVar[int]
    name: str
    plural: str
    kind: str
    service: str
    label: _containers.ScalarMap[str, str]
    plural_label: _containers.ScalarMap[str, str]
    title_field: str
    can_list: bool
    can_create: bool
    def __init__(self, name: _Optional[str] = ..., plural: _Optional[str] = ..., kind: _Optional[str] = ..., service: _Optional[str] = ..., label: _Optional[_Mapping[str, str]] = ..., plural_label: _Optional[_Mapping[str, str]] = ..., title_field: _Optional[str] = ..., can_list: _Optional[bool] = ..., can_create: _Optional[bool] = ...) -> None: ...

class DescribeImportKindsRequest(_message.Message):
    __slots__ = ()
    def __init__(self) -> None: ...

class DescribeImportKindsResponse(_message.Message):
    __slots__ = ("kinds", "options", "unavailable_services")
    KINDS_FIELD_NUMBER: _ClassVar[int]
    OPTIONS_FIELD_NUMBER: _ClassVar[int]
    UNAVAILABLE_SERVICES_FIELD_NUMBER: _ClassVar[int]
    kinds: _containers.RepeatedCompositeFieldContainer[ImportKindDescription]
    options: _containers.RepeatedCompositeFieldContainer[FieldDescription]
    unavailable_services: _containers.RepeatedScalarFieldContainer[str]
    def __init__(self, kinds: _Optional[_Iterable[_Union[ImportKindDescription, _Mapping]]] = ..., options: _Optional[_Iterable[_Union[FieldDescription, _Mapping]]] = ..., unavailable_services: _Optional[_Iterable[str]] = ...) -> None: ...

class ImportKindDescription(_message.Message):
    __slots__ = ("kind", "service", "label", "plural_label", "targets")
    class LabelEntry(_message.Message):
        __slots__ = ("key", "value")
        KEY_FIELD_NUMBER: _ClassVar[int]
        VALUE_FIELD_NUMBER: _ClassVar[int]
        key: str
        value: str
        def __init__(self, key: _Optional[str] = ..., value: _Optional[str] = ...) -> None: ...
    class PluralLabelEntry(_message.Message):
        __slots__ = ("key", "value")
        KEY_FIELD_NUMBER: _ClassVar[int]
        VALUE_FIELD_NUMBER: _ClassVar[int]
        key: str
        value: str
        def __init__(self, key: _Optional[str] = ..., value: _Optional[str] = ...) -> None: ...
    KIND_FIELD_NUMBER: _ClassVar[int]
    SERVICE_FIELD_NUMBER: _ClassVar[int]
    LABEL_FIELD_NUMBER: _ClassVar[int]
    PLURAL_LABEL_FIELD_NUMBER: _ClassVar[int]
    TARGETS_FIELD_NUMBER: _ClassVar[int]
    kind: str
    service: str
    label: _containers.ScalarMap[str, str]
    plural_label: _containers.ScalarMap[str, str]
    targets: _containers.RepeatedCompositeFieldContainer[ImportTargetDescription]
    def __init__(self, kind: _Optional[str] = ..., service: _Optional[str] = ..., label: _Optional[_Mapping[str, str]] = ..., plural_label: _Optional[_Mapping[str, str]] = ..., targets: _Optional[_Iterable[_Union[ImportTargetDescription, _Mapping]]] = ...) -> None: ...

class ImportTargetDescription(_message.Message):
    __slots__ = ("name", "label", "many", "required", "field")
    class LabelEntry(_message.Message):
        __slots__ = ("key", "value")
        KEY_FIELD_NUMBER: _ClassVar[int]
        VALUE_FIELD_NUMBER: _ClassVar[int]
        key: str
        value: str
        def __init__(self, key: _Optional[str] = ..., value: _Optional[str] = ...) -> None: ...
    NAME_FIELD_NUMBER: _ClassVar[int]
    LABEL_FIELD_NUMBER: _ClassVar[int]
    MANY_FIELD_NUMBER: _ClassVar[int]
    REQUIRED_FIELD_NUMBER: _ClassVar[int]
    FIELD_FIELD_NUMBER: _ClassVar[int]
    name: str
    label: _containers.ScalarMap[str, str]
    many: bool
    required: bool
    field: FieldDescription
    def __init__(self, name: _Optional[str] = ..., label: _Optional[_Mapping[str, str]] = ..., many: _Optional[bool] = ..., required: _Optional[bool] = ..., field: _Optional[_Union[FieldDescription, _Mapping]] = ...) -> None: ...

class DescribeResourceRequest(_message.Message):
    __slots__ = ("resource",)
    RESOURCE_FIELD_NUMBER: _ClassVar[int]
    resource: str
    def __init__(self, resource: _Optional[str] = ...) -> None: ...

class ResourceDescription(_message.Message):
    __slots__ = ("name", "plural", "kind", "service", "label", "plural_label", "title_field", "fields", "actions", "shareable", "has_history")
    class LabelEntry(_message.Message):
        __slots__ = ("key", "value")
        KEY_FIELD_NUMBER: _ClassVar[int]
        VALUE_FIELD_NUMBER: _ClassVar[int]
        key: str
        value: str
        def __init__(self, key: _Optional[str] = ..., value: _Optional[str] = ...) -> None: ...
    class PluralLabelEntry(_message.Message):
        __slots__ = ("key", "value")
        KEY_FIELD_NUMBER: _ClassVar[int]
        VALUE_FIELD_NUMBER: _ClassVar[int]
        key: str
        value: str
        def __init__(self, key: _Optional[str] = ..., value: _Optional[str] = ...) -> None: ...
    NAME_FIELD_NUMBER: _ClassVar[int]
    PLURAL_FIELD_NUMBER: _ClassVar[int]
    KIND_FIELD_NUMBER: _ClassVar[int]
    SERVICE_FIELD_NUMBER: _ClassVar[int]
    LABEL_FIELD_NUMBER: _ClassVar[int]
    PLURAL_LABEL_FIELD_NUMBER: _ClassVar[int]
    TITLE_FIELD_FIELD_NUMBER: _ClassVar[int]
    FIELDS_FIELD_NUMBER: _ClassVar[int]
    ACTIONS_FIELD_NUMBER: _ClassVar[int]
    SHAREABLE_FIELD_NUMBER: _ClassVar[int]
    HAS_HISTORY_FIELD_NUMBER: _ClassVar[int]
    name: str
    plural: str
    kind: str
    service: str
    label: _containers.ScalarMap[str, str]
    plural_label: _containers.ScalarMap[str, str]
    title_field: str
    fields: _containers.RepeatedCompositeFieldContainer[FieldDescription]
    actions: _containers.RepeatedCompositeFieldContainer[ActionDescription]
    shareable: bool
    has_history: bool
    def __init__(self, name: _Optional[str] = ..., plural: _Optional[str] = ..., kind: _Optional[str] = ..., service: _Optional[str] = ..., label: _Optional[_Mapping[str, str]] = ..., plural_label: _Optional[_Mapping[str, str]] = ..., title_field: _Optional[str] = ..., fields: _Optional[_Iterable[_Union[FieldDescription, _Mapping]]] = ..., actions: _Optional[_Iterable[_Union[ActionDescription, _Mapping]]] = ..., shareable: _Optional[bool] = ..., has_history: _Optional[bool] = ...) -> None: ...

class FieldDescription(_message.Message):
    __slots__ = ("name", "type", "format", "repeated", "required", "read_only", "immutable", "multiline", "sensitivity", "can_read", "can_write", "filterable", "sortable", "reference", "limits", "values", "fields", "label", "groupable", "searchable")
    class LabelEntry(_message.Message):
        __slots__ = ("key", "value")
        KEY_FIELD_NUMBER: _ClassVar[int]
        VALUE_FIELD_NUMBER: _ClassVar[int]
        key: str
        value: str
        def __init__(self, key: _Optional[str] = ..., value: _Optional[str] = ...) -> None: ...
    NAME_FIELD_NUMBER: _ClassVar[int]
    TYPE_FIELD_NUMBER: _ClassVar[int]
    FORMAT_FIELD_NUMBER: _ClassVar[int]
    REPEATED_FIELD_NUMBER: _ClassVar[int]
    REQUIRED_FIELD_NUMBER: _ClassVar[int]
    READ_ONLY_FIELD_NUMBER: _ClassVar[int]
    IMMUTABLE_FIELD_NUMBER: _ClassVar[int]
    MULTILINE_FIELD_NUMBER: _ClassVar[int]
    SENSITIVITY_FIELD_NUMBER: _ClassVar[int]
    CAN_READ_FIELD_NUMBER: _ClassVar[int]
    CAN_WRITE_FIELD_NUMBER: _ClassVar[int]
    FILTERABLE_FIELD_NUMBER: _ClassVar[int]
    SORTABLE_FIELD_NUMBER: _ClassVar[int]
    REFERENCE_FIELD_NUMBER: _ClassVar[int]
    LIMITS_FIELD_NUMBER: _ClassVar[int]
    VALUES_FIELD_NUMBER: _ClassVar[int]
    FIELDS_FIELD_NUMBER: _ClassVar[int]
    LABEL_FIELD_NUMBER: _ClassVar[int]
    GROUPABLE_FIELD_NUMBER: _ClassVar[int]
    SEARCHABLE_FIELD_NUMBER: _ClassVar[int]
    name: str
    type: FieldType
    format: _options_pb2.Format
    repeated: bool
    required: bool
    read_only: bool
    immutable: bool
    multiline: bool
    sensitivity: _options_pb2.Sensitivity
    can_read: bool
    can_write: bool
    filterable: bool
    sortable: bool
    reference: str
    limits: FieldLimits
    values: _containers.RepeatedCompositeFieldContainer[EnumValueDescription]
    fields: _containers.RepeatedCompositeFieldContainer[FieldDescription]
    label: _containers.ScalarMap[str, str]
    groupable: bool
    searchable: bool
    def __init__(self, name: _Optional[str] = ..., type: _Optional[_Union[FieldType, str]] = ..., format: _Optional[_Union[_options_pb2.Format, str]] = ..., repeated: _Optional[bool] = ..., required: _Optional[bool] = ..., read_only: _Optional[bool] = ..., immutable: _Optional[bool] = ..., multiline: _Optional[bool] = ..., sensitivity: _Optional[_Union[_options_pb2.Sensitivity, str]] = ..., can_read: _Optional[bool] = ..., can_write: _Optional[bool] = ..., filterable: _Optional[bool] = ..., sortable: _Optional[bool] = ..., reference: _Optional[str] = ..., limits: _Optional[_Union[FieldLimits, _Mapping]] = ..., values: _Optional[_Iterable[_Union[EnumValueDescription, _Mapping]]] = ..., fields: _Optional[_Iterable[_Union[FieldDescription, _Mapping]]] = ..., label: _Optional[_Mapping[str, str]] = ..., groupable: _Optional[bool] = ..., searchable: _Optional[bool] = ...) -> None: ...

class FieldLimits(_message.Message):
    __slots__ = ("min_length", "max_length", "pattern", "minimum", "maximum", "max_items")
    MIN_LENGTH_FIELD_NUMBER: _ClassVar[int]
    MAX_LENGTH_FIELD_NUMBER: _ClassVar[int]
    PATTERN_FIELD_NUMBER: _ClassVar[int]
    MINIMUM_FIELD_NUMBER: _ClassVar[int]
    MAXIMUM_FIELD_NUMBER: _ClassVar[int]
    MAX_ITEMS_FIELD_NUMBER: _ClassVar[int]
    min_length: int
    max_length: int
    pattern: str
    minimum: str
    maximum: str
    max_items: int
    def __init__(self, min_length: _Optional[int] = ..., max_length: _Optional[int] = ..., pattern: _Optional[str] = ..., minimum: _Optional[str] = ..., maximum: _Optional[str] = ..., max_items: _Optional[int] = ...) -> None: ...

class EnumValueDescription(_message.Message):
    __slots__ = ("name", "label")
    class LabelEntry(_message.Message):
        __slots__ = ("key", "value")
        KEY_FIELD_NUMBER: _ClassVar[int]
        VALUE_FIELD_NUMBER: _ClassVar[int]
        key: str
        value: str
        def __init__(self, key: _Optional[str] = ..., value: _Optional[str] = ...) -> None: ...
    NAME_FIELD_NUMBER: _ClassVar[int]
    LABEL_FIELD_NUMBER: _ClassVar[int]
    name: str
    label: _containers.ScalarMap[str, str]
    def __init__(self, name: _Optional[str] = ..., label: _Optional[_Mapping[str, str]] = ...) -> None: ...

class ActionDescription(_message.Message):
    __slots__ = ("name", "verb", "path", "permission", "allowed", "scope", "label", "standard", "takes_record", "fields")
    class LabelEntry(_message.Message):
        __slots__ = ("key", "value")
        KEY_FIELD_NUMBER: _ClassVar[int]
        VALUE_FIELD_NUMBER: _ClassVar[int]
        key: str
        value: str
        def __init__(self, key: _Optional[str] = ..., value: _Optional[str] = ...) -> None: ...
    NAME_FIELD_NUMBER: _ClassVar[int]
    VERB_FIELD_NUMBER: _ClassVar[int]
    PATH_FIELD_NUMBER: _ClassVar[int]
    PERMISSION_FIELD_NUMBER: _ClassVar[int]
    ALLOWED_FIELD_NUMBER: _ClassVar[int]
    SCOPE_FIELD_NUMBER: _ClassVar[int]
    LABEL_FIELD_NUMBER: _ClassVar[int]
    STANDARD_FIELD_NUMBER: _ClassVar[int]
    TAKES_RECORD_FIELD_NUMBER: _ClassVar[int]
    FIELDS_FIELD_NUMBER: _ClassVar[int]
    name: str
    verb: str
    path: str
    permission: str
    allowed: bool
    scope: _types_pb2.Scope
    label: _containers.ScalarMap[str, str]
    standard: bool
    takes_record: bool
    fields: _containers.RepeatedCompositeFieldContainer[FieldDescription]
    def __init__(self, name: _Optional[str] = ..., verb: _Optional[str] = ..., path: _Optional[str] = ..., permission: _Optional[str] = ..., allowed: _Optional[bool] = ..., scope: _Optional[_Union[_types_pb2.Scope, str]] = ..., label: _Optional[_Mapping[str, str]] = ..., standard: _Optional[bool] = ..., takes_record: _Optional[bool] = ..., fields: _Optional[_Iterable[_Union[FieldDescription, _Mapping]]] = ...) -> None: ...
