"""What can be done with accounts."""

from __future__ import annotations

from typing import Any

from crm.contacts.v1 import contacts_pb2
from crm_chassis.contracts.mapping import assign
from crm_chassis.contracts.paging import list_page
from crm_chassis.db.tx import Transaction

from crm_contacts.accounts.model import Account
from crm_contacts.accounts.queries import ancestors
from crm_contacts.errors import HierarchyCycle


def create_account(tx: Transaction, request: contacts_pb2.CreateAccountRequest) -> Account:
    """A new account. Raises UnknownReference for a parent that the caller cannot see."""
    account = Account()
    assign(account, request.account)
    tx.check_reference(Account, account.parent_id, "account.parent_id")
    account.rekey()
    return tx.add(account)


def get_account(tx: Transaction, request: contacts_pb2.GetAccountRequest) -> Account:
    """One account."""
    return tx.get(Account, request.id)


def list_accounts(tx: Transaction, request: contacts_pb2.ListAccountsRequest) -> Any:
    """A page of accounts."""
    return list_page(tx, Account, request, contacts_pb2.ListAccountsResponse)


def update_account(tx: Transaction, request: contacts_pb2.UpdateAccountRequest) -> Account:
    """Changes the fields that the mask names. Raises HierarchyCycle if the account would be above itself."""
    account = tx.get(Account, request.account.id, etag=request.account.etag)
    changed = assign(account, request.account, request.update_mask.paths)
    if "parent_id" in changed and account.parent_id:
        tx.check_reference(Account, account.parent_id, "account.parent_id")
        if account.id in set(tx.session.scalars(ancestors(account.parent_id))):
            raise HierarchyCycle()
    account.rekey()
    return account


def delete_account(tx: Transaction, request: contacts_pb2.DeleteAccountRequest) -> Account:
    """Deletes an account; contacts keep pointing to it, so that undeleting loses nothing."""
    account = tx.get(Account, request.id, etag=request.etag)
    tx.delete(account)
    return account


def undelete_account(tx: Transaction, request: contacts_pb2.UndeleteAccountRequest) -> Account:
    """Brings a deleted account back."""
    account = tx.get(Account, request.id, etag=request.etag, deleted=True)
    tx.undelete(account)
    return account
