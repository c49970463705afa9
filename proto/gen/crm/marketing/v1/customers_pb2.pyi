import datetime

from crm.common.v1 import search_pb2 as _search_pb2
from crm.common.v1 import timelines_pb2 as _timelines_pb2
from crm.marketing.v1 import campaign_members_pb2 as _campaign_members_pb2
from crm.marketing.v1 import opt_outs_pb2 as _opt_outs_pb2
from crm.options.v1 import options_pb2 as _options_pb2
from google.protobuf import timestamp_pb2 as _timestamp_pb2
from google.protobuf.internal import containers as _containers
from google.protobuf import descriptor as _descriptor
from google.protobuf import message as _message
from collections.abc import Iterable as _Iterable, Mapping as _Mapping
from typing import ClassVar as _ClassVar, Optional as _Optional, Union as _Union

DESCRIPTOR: _descriptor.FileDescriptor

class CustomerMarketing(_message.Message):
    __slots__ = ("campaigns", "segments", "opted_out", "opt_outs", "timeline")
    CAMPAIGNS_FIELD_NUMBER: _ClassVar[int]
    SEGMENTS_FIELD_NUMBER: _ClassVar[int]
    OPTED_OUT_FIELD_NUMBER: _ClassVar[int]
    OPT_OUTS_FIELD_NUMBER: _ClassVar[int]
    TIMELINE_FIELD_NUMBER: _ClassVar[int]
    campaigns: _containers.RepeatedCompositeFieldContainer[CustomerCampaign]
    segments: _containers.RepeatedCompositeFieldContainer[CustomerSegment]
    opted_out: bool
    opt_outs: _containers.RepeatedCompositeFieldContainer[_opt_outs_pb2.OptOut]
    timeline: _containers.RepeatedCompositeFieldContainer[_timelines_pb2.TimelineEntry]
    def __init__(self, campaigns: _Optional[_Iterable[_Union[CustomerCampaign, _Mapping]]] = ..., segments: _Optional[_Iterable[_Union[CustomerSegment, _Mapping]]] = ..., opted_out: _Optional[bool] = ..., opt_outs: _Optional[_Iterable[_Union[_opt_outs_pb2.OptOut, _Mapping]]] = ..., timeline: _Optional[_Iterable[_Union[_timelines_pb2.TimelineEntry, _Mapping]]] = ...) -> None: ...

class CustomerCampaign(_message.Message):
    __slots__ = ("campaign_id", "name", "status", "responded", "send_state", "at", "contact_id")
    CAMPAIGN_ID_FIELD_NUMBER: _ClassVar[int]
    NAME_FIELD_NUMBER: _ClassVar[int]
    STATUS_FIELD_NUMBER: _ClassVar[int]
    RESPONDED_FIELD_NUMBER: _ClassVar[int]
    SEND_STATE_FIELD_NUMBER: _ClassVar[int]
    AT_FIELD_NUMBER: _ClassVar[int]
    CONTACT_ID_FIELD_NUMBER: _ClassVar[int]
    campaign_id: str
    name: str
    status: str
    responded: bool
    send_state: _campaign_members_pb2.CampaignMember.SendState
    at: _timestamp_pb2.Timestamp
    contact_id: str
    def __init__(self, campaign_id: _Optional[str] = ..., name: _Optional[str] = ..., status: _Optional[str] = ..., responded: _Optional[bool] = ..., send_state: _Optional[_Union[_campaign_members_pb2.CampaignMember.SendState, str]] = ..., at: _Optional[_Union[datetime.datetime, _timestamp_pb2.Timestamp, _Mapping]] = ..., contact_id: _Optional[str] = ...) -> None: ...

class CustomerSegment(_message.Message):
    __slots__ = ("segment_id", "name", "contact_id", "entered_at")
    SEGMENT_ID_FIELD_NUMBER: _ClassVar[int]
    NAME_FIELD_NUMBER: _ClassVar[int]
    CONTACT_ID_FIELD_NUMBER: _ClassVar[int]
    ENTERED_AT_FIELD_NUMBER: _ClassVar[int]
    segment_id: str
    name: str
    contact_id: str
    entered_at: _timestamp_pb2.Timestamp
    def __init__(self, segment_id: _Optional[str] = ..., name: _Optional[str] = ..., contact_id: _Optional[str] = ..., entered_at: _Optional[_Union[datetime.datetime, _timestamp_pb2.Timestamp, _Mapping]] = ...) -> None: ...
