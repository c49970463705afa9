import datetime

from crm.common.v1 import batches_pb2 as _batches_pb2
from crm.common.v1 import groups_pb2 as _groups_pb2
from crm.common.v1 import standard_pb2 as _standard_pb2
from crm.common.v1 import types_pb2 as _types_pb2
from crm.contacts.v1 import matching_rules_pb2 as _matching_rules_pb2
from crm.contacts.v1 import merges_pb2 as _merges_pb2
from crm.options.v1 import options_pb2 as _options_pb2
from google.api import annotations_pb2 as _annotations_pb2
from google.api import field_behavior_pb2 as _field_behavior_pb2
from google.protobuf import field_mask_pb2 as _field_mask_pb2
from google.protobuf import struct_pb2 as _struct_pb2
from google.protobuf import timestamp_pb2 as _timestamp_pb2
from google.protobuf.internal import containers as _containers
from google.protobuf import descriptor as _descriptor
from google.protobuf import message as _message
from collections.abc import Iterable as _Iterable, Mapping as _Mapping
from typing import ClassVar as _ClassVar, Optional as _Optional, Union as _Union

DESCRIPTOR: _descriptor.FileDescriptor

class Account(_message.Message):
    __slots__ = ("id", "name", "domains", "industry", "employees", "annual_revenue", "website", "phone", "addresses", "parent_id", "owner_id", "territory_id", "tags", "custom", "description", "country", "founded_year", "created_at", "updated_at", "deleted_at", "created_by", "etag", "external_id", "likely_duplicates")
    ID_FIELD_NUMBER: _ClassVar[int]
    NAME_FIELD_NUMBER: _ClassVar[int]
    DOMAINS_FIELD_NUMBER: _ClassVar[int]
    INDUSTRY_FIELD_NUMBER: _ClassVar[int]
    EMPLOYEES_FIELD_NUMBER: _ClassVar[int]
    ANNUAL_REVENUE_FIELD_NUMBER: _ClassVar[int]
    WEBSITE_FIELD_NUMBER: _ClassVar[int]
    PHONE_FIELD_NUMBER: _ClassVar[int]
    ADDRESSES_FIELD_NUMBER: _ClassVar[int]
    PARENT_ID_FIELD_NUMBER: _ClassVar[int]
    OWNER_ID_FIELD_NUMBER: _ClassVar[int]
    TERRITORY_ID_FIELD_NUMBER: _ClassVar[int]
    TAGS_FIELD_NUMBER: _ClassVar[int]
    CUSTOM_FIELD_NUMBER: _ClassVar[int]
    DESCRIPTION_FIELD_NUMBER: _ClassVar[int]
    COUNTRY_FIELD_NUMBER: _ClassVar[int]
    FOUNDED_YEAR_FIELD_NUMBER: _ClassVar[int]
    CREATED_AT_FIELD_NUMBER: _ClassVar[int]
    UPDATED_AT_FIELD_NUMBER: _ClassVar[int]
    DELETED_AT_FIELD_NUMBER: _ClassVar[int]
    CREATED_BY_FIELD_NUMBER: _ClassVar[int]
    ETAG_FIELD_NUMBER: _ClassVar[int]
    EXTERNAL_ID_FIELD_NUMBER: _ClassVar[int]
    LIKELY_DUPLICATES_FIELD_NUMBER: _ClassVar[int]
    id: str
    name: str
    domains: _containers.RepeatedScalarFieldContainer[str]
    industry: str
    employees: int
    annual_revenue: _types_pb2.Money
    website: str
    phone: str
    addresses: _containers.RepeatedCompositeFieldContainer[_types_pb2.Address]
    parent_id: str
    owner_id: str
    territory_id: str
    tags: _containers.RepeatedScalarFieldContainer[str]
    custom: _struct_pb2.Struct
    description: str
    country: str
    founded_year: int
    created_at: _timestamp_pb2.Timestamp
    updated_at: _timestamp_pb2.Timestamp
    deleted_at: _timestamp_pb2.Timestamp
    created_by: str
    etag: str
    external_id: str
    likely_duplicates: _containers.RepeatedCompositeFieldContainer[_matching_rules_pb2.LikelyDuplicate]
    def __init__(self, id: _Optional[str] = ..., name: _Optional[str] = ..., domains: _Optional[_Iterable[str]] = ..., industry: _Optional[str] = ..., employees: _Optional[int] = ..., annual_revenue: _Optional[_Union[_types_pb2.Money, _Mapping]] = ..., website: _Optional[str] = ..., phone: _Optional[str] = ..., addresses: _Optional[_Iterable[_Union[_types_pb2.Address, _Mapping]]] = ..., parent_id: _Optional[str] = ..., owner_id: _Optional[str] = ..., territory_id: _Optional[str] = ..., tags: _Optional[_Iterable[str]] = ..., custom: _Optional[_Union[_struct_pb2.Struct, _Mapping]] = ..., description: _Optional[str] = ..., country: _Optional[str] = ..., founded_year: _Optional[int] = ..., created_at: _Optional[_Union[datetime.datetime, _timestamp_pb2.Timestamp, _Mapping]] = ..., updated_at: _Optional[_Union[datetime.datetime, _timestamp_pb2.Timestamp, _Mapping]] = ..., deleted_at: _Optional[_Union[datetime.datetime, _timestamp_pb2.Timestamp, _Mapping]] = ..., created_by: _Optional[str] = ..., etag: _Optional[str] = ..., external_id: _Optional[str] = ..., likely_duplicates: _Optional[_Iterable[_Union[_matching_rules_pb2.LikelyDuplicate, _Mapping]]] = ...) -> None: ...

class CreateAccountRequest(_message.Message):
    __slots__ = ("account", "allow_duplicates")
    ACCOUNT_FIELD_NUMBER: _ClassVar[int]
    ALLOW_DUPLICATES_FIELD_NUMBER: _ClassVar[int]
    account: Account
    allow_duplicates: bool
    def __init__(self, account: _Optional[_Union[Account, _Mapping]] = ..., allow_duplicates: _Optional[bool] = ...) -> None: ...

class FindAccountDuplicatesRequest(_message.Message):
    __slots__ = ("account",)
    ACCOUNT_FIELD_NUMBER: _ClassVar[int]
    account: Account
    def __init__(self, account: _Optional[_Union[Account, _Mapping]] = ...) -> None: ...

class ListAccountsRequest(_message.Message):
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

class ListAccountsResponse(_message.Message):
    __slots__ = ("accounts", "next_page_token", "total_size", "total_size_estimated")
    ACCOUNTS_FIELD_NUMBER: _ClassVar[int]
    NEXT_PAGE_TOKEN_FIELD_NUMBER: _ClassVar[int]
    TOTAL_SIZE_FIELD_NUMBER: _ClassVar[int]
    TOTAL_SIZE_ESTIMATED_FIELD_NUMBER: _ClassVar[int]
    accounts: _containers.RepeatedCompositeFieldContainer[Account]
    next_page_token: str
    total_size: int
    total_size_estimated: bool
    def __init__(self, accounts: _Optional[_Iterable[_Union[Account, _Mapping]]] = ..., next_page_token: _Optional[str] = ..., total_size: _Optional[int] = ..., total_size_estimated: _Optional[bool] = ...) -> None: ...

class UpdateAccountRequest(_message.Message):
    __slots__ = ("account", "update_mask", "allow_duplicates")
    ACCOUNT_FIELD_NUMBER: _ClassVar[int]
    UPDATE_MASK_FIELD_NUMBER: _ClassVar[int]
    ALLOW_DUPLICATES_FIELD_NUMBER: _ClassVar[int]
    account: Account
    update_mask: _field_mask_pb2.FieldMask
    allow_duplicates: bool
    def __init__(self, account: _Optional[_Union[Account, _Mapping]] = ..., update_mask: _Optional[_Union[_field_mask_pb2.FieldMask, _Mapping]] = ..., allow_duplicates: _Optional[bool] = ...) -> None: ...

class BatchGetAccountsResponse(_message.Message):
    __slots__ = ("accounts", "not_found", "left_out")
    ACCOUNTS_FIELD_NUMBER: _ClassVar[int]
    NOT_FOUND_FIELD_NUMBER: _ClassVar[int]
    LEFT_OUT_FIELD_NUMBER: _ClassVar[int]
    accounts: _containers.RepeatedCompositeFieldContainer[Account]
    not_found: _containers.RepeatedScalarFieldContainer[str]
    left_out: _containers.RepeatedScalarFieldContainer[str]
    def __init__(self, accounts: _Optional[_Iterable[_Union[Account, _Mapping]]] = ..., not_found: _Optional[_Iterable[str]] = ..., left_out: _Optional[_Iterable[str]] = ...) -> None: ...

class BatchCreateAccountsRequest(_message.Message):
    __slots__ = ("accounts", "allow_duplicates")
    ACCOUNTS_FIELD_NUMBER: _ClassVar[int]
    ALLOW_DUPLICATES_FIELD_NUMBER: _ClassVar[int]
    accounts: _containers.RepeatedCompositeFieldContainer[Account]
    allow_duplicates: bool
    def __init__(self, accounts: _Optional[_Iterable[_Union[Account, _Mapping]]] = ..., allow_duplicates: _Optional[bool] = ...) -> None: ...

class BatchUpdateAccountsRequest(_message.Message):
    __slots__ = ("accounts", "update_masks", "allow_missing", "allow_duplicates")
    ACCOUNTS_FIELD_NUMBER: _ClassVar[int]
    UPDATE_MASKS_FIELD_NUMBER: _ClassVar[int]
    ALLOW_MISSING_FIELD_NUMBER: _ClassVar[int]
    ALLOW_DUPLICATES_FIELD_NUMBER: _ClassVar[int]
    accounts: _containers.RepeatedCompositeFieldContainer[Account]
    update_masks: _containers.RepeatedCompositeFieldContainer[_field_mask_pb2.FieldMask]
    allow_missing: bool
    allow_duplicates: bool
    def __init__(self, accounts: _Optional[_Iterable[_Union[Account, _Mapping]]] = ..., update_masks: _Optional[_Iterable[_Union[_field_mask_pb2.FieldMask, _Mapping]]] = ..., allow_missing: _Optional[bool] = ..., allow_duplicates: _Optional[bool] = ...) -> None: ...

class AssertAccountRequest(_message.Message):
    __slots__ = ("account", "update_mask", "allow_duplicates")
    ACCOUNT_FIELD_NUMBER: _ClassVar[int]
    UPDATE_MASK_FIELD_NUMBER: _ClassVar[int]
    ALLOW_DUPLICATES_FIELD_NUMBER: _ClassVar[int]
    account: Account
    update_mask: _field_mask_pb2.FieldMask
    allow_duplicates: bool
    def __init__(self, account: _Optional[_Union[Account, _Mapping]] = ..., update_mask: _Optional[_Union[_field_mask_pb2.FieldMask, _Mapping]] = ..., allow_duplicates: _Optional[bool] = ...) -> None: ...

class AssertAccountResponse(_message.Message):
    __slots__ = ("outcome", "account")
    OUTCOME_FIELD_NUMBER: _ClassVar[int]
    ACCOUNT_FIELD_NUMBER: _ClassVar[int]
    outcome: _batches_pb2.Outcome
    account: Account
    def __init__(self, outcome: _Optional[_Union[_batches_pb2.Outcome, str]] = ..., account: _Optional[_Union[Account, _Mapping]] = ...) -> None: ...

class MergeAccountsResponse(_message.Message):
    __slots__ = ("account", "merge")
    ACCOUNT_FIELD_NUMBER: _ClassVar[int]
    MERGE_FIELD_NUMBER: _ClassVar[int]
    account: Account
    merge: _merges_pb2.Merge
    def __init__(self, account: _Optional[_Union[Account, _Mapping]] = ..., merge: _Optional[_Union[_merges_pb2.Merge, _Mapping]] = ...) -> None: ...

class PreviewAccountMergeResponse(_message.Message):
    __slots__ = ("survivor", "accounts", "fields", "moves")
    SURVIVOR_FIELD_NUMBER: _ClassVar[int]
    ACCOUNTS_FIELD_NUMBER: _ClassVar[int]
    FIELDS_FIELD_NUMBER: _ClassVar[int]
    MOVES_FIELD_NUMBER: _ClassVar[int]
    survivor: Account
    accounts: _containers.RepeatedCompositeFieldContainer[Account]
    fields: _containers.RepeatedCompositeFieldContainer[_merges_pb2.MergedField]
    moves: _containers.RepeatedCompositeFieldContainer[_merges_pb2.MovedRecords]
    def __init__(self, survivor: _Optional[_Union[Account, _Mapping]] = ..., accounts: _Optional[_Iterable[_Union[Account, _Mapping]]] = ..., fields: _Optional[_Iterable[_Union[_merges_pb2.MergedField, _Mapping]]] = ..., moves: _Optional[_Iterable[_Union[_merges_pb2.MovedRecords, _Mapping]]] = ...) -> None: ...

class AccountCreated(_message.Message):
    __slots__ = ("account",)
    ACCOUNT_FIELD_NUMBER: _ClassVar[int]
    account: Account
    def __init__(self, account: _Optional[_Union[Account, _Mapping]] = ...) -> None: ...

class AccountUpdated(_message.Message):
    __slots__ = ("account", "changed_fields")
    ACCOUNT_FIELD_NUMBER: _ClassVar[int]
    CHANGED_FIELDS_FIELD_NUMBER: _ClassVar[int]
    account: Account
    changed_fields: _containers.RepeatedScalarFieldContainer[str]
    def __init__(self, account: _Optional[_Union[Account, _Mapping]] = ..., changed_fields: _Optional[_Iterable[str]] = ...) -> None: ...

class AccountDeleted(_message.Message):
    __slots__ = ("account", "merged_into_id")
    ACCOUNT_FIELD_NUMBER: _ClassVar[int]
    MERGED_INTO_ID_FIELD_NUMBER: _ClassVar[int]
    account: Account
    merged_into_id: str
    def __init__(self, account: _Optional[_Union[Account, _Mapping]] = ..., merged_into_id: _Optional[str] = ...) -> None: ...

class AccountMerged(_message.Message):
    __slots__ = ("account", "changed_fields", "merge_id", "loser_ids")
    ACCOUNT_FIELD_NUMBER: _ClassVar[int]
    CHANGED_FIELDS_FIELD_NUMBER: _ClassVar[int]
    MERGE_ID_FIELD_NUMBER: _ClassVar[int]
    LOSER_IDS_FIELD_NUMBER: _ClassVar[int]
    account: Account
    changed_fields: _containers.RepeatedScalarFieldContainer[str]
    merge_id: str
    loser_ids: _containers.RepeatedScalarFieldContainer[str]
    def __init__(self, account: _Optional[_Union[Account, _Mapping]] = ..., changed_fields: _Optional[_Iterable[str]] = ..., merge_id: _Optional[str] = ..., loser_ids: _Optional[_Iterable[str]] = ...) -> None: ...

class AccountUnmerged(_message.Message):
    __slots__ = ("account", "changed_fields", "merge_id", "loser_ids")
    ACCOUNT_FIELD_NUMBER: _ClassVar[int]
    CHANGED_FIELDS_FIELD_NUMBER: _ClassVar[int]
    MERGE_ID_FIELD_NUMBER: _ClassVar[int]
    LOSER_IDS_FIELD_NUMBER: _ClassVar[int]
    account: Account
    changed_fields: _containers.RepeatedScalarFieldContainer[str]
    merge_id: str
    loser_ids: _containers.RepeatedScalarFieldContainer[str]
    def __init__(self, account: _Optional[_Union[Account, _Mapping]] = ..., changed_fields: _Optional[_Iterable[str]] = ..., merge_id: _Optional[str] = ..., loser_ids: _Optional[_Iterable[str]] = ...) -> None: ...
