"""Accounts form trees."""

from __future__ import annotations

from typing import Any

import pytest
from crm.contacts.v1 import accounts_pb2
from crm_chassis.errors import DomainError
from crm_chassis.testing import unique, user
from crm_contacts.accounts.usecases import update_account

ADMIN = user()


def account(rpc: Any, **fields: Any) -> Any:
    return rpc("CreateAccount", accounts_pb2.CreateAccountRequest(account={"name": unique("Acme")} | fields), as_=ADMIN)


def test_an_account_cannot_be_above_itself(rpc: Any) -> None:
    top = account(rpc)
    middle = account(rpc, parent_id=top.id)
    bottom = account(rpc, parent_id=middle.id)
    for parent in (top, middle, bottom):
        request = accounts_pb2.UpdateAccountRequest(account={"id": top.id, "parent_id": parent.id})
        with pytest.raises(DomainError) as refused:
            rpc("UpdateAccount", request, as_=ADMIN)
        assert refused.value.reason == "ACCOUNT_HIERARCHY_CYCLE"


def test_two_accounts_cannot_be_put_above_each_other_at_once(rpc: Any, begin: Any, meanwhile: Any) -> None:
    one, other = account(rpc), account(rpc)

    def below(child: Any, parent: Any) -> Any:
        return accounts_pb2.UpdateAccountRequest(
            account={"id": child.id, "parent_id": parent.id}, update_mask={"paths": ["parent_id"]}
        )

    with begin(as_=ADMIN) as tx:
        update_account(tx, below(one, other))
        second = meanwhile(lambda: rpc("UpdateAccount", below(other, one), as_=ADMIN))
    with pytest.raises(DomainError) as refused:
        second.result()
    assert refused.value.reason == "ACCOUNT_HIERARCHY_CYCLE"


def test_free_mail_domains_identify_nobody(rpc: Any) -> None:
    with pytest.raises(DomainError) as refused:
        account(rpc, domains=["Gmail.com"])
    assert list(refused.value.errors) == ["account.domains"]
    assert list(account(rpc, domains=["Acme.Example", "acme.example"]).domains) == ["acme.example"]


def test_money_is_exact(rpc: Any) -> None:
    made = account(rpc, annual_revenue={"amount": "0.1", "currency": "eur"})
    assert (made.annual_revenue.amount, made.annual_revenue.currency) == ("0.10", "EUR")
    with pytest.raises(DomainError) as refused:
        account(rpc, annual_revenue={"amount": "1e3", "currency": "XXX"})
    assert set(refused.value.errors) == {"account.annual_revenue.amount", "account.annual_revenue.currency"}
