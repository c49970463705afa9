from crm.marketing.v1 import marketing_pb2 as _marketing_pb2
from crm.options.v1 import options_pb2 as _options_pb2
from google.protobuf.internal import containers as _containers
from google.protobuf import descriptor as _descriptor
from google.protobuf import message as _message
from collections.abc import Iterable as _Iterable, Mapping as _Mapping
from typing import ClassVar as _ClassVar, Optional as _Optional, Union as _Union

DESCRIPTOR: _descriptor.FileDescriptor

class SegmentCreated(_message.Message):
    __slots__ = ("segment",)
    SEGMENT_FIELD_NUMBER: _ClassVar[int]
    segment: _marketing_pb2.Segment
    def __init__(self, segment: _Optional[_Union[_marketing_pb2.Segment, _Mapping]] = ...) -> None: ...

class SegmentUpdated(_message.Message):
    __slots__ = ("segment", "changed_fields")
    SEGMENT_FIELD_NUMBER: _ClassVar[int]
    CHANGED_FIELDS_FIELD_NUMBER: _ClassVar[int]
    segment: _marketing_pb2.Segment
    changed_fields: _containers.RepeatedScalarFieldContainer[str]
    def __init__(self, segment: _Optional[_Union[_marketing_pb2.Segment, _Mapping]] = ..., changed_fields: _Optional[_Iterable[str]] = ...) -> None: ...

class SegmentDeleted(_message.Message):
    __slots__ = ("segment",)
    SEGMENT_FIELD_NUMBER: _ClassVar[int]
    segment: _marketing_pb2.Segment
    def __init__(self, segment: _Optional[_Union[_marketing_pb2.Segment, _Mapping]] = ...) -> None: ...

class SegmentEntered(_message.Message):
    __slots__ = ("member_id", "segment_id", "contact_id", "reason")
    MEMBER_ID_FIELD_NUMBER: _ClassVar[int]
    SEGMENT_ID_FIELD_NUMBER: _ClassVar[int]
    CONTACT_ID_FIELD_NUMBER: _ClassVar[int]
    REASON_FIELD_NUMBER: _ClassVar[int]
    member_id: str
    segment_id: str
    contact_id: str
    reason: str
    def __init__(self, member_id: _Optional[str] = ..., segment_id: _Optional[str] = ..., contact_id: _Optional[str] = ..., reason: _Optional[str] = ...) -> None: ...

class SegmentLeft(_message.Message):
    __slots__ = ("member_id", "segment_id", "contact_id", "reason")
    MEMBER_ID_FIELD_NUMBER: _ClassVar[int]
    SEGMENT_ID_FIELD_NUMBER: _ClassVar[int]
    CONTACT_ID_FIELD_NUMBER: _ClassVar[int]
    REASON_FIELD_NUMBER: _ClassVar[int]
    member_id: str
    segment_id: str
    contact_id: str
    reason: str
    def __init__(self, member_id: _Optional[str] = ..., segment_id: _Optional[str] = ..., contact_id: _Optional[str] = ..., reason: _Optional[str] = ...) -> None: ...

class TemplateCreated(_message.Message):
    __slots__ = ("template",)
    TEMPLATE_FIELD_NUMBER: _ClassVar[int]
    template: _marketing_pb2.Template
    def __init__(self, template: _Optional[_Union[_marketing_pb2.Template, _Mapping]] = ...) -> None: ...

class TemplateUpdated(_message.Message):
    __slots__ = ("template", "changed_fields")
    TEMPLATE_FIELD_NUMBER: _ClassVar[int]
    CHANGED_FIELDS_FIELD_NUMBER: _ClassVar[int]
    template: _marketing_pb2.Template
    changed_fields: _containers.RepeatedScalarFieldContainer[str]
    def __init__(self, template: _Optional[_Union[_marketing_pb2.Template, _Mapping]] = ..., changed_fields: _Optional[_Iterable[str]] = ...) -> None: ...

class TemplateDeleted(_message.Message):
    __slots__ = ("template",)
    TEMPLATE_FIELD_NUMBER: _ClassVar[int]
    template: _marketing_pb2.Template
    def __init__(self, template: _Optional[_Union[_marketing_pb2.Template, _Mapping]] = ...) -> None: ...

class CampaignCreated(_message.Message):
    __slots__ = ("campaign",)
    CAMPAIGN_FIELD_NUMBER: _ClassVar[int]
    campaign: _marketing_pb2.Campaign
    def __init__(self, campaign: _Optional[_Union[_marketing_pb2.Campaign, _Mapping]] = ...) -> None: ...

class CampaignUpdated(_message.Message):
    __slots__ = ("campaign", "changed_fields")
    CAMPAIGN_FIELD_NUMBER: _ClassVar[int]
    CHANGED_FIELDS_FIELD_NUMBER: _ClassVar[int]
    campaign: _marketing_pb2.Campaign
    changed_fields: _containers.RepeatedScalarFieldContainer[str]
    def __init__(self, campaign: _Optional[_Union[_marketing_pb2.Campaign, _Mapping]] = ..., changed_fields: _Optional[_Iterable[str]] = ...) -> None: ...

class CampaignDeleted(_message.Message):
    __slots__ = ("campaign",)
    CAMPAIGN_FIELD_NUMBER: _ClassVar[int]
    campaign: _marketing_pb2.Campaign
    def __init__(self, campaign: _Optional[_Union[_marketing_pb2.Campaign, _Mapping]] = ...) -> None: ...

class CampaignLaunched(_message.Message):
    __slots__ = ("campaign", "changed_fields")
    CAMPAIGN_FIELD_NUMBER: _ClassVar[int]
    CHANGED_FIELDS_FIELD_NUMBER: _ClassVar[int]
    campaign: _marketing_pb2.Campaign
    changed_fields: _containers.RepeatedScalarFieldContainer[str]
    def __init__(self, campaign: _Optional[_Union[_marketing_pb2.Campaign, _Mapping]] = ..., changed_fields: _Optional[_Iterable[str]] = ...) -> None: ...

class CampaignPaused(_message.Message):
    __slots__ = ("campaign", "changed_fields")
    CAMPAIGN_FIELD_NUMBER: _ClassVar[int]
    CHANGED_FIELDS_FIELD_NUMBER: _ClassVar[int]
    campaign: _marketing_pb2.Campaign
    changed_fields: _containers.RepeatedScalarFieldContainer[str]
    def __init__(self, campaign: _Optional[_Union[_marketing_pb2.Campaign, _Mapping]] = ..., changed_fields: _Optional[_Iterable[str]] = ...) -> None: ...

class CampaignResumed(_message.Message):
    __slots__ = ("campaign", "changed_fields")
    CAMPAIGN_FIELD_NUMBER: _ClassVar[int]
    CHANGED_FIELDS_FIELD_NUMBER: _ClassVar[int]
    campaign: _marketing_pb2.Campaign
    changed_fields: _containers.RepeatedScalarFieldContainer[str]
    def __init__(self, campaign: _Optional[_Union[_marketing_pb2.Campaign, _Mapping]] = ..., changed_fields: _Optional[_Iterable[str]] = ...) -> None: ...

class CampaignFinished(_message.Message):
    __slots__ = ("campaign", "changed_fields")
    CAMPAIGN_FIELD_NUMBER: _ClassVar[int]
    CHANGED_FIELDS_FIELD_NUMBER: _ClassVar[int]
    campaign: _marketing_pb2.Campaign
    changed_fields: _containers.RepeatedScalarFieldContainer[str]
    def __init__(self, campaign: _Optional[_Union[_marketing_pb2.Campaign, _Mapping]] = ..., changed_fields: _Optional[_Iterable[str]] = ...) -> None: ...

class CampaignMemberCreated(_message.Message):
    __slots__ = ("campaign_member",)
    CAMPAIGN_MEMBER_FIELD_NUMBER: _ClassVar[int]
    campaign_member: _marketing_pb2.CampaignMember
    def __init__(self, campaign_member: _Optional[_Union[_marketing_pb2.CampaignMember, _Mapping]] = ...) -> None: ...

class CampaignMemberUpdated(_message.Message):
    __slots__ = ("campaign_member", "changed_fields")
    CAMPAIGN_MEMBER_FIELD_NUMBER: _ClassVar[int]
    CHANGED_FIELDS_FIELD_NUMBER: _ClassVar[int]
    campaign_member: _marketing_pb2.CampaignMember
    changed_fields: _containers.RepeatedScalarFieldContainer[str]
    def __init__(self, campaign_member: _Optional[_Union[_marketing_pb2.CampaignMember, _Mapping]] = ..., changed_fields: _Optional[_Iterable[str]] = ...) -> None: ...

class CampaignMemberDeleted(_message.Message):
    __slots__ = ("campaign_member",)
    CAMPAIGN_MEMBER_FIELD_NUMBER: _ClassVar[int]
    campaign_member: _marketing_pb2.CampaignMember
    def __init__(self, campaign_member: _Optional[_Union[_marketing_pb2.CampaignMember, _Mapping]] = ...) -> None: ...

class CampaignMemberSent(_message.Message):
    __slots__ = ("campaign_member", "changed_fields")
    CAMPAIGN_MEMBER_FIELD_NUMBER: _ClassVar[int]
    CHANGED_FIELDS_FIELD_NUMBER: _ClassVar[int]
    campaign_member: _marketing_pb2.CampaignMember
    changed_fields: _containers.RepeatedScalarFieldContainer[str]
    def __init__(self, campaign_member: _Optional[_Union[_marketing_pb2.CampaignMember, _Mapping]] = ..., changed_fields: _Optional[_Iterable[str]] = ...) -> None: ...

class CampaignMemberSkipped(_message.Message):
    __slots__ = ("campaign_member", "changed_fields")
    CAMPAIGN_MEMBER_FIELD_NUMBER: _ClassVar[int]
    CHANGED_FIELDS_FIELD_NUMBER: _ClassVar[int]
    campaign_member: _marketing_pb2.CampaignMember
    changed_fields: _containers.RepeatedScalarFieldContainer[str]
    def __init__(self, campaign_member: _Optional[_Union[_marketing_pb2.CampaignMember, _Mapping]] = ..., changed_fields: _Optional[_Iterable[str]] = ...) -> None: ...

class CampaignMemberFailed(_message.Message):
    __slots__ = ("campaign_member", "changed_fields")
    CAMPAIGN_MEMBER_FIELD_NUMBER: _ClassVar[int]
    CHANGED_FIELDS_FIELD_NUMBER: _ClassVar[int]
    campaign_member: _marketing_pb2.CampaignMember
    changed_fields: _containers.RepeatedScalarFieldContainer[str]
    def __init__(self, campaign_member: _Optional[_Union[_marketing_pb2.CampaignMember, _Mapping]] = ..., changed_fields: _Optional[_Iterable[str]] = ...) -> None: ...

class CampaignMemberResponded(_message.Message):
    __slots__ = ("campaign_member", "changed_fields")
    CAMPAIGN_MEMBER_FIELD_NUMBER: _ClassVar[int]
    CHANGED_FIELDS_FIELD_NUMBER: _ClassVar[int]
    campaign_member: _marketing_pb2.CampaignMember
    changed_fields: _containers.RepeatedScalarFieldContainer[str]
    def __init__(self, campaign_member: _Optional[_Union[_marketing_pb2.CampaignMember, _Mapping]] = ..., changed_fields: _Optional[_Iterable[str]] = ...) -> None: ...

class OptOutCreated(_message.Message):
    __slots__ = ("opt_out",)
    OPT_OUT_FIELD_NUMBER: _ClassVar[int]
    opt_out: _marketing_pb2.OptOut
    def __init__(self, opt_out: _Optional[_Union[_marketing_pb2.OptOut, _Mapping]] = ...) -> None: ...

class OptOutUpdated(_message.Message):
    __slots__ = ("opt_out", "changed_fields")
    OPT_OUT_FIELD_NUMBER: _ClassVar[int]
    CHANGED_FIELDS_FIELD_NUMBER: _ClassVar[int]
    opt_out: _marketing_pb2.OptOut
    changed_fields: _containers.RepeatedScalarFieldContainer[str]
    def __init__(self, opt_out: _Optional[_Union[_marketing_pb2.OptOut, _Mapping]] = ..., changed_fields: _Optional[_Iterable[str]] = ...) -> None: ...

class OptOutDeleted(_message.Message):
    __slots__ = ("opt_out",)
    OPT_OUT_FIELD_NUMBER: _ClassVar[int]
    opt_out: _marketing_pb2.OptOut
    def __init__(self, opt_out: _Optional[_Union[_marketing_pb2.OptOut, _Mapping]] = ...) -> None: ...
