"""Templates: what may stand in them, and that nobody is greeted with nothing."""

from __future__ import annotations

import time
from typing import Any

import pytest
from crm.marketing.v1 import marketing_pb2
from crm_chassis.errors import DomainError
from crm_chassis.ids import uuid7
from crm_chassis.testing import OWN, unique, user
from crm_marketing.people.model import Account, Contact
from crm_marketing.templates.rendering import MAX_NODES, problem, render, values_for

ADMIN = user()


def values(account: Account | None = None, **fields: str) -> Any:
    names = ("first_name", "last_name", "display_name", "email", "title", "department", "country", "language")
    contact = Contact(**(dict.fromkeys(names, "") | fields))
    return values_for(contact, account, sender="Näws", unsubscribe_url="https://crm.example/u?a=1&b=2")


def rendered(text: str = "", *, html: str = "", subject: str = "", **fields: str) -> Any:
    return render(subject, html, text, values(**fields))


def test_tokens_defaults_and_conditions() -> None:
    text = (
        "{{ contact.first_name | default('there') }} {% if account.name %}of {{ account.name }}{% endif %}|{{ sender }}"
    )

    assert rendered(text, first_name="Ada").body_text == "Ada |Näws"
    assert rendered(text).body_text == "there |Näws"
    account = Account(name="Engines", industry="", country="")
    assert render("", "", text, values(account)).body_text == "there of Engines|Näws"
    assert rendered("{{ contact.title or 'friend' }}").missing == []


@pytest.mark.parametrize(
    "text", ["{{ contact.first_name }}", "{{ contact.first_name | upper }}", "a {{ contact.first_name ~ '!' }}",
             "{{ contact.first_name | truncate(3) }}"],
)  # fmt: skip
def test_a_missing_value_is_reported_and_shown(text: str) -> None:
    found = rendered(text)

    assert found.missing == ["contact.first_name"]
    assert "first_name" in found.body_text.lower()


def test_every_missing_value_is_reported_once() -> None:
    found = rendered(
        "{{ contact.title }} {{ account.name }}", subject="{{ contact.title }}", html="<b>{{ contact.country }}</b>"
    )

    assert found.missing == ["contact.title", "account.name", "contact.country"]


def test_values_are_escaped_in_html_and_not_in_text() -> None:
    text = "{{ contact.first_name }}"

    found = rendered(text, html=f"<p title='{text}'>{text}</p>", first_name="<b onclick='x'>&")

    assert found.body_text == "<b onclick='x'>&"
    assert "<b" not in found.body_html
    assert "&lt;b onclick" in found.body_html


def test_html_is_sanitised() -> None:
    html = (
        "<html><head><title>t</title><style>p{}</style></head><body><script>alert(1)</script>"
        '<table width="600"><tr><td style="color:red" onclick="x()"><a href="javascript:alert(1)">no</a>'
        '<a href="{{ unsubscribe_url }}">out</a><img src="https://x.example/y.png" onerror="x()"></td></tr></table>'
    )

    found = rendered(html=html).body_html

    for bad in ("script", "onclick", "onerror", "javascript", "p{}", "<title"):
        assert bad not in found
    for good in ('width="600"', 'style="color:red"', 'href="https://crm.example/u?a=1&amp;b=2"', "<img src="):
        assert good in found


def test_a_subject_is_one_line() -> None:
    found = rendered(subject="Hi {{ contact.first_name }}", first_name="Ada\r\nBcc: x@y.example\u2028z")

    assert found.subject == "Hi Ada Bcc: x@y.example z"


@pytest.mark.parametrize(
    "text",
    [
        "{{ contact.first_name", "{% if %}", "{% for x in contact %}{% endfor %}", "{{ range(10) }}",
        "{{ contact.__class__ }}", "{{ ''.__class__ }}", "{{ contact['first_name'] }}", "{{ contact.items() }}",
        "{{ 'a' * 1000000000 }}", "{{ 10 ** 10 ** 10 }}", "{{ contact.first_name | center(1000000000) }}",
        "{{ contact.first_name | truncate(1000000000) }}", "{% include 'x' %}", "{% set x = 1 %}",
        "{% macro f() %}{% endmacro %}", "{{ contact.salary }}", "{{ contact }}", "{{ self }}", "{{ name }}",
        "{{ contact.first_name | attr('x') }}", "{% import 'x' as y %}", "{{ contact.first_name.upper }}",
        "{{ lipsum }}", "{% call x() %}{% endcall %}", "{{ [1][0] }}", "{{ '%s' % 'x' }}",
        "{{ " + "(" * 5000 + "1" + ")" * 5000 + " }}", "{% if sender %}" * 500, "{{ " + "9" * 5000 + " }}",
        "{{ sender }}" * (MAX_NODES + 1),
    ],
)  # fmt: skip
def test_what_could_run_away_is_refused(text: str) -> None:
    started = time.process_time()

    assert problem(text)
    assert problem(text, html=True)
    assert time.process_time() - started < 2


def test_many_comments_texts_and_conditions_in_a_row_are_not_deep() -> None:
    assert not problem("{# note #} text {% if sender %}{{ sender }}{% endif %}" * 100)
    assert not problem("{# note #}" * 100)


def test_a_wrong_template_names_the_field_and_the_line(rpc: Any) -> None:
    given = {"name": unique(), "subject": "ok", "body_text": "one\n{{ contact.nmae }}", "body_html": "{% if %}"}

    with pytest.raises(DomainError) as refused:
        rpc("CreateTemplate", marketing_pb2.CreateTemplateRequest(template=given), as_=ADMIN)

    assert refused.value.status == 400
    assert set(refused.value.errors) == {"template.body_text", "template.body_html"}
    assert "line 2" in refused.value.errors["template.body_text"][0]


def test_templates_are_read_changed_deleted_and_brought_back(rpc: Any, make_template: Any) -> None:
    template = make_template()
    changed = {"id": template.id, "subject": "New {{ sender }}"}
    rpc("UpdateTemplate", marketing_pb2.UpdateTemplateRequest(template=changed), as_=ADMIN)
    found = rpc("GetTemplate", marketing_pb2.GetTemplateRequest(id=template.id), as_=ADMIN)
    assert (found.subject, found.body_text) == ("New {{ sender }}", template.body_text)

    rpc("DeleteTemplate", marketing_pb2.DeleteTemplateRequest(id=template.id), as_=ADMIN)
    listed = marketing_pb2.ListTemplatesRequest(filter=f'name = "{template.name}"')
    assert not rpc("ListTemplates", listed, as_=ADMIN).templates
    rpc("UndeleteTemplate", marketing_pb2.UndeleteTemplateRequest(id=template.id), as_=ADMIN)

    assert [one.id for one in rpc("ListTemplates", listed, as_=ADMIN).templates] == [template.id]


def test_the_preview_shows_what_a_contact_would_get(rpc: Any, people: Any, make_template: Any) -> None:
    account = people.account(name="Engines & Co")
    contact = people.contact(first_name="Ada", account_id=account)
    template = make_template(
        subject="Hi {{ contact.first_name }}", body_html="<p>{{ account.name }}</p>", body_text="{{ contact.title }}"
    )
    request = marketing_pb2.PreviewTemplateRequest(id=template.id, contact_id=contact)

    found = rpc("PreviewTemplate", request, as_=ADMIN)

    assert (found.subject, found.body_html) == ("Hi Ada", "<p>Engines &amp; Co</p>")
    assert list(found.missing) == ["contact.title"]


def test_nobody_previews_as_a_contact_one_may_not_see(rpc: Any, people: Any, make_template: Any) -> None:
    rep = user({"templates.read": 5, "contacts.read": OWN})
    contact = people.contact(owner_id=uuid7())
    request = marketing_pb2.PreviewTemplateRequest(id=make_template().id, contact_id=contact)

    with pytest.raises(DomainError) as refused:
        rpc("PreviewTemplate", request, as_=rep)

    assert refused.value.status == 404
