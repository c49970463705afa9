from crm.common.v1 import search_pb2 as _search_pb2
from crm.common.v1 import timelines_pb2 as _timelines_pb2
from crm.contacts.v1 import account_relationships_pb2 as _account_relationships_pb2
from crm.contacts.v1 import accounts_pb2 as _accounts_pb2
from crm.contacts.v1 import affiliations_pb2 as _affiliations_pb2
from crm.contacts.v1 import contacts_pb2 as _contacts_pb2
from crm.options.v1 import options_pb2 as _options_pb2
from google.protobuf.internal import containers as _containers
from google.protobuf import descriptor as _descriptor
from google.protobuf import message as _message
from collections.abc import Iterable as _Iterable, Mapping as _Mapping
from typing import ClassVar as _ClassVar, Optional as _Optional, Union as _Union

DESCRIPTOR: _descriptor.FileDescriptor

class CustomerProfile(_message.Message):
    __slots__ = ("contact", "account", "accounts", "affiliations", "contacts", "contact_count", "timeline", "contact_ids", "relationships", "related_accounts")
    CONTACT_FIELD_NUMBER: _ClassVar[int]
    ACCOUNT_FIELD_NUMBER: _ClassVar[int]
    ACCOUNTS_FIELD_NUMBER: _ClassVar[int]
    AFFILIATIONS_FIELD_NUMBER: _ClassVar[int]
    CONTACTS_FIELD_NUMBER: _ClassVar[int]
    CONTACT_COUNT_FIELD_NUMBER: _ClassVar[int]
    TIMELINE_FIELD_NUMBER: _ClassVar[int]
    CONTACT_IDS_FIELD_NUMBER: _ClassVar[int]
    RELATIONSHIPS_FIELD_NUMBER: _ClassVar[int]
    RELATED_ACCOUNTS_FIELD_NUMBER: _ClassVar[int]
    contact: _contacts_pb2.Contact
    account: _accounts_pb2.Account
    accounts: _containers.RepeatedCompositeFieldContainer[_accounts_pb2.Account]
    affiliations: _containers.RepeatedCompositeFieldContainer[_affiliations_pb2.Affiliation]
    contacts: _containers.RepeatedCompositeFieldContainer[_contacts_pb2.Contact]
    contact_count: int
    timeline: _containers.RepeatedCompositeFieldContainer[_timelines_pb2.TimelineEntry]
    contact_ids: _containers.RepeatedScalarFieldContainer[str]
    relationships: _containers.RepeatedCompositeFieldContainer[_account_relationships_pb2.AccountRelationship]
    related_accounts: _containers.RepeatedCompositeFieldContainer[_accounts_pb2.Account]
    def __init__(self, contact: _Optional[_Union[_contacts_pb2.Contact, _Mapping]] = ..., account: _Optional[_Union[_accounts_pb2.Account, _Mapping]] = ..., accounts: _Optional[_Iterable[_Union[_accounts_pb2.Account, _Mapping]]] = ..., affiliations: _Optional[_Iterable[_Union[_affiliations_pb2.Affiliation, _Mapping]]] = ..., contacts: _Optional[_Iterable[_Union[_contacts_pb2.Contact, _Mapping]]] = ..., contact_count: _Optional[int] = ..., timeline: _Optional[_Iterable[_Union[_timelines_pb2.TimelineEntry, _Mapping]]] = ..., contact_ids: _Optional[_Iterable[str]] = ..., relationships: _Optional[_Iterable[_Union[_account_relationships_pb2.AccountRelationship, _Mapping]]] = ..., related_accounts: _Optional[_Iterable[_Union[_accounts_pb2.Account, _Mapping]]] = ...) -> None: ...
