from crm.common.v1 import proposals_pb2 as _proposals_pb2
from crm.options.v1 import options_pb2 as _options_pb2
from google.protobuf import descriptor as _descriptor
from google.protobuf import message as _message
from collections.abc import Mapping as _Mapping
from typing import ClassVar as _ClassVar, Optional as _Optional, Union as _Union

DESCRIPTOR: _descriptor.FileDescriptor

class SupportProposalCreated(_message.Message):
    __slots__ = ("proposal",)
    PROPOSAL_FIELD_NUMBER: _ClassVar[int]
    proposal: _proposals_pb2.ProposalNotice
    def __init__(self, proposal: _Optional[_Union[_proposals_pb2.ProposalNotice, _Mapping]] = ...) -> None: ...

class SupportProposalDecided(_message.Message):
    __slots__ = ("proposal",)
    PROPOSAL_FIELD_NUMBER: _ClassVar[int]
    proposal: _proposals_pb2.ProposalNotice
    def __init__(self, proposal: _Optional[_Union[_proposals_pb2.ProposalNotice, _Mapping]] = ...) -> None: ...
