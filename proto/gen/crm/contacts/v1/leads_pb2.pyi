import datetime

from crm.common.v1 import search_pb2 as _search_pb2
from crm.common.v1 import batches_pb2 as _batches_pb2
from crm.common.v1 import groups_pb2 as _groups_pb2
from crm.common.v1 import standard_pb2 as _standard_pb2
from crm.common.v1 import types_pb2 as _types_pb2
from crm.contacts.v1 import activities_pb2 as _activities_pb2
from crm.contacts.v1 import matching_rules_pb2 as _matching_rules_pb2
from crm.options.v1 import options_pb2 as _options_pb2
from google.api import annotations_pb2 as _annotations_pb2
from google.api import field_behavior_pb2 as _field_behavior_pb2
from google.protobuf import field_mask_pb2 as _field_mask_pb2
from google.protobuf import struct_pb2 as _struct_pb2
from google.protobuf import timestamp_pb2 as _timestamp_pb2
from google.protobuf.internal import containers as _containers
from google.protobuf.internal import enum_type_wrapper as _enum_type_wrapper
from google.protobuf import descriptor as _descriptor
from google.protobuf import message as _message
from collections.abc import Iterable as _Iterable, Mapping as _Mapping
from typing import ClassVar as _ClassVar, Optional as _Optional, Union as _Union

DESCRIPTOR: _descriptor.FileDescriptor

class Lead(_message.Message):
    __slots__ = ("id", "first_name", "last_name", "email", "phone", "company", "title", "source", "status", "unqualified_reason", "owner_id", "territory_id", "tags", "custom", "description", "website", "industry", "country", "city", "converted_account_id", "converted_contact_id", "converted_opportunity_id", "converted_at", "display_name", "created_at", "updated_at", "deleted_at", "created_by", "etag", "external_id", "likely_duplicates")
    class Status(int, metaclass=_enum_type_wrapper.EnumTypeWrapper):
        __slots__ = ()
        STATUS_UNSPECIFIED: _ClassVar[Lead.Status]
        NEW: _ClassVar[Lead.Status]
        WORKING: _ClassVar[Lead.Status]
        NURTURING: _ClassVar[Lead.Status]
        QUALIFIED: _ClassVar[Lead.Status]
        UNQUALIFIED: _ClassVar[Lead.Status]
        CONVERTED: _ClassVar[Lead.Status]
    STATUS_UNSPECIFIED: Lead.Status
    NEW: Lead.Status
    WORKING: Lead.Status
    NURTURING: Lead.Status
    QUALIFIED: Lead.Status
    UNQUALIFIED: Lead.Status
    CONVERTED: Lead.Status
    ID_FIELD_NUMBER: _ClassVar[int]
    FIRST_NAME_FIELD_NUMBER: _ClassVar[int]
    LAST_NAME_FIELD_NUMBER: _ClassVar[int]
    EMAIL_FIELD_NUMBER: _ClassVar[int]
    PHONE_FIELD_NUMBER: _ClassVar[int]
    COMPANY_FIELD_NUMBER: _ClassVar[int]
    TITLE_FIELD_NUMBER: _ClassVar[int]
    SOURCE_FIELD_NUMBER: _ClassVar[int]
    STATUS_FIELD_NUMBER: _ClassVar[int]
    UNQUALIFIED_REASON_FIELD_NUMBER: _ClassVar[int]
    OWNER_ID_FIELD_NUMBER: _ClassVar[int]
    TERRITORY_ID_FIELD_NUMBER: _ClassVar[int]
    TAGS_FIELD_NUMBER: _ClassVar[int]
    CUSTOM_FIELD_NUMBER: _ClassVar[int]
    DESCRIPTION_FIELD_NUMBER: _ClassVar[int]
    WEBSITE_FIELD_NUMBER: _ClassVar[int]
    INDUSTRY_FIELD_NUMBER: _ClassVar[int]
    COUNTRY_FIELD_NUMBER: _ClassVar[int]
    CITY_FIELD_NUMBER: _ClassVar[int]
    CONVERTED_ACCOUNT_ID_FIELD_NUMBER: _ClassVar[int]
    CONVERTED_CONTACT_ID_FIELD_NUMBER: _ClassVar[int]
    CONVERTED_OPPORTUNITY_ID_FIELD_NUMBER: _ClassVar[int]
    CONVERTED_AT_FIELD_NUMBER: _ClassVar[int]
    DISPLAY_NAME_FIELD_NUMBER: _ClassVar[int]
    CREATED_AT_FIELD_NUMBER: _ClassVar[int]
    UPDATED_AT_FIELD_NUMBER: _ClassVar[int]
    DELETED_AT_FIELD_NUMBER: _ClassVar[int]
    CREATED_BY_FIELD_NUMBER: _ClassVar[int]
    ETAG_FIELD_NUMBER: _ClassVar[int]
    EXTERNAL_ID_FIELD_NUMBER: _ClassVar[int]
    LIKELY_DUPLICATES_FIELD_NUMBER: _ClassVar[int]
    id: str
    first_name: str
    last_name: str
    email: str
    phone: str
    company: str
    title: str
    source: str
    status: Lead.Status
    unqualified_reason: str
    owner_id: str
    territory_id: str
    tags: _containers.RepeatedScalarFieldContainer[str]
    custom: _struct_pb2.Struct
    description: str
    website: str
    industry: str
    country: str
    city: str
    converted_account_id: str
    converted_contact_id: str
    converted_opportunity_id: str
    converted_at: _timestamp_pb2.Timestamp
    display_name: str
    created_at: _timestamp_pb2.Timestamp
    updated_at: _timestamp_pb2.Timestamp
    deleted_at: _timestamp_pb2.Timestamp
    created_by: str
    etag: str
    external_id: str
    likely_duplicates: _containers.RepeatedCompositeFieldContainer[_matching_rules_pb2.LikelyDuplicate]
    def __init__(self, id: _Optional[str] = ..., first_name: _Optional[str] = ..., last_name: _Optional[str] = ..., email: _Optional[str] = ..., phone: _Optional[str] = ..., company: _Optional[str] = ..., title: _Optional[str] = ..., source: _Optional[str] = ..., status: _Optional[_Union[Lead.Status, str]] = ..., unqualified_reason: _Optional[str] = ..., owner_id: _Optional[str] = ..., territory_id: _Optional[str] = ..., tags: _Optional[_Iterable[str]] = ..., custom: _Optional[_Union[_struct_pb2.Struct, _Mapping]] = ..., description: _Optional[str] = ..., website: _Optional[str] = ..., industry: _Optional[str] = ..., country: _Optional[str] = ..., city: _Optional[str] = ..., converted_account_id: _Optional[str] = ..., converted_contact_id: _Optional[str] = ..., converted_opportunity_id: _Optional[str] = ..., converted_at: _Optional[_Union[datetime.datetime, _timestamp_pb2.Timestamp, _Mapping]] = ..., display_name: _Optional[str] = ..., created_at: _Optional[_Union[datetime.datetime, _timestamp_pb2.Timestamp, _Mapping]] = ..., updated_at: _Optional[_Union[datetime.datetime, _timestamp_pb2.Timestamp, _Mapping]] = ..., deleted_at: _Optional[_Union[datetime.datetime, _timestamp_pb2.Timestamp, _Mapping]] = ..., created_by: _Optional[str] = ..., etag: _Optional[str] = ..., external_id: _Optional[str] = ..., likely_duplicates: _Optional[_Iterable[_Union[_matching_rules_pb2.LikelyDuplicate, _Mapping]]] = ...) -> None: ...

class LeadStatusChange(_message.Message):
    __slots__ = ("id", "from_status", "to_status", "changed_at", "changed_by", "seconds_in_from_status")
    ID_FIELD_NUMBER: _ClassVar[int]
    FROM_STATUS_FIELD_NUMBER: _ClassVar[int]
    TO_STATUS_FIELD_NUMBER: _ClassVar[int]
    CHANGED_AT_FIELD_NUMBER: _ClassVar[int]
    CHANGED_BY_FIELD_NUMBER: _ClassVar[int]
    SECONDS_IN_FROM_STATUS_FIELD_NUMBER: _ClassVar[int]
    id: str
    from_status: Lead.Status
    to_status: Lead.Status
    changed_at: _timestamp_pb2.Timestamp
    changed_by: str
    seconds_in_from_status: int
    def __init__(self, id: _Optional[str] = ..., from_status: _Optional[_Union[Lead.Status, str]] = ..., to_status: _Optional[_Union[Lead.Status, str]] = ..., changed_at: _Optional[_Union[datetime.datetime, _timestamp_pb2.Timestamp, _Mapping]] = ..., changed_by: _Optional[str] = ..., seconds_in_from_status: _Optional[int] = ...) -> None: ...

class ConvertLeadRequest(_message.Message):
    __slots__ = ("id", "account_id", "contact_id", "opportunity", "overwrite_lead_source", "allow_duplicates", "owner_id", "etag", "create_account")
    ID_FIELD_NUMBER: _ClassVar[int]
    ACCOUNT_ID_FIELD_NUMBER: _ClassVar[int]
    CONTACT_ID_FIELD_NUMBER: _ClassVar[int]
    OPPORTUNITY_FIELD_NUMBER: _ClassVar[int]
    OVERWRITE_LEAD_SOURCE_FIELD_NUMBER: _ClassVar[int]
    ALLOW_DUPLICATES_FIELD_NUMBER: _ClassVar[int]
    OWNER_ID_FIELD_NUMBER: _ClassVar[int]
    ETAG_FIELD_NUMBER: _ClassVar[int]
    CREATE_ACCOUNT_FIELD_NUMBER: _ClassVar[int]
    id: str
    account_id: str
    contact_id: str
    opportunity: NewOpportunity
    overwrite_lead_source: bool
    allow_duplicates: bool
    owner_id: str
    etag: str
    create_account: bool
    def __init__(self, id: _Optional[str] = ..., account_id: _Optional[str] = ..., contact_id: _Optional[str] = ..., opportunity: _Optional[_Union[NewOpportunity, _Mapping]] = ..., overwrite_lead_source: _Optional[bool] = ..., allow_duplicates: _Optional[bool] = ..., owner_id: _Optional[str] = ..., etag: _Optional[str] = ..., create_account: _Optional[bool] = ...) -> None: ...

class NewOpportunity(_message.Message):
    __slots__ = ("name", "amount", "close_date", "pipeline_id", "contact_role")
    NAME_FIELD_NUMBER: _ClassVar[int]
    AMOUNT_FIELD_NUMBER: _ClassVar[int]
    CLOSE_DATE_FIELD_NUMBER: _ClassVar[int]
    PIPELINE_ID_FIELD_NUMBER: _ClassVar[int]
    CONTACT_ROLE_FIELD_NUMBER: _ClassVar[int]
    name: str
    amount: _types_pb2.Money
    close_date: str
    pipeline_id: str
    contact_role: str
    def __init__(self, name: _Optional[str] = ..., amount: _Optional[_Union[_types_pb2.Money, _Mapping]] = ..., close_date: _Optional[str] = ..., pipeline_id: _Optional[str] = ..., contact_role: _Optional[str] = ...) -> None: ...

class ConvertLeadResponse(_message.Message):
    __slots__ = ("account_id", "contact_id", "opportunity_id", "likely_duplicates")
    ACCOUNT_ID_FIELD_NUMBER: _ClassVar[int]
    CONTACT_ID_FIELD_NUMBER: _ClassVar[int]
    OPPORTUNITY_ID_FIELD_NUMBER: _ClassVar[int]
    LIKELY_DUPLICATES_FIELD_NUMBER: _ClassVar[int]
    account_id: str
    contact_id: str
    opportunity_id: str
    likely_duplicates: _containers.RepeatedCompositeFieldContainer[_matching_rules_pb2.LikelyDuplicate]
    def __init__(self, account_id: _Optional[str] = ..., contact_id: _Optional[str] = ..., opportunity_id: _Optional[str] = ..., likely_duplicates: _Optional[_Iterable[_Union[_matching_rules_pb2.LikelyDuplicate, _Mapping]]] = ...) -> None: ...

class PreviewLeadConversionResponse(_message.Message):
    __slots__ = ("account_action", "contact_action", "opportunity_action", "fills", "duplicates", "problems", "not_carried", "likely_duplicates")
    class FillsEntry(_message.Message):
        __slots__ = ("key", "value")
        KEY_FIELD_NUMBER: _ClassVar[int]
        VALUE_FIELD_NUMBER: _ClassVar[int]
        key: str
        value: str
        def __init__(self, key: _Optional[str] = ..., value: _Optional[str] = ...) -> None: ...
    ACCOUNT_ACTION_FIELD_NUMBER: _ClassVar[int]
    CONTACT_ACTION_FIELD_NUMBER: _ClassVar[int]
    OPPORTUNITY_ACTION_FIELD_NUMBER: _ClassVar[int]
    FILLS_FIELD_NUMBER: _ClassVar[int]
    DUPLICATES_FIELD_NUMBER: _ClassVar[int]
    PROBLEMS_FIELD_NUMBER: _ClassVar[int]
    NOT_CARRIED_FIELD_NUMBER: _ClassVar[int]
    LIKELY_DUPLICATES_FIELD_NUMBER: _ClassVar[int]
    account_action: str
    contact_action: str
    opportunity_action: str
    fills: _containers.ScalarMap[str, str]
    duplicates: _containers.RepeatedCompositeFieldContainer[_search_pb2.SearchHit]
    problems: _containers.RepeatedScalarFieldContainer[str]
    not_carried: _containers.RepeatedScalarFieldContainer[str]
    likely_duplicates: _containers.RepeatedCompositeFieldContainer[_matching_rules_pb2.LikelyDuplicate]
    def __init__(self, account_action: _Optional[str] = ..., contact_action: _Optional[str] = ..., opportunity_action: _Optional[str] = ..., fills: _Optional[_Mapping[str, str]] = ..., duplicates: _Optional[_Iterable[_Union[_search_pb2.SearchHit, _Mapping]]] = ..., problems: _Optional[_Iterable[str]] = ..., not_carried: _Optional[_Iterable[str]] = ..., likely_duplicates: _Optional[_Iterable[_Union[_matching_rules_pb2.LikelyDuplicate, _Mapping]]] = ...) -> None: ...

class ListLeadStatusChangesRequest(_message.Message):
    __slots__ = ("lead_id", "page_size", "page_token")
    LEAD_ID_FIELD_NUMBER: _ClassVar[int]
    PAGE_SIZE_FIELD_NUMBER: _ClassVar[int]
    PAGE_TOKEN_FIELD_NUMBER: _ClassVar[int]
    lead_id: str
    page_size: int
    page_token: str
    def __init__(self, lead_id: _Optional[str] = ..., page_size: _Optional[int] = ..., page_token: _Optional[str] = ...) -> None: ...

class ListLeadStatusChangesResponse(_message.Message):
    __slots__ = ("status_changes", "next_page_token")
    STATUS_CHANGES_FIELD_NUMBER: _ClassVar[int]
    NEXT_PAGE_TOKEN_FIELD_NUMBER: _ClassVar[int]
    status_changes: _containers.RepeatedCompositeFieldContainer[LeadStatusChange]
    next_page_token: str
    def __init__(self, status_changes: _Optional[_Iterable[_Union[LeadStatusChange, _Mapping]]] = ..., next_page_token: _Optional[str] = ...) -> None: ...

class CreateLeadRequest(_message.Message):
    __slots__ = ("lead", "allow_duplicates")
    LEAD_FIELD_NUMBER: _ClassVar[int]
    ALLOW_DUPLICATES_FIELD_NUMBER: _ClassVar[int]
    lead: Lead
    allow_duplicates: bool
    def __init__(self, lead: _Optional[_Union[Lead, _Mapping]] = ..., allow_duplicates: _Optional[bool] = ...) -> None: ...

class FindLeadDuplicatesRequest(_message.Message):
    __slots__ = ("lead",)
    LEAD_FIELD_NUMBER: _ClassVar[int]
    lead: Lead
    def __init__(self, lead: _Optional[_Union[Lead, _Mapping]] = ...) -> None: ...

class ListLeadsRequest(_message.Message):
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

class ListLeadsResponse(_message.Message):
    __slots__ = ("leads", "next_page_token", "total_size", "total_size_estimated")
    LEADS_FIELD_NUMBER: _ClassVar[int]
    NEXT_PAGE_TOKEN_FIELD_NUMBER: _ClassVar[int]
    TOTAL_SIZE_FIELD_NUMBER: _ClassVar[int]
    TOTAL_SIZE_ESTIMATED_FIELD_NUMBER: _ClassVar[int]
    leads: _containers.RepeatedCompositeFieldContainer[Lead]
    next_page_token: str
    total_size: int
    total_size_estimated: bool
    def __init__(self, leads: _Optional[_Iterable[_Union[Lead, _Mapping]]] = ..., next_page_token: _Optional[str] = ..., total_size: _Optional[int] = ..., total_size_estimated: _Optional[bool] = ...) -> None: ...

class UpdateLeadRequest(_message.Message):
    __slots__ = ("lead", "update_mask", "allow_duplicates")
    LEAD_FIELD_NUMBER: _ClassVar[int]
    UPDATE_MASK_FIELD_NUMBER: _ClassVar[int]
    ALLOW_DUPLICATES_FIELD_NUMBER: _ClassVar[int]
    lead: Lead
    update_mask: _field_mask_pb2.FieldMask
    allow_duplicates: bool
    def __init__(self, lead: _Optional[_Union[Lead, _Mapping]] = ..., update_mask: _Optional[_Union[_field_mask_pb2.FieldMask, _Mapping]] = ..., allow_duplicates: _Optional[bool] = ...) -> None: ...

class BatchGetLeadsResponse(_message.Message):
    __slots__ = ("leads", "not_found", "left_out")
    LEADS_FIELD_NUMBER: _ClassVar[int]
    NOT_FOUND_FIELD_NUMBER: _ClassVar[int]
    LEFT_OUT_FIELD_NUMBER: _ClassVar[int]
    leads: _containers.RepeatedCompositeFieldContainer[Lead]
    not_found: _containers.RepeatedScalarFieldContainer[str]
    left_out: _containers.RepeatedScalarFieldContainer[str]
    def __init__(self, leads: _Optional[_Iterable[_Union[Lead, _Mapping]]] = ..., not_found: _Optional[_Iterable[str]] = ..., left_out: _Optional[_Iterable[str]] = ...) -> None: ...

class BatchCreateLeadsRequest(_message.Message):
    __slots__ = ("leads", "allow_duplicates")
    LEADS_FIELD_NUMBER: _ClassVar[int]
    ALLOW_DUPLICATES_FIELD_NUMBER: _ClassVar[int]
    leads: _containers.RepeatedCompositeFieldContainer[Lead]
    allow_duplicates: bool
    def __init__(self, leads: _Optional[_Iterable[_Union[Lead, _Mapping]]] = ..., allow_duplicates: _Optional[bool] = ...) -> None: ...

class BatchUpdateLeadsRequest(_message.Message):
    __slots__ = ("leads", "update_masks", "allow_missing", "allow_duplicates")
    LEADS_FIELD_NUMBER: _ClassVar[int]
    UPDATE_MASKS_FIELD_NUMBER: _ClassVar[int]
    ALLOW_MISSING_FIELD_NUMBER: _ClassVar[int]
    ALLOW_DUPLICATES_FIELD_NUMBER: _ClassVar[int]
    leads: _containers.RepeatedCompositeFieldContainer[Lead]
    update_masks: _containers.RepeatedCompositeFieldContainer[_field_mask_pb2.FieldMask]
    allow_missing: bool
    allow_duplicates: bool
    def __init__(self, leads: _Optional[_Iterable[_Union[Lead, _Mapping]]] = ..., update_masks: _Optional[_Iterable[_Union[_field_mask_pb2.FieldMask, _Mapping]]] = ..., allow_missing: _Optional[bool] = ..., allow_duplicates: _Optional[bool] = ...) -> None: ...

class AssertLeadRequest(_message.Message):
    __slots__ = ("lead", "update_mask", "allow_duplicates")
    LEAD_FIELD_NUMBER: _ClassVar[int]
    UPDATE_MASK_FIELD_NUMBER: _ClassVar[int]
    ALLOW_DUPLICATES_FIELD_NUMBER: _ClassVar[int]
    lead: Lead
    update_mask: _field_mask_pb2.FieldMask
    allow_duplicates: bool
    def __init__(self, lead: _Optional[_Union[Lead, _Mapping]] = ..., update_mask: _Optional[_Union[_field_mask_pb2.FieldMask, _Mapping]] = ..., allow_duplicates: _Optional[bool] = ...) -> None: ...

class AssertLeadResponse(_message.Message):
    __slots__ = ("outcome", "lead")
    OUTCOME_FIELD_NUMBER: _ClassVar[int]
    LEAD_FIELD_NUMBER: _ClassVar[int]
    outcome: _batches_pb2.Outcome
    lead: Lead
    def __init__(self, outcome: _Optional[_Union[_batches_pb2.Outcome, str]] = ..., lead: _Optional[_Union[Lead, _Mapping]] = ...) -> None: ...

class LeadCreated(_message.Message):
    __slots__ = ("lead",)
    LEAD_FIELD_NUMBER: _ClassVar[int]
    lead: Lead
    def __init__(self, lead: _Optional[_Union[Lead, _Mapping]] = ...) -> None: ...

class LeadUpdated(_message.Message):
    __slots__ = ("lead", "changed_fields")
    LEAD_FIELD_NUMBER: _ClassVar[int]
    CHANGED_FIELDS_FIELD_NUMBER: _ClassVar[int]
    lead: Lead
    changed_fields: _containers.RepeatedScalarFieldContainer[str]
    def __init__(self, lead: _Optional[_Union[Lead, _Mapping]] = ..., changed_fields: _Optional[_Iterable[str]] = ...) -> None: ...

class LeadDeleted(_message.Message):
    __slots__ = ("lead",)
    LEAD_FIELD_NUMBER: _ClassVar[int]
    lead: Lead
    def __init__(self, lead: _Optional[_Union[Lead, _Mapping]] = ...) -> None: ...

class LeadConverted(_message.Message):
    __slots__ = ("lead", "changed_fields", "account_id", "contact_id", "opportunity_id", "opportunity", "owner_id")
    LEAD_FIELD_NUMBER: _ClassVar[int]
    CHANGED_FIELDS_FIELD_NUMBER: _ClassVar[int]
    ACCOUNT_ID_FIELD_NUMBER: _ClassVar[int]
    CONTACT_ID_FIELD_NUMBER: _ClassVar[int]
    OPPORTUNITY_ID_FIELD_NUMBER: _ClassVar[int]
    OPPORTUNITY_FIELD_NUMBER: _ClassVar[int]
    OWNER_ID_FIELD_NUMBER: _ClassVar[int]
    lead: Lead
    changed_fields: _containers.RepeatedScalarFieldContainer[str]
    account_id: str
    contact_id: str
    opportunity_id: str
    opportunity: NewOpportunity
    owner_id: str
    def __init__(self, lead: _Optional[_Union[Lead, _Mapping]] = ..., changed_fields: _Optional[_Iterable[str]] = ..., account_id: _Optional[str] = ..., contact_id: _Optional[str] = ..., opportunity_id: _Optional[str] = ..., opportunity: _Optional[_Union[NewOpportunity, _Mapping]] = ..., owner_id: _Optional[str] = ...) -> None: ...
