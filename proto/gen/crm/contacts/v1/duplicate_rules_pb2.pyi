import datetime

from crm.common.v1 import batches_pb2 as _batches_pb2
from crm.common.v1 import standard_pb2 as _standard_pb2
from crm.options.v1 import options_pb2 as _options_pb2
from google.api import annotations_pb2 as _annotations_pb2
from google.api import field_behavior_pb2 as _field_behavior_pb2
from google.protobuf import field_mask_pb2 as _field_mask_pb2
from google.protobuf import timestamp_pb2 as _timestamp_pb2
from google.protobuf.internal import containers as _containers
from google.protobuf.internal import enum_type_wrapper as _enum_type_wrapper
from google.protobuf import descriptor as _descriptor
from google.protobuf import message as _message
from collections.abc import Iterable as _Iterable, Mapping as _Mapping
from typing import ClassVar as _ClassVar, Optional as _Optional, Union as _Union

DESCRIPTOR: _descriptor.FileDescriptor

class DuplicateRule(_message.Message):
    __slots__ = ("id", "name", "description", "active", "matching_rule_id", "on_create", "on_update", "confirmable", "tells_hidden", "created_at", "updated_at", "deleted_at", "created_by", "etag")
    class Action(int, metaclass=_enum_type_wrapper.EnumTypeWrapper):
        __slots__ = ()
        ACTION_UNSPECIFIED: _ClassVar[DuplicateRule.Action]
        ALLOW: _ClassVar[DuplicateRule.Action]
        REPORT: _ClassVar[DuplicateRule.Action]
        ALERT: _ClassVar[DuplicateRule.Action]
        BLOCK: _ClassVar[DuplicateRule.Action]
    ACTION_UNSPECIFIED: DuplicateRule.Action
    ALLOW: DuplicateRule.Action
    REPORT: DuplicateRule.Action
    ALERT: DuplicateRule.Action
    BLOCK: DuplicateRule.Action
    ID_FIELD_NUMBER: _ClassVar[int]
    NAME_FIELD_NUMBER: _ClassVar[int]
    DESCRIPTION_FIELD_NUMBER: _ClassVar[int]
    ACTIVE_FIELD_NUMBER: _ClassVar[int]
    MATCHING_RULE_ID_FIELD_NUMBER: _ClassVar[int]
    ON_CREATE_FIELD_NUMBER: _ClassVar[int]
    ON_UPDATE_FIELD_NUMBER: _ClassVar[int]
    CONFIRMABLE_FIELD_NUMBER: _ClassVar[int]
    TELLS_HIDDEN_FIELD_NUMBER: _ClassVar[int]
    CREATED_AT_FIELD_NUMBER: _ClassVar[int]
    UPDATED_AT_FIELD_NUMBER: _ClassVar[int]
    DELETED_AT_FIELD_NUMBER: _ClassVar[int]
    CREATED_BY_FIELD_NUMBER: _ClassVar[int]
    ETAG_FIELD_NUMBER: _ClassVar[int]
    id: str
    name: str
    description: str
    active: bool
    matching_rule_id: str
    on_create: DuplicateRule.Action
    on_update: DuplicateRule.Action
    confirmable: bool
    tells_hidden: bool
    created_at: _timestamp_pb2.Timestamp
    updated_at: _timestamp_pb2.Timestamp
    deleted_at: _timestamp_pb2.Timestamp
    created_by: str
    etag: str
    def __init__(self, id: _Optional[str] = ..., name: _Optional[str] = ..., description: _Optional[str] = ..., active: _Optional[bool] = ..., matching_rule_id: _Optional[str] = ..., on_create: _Optional[_Union[DuplicateRule.Action, str]] = ..., on_update: _Optional[_Union[DuplicateRule.Action, str]] = ..., confirmable: _Optional[bool] = ..., tells_hidden: _Optional[bool] = ..., created_at: _Optional[_Union[datetime.datetime, _timestamp_pb2.Timestamp, _Mapping]] = ..., updated_at: _Optional[_Union[datetime.datetime, _timestamp_pb2.Timestamp, _Mapping]] = ..., deleted_at: _Optional[_Union[datetime.datetime, _timestamp_pb2.Timestamp, _Mapping]] = ..., created_by: _Optional[str] = ..., etag: _Optional[str] = ...) -> None: ...

class CreateDuplicateRuleRequest(_message.Message):
    __slots__ = ("duplicate_rule",)
    DUPLICATE_RULE_FIELD_NUMBER: _ClassVar[int]
    duplicate_rule: DuplicateRule
    def __init__(self, duplicate_rule: _Optional[_Union[DuplicateRule, _Mapping]] = ...) -> None: ...

class ListDuplicateRulesRequest(_message.Message):
    __slots__ = ("page_size", "page_token", "order_by", "filter", "show_deleted", "include_total_size", "exact_total_size")
    PAGE_SIZE_FIELD_NUMBER: _ClassVar[int]
    PAGE_TOKEN_FIELD_NUMBER: _ClassVar[int]
    ORDER_BY_FIELD_NUMBER: _ClassVar[int]
    FILTER_FIELD_NUMBER: _ClassVar[int]
    SHOW_DELETED_FIELD_NUMBER: _ClassVar[int]
    INCLUDE_TOTAL_SIZE_FIELD_NUMBER: _ClassVar[int]
    EXACT_TOTAL_SIZE_FIELD_NUMBER: _ClassVar[int]
    page_size: int
    page_token: str
    order_by: str
    filter: str
    show_deleted: bool
    include_total_size: bool
    exact_total_size: bool
    def __init__(self, page_size: _Optional[int] = ..., page_token: _Optional[str] = ..., order_by: _Optional[str] = ..., filter: _Optional[str] = ..., show_deleted: _Optional[bool] = ..., include_total_size: _Optional[bool] = ..., exact_total_size: _Optional[bool] = ...) -> None: ...

class ListDuplicateRulesResponse(_message.Message):
    __slots__ = ("duplicate_rules", "next_page_token", "total_size", "total_size_estimated")
    DUPLICATE_RULES_FIELD_NUMBER: _ClassVar[int]
    NEXT_PAGE_TOKEN_FIELD_NUMBER: _ClassVar[int]
    TOTAL_SIZE_FIELD_NUMBER: _ClassVar[int]
    TOTAL_SIZE_ESTIMATED_FIELD_NUMBER: _ClassVar[int]
    duplicate_rules: _containers.RepeatedCompositeFieldContainer[DuplicateRule]
    next_page_token: str
    total_size: int
    total_size_estimated: bool
    def __init__(self, duplicate_rules: _Optional[_Iterable[_Union[DuplicateRule, _Mapping]]] = ..., next_page_token: _Optional[str] = ..., total_size: _Optional[int] = ..., total_size_estimated: _Optional[bool] = ...) -> None: ...

class UpdateDuplicateRuleRequest(_message.Message):
    __slots__ = ("duplicate_rule", "update_mask")
    DUPLICATE_RULE_FIELD_NUMBER: _ClassVar[int]
    UPDATE_MASK_FIELD_NUMBER: _ClassVar[int]
    duplicate_rule: DuplicateRule
    update_mask: _field_mask_pb2.FieldMask
    def __init__(self, duplicate_rule: _Optional[_Union[DuplicateRule, _Mapping]] = ..., update_mask: _Optional[_Union[_field_mask_pb2.FieldMask, _Mapping]] = ...) -> None: ...

class BatchGetDuplicateRulesResponse(_message.Message):
    __slots__ = ("duplicate_rules", "not_found", "left_out")
    DUPLICATE_RULES_FIELD_NUMBER: _ClassVar[int]
    NOT_FOUND_FIELD_NUMBER: _ClassVar[int]
    LEFT_OUT_FIELD_NUMBER: _ClassVar[int]
    duplicate_rules: _containers.RepeatedCompositeFieldContainer[DuplicateRule]
    not_found: _containers.RepeatedScalarFieldContainer[str]
    left_out: _containers.RepeatedScalarFieldContainer[str]
    def __init__(self, duplicate_rules: _Optional[_Iterable[_Union[DuplicateRule, _Mapping]]] = ..., not_found: _Optional[_Iterable[str]] = ..., left_out: _Optional[_Iterable[str]] = ...) -> None: ...

class BatchCreateDuplicateRulesRequest(_message.Message):
    __slots__ = ("duplicate_rules",)
    DUPLICATE_RULES_FIELD_NUMBER: _ClassVar[int]
    duplicate_rules: _containers.RepeatedCompositeFieldContainer[DuplicateRule]
    def __init__(self, duplicate_rules: _Optional[_Iterable[_Union[DuplicateRule, _Mapping]]] = ...) -> None: ...

class BatchUpdateDuplicateRulesRequest(_message.Message):
    __slots__ = ("duplicate_rules", "update_masks")
    DUPLICATE_RULES_FIELD_NUMBER: _ClassVar[int]
    UPDATE_MASKS_FIELD_NUMBER: _ClassVar[int]
    duplicate_rules: _containers.RepeatedCompositeFieldContainer[DuplicateRule]
    update_masks: _containers.RepeatedCompositeFieldContainer[_field_mask_pb2.FieldMask]
    def __init__(self, duplicate_rules: _Optional[_Iterable[_Union[DuplicateRule, _Mapping]]] = ..., update_masks: _Optional[_Iterable[_Union[_field_mask_pb2.FieldMask, _Mapping]]] = ...) -> None: ...

class DuplicateRuleCreated(_message.Message):
    __slots__ = ("duplicate_rule",)
    DUPLICATE_RULE_FIELD_NUMBER: _ClassVar[int]
    duplicate_rule: DuplicateRule
    def __init__(self, duplicate_rule: _Optional[_Union[DuplicateRule, _Mapping]] = ...) -> None: ...

class DuplicateRuleUpdated(_message.Message):
    __slots__ = ("duplicate_rule", "changed_fields")
    DUPLICATE_RULE_FIELD_NUMBER: _ClassVar[int]
    CHANGED_FIELDS_FIELD_NUMBER: _ClassVar[int]
    duplicate_rule: DuplicateRule
    changed_fields: _containers.RepeatedScalarFieldContainer[str]
    def __init__(self, duplicate_rule: _Optional[_Union[DuplicateRule, _Mapping]] = ..., changed_fields: _Optional[_Iterable[str]] = ...) -> None: ...

class DuplicateRuleDeleted(_message.Message):
    __slots__ = ("duplicate_rule",)
    DUPLICATE_RULE_FIELD_NUMBER: _ClassVar[int]
    duplicate_rule: DuplicateRule
    def __init__(self, duplicate_rule: _Optional[_Union[DuplicateRule, _Mapping]] = ...) -> None: ...
