import datetime

from crm.common.v1 import history_pb2 as _history_pb2
from crm.options.v1 import options_pb2 as _options_pb2
from google.api import field_behavior_pb2 as _field_behavior_pb2
from google.protobuf import struct_pb2 as _struct_pb2
from google.protobuf import timestamp_pb2 as _timestamp_pb2
from google.protobuf.internal import containers as _containers
from google.protobuf.internal import enum_type_wrapper as _enum_type_wrapper
from google.protobuf import descriptor as _descriptor
from google.protobuf import message as _message
from collections.abc import Iterable as _Iterable, Mapping as _Mapping
from typing import ClassVar as _ClassVar, Optional as _Optional, Union as _Union

DESCRIPTOR: _descriptor.FileDescriptor

class Proposal(_message.Message):
    __slots__ = ("id", "commands", "reason", "state", "terms_hash", "created_at", "created_by", "expires_at", "decided_by", "decided_at", "decision_reason", "undone_by", "undone_at", "may_decide")
    class State(int, metaclass=_enum_type_wrapper.EnumTypeWrapper):
        __slots__ = ()
        STATE_UNSPECIFIED: _ClassVar[Proposal.State]
        OPEN: _ClassVar[Proposal.State]
        APPLIED: _ClassVar[Proposal.State]
        DECLINED: _ClassVar[Proposal.State]
        WITHDRAWN: _ClassVar[Proposal.State]
        EXPIRED: _ClassVar[Proposal.State]
        OUTDATED: _ClassVar[Proposal.State]
        UNDONE: _ClassVar[Proposal.State]
    STATE_UNSPECIFIED: Proposal.State
    OPEN: Proposal.State
    APPLIED: Proposal.State
    DECLINED: Proposal.State
    WITHDRAWN: Proposal.State
    EXPIRED: Proposal.State
    OUTDATED: Proposal.State
    UNDONE: Proposal.State
    ID_FIELD_NUMBER: _ClassVar[int]
    COMMANDS_FIELD_NUMBER: _ClassVar[int]
    REASON_FIELD_NUMBER: _ClassVar[int]
    STATE_FIELD_NUMBER: _ClassVar[int]
    TERMS_HASH_FIELD_NUMBER: _ClassVar[int]
    CREATED_AT_FIELD_NUMBER: _ClassVar[int]
    CREATED_BY_FIELD_NUMBER: _ClassVar[int]
    EXPIRES_AT_FIELD_NUMBER: _ClassVar[int]
    DECIDED_BY_FIELD_NUMBER: _ClassVar[int]
    DECIDED_AT_FIELD_NUMBER: _ClassVar[int]
    DECISION_REASON_FIELD_NUMBER: _ClassVar[int]
    UNDONE_BY_FIELD_NUMBER: _ClassVar[int]
    UNDONE_AT_FIELD_NUMBER: _ClassVar[int]
    MAY_DECIDE_FIELD_NUMBER: _ClassVar[int]
    id: str
    commands: _containers.RepeatedCompositeFieldContainer[ProposedChange]
    reason: str
    state: Proposal.State
    terms_hash: str
    created_at: _timestamp_pb2.Timestamp
    created_by: str
    expires_at: _timestamp_pb2.Timestamp
    decided_by: str
    decided_at: _timestamp_pb2.Timestamp
    decision_reason: str
    undone_by: str
    undone_at: _timestamp_pb2.Timestamp
    may_decide: bool
    def __init__(self, id: _Optional[str] = ..., commands: _Optional[_Iterable[_Union[ProposedChange, _Mapping]]] = ..., reason: _Optional[str] = ..., state: _Optional[_Union[Proposal.State, str]] = ..., terms_hash: _Optional[str] = ..., created_at: _Optional[_Union[datetime.datetime, _timestamp_pb2.Timestamp, _Mapping]] = ..., created_by: _Optional[str] = ..., expires_at: _Optional[_Union[datetime.datetime, _timestamp_pb2.Timestamp, _Mapping]] = ..., decided_by: _Optional[str] = ..., decided_at: _Optional[_Union[datetime.datetime, _timestamp_pb2.Timestamp, _Mapping]] = ..., decision_reason: _Optional[str] = ..., undone_by: _Optional[str] = ..., undone_at: _Optional[_Union[datetime.datetime, _timestamp_pb2.Timestamp, _Mapping]] = ..., may_decide: _Optional[bool] = ...) -> None: ...

class ProposedChange(_message.Message):
    __slots__ = ("resource", "id", "etag", "fields", "changes")
    RESOURCE_FIELD_NUMBER: _ClassVar[int]
    ID_FIELD_NUMBER: _ClassVar[int]
    ETAG_FIELD_NUMBER: _ClassVar[int]
    FIELDS_FIELD_NUMBER: _ClassVar[int]
    CHANGES_FIELD_NUMBER: _ClassVar[int]
    resource: str
    id: str
    etag: str
    fields: _struct_pb2.Struct
    changes: _containers.RepeatedCompositeFieldContainer[_history_pb2.ValueChange]
    def __init__(self, resource: _Optional[str] = ..., id: _Optional[str] = ..., etag: _Optional[str] = ..., fields: _Optional[_Union[_struct_pb2.Struct, _Mapping]] = ..., changes: _Optional[_Iterable[_Union[_history_pb2.ValueChange, _Mapping]]] = ...) -> None: ...

class CreateProposalRequest(_message.Message):
    __slots__ = ("commands", "reason", "expires_at")
    COMMANDS_FIELD_NUMBER: _ClassVar[int]
    REASON_FIELD_NUMBER: _ClassVar[int]
    EXPIRES_AT_FIELD_NUMBER: _ClassVar[int]
    commands: _containers.RepeatedCompositeFieldContainer[ProposedChange]
    reason: str
    expires_at: _timestamp_pb2.Timestamp
    def __init__(self, commands: _Optional[_Iterable[_Union[ProposedChange, _Mapping]]] = ..., reason: _Optional[str] = ..., expires_at: _Optional[_Union[datetime.datetime, _timestamp_pb2.Timestamp, _Mapping]] = ...) -> None: ...

class GetProposalRequest(_message.Message):
    __slots__ = ("id",)
    ID_FIELD_NUMBER: _ClassVar[int]
    id: str
    def __init__(self, id: _Optional[str] = ...) -> None: ...

class ListProposalsRequest(_message.Message):
    __slots__ = ("page_size", "page_token", "state", "to_decide", "mine", "resource", "record_id")
    PAGE_SIZE_FIELD_NUMBER: _ClassVar[int]
    PAGE_TOKEN_FIELD_NUMBER: _ClassVar[int]
    STATE_FIELD_NUMBER: _ClassVar[int]
    TO_DECIDE_FIELD_NUMBER: _ClassVar[int]
    MINE_FIELD_NUMBER: _ClassVar[int]
    RESOURCE_FIELD_NUMBER: _ClassVar[int]
    RECORD_ID_FIELD_NUMBER: _ClassVar[int]
    page_size: int
    page_token: str
    state: Proposal.State
    to_decide: bool
    mine: bool
    resource: str
    record_id: str
    def __init__(self, page_size: _Optional[int] = ..., page_token: _Optional[str] = ..., state: _Optional[_Union[Proposal.State, str]] = ..., to_decide: _Optional[bool] = ..., mine: _Optional[bool] = ..., resource: _Optional[str] = ..., record_id: _Optional[str] = ...) -> None: ...

class ListProposalsResponse(_message.Message):
    __slots__ = ("proposals", "next_page_token", "unavailable_services")
    PROPOSALS_FIELD_NUMBER: _ClassVar[int]
    NEXT_PAGE_TOKEN_FIELD_NUMBER: _ClassVar[int]
    UNAVAILABLE_SERVICES_FIELD_NUMBER: _ClassVar[int]
    proposals: _containers.RepeatedCompositeFieldContainer[Proposal]
    next_page_token: str
    unavailable_services: _containers.RepeatedScalarFieldContainer[str]
    def __init__(self, proposals: _Optional[_Iterable[_Union[Proposal, _Mapping]]] = ..., next_page_token: _Optional[str] = ..., unavailable_services: _Optional[_Iterable[str]] = ...) -> None: ...

class ApproveProposalRequest(_message.Message):
    __slots__ = ("id", "terms_hash")
    ID_FIELD_NUMBER: _ClassVar[int]
    TERMS_HASH_FIELD_NUMBER: _ClassVar[int]
    id: str
    terms_hash: str
    def __init__(self, id: _Optional[str] = ..., terms_hash: _Optional[str] = ...) -> None: ...

class DeclineProposalRequest(_message.Message):
    __slots__ = ("id", "terms_hash", "reason")
    ID_FIELD_NUMBER: _ClassVar[int]
    TERMS_HASH_FIELD_NUMBER: _ClassVar[int]
    REASON_FIELD_NUMBER: _ClassVar[int]
    id: str
    terms_hash: str
    reason: str
    def __init__(self, id: _Optional[str] = ..., terms_hash: _Optional[str] = ..., reason: _Optional[str] = ...) -> None: ...

class WithdrawProposalRequest(_message.Message):
    __slots__ = ("id",)
    ID_FIELD_NUMBER: _ClassVar[int]
    id: str
    def __init__(self, id: _Optional[str] = ...) -> None: ...

class UndoProposalRequest(_message.Message):
    __slots__ = ("id",)
    ID_FIELD_NUMBER: _ClassVar[int]
    id: str
    def __init__(self, id: _Optional[str] = ...) -> None: ...

class ProposalNotice(_message.Message):
    __slots__ = ("id", "created_by", "state", "records")
    ID_FIELD_NUMBER: _ClassVar[int]
    CREATED_BY_FIELD_NUMBER: _ClassVar[int]
    STATE_FIELD_NUMBER: _ClassVar[int]
    RECORDS_FIELD_NUMBER: _ClassVar[int]
    id: str
    created_by: str
    state: Proposal.State
    records: _containers.RepeatedCompositeFieldContainer[ProposalRecord]
    def __init__(self, id: _Optional[str] = ..., created_by: _Optional[str] = ..., state: _Optional[_Union[Proposal.State, str]] = ..., records: _Optional[_Iterable[_Union[ProposalRecord, _Mapping]]] = ...) -> None: ...

class ProposalRecord(_message.Message):
    __slots__ = ("resource", "id", "owner_id")
    RESOURCE_FIELD_NUMBER: _ClassVar[int]
    ID_FIELD_NUMBER: _ClassVar[int]
    OWNER_ID_FIELD_NUMBER: _ClassVar[int]
    resource: str
    id: str
    owner_id: str
    def __init__(self, resource: _Optional[str] = ..., id: _Optional[str] = ..., owner_id: _Optional[str] = ...) -> None: ...
