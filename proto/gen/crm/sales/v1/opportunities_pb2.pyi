import datetime

from crm.common.v1 import batches_pb2 as _batches_pb2
from crm.common.v1 import groups_pb2 as _groups_pb2
from crm.common.v1 import standard_pb2 as _standard_pb2
from crm.common.v1 import types_pb2 as _types_pb2
from crm.options.v1 import options_pb2 as _options_pb2
from crm.sales.v1 import pipelines_pb2 as _pipelines_pb2
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

class Opportunity(_message.Message):
    __slots__ = ("id", "name", "account_id", "contact_id", "pipeline_id", "stage_id", "status", "amount", "amount_overridden", "probability", "probability_overridden", "forecast_category", "forecast_category_overridden", "close_date", "owner_id", "territory_id", "lines", "contact_roles", "competitors", "next_step", "source", "campaign_id", "lost_reason", "closed_at", "stage_entered_at", "weighted_amount", "tags", "custom", "description", "lead_id", "rank", "asked_pipeline_id", "created_at", "updated_at", "deleted_at", "created_by", "etag", "external_id")
    class Status(int, metaclass=_enum_type_wrapper.EnumTypeWrapper):
        __slots__ = ()
        STATUS_UNSPECIFIED: _ClassVar[Opportunity.Status]
        OPEN: _ClassVar[Opportunity.Status]
        WON: _ClassVar[Opportunity.Status]
        LOST: _ClassVar[Opportunity.Status]
    STATUS_UNSPECIFIED: Opportunity.Status
    OPEN: Opportunity.Status
    WON: Opportunity.Status
    LOST: Opportunity.Status
    ID_FIELD_NUMBER: _ClassVar[int]
    NAME_FIELD_NUMBER: _ClassVar[int]
    ACCOUNT_ID_FIELD_NUMBER: _ClassVar[int]
    CONTACT_ID_FIELD_NUMBER: _ClassVar[int]
    PIPELINE_ID_FIELD_NUMBER: _ClassVar[int]
    STAGE_ID_FIELD_NUMBER: _ClassVar[int]
    STATUS_FIELD_NUMBER: _ClassVar[int]
    AMOUNT_FIELD_NUMBER: _ClassVar[int]
    AMOUNT_OVERRIDDEN_FIELD_NUMBER: _ClassVar[int]
    PROBABILITY_FIELD_NUMBER: _ClassVar[int]
    PROBABILITY_OVERRIDDEN_FIELD_NUMBER: _ClassVar[int]
    FORECAST_CATEGORY_FIELD_NUMBER: _ClassVar[int]
    FORECAST_CATEGORY_OVERRIDDEN_FIELD_NUMBER: _ClassVar[int]
    CLOSE_DATE_FIELD_NUMBER: _ClassVar[int]
    OWNER_ID_FIELD_NUMBER: _ClassVar[int]
    TERRITORY_ID_FIELD_NUMBER: _ClassVar[int]
    LINES_FIELD_NUMBER: _ClassVar[int]
    CONTACT_ROLES_FIELD_NUMBER: _ClassVar[int]
    COMPETITORS_FIELD_NUMBER: _ClassVar[int]
    NEXT_STEP_FIELD_NUMBER: _ClassVar[int]
    SOURCE_FIELD_NUMBER: _ClassVar[int]
    CAMPAIGN_ID_FIELD_NUMBER: _ClassVar[int]
    LOST_REASON_FIELD_NUMBER: _ClassVar[int]
    CLOSED_AT_FIELD_NUMBER: _ClassVar[int]
    STAGE_ENTERED_AT_FIELD_NUMBER: _ClassVar[int]
    WEIGHTED_AMOUNT_FIELD_NUMBER: _ClassVar[int]
    TAGS_FIELD_NUMBER: _ClassVar[int]
    CUSTOM_FIELD_NUMBER: _ClassVar[int]
    DESCRIPTION_FIELD_NUMBER: _ClassVar[int]
    LEAD_ID_FIELD_NUMBER: _ClassVar[int]
    RANK_FIELD_NUMBER: _ClassVar[int]
    ASKED_PIPELINE_ID_FIELD_NUMBER: _ClassVar[int]
    CREATED_AT_FIELD_NUMBER: _ClassVar[int]
    UPDATED_AT_FIELD_NUMBER: _ClassVar[int]
    DELETED_AT_FIELD_NUMBER: _ClassVar[int]
    CREATED_BY_FIELD_NUMBER: _ClassVar[int]
    ETAG_FIELD_NUMBER: _ClassVar[int]
    EXTERNAL_ID_FIELD_NUMBER: _ClassVar[int]
    id: str
    name: str
    account_id: str
    contact_id: str
    pipeline_id: str
    stage_id: str
    status: Opportunity.Status
    amount: _types_pb2.Money
    amount_overridden: bool
    probability: float
    probability_overridden: bool
    forecast_category: _pipelines_pb2.ForecastCategory
    forecast_category_overridden: bool
    close_date: str
    owner_id: str
    territory_id: str
    lines: _containers.RepeatedCompositeFieldContainer[OpportunityLine]
    contact_roles: _containers.RepeatedCompositeFieldContainer[ContactRole]
    competitors: _containers.RepeatedScalarFieldContainer[str]
    next_step: str
    source: str
    campaign_id: str
    lost_reason: str
    closed_at: _timestamp_pb2.Timestamp
    stage_entered_at: _timestamp_pb2.Timestamp
    weighted_amount: _types_pb2.Money
    tags: _containers.RepeatedScalarFieldContainer[str]
    custom: _struct_pb2.Struct
    description: str
    lead_id: str
    rank: str
    asked_pipeline_id: str
    created_at: _timestamp_pb2.Timestamp
    updated_at: _timestamp_pb2.Timestamp
    deleted_at: _timestamp_pb2.Timestamp
    created_by: str
    etag: str
    external_id: str
    def __init__(self, id: _Optional[str] = ..., name: _Optional[str] = ..., account_id: _Optional[str] = ..., contact_id: _Optional[str] = ..., pipeline_id: _Optional[str] = ..., stage_id: _Optional[str] = ..., status: _Optional[_Union[Opportunity.Status, str]] = ..., amount: _Optional[_Union[_types_pb2.Money, _Mapping]] = ..., amount_overridden: _Optional[bool] = ..., probability: _Optional[float] = ..., probability_overridden: _Optional[bool] = ..., forecast_category: _Optional[_Union[_pipelines_pb2.ForecastCategory, str]] = ..., forecast_category_overridden: _Optional[bool] = ..., close_date: _Optional[str] = ..., owner_id: _Optional[str] = ..., territory_id: _Optional[str] = ..., lines: _Optional[_Iterable[_Union[OpportunityLine, _Mapping]]] = ..., contact_roles: _Optional[_Iterable[_Union[ContactRole, _Mapping]]] = ..., competitors: _Optional[_Iterable[str]] = ..., next_step: _Optional[str] = ..., source: _Optional[str] = ..., campaign_id: _Optional[str] = ..., lost_reason: _Optional[str] = ..., closed_at: _Optional[_Union[datetime.datetime, _timestamp_pb2.Timestamp, _Mapping]] = ..., stage_entered_at: _Optional[_Union[datetime.datetime, _timestamp_pb2.Timestamp, _Mapping]] = ..., weighted_amount: _Optional[_Union[_types_pb2.Money, _Mapping]] = ..., tags: _Optional[_Iterable[str]] = ..., custom: _Optional[_Union[_struct_pb2.Struct, _Mapping]] = ..., description: _Optional[str] = ..., lead_id: _Optional[str] = ..., rank: _Optional[str] = ..., asked_pipeline_id: _Optional[str] = ..., created_at: _Optional[_Union[datetime.datetime, _timestamp_pb2.Timestamp, _Mapping]] = ..., updated_at: _Optional[_Union[datetime.datetime, _timestamp_pb2.Timestamp, _Mapping]] = ..., deleted_at: _Optional[_Union[datetime.datetime, _timestamp_pb2.Timestamp, _Mapping]] = ..., created_by: _Optional[str] = ..., etag: _Optional[str] = ..., external_id: _Optional[str] = ...) -> None: ...

class OpportunityLine(_message.Message):
    __slots__ = ("product_id", "description", "unit_price", "quantity", "discount_percent", "total")
    PRODUCT_ID_FIELD_NUMBER: _ClassVar[int]
    DESCRIPTION_FIELD_NUMBER: _ClassVar[int]
    UNIT_PRICE_FIELD_NUMBER: _ClassVar[int]
    QUANTITY_FIELD_NUMBER: _ClassVar[int]
    DISCOUNT_PERCENT_FIELD_NUMBER: _ClassVar[int]
    TOTAL_FIELD_NUMBER: _ClassVar[int]
    product_id: str
    description: str
    unit_price: _types_pb2.Money
    quantity: str
    discount_percent: str
    total: _types_pb2.Money
    def __init__(self, product_id: _Optional[str] = ..., description: _Optional[str] = ..., unit_price: _Optional[_Union[_types_pb2.Money, _Mapping]] = ..., quantity: _Optional[str] = ..., discount_percent: _Optional[str] = ..., total: _Optional[_Union[_types_pb2.Money, _Mapping]] = ...) -> None: ...

class ContactRole(_message.Message):
    __slots__ = ("contact_id", "role")
    CONTACT_ID_FIELD_NUMBER: _ClassVar[int]
    ROLE_FIELD_NUMBER: _ClassVar[int]
    contact_id: str
    role: str
    def __init__(self, contact_id: _Optional[str] = ..., role: _Optional[str] = ...) -> None: ...

class StageChange(_message.Message):
    __slots__ = ("id", "from_stage_id", "from_stage_name", "to_stage_id", "to_stage_name", "changed_at", "changed_by", "seconds_in_from_stage", "amount")
    ID_FIELD_NUMBER: _ClassVar[int]
    FROM_STAGE_ID_FIELD_NUMBER: _ClassVar[int]
    FROM_STAGE_NAME_FIELD_NUMBER: _ClassVar[int]
    TO_STAGE_ID_FIELD_NUMBER: _ClassVar[int]
    TO_STAGE_NAME_FIELD_NUMBER: _ClassVar[int]
    CHANGED_AT_FIELD_NUMBER: _ClassVar[int]
    CHANGED_BY_FIELD_NUMBER: _ClassVar[int]
    SECONDS_IN_FROM_STAGE_FIELD_NUMBER: _ClassVar[int]
    AMOUNT_FIELD_NUMBER: _ClassVar[int]
    id: str
    from_stage_id: str
    from_stage_name: str
    to_stage_id: str
    to_stage_name: str
    changed_at: _timestamp_pb2.Timestamp
    changed_by: str
    seconds_in_from_stage: int
    amount: _types_pb2.Money
    def __init__(self, id: _Optional[str] = ..., from_stage_id: _Optional[str] = ..., from_stage_name: _Optional[str] = ..., to_stage_id: _Optional[str] = ..., to_stage_name: _Optional[str] = ..., changed_at: _Optional[_Union[datetime.datetime, _timestamp_pb2.Timestamp, _Mapping]] = ..., changed_by: _Optional[str] = ..., seconds_in_from_stage: _Optional[int] = ..., amount: _Optional[_Union[_types_pb2.Money, _Mapping]] = ...) -> None: ...

class WinOpportunityRequest(_message.Message):
    __slots__ = ("id", "etag", "stage_id")
    ID_FIELD_NUMBER: _ClassVar[int]
    ETAG_FIELD_NUMBER: _ClassVar[int]
    STAGE_ID_FIELD_NUMBER: _ClassVar[int]
    id: str
    etag: str
    stage_id: str
    def __init__(self, id: _Optional[str] = ..., etag: _Optional[str] = ..., stage_id: _Optional[str] = ...) -> None: ...

class LoseOpportunityRequest(_message.Message):
    __slots__ = ("id", "etag", "stage_id", "reason", "competitor")
    ID_FIELD_NUMBER: _ClassVar[int]
    ETAG_FIELD_NUMBER: _ClassVar[int]
    STAGE_ID_FIELD_NUMBER: _ClassVar[int]
    REASON_FIELD_NUMBER: _ClassVar[int]
    COMPETITOR_FIELD_NUMBER: _ClassVar[int]
    id: str
    etag: str
    stage_id: str
    reason: str
    competitor: str
    def __init__(self, id: _Optional[str] = ..., etag: _Optional[str] = ..., stage_id: _Optional[str] = ..., reason: _Optional[str] = ..., competitor: _Optional[str] = ...) -> None: ...

class ReopenOpportunityRequest(_message.Message):
    __slots__ = ("id", "etag")
    ID_FIELD_NUMBER: _ClassVar[int]
    ETAG_FIELD_NUMBER: _ClassVar[int]
    id: str
    etag: str
    def __init__(self, id: _Optional[str] = ..., etag: _Optional[str] = ...) -> None: ...

class ListStageChangesRequest(_message.Message):
    __slots__ = ("opportunity_id", "page_size", "page_token")
    OPPORTUNITY_ID_FIELD_NUMBER: _ClassVar[int]
    PAGE_SIZE_FIELD_NUMBER: _ClassVar[int]
    PAGE_TOKEN_FIELD_NUMBER: _ClassVar[int]
    opportunity_id: str
    page_size: int
    page_token: str
    def __init__(self, opportunity_id: _Optional[str] = ..., page_size: _Optional[int] = ..., page_token: _Optional[str] = ...) -> None: ...

class ListStageChangesResponse(_message.Message):
    __slots__ = ("stage_changes", "next_page_token")
    STAGE_CHANGES_FIELD_NUMBER: _ClassVar[int]
    NEXT_PAGE_TOKEN_FIELD_NUMBER: _ClassVar[int]
    stage_changes: _containers.RepeatedCompositeFieldContainer[StageChange]
    next_page_token: str
    def __init__(self, stage_changes: _Optional[_Iterable[_Union[StageChange, _Mapping]]] = ..., next_page_token: _Optional[str] = ...) -> None: ...

class CreateOpportunityRequest(_message.Message):
    __slots__ = ("opportunity",)
    OPPORTUNITY_FIELD_NUMBER: _ClassVar[int]
    opportunity: Opportunity
    def __init__(self, opportunity: _Optional[_Union[Opportunity, _Mapping]] = ...) -> None: ...

class ListOpportunitiesRequest(_message.Message):
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

class ListOpportunitiesResponse(_message.Message):
    __slots__ = ("opportunities", "next_page_token", "total_size", "total_size_estimated")
    OPPORTUNITIES_FIELD_NUMBER: _ClassVar[int]
    NEXT_PAGE_TOKEN_FIELD_NUMBER: _ClassVar[int]
    TOTAL_SIZE_FIELD_NUMBER: _ClassVar[int]
    TOTAL_SIZE_ESTIMATED_FIELD_NUMBER: _ClassVar[int]
    opportunities: _containers.RepeatedCompositeFieldContainer[Opportunity]
    next_page_token: str
    total_size: int
    total_size_estimated: bool
    def __init__(self, opportunities: _Optional[_Iterable[_Union[Opportunity, _Mapping]]] = ..., next_page_token: _Optional[str] = ..., total_size: _Optional[int] = ..., total_size_estimated: _Optional[bool] = ...) -> None: ...

class UpdateOpportunityRequest(_message.Message):
    __slots__ = ("opportunity", "update_mask", "before_id", "after_id")
    OPPORTUNITY_FIELD_NUMBER: _ClassVar[int]
    UPDATE_MASK_FIELD_NUMBER: _ClassVar[int]
    BEFORE_ID_FIELD_NUMBER: _ClassVar[int]
    AFTER_ID_FIELD_NUMBER: _ClassVar[int]
    opportunity: Opportunity
    update_mask: _field_mask_pb2.FieldMask
    before_id: str
    after_id: str
    def __init__(self, opportunity: _Optional[_Union[Opportunity, _Mapping]] = ..., update_mask: _Optional[_Union[_field_mask_pb2.FieldMask, _Mapping]] = ..., before_id: _Optional[str] = ..., after_id: _Optional[str] = ...) -> None: ...

class BatchGetOpportunitiesResponse(_message.Message):
    __slots__ = ("opportunities", "not_found", "left_out")
    OPPORTUNITIES_FIELD_NUMBER: _ClassVar[int]
    NOT_FOUND_FIELD_NUMBER: _ClassVar[int]
    LEFT_OUT_FIELD_NUMBER: _ClassVar[int]
    opportunities: _containers.RepeatedCompositeFieldContainer[Opportunity]
    not_found: _containers.RepeatedScalarFieldContainer[str]
    left_out: _containers.RepeatedScalarFieldContainer[str]
    def __init__(self, opportunities: _Optional[_Iterable[_Union[Opportunity, _Mapping]]] = ..., not_found: _Optional[_Iterable[str]] = ..., left_out: _Optional[_Iterable[str]] = ...) -> None: ...

class BatchCreateOpportunitiesRequest(_message.Message):
    __slots__ = ("opportunities",)
    OPPORTUNITIES_FIELD_NUMBER: _ClassVar[int]
    opportunities: _containers.RepeatedCompositeFieldContainer[Opportunity]
    def __init__(self, opportunities: _Optional[_Iterable[_Union[Opportunity, _Mapping]]] = ...) -> None: ...

class BatchUpdateOpportunitiesRequest(_message.Message):
    __slots__ = ("opportunities", "update_masks", "allow_missing")
    OPPORTUNITIES_FIELD_NUMBER: _ClassVar[int]
    UPDATE_MASKS_FIELD_NUMBER: _ClassVar[int]
    ALLOW_MISSING_FIELD_NUMBER: _ClassVar[int]
    opportunities: _containers.RepeatedCompositeFieldContainer[Opportunity]
    update_masks: _containers.RepeatedCompositeFieldContainer[_field_mask_pb2.FieldMask]
    allow_missing: bool
    def __init__(self, opportunities: _Optional[_Iterable[_Union[Opportunity, _Mapping]]] = ..., update_masks: _Optional[_Iterable[_Union[_field_mask_pb2.FieldMask, _Mapping]]] = ..., allow_missing: _Optional[bool] = ...) -> None: ...

class AssertOpportunityRequest(_message.Message):
    __slots__ = ("opportunity", "update_mask")
    OPPORTUNITY_FIELD_NUMBER: _ClassVar[int]
    UPDATE_MASK_FIELD_NUMBER: _ClassVar[int]
    opportunity: Opportunity
    update_mask: _field_mask_pb2.FieldMask
    def __init__(self, opportunity: _Optional[_Union[Opportunity, _Mapping]] = ..., update_mask: _Optional[_Union[_field_mask_pb2.FieldMask, _Mapping]] = ...) -> None: ...

class AssertOpportunityResponse(_message.Message):
    __slots__ = ("outcome", "opportunity")
    OUTCOME_FIELD_NUMBER: _ClassVar[int]
    OPPORTUNITY_FIELD_NUMBER: _ClassVar[int]
    outcome: _batches_pb2.Outcome
    opportunity: Opportunity
    def __init__(self, outcome: _Optional[_Union[_batches_pb2.Outcome, str]] = ..., opportunity: _Optional[_Union[Opportunity, _Mapping]] = ...) -> None: ...

class OpportunityCreated(_message.Message):
    __slots__ = ("opportunity",)
    OPPORTUNITY_FIELD_NUMBER: _ClassVar[int]
    opportunity: Opportunity
    def __init__(self, opportunity: _Optional[_Union[Opportunity, _Mapping]] = ...) -> None: ...

class OpportunityUpdated(_message.Message):
    __slots__ = ("opportunity", "changed_fields")
    OPPORTUNITY_FIELD_NUMBER: _ClassVar[int]
    CHANGED_FIELDS_FIELD_NUMBER: _ClassVar[int]
    opportunity: Opportunity
    changed_fields: _containers.RepeatedScalarFieldContainer[str]
    def __init__(self, opportunity: _Optional[_Union[Opportunity, _Mapping]] = ..., changed_fields: _Optional[_Iterable[str]] = ...) -> None: ...

class OpportunityDeleted(_message.Message):
    __slots__ = ("opportunity",)
    OPPORTUNITY_FIELD_NUMBER: _ClassVar[int]
    opportunity: Opportunity
    def __init__(self, opportunity: _Optional[_Union[Opportunity, _Mapping]] = ...) -> None: ...

class OpportunityStageChanged(_message.Message):
    __slots__ = ("opportunity", "changed_fields")
    OPPORTUNITY_FIELD_NUMBER: _ClassVar[int]
    CHANGED_FIELDS_FIELD_NUMBER: _ClassVar[int]
    opportunity: Opportunity
    changed_fields: _containers.RepeatedScalarFieldContainer[str]
    def __init__(self, opportunity: _Optional[_Union[Opportunity, _Mapping]] = ..., changed_fields: _Optional[_Iterable[str]] = ...) -> None: ...

class OpportunityWon(_message.Message):
    __slots__ = ("opportunity", "changed_fields")
    OPPORTUNITY_FIELD_NUMBER: _ClassVar[int]
    CHANGED_FIELDS_FIELD_NUMBER: _ClassVar[int]
    opportunity: Opportunity
    changed_fields: _containers.RepeatedScalarFieldContainer[str]
    def __init__(self, opportunity: _Optional[_Union[Opportunity, _Mapping]] = ..., changed_fields: _Optional[_Iterable[str]] = ...) -> None: ...

class OpportunityLost(_message.Message):
    __slots__ = ("opportunity", "changed_fields")
    OPPORTUNITY_FIELD_NUMBER: _ClassVar[int]
    CHANGED_FIELDS_FIELD_NUMBER: _ClassVar[int]
    opportunity: Opportunity
    changed_fields: _containers.RepeatedScalarFieldContainer[str]
    def __init__(self, opportunity: _Optional[_Union[Opportunity, _Mapping]] = ..., changed_fields: _Optional[_Iterable[str]] = ...) -> None: ...

class OpportunityReopened(_message.Message):
    __slots__ = ("opportunity", "changed_fields")
    OPPORTUNITY_FIELD_NUMBER: _ClassVar[int]
    CHANGED_FIELDS_FIELD_NUMBER: _ClassVar[int]
    opportunity: Opportunity
    changed_fields: _containers.RepeatedScalarFieldContainer[str]
    def __init__(self, opportunity: _Optional[_Union[Opportunity, _Mapping]] = ..., changed_fields: _Optional[_Iterable[str]] = ...) -> None: ...
