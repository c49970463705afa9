"""When names, numbers and places of two records are alike, and by which keys they are found."""

from __future__ import annotations

from typing import Any

import pytest
from crm_contacts.duplicates.comparison import Comparison, compare
from crm_contacts.duplicates.names import company_likeness, company_tokens, name_likeness, name_tokens, sound_alike
from crm_contacts.duplicates.traits import MAX_KEYS, of_account, of_contact, of_lead


def person(**given: Any) -> dict[str, Any]:
    empty = {"first_name": "", "last_name": "", "title": "", "country": "", "emails": [], "phones": [], "addresses": []}
    return empty | given


def named(text: str) -> tuple[str, ...]:
    return name_tokens(text)


@pytest.mark.parametrize(
    ("one", "other", "least", "most"),
    [
        ("Ada Lovelace", "Lovelace Ada", 1, 1),
        ("Dr. José García", "jose garcia", 1, 1),
        ("Robert Miller", "Bob Miller", 0.95, 1),
        ("Katherine Jones", "Katharine Jones", 0.9, 1),
        ("William Smith", "Willaim Smith", 0.9, 1),
        ("J. Smith", "John Smith", 0.8, 0.95),
        ("John Fitzgerald Kennedy", "John Kennedy", 0.9, 0.99),
        ("Maria Jones", "Mario Jones", 0, 0.5),
        ("Daniel Brown", "Danielle Brown", 0, 0.5),
        ("John Smith", "Jane Smith", 0, 0.5),
        ("John Smith", "John Miller", 0, 0.6),
        ("Smith", "John Smith", 0, 0.6),
        ("", "John Smith", 0, 0),
        ("王芳", "王芳", 1, 1),
    ],
)
def test_names_of_people(one: str, other: str, least: float, most: float) -> None:
    assert least <= name_likeness(named(one), named(other)) <= most
    assert name_likeness(named(one), named(other)) == name_likeness(named(other), named(one))


@pytest.mark.parametrize(
    ("one", "other", "alike"),
    [
        ("Jim Meyer", "James Maier", True),
        ("Steven Smyth", "Stephen Smith", True),
        ("Müller Hans", "Hans Mueller", True),
        ("Maria Jones", "Mario Jones", False),
        ("Smith", "John Smith", False),
    ],
)
def test_names_that_sound_alike(one: str, other: str, alike: bool) -> None:
    assert sound_alike(named(one), named(other)) == alike


@pytest.mark.parametrize(
    ("one", "other", "least", "most"),
    [
        ("Acme, Inc.", "ACME Corporation", 1, 1),
        ("Betasoloin GmbH", "Betasolion", 0.9, 1),
        ("Halden Instruments", "Instruments Halden", 0.95, 1),
        ("Betatech", "Bioholding", 0, 0.6),
        ("Bank A", "Bank B", 0, 0.85),
    ],
)
def test_names_of_companies(one: str, other: str, least: float, most: float) -> None:
    assert least <= company_likeness(company_tokens(one), company_tokens(other)) <= most


def test_what_is_blank_matches_nothing_unless_it_is_ignored() -> None:
    with_number = of_contact(person(last_name="Lovelace", first_name="Ada", phones=[{"number": "+4930123456"}]))
    without = of_contact(person(last_name="Lovelace", first_name="Ada"))
    name = Comparison("NAME", "FUZZY")

    assert compare([name, Comparison("PHONE", "EXACT", "NO_MATCH")], 0.9, with_number, without) is None
    assert compare([name, Comparison("PHONE", "EXACT", "NO_MATCH")], 0.9, without, without) is None
    found = compare([name, Comparison("PHONE", "EXACT", "IGNORED")], 0.9, with_number, without)
    assert found is not None
    assert (found.score, [reason["field"] for reason in found.reasons]) == (1.0, ["NAME"])


def test_a_score_is_the_mean_by_weight() -> None:
    one = of_contact(person(last_name="Lovelace", first_name="Ada", addresses=[{"city": "London"}]))
    other = of_contact(person(last_name="Lovelace", first_name="Ada", addresses=[{"city": "Paris"}]))
    compared = [Comparison("NAME", "FUZZY", weight=3), Comparison("CITY", "EXACT", weight=1)]

    found = compare(compared, 0.75, one, other)
    assert found is not None
    assert found.score == 0.75
    assert compare(compared, 0.76, one, other) is None


def test_a_lead_is_found_by_what_a_contact_is_found_by() -> None:
    contact = of_contact(
        person(first_name="Bob", last_name="Miller", emails=[{"address": "bob@acme.example"}]),
        {"name": "Acme Inc.", "domains": ["acme.example"]},
    )
    lead = of_lead(
        {
            "first_name": "Robert", "last_name": "Miller", "title": "", "email": "", "phone": "", "company": "ACME",
            "website": "https://www.acme.example/about", "city": "", "country": "",
        }
    )  # fmt: skip
    assert contact.keys & lead.keys
    assert compare([Comparison("NAME", "FUZZY"), Comparison("COMPANY", "FUZZY")], 0.9, contact, lead) is not None


def test_an_address_at_a_mail_provider_says_nothing_about_a_company() -> None:
    assert of_contact(person(emails=[{"address": "ada@gmail.com"}])).domains == ()


def test_a_record_has_a_bounded_number_of_keys() -> None:
    crowd = person(
        first_name="Hans Peter",
        last_name="Müller Meyer",
        emails=[{"address": f"hans{number}@d{number}.example"} for number in range(50)],
        phones=[{"number": f"+49301234{number:02}"} for number in range(50)],
        addresses=[{"city": f"City {number}", "postal_code": str(number)} for number in range(20)],
    )
    assert 5 < len(of_contact(crowd).keys) <= MAX_KEYS
    account = {"name": "A B C D E F G", "domains": [f"d{n}.example" for n in range(20)], "website": "", "phone": "",
               "country": "DE", "addresses": [{"city": f"City {n}", "country": "FR"} for n in range(20)]}  # fmt: skip
    assert 5 < len(of_account(account).keys) <= MAX_KEYS
