"""Two spellings of one thing have one key."""

from __future__ import annotations

import csv
from pathlib import Path

import pytest
from crm_chassis.contracts.formats import address_key
from crm_kit import phones
from crm_kit.normalise import company_key, domain_of, name_key


@pytest.mark.parametrize(
    "name",
    [
        "Acme GmbH",
        "ACME Inc.",
        "acme, Ltd",
        "Acme",
        "A.C.M.E",
        "Acme GmbH & Co. KG",
        "Acme S.A.",
        "Acme SA",
        "ACME B.V.",
        "Acme L.L.C.",
        "\uff21cme",
        "\u00a0Acme\u00a0",
    ],
)
def test_spellings_of_a_company_are_equal(name: str) -> None:
    assert company_key(name) == "acme"


@pytest.mark.parametrize(
    ("name", "key"),
    [
        ("Straßenbau AG", "strassenbau"),
        ("STRASSENBAU", "strassenbau"),
        # One letter, or a letter and an accent: the same to a reader.
        ("Caf\u00e9 SA", "caf\u00e9"),
        ("Cafe\u0301", "caf\u00e9"),
        ("Cafe", "cafe"),
        ("Co.", "co"),
        ("Company & Co", "companyco"),
        ("!?", ""),
    ],
)
def test_what_makes_a_company_another_one(name: str, key: str) -> None:
    assert company_key(name) == key


@pytest.mark.parametrize(
    ("name", "key"),
    [
        ("Bianchi S.p.A.", "bianchispa"),
        ("BIANCHI SpA", "bianchispa"),
        ("Cemex, S.A. de C.V.", "cemex"),
        ("Bimbo S.A.B. de CV", "bimbo"),
        ("Philips N.V.", "philips"),
        ("Volvo AB", "volvo"),
        ("Novo Nordisk A/S", "novonordisk"),
        ("NOVO NORDISK AS", "novonordisk"),
        ("Comarch Sp. z o.o.", "comarch"),
        ("Comarch SP Z O O", "comarch"),
        ("Škoda, s.r.o.", "škoda"),
        ("Škoda spol. s r.o.", "škoda"),
        ("Petrobras S. A.", "petrobras"),
        ("Silva Ltda.", "silva"),
        ("Tata Private Limited", "tata"),
        ("Kone Oyj", "kone"),
        ("ООО «Ромашка»", "ромашка"),
        ("Müller G.m.b.H.", "müller"),
        ("U.S. Steel Corp.", "ussteel"),
    ],
)
def test_legal_forms_are_known_however_they_are_written(name: str, key: str) -> None:
    assert company_key(name) == key


@pytest.mark.parametrize(
    ("name", "key"),
    [
        ("SAS Institute Inc.", "sasinstitute"),
        ("AG Insurance SA", "aginsurance"),
        ("S. A. Brain & Co", "sabrain"),
        ("Co-op Bank", "coopbank"),
        ("SE Ranking", "seranking"),
        ("Day Spa", "dayspa"),
        ("AB Volvo", "abvolvo"),
        ("Ville de Paris", "villedeparis"),
        ("As", "as"),
        ("A.S.", "as"),
        ("J.P. Morgan", "jpmorgan"),
    ],
)
def test_a_word_of_a_name_is_no_legal_form(name: str, key: str) -> None:
    assert company_key(name) == key


ACCOUNTS = Path(__file__).parents[3].parent / "shared" / "data" / "crm_sales" / "accounts.csv"


@pytest.mark.skipif(not ACCOUNTS.is_file(), reason=f"the real file is not there: {ACCOUNTS}")
def test_real_companies_stay_several() -> None:
    with ACCOUNTS.open(encoding="utf-8", newline="") as file:
        names = {row["account"] for row in csv.DictReader(file)}

    assert len({company_key(name) for name in names}) == len(names) > 80


def test_the_name_of_a_thing_keeps_its_legal_forms() -> None:
    assert name_key("GTX Pro") == name_key("gtx-pro") == "gtxpro"
    assert name_key("Acme Inc.") == "acmeinc"


@pytest.mark.parametrize("two", [("हरा", "हीर"), ("บี", "บู"), ("!!!", "???"), ("🦄", "🚀")])
def test_vowel_signs_are_letters_and_signs_are_no_name(two: tuple[str, str]) -> None:
    first, second = map(company_key, two)
    assert first != second or first == ""


def test_an_address_is_one_in_any_case() -> None:
    assert address_key(" Ada@Engines.Example ") == "ada@engines.example"
    assert address_key("ada@müller.example") == address_key("ADA@xn--mller-kva.example")


@pytest.mark.parametrize(
    ("address", "domain"),
    [
        ("ada@Engines.example", "engines.example"),
        ("ada@GMail.com", ""),
        ("ada@yahoo.de", ""),
        ("ada@outlook.com.br", ""),
        ("ada@hotmail.co.uk", ""),
        ("ada@seznam.cz", ""),
        ("ada@yahoo.example", "yahoo.example"),
        ("ada@mail.yahoo.de.example", "mail.yahoo.de.example"),
        ("", ""),
        ("a@Bücher.example", "xn--bcher-kva.example"),
    ],
)
def test_a_domain_that_anybody_may_have_says_nothing(address: str, domain: str) -> None:
    assert domain_of(address) == domain


@pytest.mark.parametrize(
    ("text", "country", "stored"),
    [
        ("+49 (0)30 123456", "", "+4930123456"),
        ("030 123456", "DE", "+4930123456"),
        ("030 123456", "", "030 123456"),
        ("(415) 555-2671", "US", "+14155552671"),
        ("ext. 1234", "US", "ext. 1234"),
        ("(650) 253-0000 x101", "US", "+16502530000;ext=101"),
        ("+16502530000;ext=102", "", "+16502530000;ext=102"),
        ("112", "DE", "112"),
        ("116117", "DE", "116117"),
        ("22833", "DE", "22833"),
        ("00000000000", "GB", "00000000000"),
        ("+52 1 55 1234 5678", "", "+525512345678"),
        ("+52 55 1234 5678", "", "+525512345678"),
        ("020 7946 0958", "GB", "+442079460958"),
    ],
)
def test_numbers_become_e164_if_they_can_be_understood(text: str, country: str, stored: str) -> None:
    assert phones.normal(text, country) == stored


@pytest.mark.parametrize(
    ("number", "digits"),
    [("+442079460958", "02079460958"), ("+16502530000;ext=101", "6502530000"), ("020 7946", ""), ("", "")],
)
def test_a_number_is_dialled_in_its_country(number: str, digits: str) -> None:
    assert phones.national(number) == digits
