from crm.contacts.v1 import contacts_pb2 as _contacts_pb2
from crm.options.v1 import options_pb2 as _options_pb2
from google.protobuf.internal import containers as _containers
from google.protobuf import descriptor as _descriptor
from google.protobuf import message as _message
from collections.abc import Iterable as _Iterable, Mapping as _Mapping
from typing import ClassVar as _ClassVar, Optional as _Optional, Union as _Union

DESCRIPTOR: _descriptor.FileDescriptor

class AccountCreated(_message.Message):
    __slots__ = ("account",)
    ACCOUNT_FIELD_NUMBER: _ClassVar[int]
    account: _contacts_pb2.Account
    def __init__(self, account: _Optional[_Union[_contacts_pb2.Account, _Mapping]] = ...) -> None: ...

class AccountUpdated(_message.Message):
    __slots__ = ("account", "changed_fields")
    ACCOUNT_FIELD_NUMBER: _ClassVar[int]
    CHANGED_FIELDS_FIELD_NUMBER: _ClassVar[int]
    account: _contacts_pb2.Account
    changed_fields: _containers.RepeatedScalarFieldContainer[str]
    def __init__(self, account: _Optional[_Union[_contacts_pb2.Account, _Mapping]] = ..., changed_fields: _Optional[_Iterable[str]] = ...) -> None: ...

class AccountDeleted(_message.Message):
    __slots__ = ("account",)
    ACCOUNT_FIELD_NUMBER: _ClassVar[int]
    account: _contacts_pb2.Account
    def __init__(self, account: _Optional[_Union[_contacts_pb2.Account, _Mapping]] = ...) -> None: ...

class ContactCreated(_message.Message):
    __slots__ = ("contact",)
    CONTACT_FIELD_NUMBER: _ClassVar[int]
    contact: _contacts_pb2.Contact
    def __init__(self, contact: _Optional[_Union[_contacts_pb2.Contact, _Mapping]] = ...) -> None: ...

class ContactUpdated(_message.Message):
    __slots__ = ("contact", "changed_fields")
    CONTACT_FIELD_NUMBER: _ClassVar[int]
    CHANGED_FIELDS_FIELD_NUMBER: _ClassVar[int]
    contact: _contacts_pb2.Contact
    changed_fields: _containers.RepeatedScalarFieldContainer[str]
    def __init__(self, contact: _Optional[_Union[_contacts_pb2.Contact, _Mapping]] = ..., changed_fields: _Optional[_Iterable[str]] = ...) -> None: ...

class ContactDeleted(_message.Message):
    __slots__ = ("contact",)
    CONTACT_FIELD_NUMBER: _ClassVar[int]
    contact: _contacts_pb2.Contact
    def __init__(self, contact: _Optional[_Union[_contacts_pb2.Contact, _Mapping]] = ...) -> None: ...

class AffiliationCreated(_message.Message):
    __slots__ = ("affiliation",)
    AFFILIATION_FIELD_NUMBER: _ClassVar[int]
    affiliation: _contacts_pb2.Affiliation
    def __init__(self, affiliation: _Optional[_Union[_contacts_pb2.Affiliation, _Mapping]] = ...) -> None: ...

class AffiliationUpdated(_message.Message):
    __slots__ = ("affiliation", "changed_fields")
    AFFILIATION_FIELD_NUMBER: _ClassVar[int]
    CHANGED_FIELDS_FIELD_NUMBER: _ClassVar[int]
    affiliation: _contacts_pb2.Affiliation
    changed_fields: _containers.RepeatedScalarFieldContainer[str]
    def __init__(self, affiliation: _Optional[_Union[_contacts_pb2.Affiliation, _Mapping]] = ..., changed_fields: _Optional[_Iterable[str]] = ...) -> None: ...

class AffiliationDeleted(_message.Message):
    __slots__ = ("affiliation",)
    AFFILIATION_FIELD_NUMBER: _ClassVar[int]
    affiliation: _contacts_pb2.Affiliation
    def __init__(self, affiliation: _Optional[_Union[_contacts_pb2.Affiliation, _Mapping]] = ...) -> None: ...

class LeadCreated(_message.Message):
    __slots__ = ("lead",)
    LEAD_FIELD_NUMBER: _ClassVar[int]
    lead: _contacts_pb2.Lead
    def __init__(self, lead: _Optional[_Union[_contacts_pb2.Lead, _Mapping]] = ...) -> None: ...

class LeadUpdated(_message.Message):
    __slots__ = ("lead", "changed_fields")
    LEAD_FIELD_NUMBER: _ClassVar[int]
    CHANGED_FIELDS_FIELD_NUMBER: _ClassVar[int]
    lead: _contacts_pb2.Lead
    changed_fields: _containers.RepeatedScalarFieldContainer[str]
    def __init__(self, lead: _Optional[_Union[_contacts_pb2.Lead, _Mapping]] = ..., changed_fields: _Optional[_Iterable[str]] = ...) -> None: ...

class LeadDeleted(_message.Message):
    __slots__ = ("lead",)
    LEAD_FIELD_NUMBER: _ClassVar[int]
    lead: _contacts_pb2.Lead
    def __init__(self, lead: _Optional[_Union[_contacts_pb2.Lead, _Mapping]] = ...) -> None: ...

class LeadConverted(_message.Message):
    __slots__ = ("lead", "changed_fields", "account_id", "contact_id", "opportunity_id", "opportunity", "owner_id")
    LEAD_FIELD_NUMBER: _ClassVar[int]
    CHANGED_FIELDS_FIELD_NUMBER: _ClassVar[int]
    ACCOUNT_ID_FIELD_NUMBER: _ClassVar[int]
    CONTACT_ID_FIELD_NUMBER: _ClassVar[int]
    OPPORTUNITY_ID_FIELD_NUMBER: _ClassVar[int]
    OPPORTUNITY_FIELD_NUMBER: _ClassVar[int]
    OWNER_ID_FIELD_NUMBER: _ClassVar[int]
    lead: _contacts_pb2.Lead
    changed_fields: _containers.RepeatedScalarFieldContainer[str]
    account_id: str
    contact_id: str
    opportunity_id: str
    opportunity: _contacts_pb2.NewOpportunity
    owner_id: str
    def __init__(self, lead: _Optional[_Union[_contacts_pb2.Lead, _Mapping]] = ..., changed_fields: _Optional[_Iterable[str]] = ..., account_id: _Optional[str] = ..., contact_id: _Optional[str] = ..., opportunity_id: _Optional[str] = ..., opportunity: _Optional[_Union[_contacts_pb2.NewOpportunity, _Mapping]] = ..., owner_id: _Optional[str] = ...) -> None: ...

class ActivityCreated(_message.Message):
    __slots__ = ("activity",)
    ACTIVITY_FIELD_NUMBER: _ClassVar[int]
    activity: _contacts_pb2.Activity
    def __init__(self, activity: _Optional[_Union[_contacts_pb2.Activity, _Mapping]] = ...) -> None: ...

class ActivityUpdated(_message.Message):
    __slots__ = ("activity", "changed_fields")
    ACTIVITY_FIELD_NUMBER: _ClassVar[int]
    CHANGED_FIELDS_FIELD_NUMBER: _ClassVar[int]
    activity: _contacts_pb2.Activity
    changed_fields: _containers.RepeatedScalarFieldContainer[str]
    def __init__(self, activity: _Optional[_Union[_contacts_pb2.Activity, _Mapping]] = ..., changed_fields: _Optional[_Iterable[str]] = ...) -> None: ...

class ActivityDeleted(_message.Message):
    __slots__ = ("activity",)
    ACTIVITY_FIELD_NUMBER: _ClassVar[int]
    activity: _contacts_pb2.Activity
    def __init__(self, activity: _Optional[_Union[_contacts_pb2.Activity, _Mapping]] = ...) -> None: ...
