"""What can be done with relationships between accounts."""

from __future__ import annotations

from crm.common.v1 import standard_pb2
from crm.contacts.v1 import account_relationships_pb2
from crm_chassis.records.mapping import assign
from crm_chassis.records.taken import same_value
from crm_chassis.records.tx import Transaction
from sqlalchemy import select

from crm_contacts.account_relationships.model import AccountRelationship, edge_of
from crm_contacts.accounts.model import Account

_SAID = ("from_account_id", "kind", "to_account_id")


def create_account_relationship(
    tx: Transaction, request: account_relationships_pb2.CreateAccountRelationshipRequest
) -> AccountRelationship:
    """Relates an account, which the actor may change, to another one, which the actor may read.

    Raises RelatedToItself, AlreadyExists if they are related so, from whichever end that was said.
    """
    relationship = AccountRelationship()
    assign(relationship, request.account_relationship)
    return relate(tx, relationship, "account_relationship.")


def relate(tx: Transaction, relationship: AccountRelationship, prefix: str = "") -> AccountRelationship:
    """Adds a relationship. Raises what creating one raises; `prefix` comes before the names of fields."""
    for name in ("from_account_id", "to_account_id"):
        tx.check_reference(Account, getattr(relationship, name), prefix + name)
    relationship.must_name_two()
    check_holder(tx, relationship)
    edge = edge_of(relationship.kind, relationship.from_account_id, relationship.to_account_id)
    same = (AccountRelationship.edge == edge, AccountRelationship.deleted_at.is_(None))
    with tx.session.no_autoflush:
        if tx.session.scalar(select(AccountRelationship.id).where(*same)) is not None:
            # Told to who may read it; that somebody else may not, a narrower scope of the permission can bring about.
            holder = tx.session.scalar(tx.visible(AccountRelationship).where(*same))
            raise same_value("account_relationship", _SAID, holder and holder.id, deleted=False)
    return tx.add(relationship)


def update_account_relationship(
    tx: Transaction, request: account_relationships_pb2.UpdateAccountRelationshipRequest
) -> AccountRelationship:
    """Changes note and dates. Who wants another kind relates the two anew."""
    changed = request.account_relationship
    relationship = tx.get(AccountRelationship, changed.id, etag=changed.etag)
    check_holder(tx, relationship)
    assign(relationship, changed, request.update_mask.paths)
    return relationship


def delete_account_relationship(tx: Transaction, request: standard_pb2.DeleteRequest) -> AccountRelationship:
    """Ends it as if it had never been said."""
    relationship = tx.get(AccountRelationship, request.id, etag=request.etag)
    check_holder(tx, relationship)
    tx.delete(relationship)
    return relationship


def check_holder(tx: Transaction, relationship: AccountRelationship) -> None:
    """Raises PermissionDenied unless the actor may change the account that the relationship is said of."""
    account = tx.find(Account, relationship.from_account_id)
    assert account is not None, "a relationship is visible through its account"
    tx.check_changeable(account)
