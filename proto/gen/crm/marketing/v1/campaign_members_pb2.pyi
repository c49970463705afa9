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

class CampaignMember(_message.Message):
    __slots__ = ("id", "campaign_id", "contact_id", "status", "responded", "responded_at", "send_state", "skip_reason", "sent_at", "attempts", "created_at", "updated_at", "deleted_at", "created_by", "etag")
    class SendState(int, metaclass=_enum_type_wrapper.EnumTypeWrapper):
        __slots__ = ()
        SEND_STATE_UNSPECIFIED: _ClassVar[CampaignMember.SendState]
        NOT_QUEUED: _ClassVar[CampaignMember.SendState]
        QUEUED: _ClassVar[CampaignMember.SendState]
        SENDING: _ClassVar[CampaignMember.SendState]
        SENT: _ClassVar[CampaignMember.SendState]
        SKIPPED: _ClassVar[CampaignMember.SendState]
        FAILED: _ClassVar[CampaignMember.SendState]
    SEND_STATE_UNSPECIFIED: CampaignMember.SendState
    NOT_QUEUED: CampaignMember.SendState
    QUEUED: CampaignMember.SendState
    SENDING: CampaignMember.SendState
    SENT: CampaignMember.SendState
    SKIPPED: CampaignMember.SendState
    FAILED: CampaignMember.SendState
    ID_FIELD_NUMBER: _ClassVar[int]
    CAMPAIGN_ID_FIELD_NUMBER: _ClassVar[int]
    CONTACT_ID_FIELD_NUMBER: _ClassVar[int]
    STATUS_FIELD_NUMBER: _ClassVar[int]
    RESPONDED_FIELD_NUMBER: _ClassVar[int]
    RESPONDED_AT_FIELD_NUMBER: _ClassVar[int]
    SEND_STATE_FIELD_NUMBER: _ClassVar[int]
    SKIP_REASON_FIELD_NUMBER: _ClassVar[int]
    SENT_AT_FIELD_NUMBER: _ClassVar[int]
    ATTEMPTS_FIELD_NUMBER: _ClassVar[int]
    CREATED_AT_FIELD_NUMBER: _ClassVar[int]
    UPDATED_AT_FIELD_NUMBER: _ClassVar[int]
    DELETED_AT_FIELD_NUMBER: _ClassVar[int]
    CREATED_BY_FIELD_NUMBER: _ClassVar[int]
    ETAG_FIELD_NUMBER: _ClassVar[int]
    id: str
    campaign_id: str
    contact_id: str
    status: str
    responded: bool
    responded_at: _timestamp_pb2.Timestamp
    send_state: CampaignMember.SendState
    skip_reason: str
    sent_at: _timestamp_pb2.Timestamp
    attempts: int
    created_at: _timestamp_pb2.Timestamp
    updated_at: _timestamp_pb2.Timestamp
    deleted_at: _timestamp_pb2.Timestamp
    created_by: str
    etag: str
    def __init__(self, id: _Optional[str] = ..., campaign_id: _Optional[str] = ..., contact_id: _Optional[str] = ..., status: _Optional[str] = ..., responded: _Optional[bool] = ..., responded_at: _Optional[_Union[datetime.datetime, _timestamp_pb2.Timestamp, _Mapping]] = ..., send_state: _Optional[_Union[CampaignMember.SendState, str]] = ..., skip_reason: _Optional[str] = ..., sent_at: _Optional[_Union[datetime.datetime, _timestamp_pb2.Timestamp, _Mapping]] = ..., attempts: _Optional[int] = ..., created_at: _Optional[_Union[datetime.datetime, _timestamp_pb2.Timestamp, _Mapping]] = ..., updated_at: _Optional[_Union[datetime.datetime, _timestamp_pb2.Timestamp, _Mapping]] = ..., deleted_at: _Optional[_Union[datetime.datetime, _timestamp_pb2.Timestamp, _Mapping]] = ..., created_by: _Optional[str] = ..., etag: _Optional[str] = ...) -> None: ...

class CreateCampaignMemberRequest(_message.Message):
    __slots__ = ("campaign_member",)
    CAMPAIGN_MEMBER_FIELD_NUMBER: _ClassVar[int]
    campaign_member: CampaignMember
    def __init__(self, campaign_member: _Optional[_Union[CampaignMember, _Mapping]] = ...) -> None: ...

class ListCampaignMembersRequest(_message.Message):
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

class ListCampaignMembersResponse(_message.Message):
    __slots__ = ("campaign_members", "next_page_token", "total_size", "total_size_estimated")
    CAMPAIGN_MEMBERS_FIELD_NUMBER: _ClassVar[int]
    NEXT_PAGE_TOKEN_FIELD_NUMBER: _ClassVar[int]
    TOTAL_SIZE_FIELD_NUMBER: _ClassVar[int]
    TOTAL_SIZE_ESTIMATED_FIELD_NUMBER: _ClassVar[int]
    campaign_members: _containers.RepeatedCompositeFieldContainer[CampaignMember]
    next_page_token: str
    total_size: int
    total_size_estimated: bool
    def __init__(self, campaign_members: _Optional[_Iterable[_Union[CampaignMember, _Mapping]]] = ..., next_page_token: _Optional[str] = ..., total_size: _Optional[int] = ..., total_size_estimated: _Optional[bool] = ...) -> None: ...

class UpdateCampaignMemberRequest(_message.Message):
    __slots__ = ("campaign_member", "update_mask")
    CAMPAIGN_MEMBER_FIELD_NUMBER: _ClassVar[int]
    UPDATE_MASK_FIELD_NUMBER: _ClassVar[int]
    campaign_member: CampaignMember
    update_mask: _field_mask_pb2.FieldMask
    def __init__(self, campaign_member: _Optional[_Union[CampaignMember, _Mapping]] = ..., update_mask: _Optional[_Union[_field_mask_pb2.FieldMask, _Mapping]] = ...) -> None: ...

class BatchGetCampaignMembersResponse(_message.Message):
    __slots__ = ("campaign_members", "not_found", "left_out")
    CAMPAIGN_MEMBERS_FIELD_NUMBER: _ClassVar[int]
    NOT_FOUND_FIELD_NUMBER: _ClassVar[int]
    LEFT_OUT_FIELD_NUMBER: _ClassVar[int]
    campaign_members: _containers.RepeatedCompositeFieldContainer[CampaignMember]
    not_found: _containers.RepeatedScalarFieldContainer[str]
    left_out: _containers.RepeatedScalarFieldContainer[str]
    def __init__(self, campaign_members: _Optional[_Iterable[_Union[CampaignMember, _Mapping]]] = ..., not_found: _Optional[_Iterable[str]] = ..., left_out: _Optional[_Iterable[str]] = ...) -> None: ...

class BatchCreateCampaignMembersRequest(_message.Message):
    __slots__ = ("campaign_members",)
    CAMPAIGN_MEMBERS_FIELD_NUMBER: _ClassVar[int]
    campaign_members: _containers.RepeatedCompositeFieldContainer[CampaignMember]
    def __init__(self, campaign_members: _Optional[_Iterable[_Union[CampaignMember, _Mapping]]] = ...) -> None: ...

class BatchUpdateCampaignMembersRequest(_message.Message):
    __slots__ = ("campaign_members", "update_masks")
    CAMPAIGN_MEMBERS_FIELD_NUMBER: _ClassVar[int]
    UPDATE_MASKS_FIELD_NUMBER: _ClassVar[int]
    campaign_members: _containers.RepeatedCompositeFieldContainer[CampaignMember]
    update_masks: _containers.RepeatedCompositeFieldContainer[_field_mask_pb2.FieldMask]
    def __init__(self, campaign_members: _Optional[_Iterable[_Union[CampaignMember, _Mapping]]] = ..., update_masks: _Optional[_Iterable[_Union[_field_mask_pb2.FieldMask, _Mapping]]] = ...) -> None: ...

class CampaignMemberCreated(_message.Message):
    __slots__ = ("campaign_member",)
    CAMPAIGN_MEMBER_FIELD_NUMBER: _ClassVar[int]
    campaign_member: CampaignMember
    def __init__(self, campaign_member: _Optional[_Union[CampaignMember, _Mapping]] = ...) -> None: ...

class CampaignMemberUpdated(_message.Message):
    __slots__ = ("campaign_member", "changed_fields")
    CAMPAIGN_MEMBER_FIELD_NUMBER: _ClassVar[int]
    CHANGED_FIELDS_FIELD_NUMBER: _ClassVar[int]
    campaign_member: CampaignMember
    changed_fields: _containers.RepeatedScalarFieldContainer[str]
    def __init__(self, campaign_member: _Optional[_Union[CampaignMember, _Mapping]] = ..., changed_fields: _Optional[_Iterable[str]] = ...) -> None: ...

class CampaignMemberDeleted(_message.Message):
    __slots__ = ("campaign_member",)
    CAMPAIGN_MEMBER_FIELD_NUMBER: _ClassVar[int]
    campaign_member: CampaignMember
    def __init__(self, campaign_member: _Optional[_Union[CampaignMember, _Mapping]] = ...) -> None: ...

class CampaignMemberSent(_message.Message):
    __slots__ = ("campaign_member", "changed_fields")
    CAMPAIGN_MEMBER_FIELD_NUMBER: _ClassVar[int]
    CHANGED_FIELDS_FIELD_NUMBER: _ClassVar[int]
    campaign_member: CampaignMember
    changed_fields: _containers.RepeatedScalarFieldContainer[str]
    def __init__(self, campaign_member: _Optional[_Union[CampaignMember, _Mapping]] = ..., changed_fields: _Optional[_Iterable[str]] = ...) -> None: ...

class CampaignMemberSkipped(_message.Message):
    __slots__ = ("campaign_member", "changed_fields")
    CAMPAIGN_MEMBER_FIELD_NUMBER: _ClassVar[int]
    CHANGED_FIELDS_FIELD_NUMBER: _ClassVar[int]
    campaign_member: CampaignMember
    changed_fields: _containers.RepeatedScalarFieldContainer[str]
    def __init__(self, campaign_member: _Optional[_Union[CampaignMember, _Mapping]] = ..., changed_fields: _Optional[_Iterable[str]] = ...) -> None: ...

class CampaignMemberFailed(_message.Message):
    __slots__ = ("campaign_member", "changed_fields")
    CAMPAIGN_MEMBER_FIELD_NUMBER: _ClassVar[int]
    CHANGED_FIELDS_FIELD_NUMBER: _ClassVar[int]
    campaign_member: CampaignMember
    changed_fields: _containers.RepeatedScalarFieldContainer[str]
    def __init__(self, campaign_member: _Optional[_Union[CampaignMember, _Mapping]] = ..., changed_fields: _Optional[_Iterable[str]] = ...) -> None: ...

class CampaignMemberResponded(_message.Message):
    __slots__ = ("campaign_member", "changed_fields")
    CAMPAIGN_MEMBER_FIELD_NUMBER: _ClassVar[int]
    CHANGED_FIELDS_FIELD_NUMBER: _ClassVar[int]
    campaign_member: CampaignMember
    changed_fields: _containers.RepeatedScalarFieldContainer[str]
    def __init__(self, campaign_member: _Optional[_Union[CampaignMember, _Mapping]] = ..., changed_fields: _Optional[_Iterable[str]] = ...) -> None: ...
