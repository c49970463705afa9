"""What can be done with accounts."""

from __future__ import annotations

from crm.common.v1 import standard_pb2
from crm.contacts.v1 import accounts_pb2
from crm_chassis.records.hierarchy import in_circle
from crm_chassis.records.mapping import assign
from crm_chassis.records.standard import delete_record
from crm_chassis.records.tx import Transaction

from crm_contacts.accounts.model import Account
from crm_contacts.errors import HierarchyCycle


def create_account(tx: Transaction, request: accounts_pb2.CreateAccountRequest) -> Account:
    """A new account. Raises UnknownReference for a parent that the caller cannot see."""
    account = Account()
    assign(account, request.account)
    tx.check_reference(Account, account.parent_id, "account.parent_id")
    return tx.add(account)


def update_account(tx: Transaction, request: accounts_pb2.UpdateAccountRequest) -> Account:
    """Changes the fields that the mask names. Raises HierarchyCycle if the account would be above itself."""
    account = tx.get(Account, request.account.id, etag=request.account.etag)
    changed = assign(account, request.account, request.update_mask.paths)
    if "parent_id" in changed and account.parent_id:
        tx.check_reference(Account, account.parent_id, "account.parent_id")
        if in_circle(tx.session, Account.parent_id, account):
            raise HierarchyCycle()
    return account


def delete_account(tx: Transaction, request: standard_pb2.DeleteRequest) -> Account:
    """Marks it as deleted; it can be brought back. Raises RecordMerged."""
    return delete_record(tx, Account, request)
