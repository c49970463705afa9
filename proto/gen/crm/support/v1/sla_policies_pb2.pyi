import datetime

from crm.common.v1 import batches_pb2 as _batches_pb2
from crm.common.v1 import standard_pb2 as _standard_pb2
from crm.options.v1 import options_pb2 as _options_pb2
from crm.support.v1 import tickets_pb2 as _tickets_pb2
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

class SlaPolicy(_message.Message):
    __slots__ = ("id", "name", "condition", "rank", "calendar_id", "targets", "created_at", "updated_at", "deleted_at", "created_by", "etag")
    ID_FIELD_NUMBER: _ClassVar[int]
    NAME_FIELD_NUMBER: _ClassVar[int]
    CONDITION_FIELD_NUMBER: _ClassVar[int]
    RANK_FIELD_NUMBER: _ClassVar[int]
    CALENDAR_ID_FIELD_NUMBER: _ClassVar[int]
    TARGETS_FIELD_NUMBER: _ClassVar[int]
    CREATED_AT_FIELD_NUMBER: _ClassVar[int]
    UPDATED_AT_FIELD_NUMBER: _ClassVar[int]
    DELETED_AT_FIELD_NUMBER: _ClassVar[int]
    CREATED_BY_FIELD_NUMBER: _ClassVar[int]
    ETAG_FIELD_NUMBER: _ClassVar[int]
    id: str
    name: str
    condition: str
    rank: int
    calendar_id: str
    targets: _containers.RepeatedCompositeFieldContainer[SlaTarget]
    created_at: _timestamp_pb2.Timestamp
    updated_at: _timestamp_pb2.Timestamp
    deleted_at: _timestamp_pb2.Timestamp
    created_by: str
    etag: str
    def __init__(self, id: _Optional[str] = ..., name: _Optional[str] = ..., condition: _Optional[str] = ..., rank: _Optional[int] = ..., calendar_id: _Optional[str] = ..., targets: _Optional[_Iterable[_Union[SlaTarget, _Mapping]]] = ..., created_at: _Optional[_Union[datetime.datetime, _timestamp_pb2.Timestamp, _Mapping]] = ..., updated_at: _Optional[_Union[datetime.datetime, _timestamp_pb2.Timestamp, _Mapping]] = ..., deleted_at: _Optional[_Union[datetime.datetime, _timestamp_pb2.Timestamp, _Mapping]] = ..., created_by: _Optional[str] = ..., etag: _Optional[str] = ...) -> None: ...

class SlaTarget(_message.Message):
    __slots__ = ("kind", "priority", "minutes")
    KIND_FIELD_NUMBER: _ClassVar[int]
    PRIORITY_FIELD_NUMBER: _ClassVar[int]
    MINUTES_FIELD_NUMBER: _ClassVar[int]
    kind: _tickets_pb2.SlaClock.Kind
    priority: _tickets_pb2.Ticket.Priority
    minutes: int
    def __init__(self, kind: _Optional[_Union[_tickets_pb2.SlaClock.Kind, str]] = ..., priority: _Optional[_Union[_tickets_pb2.Ticket.Priority, str]] = ..., minutes: _Optional[int] = ...) -> None: ...

class CreateSlaPolicyRequest(_message.Message):
    __slots__ = ("sla_policy",)
    SLA_POLICY_FIELD_NUMBER: _ClassVar[int]
    sla_policy: SlaPolicy
    def __init__(self, sla_policy: _Optional[_Union[SlaPolicy, _Mapping]] = ...) -> None: ...

class ListSlaPoliciesRequest(_message.Message):
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

class ListSlaPoliciesResponse(_message.Message):
    __slots__ = ("sla_policies", "next_page_token", "total_size", "total_size_estimated")
    SLA_POLICIES_FIELD_NUMBER: _ClassVar[int]
    NEXT_PAGE_TOKEN_FIELD_NUMBER: _ClassVar[int]
    TOTAL_SIZE_FIELD_NUMBER: _ClassVar[int]
    TOTAL_SIZE_ESTIMATED_FIELD_NUMBER: _ClassVar[int]
    sla_policies: _containers.RepeatedCompositeFieldContainer[SlaPolicy]
    next_page_token: str
    total_size: int
    total_size_estimated: bool
    def __init__(self, sla_policies: _Optional[_Iterable[_Union[SlaPolicy, _Mapping]]] = ..., next_page_token: _Optional[str] = ..., total_size: _Optional[int] = ..., total_size_estimated: _Optional[bool] = ...) -> None: ...

class UpdateSlaPolicyRequest(_message.Message):
    __slots__ = ("sla_policy", "update_mask")
    SLA_POLICY_FIELD_NUMBER: _ClassVar[int]
    UPDATE_MASK_FIELD_NUMBER: _ClassVar[int]
    sla_policy: SlaPolicy
    update_mask: _field_mask_pb2.FieldMask
    def __init__(self, sla_policy: _Optional[_Union[SlaPolicy, _Mapping]] = ..., update_mask: _Optional[_Union[_field_mask_pb2.FieldMask, _Mapping]] = ...) -> None: ...

class BatchGetSlaPoliciesResponse(_message.Message):
    __slots__ = ("sla_policies", "not_found", "left_out")
    SLA_POLICIES_FIELD_NUMBER: _ClassVar[int]
    NOT_FOUND_FIELD_NUMBER: _ClassVar[int]
    LEFT_OUT_FIELD_NUMBER: _ClassVar[int]
    sla_policies: _containers.RepeatedCompositeFieldContainer[SlaPolicy]
    not_found: _containers.RepeatedScalarFieldContainer[str]
    left_out: _containers.RepeatedScalarFieldContainer[str]
    def __init__(self, sla_policies: _Optional[_Iterable[_Union[SlaPolicy, _Mapping]]] = ..., not_found: _Optional[_Iterable[str]] = ..., left_out: _Optional[_Iterable[str]] = ...) -> None: ...

class BatchCreateSlaPoliciesRequest(_message.Message):
    __slots__ = ("sla_policies",)
    SLA_POLICIES_FIELD_NUMBER: _ClassVar[int]
    sla_policies: _containers.RepeatedCompositeFieldContainer[SlaPolicy]
    def __init__(self, sla_policies: _Optional[_Iterable[_Union[SlaPolicy, _Mapping]]] = ...) -> None: ...

class BatchUpdateSlaPoliciesRequest(_message.Message):
    __slots__ = ("sla_policies", "update_masks")
    SLA_POLICIES_FIELD_NUMBER: _ClassVar[int]
    UPDATE_MASKS_FIELD_NUMBER: _ClassVar[int]
    sla_policies: _containers.RepeatedCompositeFieldContainer[SlaPolicy]
    update_masks: _containers.RepeatedCompositeFieldContainer[_field_mask_pb2.FieldMask]
    def __init__(self, sla_policies: _Optional[_Iterable[_Union[SlaPolicy, _Mapping]]] = ..., update_masks: _Optional[_Iterable[_Union[_field_mask_pb2.FieldMask, _Mapping]]] = ...) -> None: ...

class SlaPolicyCreated(_message.Message):
    __slots__ = ("sla_policy",)
    SLA_POLICY_FIELD_NUMBER: _ClassVar[int]
    sla_policy: SlaPolicy
    def __init__(self, sla_policy: _Optional[_Union[SlaPolicy, _Mapping]] = ...) -> None: ...

class SlaPolicyUpdated(_message.Message):
    __slots__ = ("sla_policy", "changed_fields")
    SLA_POLICY_FIELD_NUMBER: _ClassVar[int]
    CHANGED_FIELDS_FIELD_NUMBER: _ClassVar[int]
    sla_policy: SlaPolicy
    changed_fields: _containers.RepeatedScalarFieldContainer[str]
    def __init__(self, sla_policy: _Optional[_Union[SlaPolicy, _Mapping]] = ..., changed_fields: _Optional[_Iterable[str]] = ...) -> None: ...

class SlaPolicyDeleted(_message.Message):
    __slots__ = ("sla_policy",)
    SLA_POLICY_FIELD_NUMBER: _ClassVar[int]
    sla_policy: SlaPolicy
    def __init__(self, sla_policy: _Optional[_Union[SlaPolicy, _Mapping]] = ...) -> None: ...
