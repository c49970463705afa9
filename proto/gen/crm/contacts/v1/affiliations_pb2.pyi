import datetime

from crm.common.v1 import batches_pb2 as _batches_pb2
from crm.common.v1 import standard_pb2 as _standard_pb2
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

class Affiliation(_message.Message):
    __slots__ = ("id", "contact_id", "account_id", "role", "start_date", "end_date", "primary", "created_at", "updated_at", "deleted_at", "created_by", "etag")
    ID_FIELD_NUMBER: _ClassVar[int]
    CONTACT_ID_FIELD_NUMBER: _ClassVar[int]
    ACCOUNT_ID_FIELD_NUMBER: _ClassVar[int]
    ROLE_FIELD_NUMBER: _ClassVar[int]
    START_DATE_FIELD_NUMBER: _ClassVar[int]
    END_DATE_FIELD_NUMBER: _ClassVar[int]
    PRIMARY_FIELD_NUMBER: _ClassVar[int]
    CREATED_AT_FIELD_NUMBER: _ClassVar[int]
    UPDATED_AT_FIELD_NUMBER: _ClassVar[int]
    DELETED_AT_FIELD_NUMBER: _ClassVar[int]
    CREATED_BY_FIELD_NUMBER: _ClassVar[int]
    ETAG_FIELD_NUMBER: _ClassVar[int]
    id: str
    contact_id: str
    account_id: str
    role: str
    start_date: str
    end_date: str
    primary: bool
    created_at: _timestamp_pb2.Timestamp
    updated_at: _timestamp_pb2.Timestamp
    deleted_at: _timestamp_pb2.Timestamp
    created_by: str
    etag: str
    def __init__(self, id: _Optional[str] = ..., contact_id: _Optional[str] = ..., account_id: _Optional[str] = ..., role: _Optional[str] = ..., start_date: _Optional[str] = ..., end_date: _Optional[str] = ..., primary: _Optional[bool] = ..., created_at: _Optional[_Union[datetime.datetime, _timestamp_pb2.Timestamp, _Mapping]] = ..., updated_at: _Optional[_Union[datetime.datetime, _timestamp_pb2.Timestamp, _Mapping]] = ..., deleted_at: _Optional[_Union[datetime.datetime, _timestamp_pb2.Timestamp, _Mapping]] = ..., created_by: _Optional[str] = ..., etag: _Optional[str] = ...) -> None: ...

class CreateAffiliationRequest(_message.Message):
    __slots__ = ("affiliation",)
    AFFILIATION_FIELD_NUMBER: _ClassVar[int]
    affiliation: Affiliation
    def __init__(self, affiliation: _Optional[_Union[Affiliation, _Mapping]] = ...) -> None: ...

class ListAffiliationsRequest(_message.Message):
    __slots__ = ("page_size", "page_token", "order_by", "filter", "show_deleted", "include_total_size", "exact_total_size", "as_of")
    PAGE_SIZE_FIELD_NUMBER: _ClassVar[int]
    PAGE_TOKEN_FIELD_NUMBER: _ClassVar[int]
    ORDER_BY_FIELD_NUMBER: _ClassVar[int]
    FILTER_FIELD_NUMBER: _ClassVar[int]
    SHOW_DELETED_FIELD_NUMBER: _ClassVar[int]
    INCLUDE_TOTAL_SIZE_FIELD_NUMBER: _ClassVar[int]
    EXACT_TOTAL_SIZE_FIELD_NUMBER: _ClassVar[int]
    AS_OF_FIELD_NUMBER: _ClassVar[int]
    page_size: int
    page_token: str
    order_by: str
    filter: str
    show_deleted: bool
    include_total_size: bool
    exact_total_size: bool
    as_of: _timestamp_pb2.Timestamp
    def __init__(self, page_size: _Optional[int] = ..., page_token: _Optional[str] = ..., order_by: _Optional[str] = ..., filter: _Optional[str] = ..., show_deleted: _Optional[bool] = ..., include_total_size: _Optional[bool] = ..., exact_total_size: _Optional[bool] = ..., as_of: _Optional[_Union[datetime.datetime, _timestamp_pb2.Timestamp, _Mapping]] = ...) -> None: ...

class ListAffiliationsResponse(_message.Message):
    __slots__ = ("affiliations", "next_page_token", "total_size", "total_size_estimated")
    AFFILIATIONS_FIELD_NUMBER: _ClassVar[int]
    NEXT_PAGE_TOKEN_FIELD_NUMBER: _ClassVar[int]
    TOTAL_SIZE_FIELD_NUMBER: _ClassVar[int]
    TOTAL_SIZE_ESTIMATED_FIELD_NUMBER: _ClassVar[int]
    affiliations: _containers.RepeatedCompositeFieldContainer[Affiliation]
    next_page_token: str
    total_size: int
    total_size_estimated: bool
    def __init__(self, affiliations: _Optional[_Iterable[_Union[Affiliation, _Mapping]]] = ..., next_page_token: _Optional[str] = ..., total_size: _Optional[int] = ..., total_size_estimated: _Optional[bool] = ...) -> None: ...

class UpdateAffiliationRequest(_message.Message):
    __slots__ = ("affiliation", "update_mask")
    AFFILIATION_FIELD_NUMBER: _ClassVar[int]
    UPDATE_MASK_FIELD_NUMBER: _ClassVar[int]
    affiliation: Affiliation
    update_mask: _field_mask_pb2.FieldMask
    def __init__(self, affiliation: _Optional[_Union[Affiliation, _Mapping]] = ..., update_mask: _Optional[_Union[_field_mask_pb2.FieldMask, _Mapping]] = ...) -> None: ...

class BatchGetAffiliationsResponse(_message.Message):
    __slots__ = ("affiliations", "not_found", "left_out")
    AFFILIATIONS_FIELD_NUMBER: _ClassVar[int]
    NOT_FOUND_FIELD_NUMBER: _ClassVar[int]
    LEFT_OUT_FIELD_NUMBER: _ClassVar[int]
    affiliations: _containers.RepeatedCompositeFieldContainer[Affiliation]
    not_found: _containers.RepeatedScalarFieldContainer[str]
    left_out: _containers.RepeatedScalarFieldContainer[str]
    def __init__(self, affiliations: _Optional[_Iterable[_Union[Affiliation, _Mapping]]] = ..., not_found: _Optional[_Iterable[str]] = ..., left_out: _Optional[_Iterable[str]] = ...) -> None: ...

class BatchCreateAffiliationsRequest(_message.Message):
    __slots__ = ("affiliations",)
    AFFILIATIONS_FIELD_NUMBER: _ClassVar[int]
    affiliations: _containers.RepeatedCompositeFieldContainer[Affiliation]
    def __init__(self, affiliations: _Optional[_Iterable[_Union[Affiliation, _Mapping]]] = ...) -> None: ...

class BatchUpdateAffiliationsRequest(_message.Message):
    __slots__ = ("affiliations", "update_masks")
    AFFILIATIONS_FIELD_NUMBER: _ClassVar[int]
    UPDATE_MASKS_FIELD_NUMBER: _ClassVar[int]
    affiliations: _containers.RepeatedCompositeFieldContainer[Affiliation]
    update_masks: _containers.RepeatedCompositeFieldContainer[_field_mask_pb2.FieldMask]
    def __init__(self, affiliations: _Optional[_Iterable[_Union[Affiliation, _Mapping]]] = ..., update_masks: _Optional[_Iterable[_Union[_field_mask_pb2.FieldMask, _Mapping]]] = ...) -> None: ...

class AffiliationCreated(_message.Message):
    __slots__ = ("affiliation",)
    AFFILIATION_FIELD_NUMBER: _ClassVar[int]
    affiliation: Affiliation
    def __init__(self, affiliation: _Optional[_Union[Affiliation, _Mapping]] = ...) -> None: ...

class AffiliationUpdated(_message.Message):
    __slots__ = ("affiliation", "changed_fields")
    AFFILIATION_FIELD_NUMBER: _ClassVar[int]
    CHANGED_FIELDS_FIELD_NUMBER: _ClassVar[int]
    affiliation: Affiliation
    changed_fields: _containers.RepeatedScalarFieldContainer[str]
    def __init__(self, affiliation: _Optional[_Union[Affiliation, _Mapping]] = ..., changed_fields: _Optional[_Iterable[str]] = ...) -> None: ...

class AffiliationDeleted(_message.Message):
    __slots__ = ("affiliation",)
    AFFILIATION_FIELD_NUMBER: _ClassVar[int]
    affiliation: Affiliation
    def __init__(self, affiliation: _Optional[_Union[Affiliation, _Mapping]] = ...) -> None: ...
