"""Templates: what may stand in them, and that nobody is greeted with nothing."""

from __future__ import annotations

import time
from typing import Any

import pytest
from crm.common.v1 import standard_pb2
from crm.marketing.v1 import templates_pb2
from crm_chassis.errors import DomainError
from crm_chassis.ids import uuid7
from crm_chassis.testing import ALL, OWN, unique, user
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
        "<html><head><title>t</title><style>p{background:url(x)}</style></head><body><script>alert(1)</script>"
        '<table width="600"><tr><td style="color:red" onclick="x()"><a href="javascript:alert(1)">no</a>'
        '<a href="{{ unsubscribe_url }}">out</a><img src="https://x.example/y.png" onerror="x()"></td></tr></table>'
    )

    found = rendered(html=html).body_html

    for bad in ("script", "onclick", "onerror", "javascript", "p{", "<title"):
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
        rpc("CreateTemplate", templates_pb2.CreateTemplateRequest(template=given), as_=ADMIN)

    assert refused.value.status == 400
    assert set(refused.value.errors) == {"template.body_text", "template.body_html"}
    assert "line 2" in refused.value.errors["template.body_text"][0]


def test_templates_are_read_changed_deleted_and_brought_back(rpc: Any, make_template: Any) -> None:
    template = make_template()
    changed = {"id": template.id, "subject": "New {{ sender }}"}
    rpc("UpdateTemplate", templates_pb2.UpdateTemplateRequest(template=changed), as_=ADMIN)
    found = rpc("GetTemplate", standard_pb2.GetRequest(id=template.id), as_=ADMIN)
    assert (found.subject, found.body_text) == ("New {{ sender }}", template.body_text)

    rpc("DeleteTemplate", standard_pb2.DeleteRequest(id=template.id), as_=ADMIN)
    listed = templates_pb2.ListTemplatesRequest(filter=f'name = "{template.name}"')
    assert not rpc("ListTemplates", listed, as_=ADMIN).templates
    rpc("UndeleteTemplate", standard_pb2.UndeleteRequest(id=template.id), as_=ADMIN)

    assert [one.id for one in rpc("ListTemplates", listed, as_=ADMIN).templates] == [template.id]


def test_the_preview_shows_what_a_contact_would_get(rpc: Any, people: Any, make_template: Any) -> None:
    account = people.account(name="Engines & Co")
    contact = people.contact(first_name="Ada", account_id=account)
    template = make_template(
        subject="Hi {{ contact.first_name }}", body_html="<p>{{ account.name }}</p>", body_text="{{ contact.title }}"
    )
    request = templates_pb2.PreviewTemplateRequest(id=template.id, contact_id=contact)

    found = rpc("PreviewTemplate", request, as_=ADMIN)

    assert (found.subject, found.body_html) == ("Hi Ada", "<p>Engines &amp; Co</p>")
    assert list(found.missing) == ["contact.title"]


def test_nobody_previews_as_a_contact_one_may_not_see(rpc: Any, people: Any, make_template: Any) -> None:
    rep = user({"templates.read": 5, "contacts.read": OWN})
    contact = people.contact(owner_id=uuid7())
    request = templates_pb2.PreviewTemplateRequest(id=make_template().id, contact_id=contact)

    with pytest.raises(DomainError) as refused:
        rpc("PreviewTemplate", request, as_=rep)

    assert refused.value.status == 404


POISONS = [
    "{{ contact.last_name | truncate(2) }}", "{{ contact.last_name | truncate('a') }}",
    "{{ contact.last_name | upper(1) }}", "{{ contact.last_name | title(1) }}",
    "{{ contact.last_name | default(1, 2, 3) }}",
    "{{ contact.last_name | truncate(3, end='abcdef') }}", "{% if contact.title > 'A' %}x{% endif %}",
    "{% if sender is divisibleby 0 %}x{% endif %}", "{% if sender is odd %}x{% endif %}",
    "{% if sender in 5 %}x{% endif %}", "{% if 1 < 'a' %}x{% endif %}", "{% if sender is nonsense %}x{% endif %}",
    "{% if not sender %}{% if sender is nonsense %}x{% endif %}{% endif %}",
]  # fmt: skip


@pytest.mark.parametrize("text", POISONS)
def test_what_cannot_be_rendered_is_not_kept(rpc: Any, text: str) -> None:
    given = {"name": unique(), "subject": "ok", "body_text": f"Dear friend,\n{text}"}

    with pytest.raises(DomainError) as refused:
        rpc("CreateTemplate", templates_pb2.CreateTemplateRequest(template=given), as_=ADMIN)

    assert refused.value.status == 400
    assert list(refused.value.errors) == ["template.body_text"]
    assert "line 2" in refused.value.errors["template.body_text"][0]


def test_a_preview_says_what_only_some_values_break(rpc: Any, people: Any, make_template: Any) -> None:
    contact = people.contact(department="R&D")
    template = make_template(body_text="{% if contact.department and contact.title > 'A' %}x{% endif %}")
    request = templates_pb2.PreviewTemplateRequest(id=template.id, contact_id=contact)

    with pytest.raises(DomainError) as refused:
        rpc("PreviewTemplate", request, as_=ADMIN)

    assert list(refused.value.errors) == ["contact_id"]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("https://s.example/?e={{ contact.email }}", "https://s.example/?e=ann%2Bcrm%40x.example"),
        ("https://s.example/?e={{ contact.email | urlencode }}", "https://s.example/?e=ann%2Bcrm%40x.example"),
        ("https://s.example/?n={{ contact.first_name }}&e={{ contact.email }}#{{ contact.email }}",
         "https://s.example/?n=Ann%20%26%20Co&e=ann%2Bcrm%40x.example#ann%2Bcrm%40x.example"),
        ("https://s.example/{% if contact.title %}a{% else %}?n={% endif %}{{ contact.first_name }}",
         "https://s.example/?n=Ann%20%26%20Co"),
        ("mailto:{{ contact.email }}?subject={{ contact.first_name }}",
         "mailto:ann+crm@x.example?subject=Ann%20%26%20Co"),
        ("{{ unsubscribe_url }}", "https://crm.example/u?a=1&b=2"),
        ("{{ unsubscribe_url }}&n={{ contact.email }}", "https://crm.example/u?a=1&b=2&n=ann%2Bcrm%40x.example"),
        ('{{ "https://s.example/?e=" ~ contact.email }}', "https://s.example/?e=ann%2Bcrm%40x.example"),
        ("https://s.example/?e={{ contact.email | urlencode | lower }}", "https://s.example/?e=ann%2bcrm%40x.example"),
    ],
)  # fmt: skip
def test_tokens_in_urls_are_encoded(text: str, expected: str) -> None:
    found = rendered(text, html=f'<a href="{text}">x</a>', first_name="Ann & Co", email="ann+crm@x.example")

    assert found.body_text == expected
    assert f'href="{expected}"' in found.body_html.replace("&amp;", "&")


def test_tokens_beside_urls_are_not_encoded() -> None:
    text = "See https://s.example/, {{ contact.first_name }} <https://s.example> {{ contact.first_name }}"

    assert rendered(text, first_name="Ann & Co").body_text.count("Ann & Co") == 2


def test_layouts_that_adapt_to_the_screen_are_kept() -> None:
    sheet = "@media only screen and (max-width:480px) { .wide { width:100% !important } }"

    found = rendered(html=f'<head><style type="text/css">{sheet}</style></head><p class="wide">x</p>')

    assert found.html == f'<style>{sheet}</style><p class="wide">x</p>'
    for loads in ("@import url(x.css);", "p{background:URL (x)}", "a{b:\\75rl(x)}"):
        assert "<style>" not in rendered(html=f"<style>{loads}</style><p>x</p>").html


def test_the_author_is_told_what_is_taken_out(rpc: Any, make_template: Any) -> None:
    html = (
        "<html><body>\n<!--[if mso]><table><![endif]-->\n<style>@import url(x)</style><form></form>"
        '<table background="x.png"></table>\n<img src="cid:1"><a href="sms:+1">x</a><p onclick="x">y</p></body></html>'
    )

    template = make_template(body_html=html)

    assert list(template.warnings) == [
        "what is meant for Outlook only (<!--[if ...]>) is removed (line 2)",
        "<style> that loads something, such as a font, is removed (line 3)",
        "<form> is removed (line 3)", "background of <table> is removed (line 3)",
        "src of <img> with cid: is removed (line 4)", "onclick of <p> is removed (line 4)",
    ]  # fmt: skip
    changed = {"id": template.id, "body_html": "<p>x</p>"}
    answer = rpc("UpdateTemplate", templates_pb2.UpdateTemplateRequest(template=changed), as_=ADMIN)
    assert not answer.warnings


ORACLES = [
    "{% if contact.email == 'x@y.example' %}{{ account.industry }}{% endif %}",
    "{{ account.industry if contact.email and contact.email < 'm' else '' }}",
    "{{ contact.email or account.industry }}",
    "{{ contact.email | default(account.industry) }}", "{% if not contact.email %}{{ account.name }}{% endif %}",
]  # fmt: skip


@pytest.mark.parametrize("text", ORACLES)
def test_nobody_asks_by_conditions_what_one_may_not_read(rpc: Any, people: Any, make_template: Any, text: str) -> None:
    author = user({"templates.*": ALL, "contacts.read": ALL, "accounts.read": ALL})
    given = {"name": unique(), "subject": "ok", "body_text": text}
    preview = templates_pb2.PreviewTemplateRequest(id=make_template(body_text=text).id, contact_id=people.contact())
    change = templates_pb2.UpdateTemplateRequest(template={"id": make_template().id, "body_html": text})

    for name, request in (
        ("CreateTemplate", templates_pb2.CreateTemplateRequest(template=given)),
        ("UpdateTemplate", change),
        ("PreviewTemplate", preview),
    ):
        with pytest.raises(DomainError) as refused:
            rpc(name, request, as_=author)
        assert (refused.value.status, list(refused.value.errors)) == (403, ["contact.email"])


def test_a_preview_does_not_say_which_unreadable_values_are_missing(rpc: Any, people: Any, make_template: Any) -> None:
    analyst = user({"templates.*": ALL, "contacts.read": ALL, "accounts.read": OWN})
    account = people.account(name="Engines", owner_id=uuid7())
    contact = people.contact(first_name="", account_id=account)
    text = "{{ contact.first_name }} {{ contact.title }} {{ account.name }}"
    request = templates_pb2.PreviewTemplateRequest(id=make_template(body_text=text).id, contact_id=contact)

    assert list(rpc("PreviewTemplate", request, as_=analyst).missing) == ["contact.title", "account.name"]
