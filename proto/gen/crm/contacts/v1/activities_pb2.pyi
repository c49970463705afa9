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

class Activity(_message.Message):
    __slots__ = ("id", "type", "subject", "body", "occurred_at", "contact_id", "account_id", "lead_id", "opportunity_id", "channel", "owner_id", "duration_minutes", "source_id", "done", "email_state", "email_to", "email_error", "email_problem", "created_at", "updated_at", "deleted_at", "created_by", "etag")
    class Type(int, metaclass=_enum_type_wrapper.EnumTypeWrapper):
        __slots__ = ()
        TYPE_UNSPECIFIED: _ClassVar[Activity.Type]
        NOTE: _ClassVar[Activity.Type]
        CALL: _ClassVar[Activity.Type]
        EMAIL: _ClassVar[Activity.Type]
        MEETING: _ClassVar[Activity.Type]
        CHAT: _ClassVar[Activity.Type]
        VISIT: _ClassVar[Activity.Type]
        PURCHASE: _ClassVar[Activity.Type]
        SOCIAL: _ClassVar[Activity.Type]
        OTHER: _ClassVar[Activity.Type]
    TYPE_UNSPECIFIED: Activity.Type
    NOTE: Activity.Type
    CALL: Activity.Type
    EMAIL: Activity.Type
    MEETING: Activity.Type
    CHAT: Activity.Type
    VISIT: Activity.Type
    PURCHASE: Activity.Type
    SOCIAL: Activity.Type
    OTHER: Activity.Type
    class EmailState(int, metaclass=_enum_type_wrapper.EnumTypeWrapper):
        __slots__ = ()
        EMAIL_STATE_UNSPECIFIED: _ClassVar[Activity.EmailState]
        QUEUED: _ClassVar[Activity.EmailState]
        SENT: _ClassVar[Activity.EmailState]
        FAILED: _ClassVar[Activity.EmailState]
    EMAIL_STATE_UNSPECIFIED: Activity.EmailState
    QUEUED: Activity.EmailState
    SENT: Activity.EmailState
    FAILED: Activity.EmailState
    class EmailProblem(int, metaclass=_enum_type_wrapper.EnumTypeWrapper):
        __slots__ = ()
        EMAIL_PROBLEM_UNSPECIFIED: _ClassVar[Activity.EmailProblem]
        SENDER_UNKNOWN: _ClassVar[Activity.EmailProblem]
        SENDER_DEACTIVATED: _ClassVar[Activity.EmailProblem]
        API_KEY_ENDED: _ClassVar[Activity.EmailProblem]
        PERSON_OUT_OF_REACH: _ClassVar[Activity.EmailProblem]
        ADDRESS_GONE: _ClassVar[Activity.EmailProblem]
        ADDRESS_UNUSABLE: _ClassVar[Activity.EmailProblem]
        DELETED_BEFORE: _ClassVar[Activity.EmailProblem]
        CANCELLED_BY_OPERATOR: _ClassVar[Activity.EmailProblem]
        REFUSED_BY_SERVER: _ClassVar[Activity.EmailProblem]
        NOT_ACCEPTED_IN_TIME: _ClassVar[Activity.EmailProblem]
        SERVER_AWAY: _ClassVar[Activity.EmailProblem]
        SERVER_SAYS_LATER: _ClassVar[Activity.EmailProblem]
        UNSUPPORTED_BY_SERVER: _ClassVar[Activity.EmailProblem]
    EMAIL_PROBLEM_UNSPECIFIED: Activity.EmailProblem
    SENDER_UNKNOWN: Activity.EmailProblem
    SENDER_DEACTIVATED: Activity.EmailProblem
    API_KEY_ENDED: Activity.EmailProblem
    PERSON_OUT_OF_REACH: Activity.EmailProblem
    ADDRESS_GONE: Activity.EmailProblem
    ADDRESS_UNUSABLE: Activity.EmailProblem
    DELETED_BEFORE: Activity.EmailProblem
    CANCELLED_BY_OPERATOR: Activity.EmailProblem
    REFUSED_BY_SERVER: Activity.EmailProblem
    NOT_ACCEPTED_IN_TIME: Activity.EmailProblem
    SERVER_AWAY: Activity.EmailProblem
    SERVER_SAYS_LATER: Activity.EmailProblem
    UNSUPPORTED_BY_SERVER: Activity.EmailProblem
    ID_FIELD_NUMBER: _ClassVar[int]
    TYPE_FIELD_NUMBER: _ClassVar[int]
    SUBJECT_FIELD_NUMBER: _ClassVar[int]
    BODY_FIELD_NUMBER: _ClassVar[int]
    OCCURRED_AT_FIELD_NUMBER: _ClassVar[int]
    CONTACT_ID_FIELD_NUMBER: _ClassVar[int]
    ACCOUNT_ID_FIELD_NUMBER: _ClassVar[int]
    LEAD_ID_FIELD_NUMBER: _ClassVar[int]
    OPPORTUNITY_ID_FIELD_NUMBER: _ClassVar[int]
    CHANNEL_FIELD_NUMBER: _ClassVar[int]
    OWNER_ID_FIELD_NUMBER: _ClassVar[int]
    DURATION_MINUTES_FIELD_NUMBER: _ClassVar[int]
    SOURCE_ID_FIELD_NUMBER: _ClassVar[int]
    DONE_FIELD_NUMBER: _ClassVar[int]
    EMAIL_STATE_FIELD_NUMBER: _ClassVar[int]
    EMAIL_TO_FIELD_NUMBER: _ClassVar[int]
    EMAIL_ERROR_FIELD_NUMBER: _ClassVar[int]
    EMAIL_PROBLEM_FIELD_NUMBER: _ClassVar[int]
    CREATED_AT_FIELD_NUMBER: _ClassVar[int]
    UPDATED_AT_FIELD_NUMBER: _ClassVar[int]
    DELETED_AT_FIELD_NUMBER: _ClassVar[int]
    CREATED_BY_FIELD_NUMBER: _ClassVar[int]
    ETAG_FIELD_NUMBER: _ClassVar[int]
    id: str
    type: Activity.Type
    subject: str
    body: str
    occurred_at: _timestamp_pb2.Timestamp
    contact_id: str
    account_id: str
    lead_id: str
    opportunity_id: str
    channel: str
    owner_id: str
    duration_minutes: int
    source_id: str
    done: bool
    email_state: Activity.EmailState
    email_to: str
    email_error: str
    email_problem: Activity.EmailProblem
    created_at: _timestamp_pb2.Timestamp
    updated_at: _timestamp_pb2.Timestamp
    deleted_at: _timestamp_pb2.Timestamp
    created_by: str
    etag: str
    def __init__(self, id: _Optional[str] = ..., type: _Optional[_Union[Activity.Type, str]] = ..., subject: _Optional[str] = ..., body: _Optional[str] = ..., occurred_at: _Optional[_Union[datetime.datetime, _timestamp_pb2.Timestamp, _Mapping]] = ..., contact_id: _Optional[str] = ..., account_id: _Optional[str] = ..., lead_id: _Optional[str] = ..., opportunity_id: _Optional[str] = ..., channel: _Optional[str] = ..., owner_id: _Optional[str] = ..., duration_minutes: _Optional[int] = ..., source_id: _Optional[str] = ..., done: _Optional[bool] = ..., email_state: _Optional[_Union[Activity.EmailState, str]] = ..., email_to: _Optional[str] = ..., email_error: _Optional[str] = ..., email_problem: _Optional[_Union[Activity.EmailProblem, str]] = ..., created_at: _Optional[_Union[datetime.datetime, _timestamp_pb2.Timestamp, _Mapping]] = ..., updated_at: _Optional[_Union[datetime.datetime, _timestamp_pb2.Timestamp, _Mapping]] = ..., deleted_at: _Optional[_Union[datetime.datetime, _timestamp_pb2.Timestamp, _Mapping]] = ..., created_by: _Optional[str] = ..., etag: _Optional[str] = ...) -> None: ...

class SendEmailRequest(_message.Message):
    __slots__ = ("id", "to", "subject", "body")
    ID_FIELD_NUMBER: _ClassVar[int]
    TO_FIELD_NUMBER: _ClassVar[int]
    SUBJECT_FIELD_NUMBER: _ClassVar[int]
    BODY_FIELD_NUMBER: _ClassVar[int]
    id: str
    to: str
    subject: str
    body: str
    def __init__(self, id: _Optional[str] = ..., to: _Optional[str] = ..., subject: _Optional[str] = ..., body: _Optional[str] = ...) -> None: ...

class SendEmailResponse(_message.Message):
    __slots__ = ("activity_id",)
    ACTIVITY_ID_FIELD_NUMBER: _ClassVar[int]
    activity_id: str
    def __init__(self, activity_id: _Optional[str] = ...) -> None: ...

class CreateActivityRequest(_message.Message):
    __slots__ = ("activity",)
    ACTIVITY_FIELD_NUMBER: _ClassVar[int]
    activity: Activity
    def __init__(self, activity: _Optional[_Union[Activity, _Mapping]] = ...) -> None: ...

class ListActivitiesRequest(_message.Message):
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

class ListActivitiesResponse(_message.Message):
    __slots__ = ("activities", "next_page_token", "total_size", "total_size_estimated")
    ACTIVITIES_FIELD_NUMBER: _ClassVar[int]
    NEXT_PAGE_TOKEN_FIELD_NUMBER: _ClassVar[int]
    TOTAL_SIZE_FIELD_NUMBER: _ClassVar[int]
    TOTAL_SIZE_ESTIMATED_FIELD_NUMBER: _ClassVar[int]
    activities: _containers.RepeatedCompositeFieldContainer[Activity]
    next_page_token: str
    total_size: int
    total_size_estimated: bool
    def __init__(self, activities: _Optional[_Iterable[_Union[Activity, _Mapping]]] = ..., next_page_token: _Optional[str] = ..., total_size: _Optional[int] = ..., total_size_estimated: _Optional[bool] = ...) -> None: ...

class UpdateActivityRequest(_message.Message):
    __slots__ = ("activity", "update_mask")
    ACTIVITY_FIELD_NUMBER: _ClassVar[int]
    UPDATE_MASK_FIELD_NUMBER: _ClassVar[int]
    activity: Activity
    update_mask: _field_mask_pb2.FieldMask
    def __init__(self, activity: _Optional[_Union[Activity, _Mapping]] = ..., update_mask: _Optional[_Union[_field_mask_pb2.FieldMask, _Mapping]] = ...) -> None: ...

class BatchGetActivitiesResponse(_message.Message):
    __slots__ = ("activities", "not_found", "left_out")
    ACTIVITIES_FIELD_NUMBER: _ClassVar[int]
    NOT_FOUND_FIELD_NUMBER: _ClassVar[int]
    LEFT_OUT_FIELD_NUMBER: _ClassVar[int]
    activities: _containers.RepeatedCompositeFieldContainer[Activity]
    not_found: _containers.RepeatedScalarFieldContainer[str]
    left_out: _containers.RepeatedScalarFieldContainer[str]
    def __init__(self, activities: _Optional[_Iterable[_Union[Activity, _Mapping]]] = ..., not_found: _Optional[_Iterable[str]] = ..., left_out: _Optional[_Iterable[str]] = ...) -> None: ...

class BatchCreateActivitiesRequest(_message.Message):
    __slots__ = ("activities",)
    ACTIVITIES_FIELD_NUMBER: _ClassVar[int]
    activities: _containers.RepeatedCompositeFieldContainer[Activity]
    def __init__(self, activities: _Optional[_Iterable[_Union[Activity, _Mapping]]] = ...) -> None: ...

class BatchUpdateActivitiesRequest(_message.Message):
    __slots__ = ("activities", "update_masks")
    ACTIVITIES_FIELD_NUMBER: _ClassVar[int]
    UPDATE_MASKS_FIELD_NUMBER: _ClassVar[int]
    activities: _containers.RepeatedCompositeFieldContainer[Activity]
    update_masks: _containers.RepeatedCompositeFieldContainer[_field_mask_pb2.FieldMask]
    def __init__(self, activities: _Optional[_Iterable[_Union[Activity, _Mapping]]] = ..., update_masks: _Optional[_Iterable[_Union[_field_mask_pb2.FieldMask, _Mapping]]] = ...) -> None: ...

class ActivityCreated(_message.Message):
    __slots__ = ("activity",)
    ACTIVITY_FIELD_NUMBER: _ClassVar[int]
    activity: Activity
    def __init__(self, activity: _Optional[_Union[Activity, _Mapping]] = ...) -> None: ...

class ActivityUpdated(_message.Message):
    __slots__ = ("activity", "changed_fields")
    ACTIVITY_FIELD_NUMBER: _ClassVar[int]
    CHANGED_FIELDS_FIELD_NUMBER: _ClassVar[int]
    activity: Activity
    changed_fields: _containers.RepeatedScalarFieldContainer[str]
    def __init__(self, activity: _Optional[_Union[Activity, _Mapping]] = ..., changed_fields: _Optional[_Iterable[str]] = ...) -> None: ...

class ActivityDeleted(_message.Message):
    __slots__ = ("activity",)
    ACTIVITY_FIELD_NUMBER: _ClassVar[int]
    activity: Activity
    def __init__(self, activity: _Optional[_Union[Activity, _Mapping]] = ...) -> None: ...
