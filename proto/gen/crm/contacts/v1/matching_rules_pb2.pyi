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

class FieldComparison(_message.Message):
    __slots__ = ("field", "method", "blank", "weight")
    class Field(int, metaclass=_enum_type_wrapper.EnumTypeWrapper):
        __slots__ = ()
        FIELD_UNSPECIFIED: _ClassVar[FieldComparison.Field]
        EMAIL: _ClassVar[FieldComparison.Field]
        PHONE: _ClassVar[FieldComparison.Field]
        NAME: _ClassVar[FieldComparison.Field]
        FIRST_NAME: _ClassVar[FieldComparison.Field]
        LAST_NAME: _ClassVar[FieldComparison.Field]
        COMPANY: _ClassVar[FieldComparison.Field]
        DOMAIN: _ClassVar[FieldComparison.Field]
        CITY: _ClassVar[FieldComparison.Field]
        POSTAL_CODE: _ClassVar[FieldComparison.Field]
        COUNTRY: _ClassVar[FieldComparison.Field]
        TITLE: _ClassVar[FieldComparison.Field]
    FIELD_UNSPECIFIED: FieldComparison.Field
    EMAIL: FieldComparison.Field
    PHONE: FieldComparison.Field
    NAME: FieldComparison.Field
    FIRST_NAME: FieldComparison.Field
    LAST_NAME: FieldComparison.Field
    COMPANY: FieldComparison.Field
    DOMAIN: FieldComparison.Field
    CITY: FieldComparison.Field
    POSTAL_CODE: FieldComparison.Field
    COUNTRY: FieldComparison.Field
    TITLE: FieldComparison.Field
    class Method(int, metaclass=_enum_type_wrapper.EnumTypeWrapper):
        __slots__ = ()
        METHOD_UNSPECIFIED: _ClassVar[FieldComparison.Method]
        EXACT: _ClassVar[FieldComparison.Method]
        FUZZY: _ClassVar[FieldComparison.Method]
        PHONETIC: _ClassVar[FieldComparison.Method]
    METHOD_UNSPECIFIED: FieldComparison.Method
    EXACT: FieldComparison.Method
    FUZZY: FieldComparison.Method
    PHONETIC: FieldComparison.Method
    class Blank(int, metaclass=_enum_type_wrapper.EnumTypeWrapper):
        __slots__ = ()
        BLANK_UNSPECIFIED: _ClassVar[FieldComparison.Blank]
        NO_MATCH: _ClassVar[FieldComparison.Blank]
        IGNORED: _ClassVar[FieldComparison.Blank]
    BLANK_UNSPECIFIED: FieldComparison.Blank
    NO_MATCH: FieldComparison.Blank
    IGNORED: FieldComparison.Blank
    FIELD_FIELD_NUMBER: _ClassVar[int]
    METHOD_FIELD_NUMBER: _ClassVar[int]
    BLANK_FIELD_NUMBER: _ClassVar[int]
    WEIGHT_FIELD_NUMBER: _ClassVar[int]
    field: FieldComparison.Field
    method: FieldComparison.Method
    blank: FieldComparison.Blank
    weight: float
    def __init__(self, field: _Optional[_Union[FieldComparison.Field, str]] = ..., method: _Optional[_Union[FieldComparison.Method, str]] = ..., blank: _Optional[_Union[FieldComparison.Blank, str]] = ..., weight: _Optional[float] = ...) -> None: ...

class MatchReason(_message.Message):
    __slots__ = ("field", "method", "similarity")
    FIELD_FIELD_NUMBER: _ClassVar[int]
    METHOD_FIELD_NUMBER: _ClassVar[int]
    SIMILARITY_FIELD_NUMBER: _ClassVar[int]
    field: FieldComparison.Field
    method: FieldComparison.Method
    similarity: float
    def __init__(self, field: _Optional[_Union[FieldComparison.Field, str]] = ..., method: _Optional[_Union[FieldComparison.Method, str]] = ..., similarity: _Optional[float] = ...) -> None: ...

class LikelyDuplicate(_message.Message):
    __slots__ = ("record_type", "record_id", "title", "subtitle", "score", "reasons", "rule", "confirmable")
    RECORD_TYPE_FIELD_NUMBER: _ClassVar[int]
    RECORD_ID_FIELD_NUMBER: _ClassVar[int]
    TITLE_FIELD_NUMBER: _ClassVar[int]
    SUBTITLE_FIELD_NUMBER: _ClassVar[int]
    SCORE_FIELD_NUMBER: _ClassVar[int]
    REASONS_FIELD_NUMBER: _ClassVar[int]
    RULE_FIELD_NUMBER: _ClassVar[int]
    CONFIRMABLE_FIELD_NUMBER: _ClassVar[int]
    record_type: str
    record_id: str
    title: str
    subtitle: str
    score: float
    reasons: _containers.RepeatedCompositeFieldContainer[MatchReason]
    rule: str
    confirmable: bool
    def __init__(self, record_type: _Optional[str] = ..., record_id: _Optional[str] = ..., title: _Optional[str] = ..., subtitle: _Optional[str] = ..., score: _Optional[float] = ..., reasons: _Optional[_Iterable[_Union[MatchReason, _Mapping]]] = ..., rule: _Optional[str] = ..., confirmable: _Optional[bool] = ...) -> None: ...

class FindDuplicatesResponse(_message.Message):
    __slots__ = ("duplicates",)
    DUPLICATES_FIELD_NUMBER: _ClassVar[int]
    duplicates: _containers.RepeatedCompositeFieldContainer[LikelyDuplicate]
    def __init__(self, duplicates: _Optional[_Iterable[_Union[LikelyDuplicate, _Mapping]]] = ...) -> None: ...

class MatchingRule(_message.Message):
    __slots__ = ("id", "name", "description", "active", "record_type", "other_record_type", "comparisons", "least_score", "created_at", "updated_at", "deleted_at", "created_by", "etag")
    class RecordType(int, metaclass=_enum_type_wrapper.EnumTypeWrapper):
        __slots__ = ()
        RECORD_TYPE_UNSPECIFIED: _ClassVar[MatchingRule.RecordType]
        CONTACT: _ClassVar[MatchingRule.RecordType]
        LEAD: _ClassVar[MatchingRule.RecordType]
        ACCOUNT: _ClassVar[MatchingRule.RecordType]
    RECORD_TYPE_UNSPECIFIED: MatchingRule.RecordType
    CONTACT: MatchingRule.RecordType
    LEAD: MatchingRule.RecordType
    ACCOUNT: MatchingRule.RecordType
    ID_FIELD_NUMBER: _ClassVar[int]
    NAME_FIELD_NUMBER: _ClassVar[int]
    DESCRIPTION_FIELD_NUMBER: _ClassVar[int]
    ACTIVE_FIELD_NUMBER: _ClassVar[int]
    RECORD_TYPE_FIELD_NUMBER: _ClassVar[int]
    OTHER_RECORD_TYPE_FIELD_NUMBER: _ClassVar[int]
    COMPARISONS_FIELD_NUMBER: _ClassVar[int]
    LEAST_SCORE_FIELD_NUMBER: _ClassVar[int]
    CREATED_AT_FIELD_NUMBER: _ClassVar[int]
    UPDATED_AT_FIELD_NUMBER: _ClassVar[int]
    DELETED_AT_FIELD_NUMBER: _ClassVar[int]
    CREATED_BY_FIELD_NUMBER: _ClassVar[int]
    ETAG_FIELD_NUMBER: _ClassVar[int]
    id: str
    name: str
    description: str
    active: bool
    record_type: MatchingRule.RecordType
    other_record_type: MatchingRule.RecordType
    comparisons: _containers.RepeatedCompositeFieldContainer[FieldComparison]
    least_score: float
    created_at: _timestamp_pb2.Timestamp
    updated_at: _timestamp_pb2.Timestamp
    deleted_at: _timestamp_pb2.Timestamp
    created_by: str
    etag: str
    def __init__(self, id: _Optional[str] = ..., name: _Optional[str] = ..., description: _Optional[str] = ..., active: _Optional[bool] = ..., record_type: _Optional[_Union[MatchingRule.RecordType, str]] = ..., other_record_type: _Optional[_Union[MatchingRule.RecordType, str]] = ..., comparisons: _Optional[_Iterable[_Union[FieldComparison, _Mapping]]] = ..., least_score: _Optional[float] = ..., created_at: _Optional[_Union[datetime.datetime, _timestamp_pb2.Timestamp, _Mapping]] = ..., updated_at: _Optional[_Union[datetime.datetime, _timestamp_pb2.Timestamp, _Mapping]] = ..., deleted_at: _Optional[_Union[datetime.datetime, _timestamp_pb2.Timestamp, _Mapping]] = ..., created_by: _Optional[str] = ..., etag: _Optional[str] = ...) -> None: ...

class CreateMatchingRuleRequest(_message.Message):
    __slots__ = ("matching_rule",)
    MATCHING_RULE_FIELD_NUMBER: _ClassVar[int]
    matching_rule: MatchingRule
    def __init__(self, matching_rule: _Optional[_Union[MatchingRule, _Mapping]] = ...) -> None: ...

class ListMatchingRulesRequest(_message.Message):
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

class ListMatchingRulesResponse(_message.Message):
    __slots__ = ("matching_rules", "next_page_token", "total_size", "total_size_estimated")
    MATCHING_RULES_FIELD_NUMBER: _ClassVar[int]
    NEXT_PAGE_TOKEN_FIELD_NUMBER: _ClassVar[int]
    TOTAL_SIZE_FIELD_NUMBER: _ClassVar[int]
    TOTAL_SIZE_ESTIMATED_FIELD_NUMBER: _ClassVar[int]
    matching_rules: _containers.RepeatedCompositeFieldContainer[MatchingRule]
    next_page_token: str
    total_size: int
    total_size_estimated: bool
    def __init__(self, matching_rules: _Optional[_Iterable[_Union[MatchingRule, _Mapping]]] = ..., next_page_token: _Optional[str] = ..., total_size: _Optional[int] = ..., total_size_estimated: _Optional[bool] = ...) -> None: ...

class UpdateMatchingRuleRequest(_message.Message):
    __slots__ = ("matching_rule", "update_mask")
    MATCHING_RULE_FIELD_NUMBER: _ClassVar[int]
    UPDATE_MASK_FIELD_NUMBER: _ClassVar[int]
    matching_rule: MatchingRule
    update_mask: _field_mask_pb2.FieldMask
    def __init__(self, matching_rule: _Optional[_Union[MatchingRule, _Mapping]] = ..., update_mask: _Optional[_Union[_field_mask_pb2.FieldMask, _Mapping]] = ...) -> None: ...

class BatchGetMatchingRulesResponse(_message.Message):
    __slots__ = ("matching_rules", "not_found", "left_out")
    MATCHING_RULES_FIELD_NUMBER: _ClassVar[int]
    NOT_FOUND_FIELD_NUMBER: _ClassVar[int]
    LEFT_OUT_FIELD_NUMBER: _ClassVar[int]
    matching_rules: _containers.RepeatedCompositeFieldContainer[MatchingRule]
    not_found: _containers.RepeatedScalarFieldContainer[str]
    left_out: _containers.RepeatedScalarFieldContainer[str]
    def __init__(self, matching_rules: _Optional[_Iterable[_Union[MatchingRule, _Mapping]]] = ..., not_found: _Optional[_Iterable[str]] = ..., left_out: _Optional[_Iterable[str]] = ...) -> None: ...

class BatchCreateMatchingRulesRequest(_message.Message):
    __slots__ = ("matching_rules",)
    MATCHING_RULES_FIELD_NUMBER: _ClassVar[int]
    matching_rules: _containers.RepeatedCompositeFieldContainer[MatchingRule]
    def __init__(self, matching_rules: _Optional[_Iterable[_Union[MatchingRule, _Mapping]]] = ...) -> None: ...

class BatchUpdateMatchingRulesRequest(_message.Message):
    __slots__ = ("matching_rules", "update_masks")
    MATCHING_RULES_FIELD_NUMBER: _ClassVar[int]
    UPDATE_MASKS_FIELD_NUMBER: _ClassVar[int]
    matching_rules: _containers.RepeatedCompositeFieldContainer[MatchingRule]
    update_masks: _containers.RepeatedCompositeFieldContainer[_field_mask_pb2.FieldMask]
    def __init__(self, matching_rules: _Optional[_Iterable[_Union[MatchingRule, _Mapping]]] = ..., update_masks: _Optional[_Iterable[_Union[_field_mask_pb2.FieldMask, _Mapping]]] = ...) -> None: ...

class MatchingRuleCreated(_message.Message):
    __slots__ = ("matching_rule",)
    MATCHING_RULE_FIELD_NUMBER: _ClassVar[int]
    matching_rule: MatchingRule
    def __init__(self, matching_rule: _Optional[_Union[MatchingRule, _Mapping]] = ...) -> None: ...

class MatchingRuleUpdated(_message.Message):
    __slots__ = ("matching_rule", "changed_fields")
    MATCHING_RULE_FIELD_NUMBER: _ClassVar[int]
    CHANGED_FIELDS_FIELD_NUMBER: _ClassVar[int]
    matching_rule: MatchingRule
    changed_fields: _containers.RepeatedScalarFieldContainer[str]
    def __init__(self, matching_rule: _Optional[_Union[MatchingRule, _Mapping]] = ..., changed_fields: _Optional[_Iterable[str]] = ...) -> None: ...

class MatchingRuleDeleted(_message.Message):
    __slots__ = ("matching_rule",)
    MATCHING_RULE_FIELD_NUMBER: _ClassVar[int]
    matching_rule: MatchingRule
    def __init__(self, matching_rule: _Optional[_Union[MatchingRule, _Mapping]] = ...) -> None: ...
