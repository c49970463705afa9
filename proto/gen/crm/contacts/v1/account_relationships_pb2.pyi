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

class AccountRelationship(_message.Message):
    __slots__ = ("id", "from_account_id", "kind", "to_account_id", "inverse_kind", "note", "start_date", "end_date", "created_at", "updated_at", "deleted_at", "created_by", "etag")
    class Kind(int, metaclass=_enum_type_wrapper.EnumTypeWrapper):
        __slots__ = ()
        KIND_UNSPECIFIED: _ClassVar[AccountRelationship.Kind]
        PARTNER: _ClassVar[AccountRelationship.Kind]
        COMPETITOR: _ClassVar[AccountRelationship.Kind]
        SUPPLIER: _ClassVar[AccountRelationship.Kind]
        CUSTOMER: _ClassVar[AccountRelationship.Kind]
        RESELLER: _ClassVar[AccountRelationship.Kind]
        SELLS_THROUGH: _ClassVar[AccountRelationship.Kind]
        ADVISER: _ClassVar[AccountRelationship.Kind]
        ADVISED_BY: _ClassVar[AccountRelationship.Kind]
        INVESTOR: _ClassVar[AccountRelationship.Kind]
        FUNDED_BY: _ClassVar[AccountRelationship.Kind]
        REFERRER: _ClassVar[AccountRelationship.Kind]
        REFERRED_BY: _ClassVar[AccountRelationship.Kind]
    KIND_UNSPECIFIED: AccountRelationship.Kind
    PARTNER: AccountRelationship.Kind
    COMPETITOR: AccountRelationship.Kind
    SUPPLIER: AccountRelationship.Kind
    CUSTOMER: AccountRelationship.Kind
    RESELLER: AccountRelationship.Kind
    SELLS_THROUGH: AccountRelationship.Kind
    ADVISER: AccountRelationship.Kind
    ADVISED_BY: AccountRelationship.Kind
    INVESTOR: AccountRelationship.Kind
    FUNDED_BY: AccountRelationship.Kind
    REFERRER: AccountRelationship.Kind
    REFERRED_BY: AccountRelationship.Kind
    ID_FIELD_NUMBER: _ClassVar[int]
    FROM_ACCOUNT_ID_FIELD_NUMBER: _ClassVar[int]
    KIND_FIELD_NUMBER: _ClassVar[int]
    TO_ACCOUNT_ID_FIELD_NUMBER: _ClassVar[int]
    INVERSE_KIND_FIELD_NUMBER: _ClassVar[int]
    NOTE_FIELD_NUMBER: _ClassVar[int]
    START_DATE_FIELD_NUMBER: _ClassVar[int]
    END_DATE_FIELD_NUMBER: _ClassVar[int]
    CREATED_AT_FIELD_NUMBER: _ClassVar[int]
    UPDATED_AT_FIELD_NUMBER: _ClassVar[int]
    DELETED_AT_FIELD_NUMBER: _ClassVar[int]
    CREATED_BY_FIELD_NUMBER: _ClassVar[int]
    ETAG_FIELD_NUMBER: _ClassVar[int]
    id: str
    from_account_id: str
    kind: AccountRelationship.Kind
    to_account_id: str
    inverse_kind: AccountRelationship.Kind
    note: str
    start_date: str
    end_date: str
    created_at: _timestamp_pb2.Timestamp
    updated_at: _timestamp_pb2.Timestamp
    deleted_at: _timestamp_pb2.Timestamp
    created_by: str
    etag: str
    def __init__(self, id: _Optional[str] = ..., from_account_id: _Optional[str] = ..., kind: _Optional[_Union[AccountRelationship.Kind, str]] = ..., to_account_id: _Optional[str] = ..., inverse_kind: _Optional[_Union[AccountRelationship.Kind, str]] = ..., note: _Optional[str] = ..., start_date: _Optional[str] = ..., end_date: _Optional[str] = ..., created_at: _Optional[_Union[datetime.datetime, _timestamp_pb2.Timestamp, _Mapping]] = ..., updated_at: _Optional[_Union[datetime.datetime, _timestamp_pb2.Timestamp, _Mapping]] = ..., deleted_at: _Optional[_Union[datetime.datetime, _timestamp_pb2.Timestamp, _Mapping]] = ..., created_by: _Optional[str] = ..., etag: _Optional[str] = ...) -> None: ...

class CreateAccountRelationshipRequest(_message.Message):
    __slots__ = ("account_relationship",)
    ACCOUNT_RELATIONSHIP_FIELD_NUMBER: _ClassVar[int]
    account_relationship: AccountRelationship
    def __init__(self, account_relationship: _Optional[_Union[AccountRelationship, _Mapping]] = ...) -> None: ...

class ListAccountRelationshipsRequest(_message.Message):
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

class ListAccountRelationshipsResponse(_message.Message):
    __slots__ = ("account_relationships", "next_page_token", "total_size", "total_size_estimated")
    ACCOUNT_RELATIONSHIPS_FIELD_NUMBER: _ClassVar[int]
    NEXT_PAGE_TOKEN_FIELD_NUMBER: _ClassVar[int]
    TOTAL_SIZE_FIELD_NUMBER: _ClassVar[int]
    TOTAL_SIZE_ESTIMATED_FIELD_NUMBER: _ClassVar[int]
    account_relationships: _containers.RepeatedCompositeFieldContainer[AccountRelationship]
    next_page_token: str
    total_size: int
    total_size_estimated: bool
    def __init__(self, account_relationships: _Optional[_Iterable[_Union[AccountRelationship, _Mapping]]] = ..., next_page_token: _Optional[str] = ..., total_size: _Optional[int] = ..., total_size_estimated: _Optional[bool] = ...) -> None: ...

class UpdateAccountRelationshipRequest(_message.Message):
    __slots__ = ("account_relationship", "update_mask")
    ACCOUNT_RELATIONSHIP_FIELD_NUMBER: _ClassVar[int]
    UPDATE_MASK_FIELD_NUMBER: _ClassVar[int]
    account_relationship: AccountRelationship
    update_mask: _field_mask_pb2.FieldMask
    def __init__(self, account_relationship: _Optional[_Union[AccountRelationship, _Mapping]] = ..., update_mask: _Optional[_Union[_field_mask_pb2.FieldMask, _Mapping]] = ...) -> None: ...

class BatchGetAccountRelationshipsResponse(_message.Message):
    __slots__ = ("account_relationships", "not_found", "left_out")
    ACCOUNT_RELATIONSHIPS_FIELD_NUMBER: _ClassVar[int]
    NOT_FOUND_FIELD_NUMBER: _ClassVar[int]
    LEFT_OUT_FIELD_NUMBER: _ClassVar[int]
    account_relationships: _containers.RepeatedCompositeFieldContainer[AccountRelationship]
    not_found: _containers.RepeatedScalarFieldContainer[str]
    left_out: _containers.RepeatedScalarFieldContainer[str]
    def __init__(self, account_relationships: _Optional[_Iterable[_Union[AccountRelationship, _Mapping]]] = ..., not_found: _Optional[_Iterable[str]] = ..., left_out: _Optional[_Iterable[str]] = ...) -> None: ...

class BatchCreateAccountRelationshipsRequest(_message.Message):
    __slots__ = ("account_relationships",)
    ACCOUNT_RELATIONSHIPS_FIELD_NUMBER: _ClassVar[int]
    account_relationships: _containers.RepeatedCompositeFieldContainer[AccountRelationship]
    def __init__(self, account_relationships: _Optional[_Iterable[_Union[AccountRelationship, _Mapping]]] = ...) -> None: ...

class BatchUpdateAccountRelationshipsRequest(_message.Message):
    __slots__ = ("account_relationships", "update_masks")
    ACCOUNT_RELATIONSHIPS_FIELD_NUMBER: _ClassVar[int]
    UPDATE_MASKS_FIELD_NUMBER: _ClassVar[int]
    account_relationships: _containers.RepeatedCompositeFieldContainer[AccountRelationship]
    update_masks: _containers.RepeatedCompositeFieldContainer[_field_mask_pb2.FieldMask]
    def __init__(self, account_relationships: _Optional[_Iterable[_Union[AccountRelationship, _Mapping]]] = ..., update_masks: _Optional[_Iterable[_Union[_field_mask_pb2.FieldMask, _Mapping]]] = ...) -> None: ...

class AccountRelationshipCreated(_message.Message):
    __slots__ = ("account_relationship",)
    ACCOUNT_RELATIONSHIP_FIELD_NUMBER: _ClassVar[int]
    account_relationship: AccountRelationship
    def __init__(self, account_relationship: _Optional[_Union[AccountRelationship, _Mapping]] = ...) -> None: ...

class AccountRelationshipUpdated(_message.Message):
    __slots__ = ("account_relationship", "changed_fields")
    ACCOUNT_RELATIONSHIP_FIELD_NUMBER: _ClassVar[int]
    CHANGED_FIELDS_FIELD_NUMBER: _ClassVar[int]
    account_relationship: AccountRelationship
    changed_fields: _containers.RepeatedScalarFieldContainer[str]
    def __init__(self, account_relationship: _Optional[_Union[AccountRelationship, _Mapping]] = ..., changed_fields: _Optional[_Iterable[str]] = ...) -> None: ...

class AccountRelationshipDeleted(_message.Message):
    __slots__ = ("account_relationship",)
    ACCOUNT_RELATIONSHIP_FIELD_NUMBER: _ClassVar[int]
    account_relationship: AccountRelationship
    def __init__(self, account_relationship: _Optional[_Union[AccountRelationship, _Mapping]] = ...) -> None: ...
