"""What files look like that people send: every row is applied or reported with its line and a reason, and no row takes
others with it."""

from __future__ import annotations

import secrets
from typing import Any

import pytest
from crm.common.v1 import imports_pb2
from crm.contacts.v1 import accounts_pb2, contacts_pb2, leads_pb2
from crm_chassis.contracts import formats
from crm_chassis.errors import DomainError
from crm_chassis.imports import operations, work
from crm_chassis.testing import unique, user

ADMIN = user()
Options = imports_pb2.ImportOptions


def counts(done: Any) -> tuple[int, int, int]:
    return done.rows_created, done.rows_updated, done.rows_failed


@pytest.fixture
def contacts(rpc: Any) -> Any:
    """The contacts of a last name, by first name."""

    def find(last_name: str) -> dict[str, Any]:
        request = contacts_pb2.ListContactsRequest(filter=f'last_name = "{last_name}"', page_size=200)
        return {one.first_name: one for one in rpc("ListContacts", request, as_=ADMIN).contacts}

    return find


@pytest.fixture
def refused(upload: Any) -> Any:
    """Sends a file that is refused as a whole; returns the errors by field."""

    def send(content: str | bytes, kind: str = "contacts", **how: Any) -> dict[str, list[str]]:
        with pytest.raises(DomainError) as error:
            upload(kind, content, as_=ADMIN, **how)
        assert error.value.reason == "INVALID_INPUT"
        return error.value.errors

    return send


# -- a fault of one row ----------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("bad", "told"),
    [
        (b"Too,{name},a@x.example,extra", "has 4 cells, the header has 3"),
        (b'"Jo"e,{name},', "text behind a closing quotation mark"),
        (b"Long,{name}," + b"x" * 131_073, "a cell of more than 131,072 characters"),
        (b"Bad \xfc,{name},\xc3\xa9@x.example", "bytes that are not UTF-8"),
        (b"Nul \x00,{name},n@x.example", "has a NUL"),
    ],
)
def test_a_row_that_cannot_be_read_takes_no_other_with_it(
    import_csv: Any, contacts: Any, bad: bytes, told: str
) -> None:
    name = unique("Row")
    good = [f"Good {number},{name},g{number}@x.example".encode() for number in range(450)]
    # The sign of UTF-8 stands in the header, so that a single wrong byte does not make it another encoding.
    lines = [b"first_name,last_name,email", *good[:225], bad.replace(b"{name}", name.encode()), *good[225:]]

    done = import_csv("contacts", b"\xef\xbb\xbf" + b"\n".join(lines), as_=ADMIN)

    assert (done.state, counts(done)) == (imports_pb2.Import.DONE, (450, 0, 1))
    (error,) = done.errors
    assert error.line == 227
    assert told in error.message


def test_lines_are_those_of_the_file(import_csv: Any) -> None:
    name = unique("Line")
    good = f'A,{name},\n"B\nsecond\nthird",{name},\n'
    text = f'description,last_name,country\n\n{good}\nC,{name},Nowhere\n"D\n",{name},XX1\n'

    done = import_csv("contacts", text, as_=ADMIN)

    assert [error.line for error in done.errors] == [8, 9]


def test_rows_shorter_than_the_header_are_told_of(import_csv: Any, contacts: Any) -> None:
    name, key = unique("Short"), unique("ext")
    text = (
        f"external_id,first_name,last_name,title,city,\n{key},A,{name},CEO\n,B,{name}\n,C,{name},,\n,D,{name},,Bonn\n"
    )

    tried = import_csv("contacts", text, as_=ADMIN, dry_run=True)
    done = import_csv("contacts", text, as_=ADMIN)

    assert dict(tried.repairs) == dict(done.repairs) == {"short_rows": 2}
    assert (counts(done), set(contacts(name))) == ((4, 0, 0), {"A", "B", "C", "D"})
    lost = f"external_id,first_name,last_name,title,city\n{key},A,{name},Bonn\n"
    done = import_csv("contacts", lost, as_=ADMIN, options={"empty_cells": Options.CLEAR})
    assert [(error.line, error.message) for error in done.errors] == [
        (2, "has 4 cells, the header has 5; where empty cells empty a field, all are needed")
    ]
    assert (dict(done.repairs), contacts(name)["A"].title) == ({}, "CEO")


def test_empty_cells_at_the_end_of_a_row_are_none(import_csv: Any) -> None:
    assert counts(import_csv("contacts", f"first_name,last_name\nA,{unique('Comma')},,\n", as_=ADMIN)) == (1, 0, 0)


def test_a_quotation_mark_that_is_never_closed_costs_its_row_alone(import_csv: Any, contacts: Any) -> None:
    name = unique("Quote")
    text = f'first_name,last_name\nA,{name}\n"B,{name}\nC,{name}\nD,{name}\n'

    done = import_csv("contacts", text, as_=ADMIN)

    assert (counts(done), set(contacts(name))) == ((3, 0, 1), {"A", "C", "D"})
    assert [(error.line, error.message) for error in done.errors] == [(3, "has a quotation mark that is never closed")]


def test_lines_of_a_broken_cell_do_not_become_records(import_csv: Any, contacts: Any) -> None:
    name = unique("Broken")
    text = f'first_name,last_name\n"A, said "yes",{name}\nhe said\nto me",{name}\nB,{name}\n'

    done = import_csv("contacts", text, as_=ADMIN)

    assert set(contacts(name)) == {"B"}
    assert [error.line for error in done.errors] == [2, 3, 4]
    assert done.rows_failed + done.rows_created == done.rows_read


def test_a_record_that_cannot_be_kept_takes_no_other_with_it(import_csv: Any, contacts: Any) -> None:
    name, key = unique("Twice"), unique("ext")
    rows = "".join(f"R{number},{name},{key}-{number},\n" for number in range(60))
    known = import_csv("accounts", f"name,external_id\n{key},{key}\n", as_=ADMIN)
    assert known.rows_created == 1

    done = import_csv(
        "contacts", f"first_name,last_name,external_id,account\n{rows}Lost,{name},{key}-x,nobody\n", as_=ADMIN
    )

    assert counts(done) == (60, 0, 1)
    assert [(error.line, error.field) for error in done.errors] == [(62, "account")]


def test_a_value_that_the_database_cannot_hold_takes_no_other_with_it(
    import_csv: Any, contacts: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    name = unique("Large")
    # Stands for a text whose format does not bound it: what does not compress is too large for the index.
    monkeypatch.setitem(formats._NORMALISE, formats.Format.LANGUAGE, str)
    endless = secrets.token_hex(20_000)

    done = import_csv(
        "contacts", f"first_name,last_name,language\nA,{name},de\nB,{name},{endless}\nC,{name},en\n", as_=ADMIN
    )

    assert (counts(done), [error.line for error in done.errors]) == ((2, 0, 1), [3])
    assert set(contacts(name)) == {"A", "C"}


# -- how files are written --------------------------------------------------------------------------------------


@pytest.mark.parametrize("sign", [",", ";", "\t", "|"])
@pytest.mark.parametrize("end", ["\n", "\r\n", "\r"])
@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16", "cp1252"])
def test_letters_and_signs_are_recognised(import_csv: Any, contacts: Any, sign: str, end: str, encoding: str) -> None:
    name = unique("Müller")
    rows = (("first_name", "last_name", "title"), ("Jürgen", name, "Größe, ganz"))
    text = end.join(sign.join(f'"{cell}"' if sign in cell else cell for cell in row) for row in rows)

    done = import_csv("contacts", text.encode(encoding), as_=ADMIN)

    assert counts(done) == (1, 0, 0)
    assert contacts(name)["Jürgen"].title == "Größe, ganz"
    shown = {"utf-8": Options.UTF_8, "utf-8-sig": Options.UTF_8, "utf-16": Options.UTF_16}
    assert done.options.encoding == shown.get(encoding, Options.WINDOWS_1252)
    signs = {",": Options.COMMA, ";": Options.SEMICOLON, "\t": Options.TAB, "|": Options.PIPE}
    assert done.options.delimiter == signs[sign]


# Encoding, what Python calls it, names and cities as people write them.
OTHER_LETTERS = [
    ("WINDOWS_1250", "cp1250", ["Łukasz Wójcik;Łódź", "Paweł Dąbrowski;Wrocław", "Małgorzata Świątek;Gdańsk"]),
    ("WINDOWS_1251", "cp1251", ["Иван Петров;Москва", "Ольга Иванова;Санкт-Петербург"]),
    ("WINDOWS_1253", "cp1253", ["Νίκος Παπαδόπουλος;Αθήνα"]),
    ("ISO_8859_2", "iso8859-2", ["Łukasz Wójcik;Łódź", "Paweł Dąbrowski;Wrocław"]),
    ("KOI8_R", "koi8-r", ["Иван Петров;Москва"]),
    ("MAC_ROMAN", "mac-roman", ["Jürgen Müller;Köln", "Änne Schröder;Düsseldorf", "Noël Créée;Orléans"]),
    ("SHIFT_JIS", "cp932", ["田中 太郎;東京", "鈴木 花子;大阪"]),
    ("EUC_KR", "cp949", ["김 민수;서울"]),
    ("BIG5", "cp950", ["王 小明;台北"]),
    ("GB18030", "gb18030", ["王 小明;北京"]),
]
WESTERN = [
    ["Jürgen Größe;Köln", "Änne „Weiß“;Übersee", "Müller – Söhne;5 €"],
    ["Élodie Créée;Orléans", "François L’Hôpital;Saint-Étienne", "« Œuvre »;Où çà"],
    ["Íñigo Núñez;¿Qué? ¡Olé!", "Mª José;2º"],
    ["João Simões;Ações e Opções", "Conceição;Três Corações"],
    ["Sæþór Þórðarson;Seyðisfjörður", "Guðrún Þýðing;Höfn"],
    ["Søren Østergård;Ærøskøbing"],
    ["Äijälä Hääyö;Jyväskylä"],
    ["It’s “fine” … don’t;Café™ and Co®", "————;10 m² ± 5 µm"],
]


@pytest.mark.parametrize(("encoding", "codec", "people"), OTHER_LETTERS, ids=[one[0] for one in OTHER_LETTERS])
def test_letters_of_other_encodings_are_read_as_is_said_and_never_as_others(
    import_csv: Any, contacts: Any, refused: Any, encoding: str, codec: str, people: list[str]
) -> None:
    name = unique("Letters")
    text = "\n".join(["first_name;last_name;city", *(one.replace(";", f";{name};") for one in people)])

    assert encoding in refused(text.encode(codec))["encoding"][0]
    done = import_csv("contacts", text.encode(codec), as_=ADMIN, options={"encoding": encoding})

    assert (done.rows_failed, Options.Encoding.Name(done.options.encoding)) == (0, encoding)
    found = {f"{one.first_name};{one.addresses[0].city}" for one in contacts(name).values()}
    assert found == set(people)


@pytest.mark.parametrize("people", WESTERN, ids=[one[0] for one in WESTERN])
def test_letters_of_western_languages_are_recognised(import_csv: Any, contacts: Any, people: list[str]) -> None:
    name = unique("West")
    text = "\n".join(["first_name;last_name;city", *(one.replace(";", f";{name};") for one in people)])

    done = import_csv("contacts", text.encode("cp1252"), as_=ADMIN)

    assert (done.rows_failed, done.options.encoding) == (0, Options.WINDOWS_1252)
    assert {f"{one.first_name};{one.addresses[0].city}" for one in contacts(name).values()} == set(people)


def test_one_wrong_byte_is_the_fault_of_its_row_and_of_no_letter(import_csv: Any, contacts: Any) -> None:
    name = unique("Byte")
    text = f"first_name,last_name\nJürgen,{name}\nBjörn,{name}\nX?,{name}\n".encode().replace(b"X?", b"X\xff")

    done = import_csv("contacts", text, as_=ADMIN)

    assert set(contacts(name)) == {"Jürgen", "Björn"}
    assert [error.line for error in done.errors] == [4]
    assert done.options.encoding == Options.UTF_8


def test_a_first_line_may_name_the_separator(import_csv: Any) -> None:
    done = import_csv("contacts", f"sep=;\nfirst_name;last_name\nA;{unique('Sep')}\nB;XX;YY\n", as_=ADMIN)

    assert counts(done) == (1, 0, 1)
    assert done.errors[0].line == 4


def test_what_is_said_is_not_guessed(import_csv: Any, contacts: Any, refused: Any) -> None:
    name = unique("Said")
    text = f"first_name;last_name,title\nA;{name},b\n".encode()

    done = import_csv("contacts", text, as_=ADMIN, options={"delimiter": Options.SEMICOLON})

    assert list(done.columns) == ["first_name", "last_name,title"]
    text = f"first_name,last_name\nJürgen,{name}\n".encode()
    done = import_csv("contacts", text, as_=ADMIN, options={"encoding": Options.WINDOWS_1252})
    assert "JÃ¼rgen" in contacts(name)
    assert list(refused(text, options={"encoding": Options.UTF_16})) == ["encoding"]
    assert list(refused(text, options={"delimiter": Options.POINT})) == ["delimiter"]


@pytest.mark.parametrize(
    ("content", "told"),
    [
        (b"PK\x03\x04rest of a workbook", ".xlsx"),
        (b"\xd0\xcf\x11\xe0rest", ".xls"),
        (b"%PDF-1.7", "PDF"),
        (b"first_name\x00\x01,last_name\n", "not text"),
        ("first_name,last_name\n".encode("utf-16-le"), "not text"),
        (b"\n \n", "names the columns"),
        (b'"first_name,last_name\n', "line 1, the header"),
    ],
)
def test_what_is_no_table_is_refused_by_name(refused: Any, content: bytes, told: str) -> None:
    errors = refused(content)
    assert told in errors["file"][0]
    assert "codec" not in errors["file"][0]


# -- the header and the mapping ---------------------------------------------------------------------------------


def test_columns_without_a_name_or_a_use_are_passed_over(import_csv: Any) -> None:
    text = f"first_name,last_name,Phone,Phone,,\nA,{unique('Head')},1,2,,\n"

    for mapping in (None, {"first_name": "first_name", "last_name": "last_name"}):
        done = import_csv("contacts", text, as_=ADMIN, mapping=mapping, dry_run=True)
        assert counts(done) == (1, 0, 0)
        assert list(done.unused_columns) == ["Phone", "Phone"]


def test_a_name_of_a_column_has_a_bound(import_csv: Any, refused: Any) -> None:
    told = refused(f"last_name,{'名' * 201}\n{unique('Name')},x\n")
    assert "column 2 has more than 200 characters" in str(told)
    done = import_csv("contacts", f"last_name,{'名' * 200}\n{unique('Name')},x\n", as_=ADMIN)
    assert list(done.unused_columns) == ["名" * 200]


def test_what_is_said_of_a_file_has_a_bound(upload: Any) -> None:
    values = {"last_name": {"values": {f"{number:04}" + "a" * 190: "b" * 990 for number in range(1000)}}}
    with pytest.raises(DomainError) as told:
        upload("contacts", "last_name\nX\n", as_=ADMIN, options={"values": values})
    assert told.value.errors == {"mapping": ["has with the values more than 1 MB"]}


def test_a_mapping_of_a_column_that_is_not_there_is_refused(refused: Any) -> None:
    errors = refused("Email,Name\na@x.example,Typo\n", mapping={"Email": "email", "Nmae": "last_name"})
    assert "'Nmae'" in errors["mapping"][0]
    assert "'Name'" in errors["mapping"][0]
    assert "'Surname'" in refused("Surname,Given\nA,B\n")["mapping"][0]


def test_several_columns_fill_a_list_and_nothing_else(import_csv: Any, contacts: Any, refused: Any) -> None:
    name = unique("List")
    mapping = {"First": "first_name", "Last": "last_name", "E-mail 1": "email", "E-mail 2": "email", "Tag": "tags",
               "Label": "tags"}  # fmt: skip
    rows = ("Ida,{},ida@x.example,,a,", "Bo,{},bo@x.example,bo2@x.example,a;b,c", "Cy,{},,cy@x.example,,")
    text = "\n".join(["First,Last,E-mail 1,E-mail 2,Tag,Label", *(row.format(name) for row in rows)])

    done = import_csv("contacts", text, as_=ADMIN, mapping=mapping)

    assert counts(done) == (3, 0, 0)
    found = contacts(name)
    assert [one.address for one in found["Ida"].emails] == ["ida@x.example"]
    assert [one.address for one in found["Bo"].emails] == ["bo@x.example", "bo2@x.example"]
    assert (found["Cy"].email, sorted(found["Bo"].tags)) == ("cy@x.example", ["a", "b", "c"])
    errors = refused("A,B\n1,2\n", mapping={"A": "last_name", "B": "last_name"})
    assert "last_name" in errors["mapping"][0]


def test_cells_of_other_systems_are_translated(import_csv: Any, rpc: Any, refused: Any) -> None:
    name = unique("Other")
    mapping = {"Lead Status": "status", "Country": "country", "Last Name": "last_name"}
    values = {
        "Lead Status": {"values": {"Open - Not Contacted": "NEW", "in progress": "WORKING"}},
        "Country": {"values": {"Germany": "DE"}},
    }
    text = f"Last Name,Lead Status,Country\n{name},In Progress,Germany\n{name},Working,FR\n{name},Unheard Of,\n"

    done = import_csv("leads", text, as_=ADMIN, mapping=mapping, options={"values": values})

    assert counts(done) == (2, 0, 1)
    leads = rpc("ListLeads", leads_pb2.ListLeadsRequest(filter=f'last_name = "{name}"'), as_=ADMIN).leads
    assert {(lead.country, lead.status) for lead in leads} == {
        ("DE", leads_pb2.Lead.WORKING), ("FR", leads_pb2.Lead.WORKING)
    }  # fmt: skip
    assert list(refused(text, kind="leads", mapping=mapping, options={"values": {"Stat": {}}})) == ["mapping"]


# -- numbers and lists ------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("cell", "point", "comma"),
    [
        ("1.12", "1.12", None),
        ("1,12", None, "1.12"),
        ("1,234.5", "1234.50", None),
        ("1.234,5", None, "1234.50"),
        ("1234", "1234.00", "1234.00"),
        ("1,234", "1234.00", None),
        ("12,34,567", None, None),
        ("€ 5", None, None),
        ("1 000", None, None),
        ("0,500", None, "0.50"),
        ("-0,500", None, None),
        ("00,500", None, "0.50"),
        ("1e3", None, None),
        ("NaN", None, None),
        ("Infinity", None, None),
        ("٣", None, None),
    ],
)
def test_a_number_is_written_as_the_import_says_or_refused(
    import_csv: Any, rpc: Any, cell: str, point: str | None, comma: str | None
) -> None:
    for sign, expected in ((Options.POINT, point), (Options.COMMA, comma)):
        key = unique("money")
        text = f"name;external_id;annual_revenue;annual_revenue_currency\n{key};{key};{cell};EUR\n"

        done = import_csv("accounts", text, as_=ADMIN, options={"decimal_sign": sign})

        request = accounts_pb2.ListAccountsRequest(filter=f'external_id = "{key}"')
        found = [one.annual_revenue.amount for one in rpc("ListAccounts", request, as_=ADMIN).accounts]
        assert found == ([] if expected is None else [expected]), done.errors
        assert [error.field.split(".")[0] for error in done.errors] == ["annual_revenue"] * (expected is None)


@pytest.mark.parametrize("cell", ["NaN", "inf", "1e2", "1.5", "0x10", "1_000"])
def test_a_whole_number_is_written_with_digits(import_csv: Any, cell: str) -> None:
    assert counts(import_csv("accounts", f"name,employees\n{unique('n')},{cell}\n", as_=ADMIN)) == (0, 0, 1)


def test_lists_are_separated_as_the_import_says(import_csv: Any, contacts: Any) -> None:
    name = unique("Sign")
    text = f'first_name,last_name,tags\nA,{name},"x;y,z"\n'

    import_csv("contacts", text, as_=ADMIN, options={"list_separator": Options.COMMA})

    assert sorted(contacts(name)["A"].tags) == ["x;y", "z"]


# -- records that are there ---------------------------------------------------------------------------------------


def test_a_row_may_change_a_single_field(import_csv: Any, contacts: Any) -> None:
    name, key = unique("Part"), unique("ext")
    first = f"external_id,first_name,last_name,country,tags\n{key},Uwe,{name},GB,a\n"
    assert import_csv("contacts", first, as_=ADMIN).rows_created == 1

    done = import_csv("contacts", f"external_id,title,tags\n{key},CEO,\n", as_=ADMIN)

    assert (counts(done), contacts(name)["Uwe"].title, list(contacts(name)["Uwe"].tags)) == ((0, 1, 0), "CEO", ["a"])
    done = import_csv("contacts", f"external_id,phone\n{key},020 7946 0000\n", as_=ADMIN)
    assert contacts(name)["Uwe"].phone == "+442079460000", "a national number is read in the country of the record"


def test_a_row_keeps_what_it_does_not_name(import_csv: Any, contacts: Any, rpc: Any) -> None:
    name, key = unique("Keep"), unique("ext")
    first = f"{name}1@x.example;{name}2@x.example"
    text = f"external_id,first_name,last_name,email,phone\n{key},Uwe,{name},{first},+442079460000\n"
    assert import_csv("contacts", text, as_=ADMIN).rows_created == 1

    text = f"external_id,email,phone,mobile\n{key},{name}3@x.example,,+447700900001\n"
    assert import_csv("contacts", text, as_=ADMIN).rows_updated == 1

    known = contacts(name)["Uwe"]
    assert [(one.address.removeprefix(name.lower()), one.primary) for one in known.emails] == [
        ("3@x.example", True), ("1@x.example", False), ("2@x.example", False),
    ]  # fmt: skip
    assert [(one.type, one.number) for one in known.phones] == [
        ("mobile", "+447700900001"), ("work", "+442079460000"),
    ]  # fmt: skip
    complete = {"empty_cells": Options.CLEAR}
    text = f"external_id,email,mobile\n{key},{name}2@x.example,+447700900002\n"
    assert import_csv("contacts", text, as_=ADMIN, options=complete).rows_updated == 1
    known = contacts(name)["Uwe"]
    assert ([one.address for one in known.emails], [one.number for one in known.phones]) == (
        [f"{name}2@x.example".lower()], ["+447700900002"],
    )  # fmt: skip


def test_an_amount_stays_in_the_currency_of_the_record(import_csv: Any, rpc: Any) -> None:
    key = unique("money")
    first = f"name,external_id,annual_revenue,annual_revenue_currency\n{key},{key},10,EUR\n"
    import_csv("accounts", first, as_=ADMIN)

    import_csv("accounts", f"external_id,annual_revenue\n{key},12.50\n", as_=ADMIN)

    request = accounts_pb2.ListAccountsRequest(filter=f'external_id = "{key}"')
    (known,) = rpc("ListAccounts", request, as_=ADMIN).accounts
    assert (known.annual_revenue.amount, known.annual_revenue.currency) == ("12.50", "EUR")


def test_letters_that_are_put_together_are_the_same_letters(import_csv: Any, contacts: Any) -> None:
    name, key = unique("Mac"), unique("Mu\u0308ller")
    text = f"external_id,first_name,last_name\n{key},Uwe,{name}\n"
    assert counts(import_csv("contacts", text, as_=ADMIN)) == (1, 0, 0)

    assert counts(import_csv("contacts", text.replace("Uwe", "Ute"), as_=ADMIN)) == (0, 1, 0)

    assert list(contacts(name)) == ["Ute"]


def test_what_several_are_called_is_not_guessed(import_csv: Any, rpc: Any) -> None:
    name = unique("Acme")
    for form in ("GmbH", "LLC"):
        rpc("CreateAccount", accounts_pb2.CreateAccountRequest(account={"name": f"{name} {form}"}), as_=ADMIN)
    text = f"last_name,account\nA,{name} gmbh\nB,{name}\n"

    done = import_csv("contacts", text, as_=ADMIN)

    assert (done.rows_created, [(one.line, one.field) for one in done.errors]) == (1, [(3, "account")])
    assert f"2 are called '{name}'" in done.errors[0].message


def test_empty_cells_clear_if_they_shall(import_csv: Any, contacts: Any) -> None:
    name, key = unique("Clear"), unique("ext")
    first = f"external_id,first_name,last_name,title,phone,mobile\n{key},Uwe,{name},CEO,+442079460000,\n"
    assert import_csv("contacts", first, as_=ADMIN).rows_created == 1
    clear = {"empty_cells": Options.CLEAR}

    text = f"external_id,title,phone,mobile,first_name\n{key},,,+442079460001,Uwe\n"
    assert import_csv("contacts", text, as_=ADMIN, options=clear).rows_updated == 1

    assert (contacts(name)["Uwe"].title, contacts(name)["Uwe"].phone) == ("", "+442079460001")
    done = import_csv("contacts", f"external_id,first_name,last_name,mobile\n{key},,,\n", as_=ADMIN, options=clear)
    assert [(error.field, done.rows_failed) for error in done.errors] == [("last_name", 1)]


def test_addresses_come_in_and_are_completed(import_csv: Any, contacts: Any, rpc: Any) -> None:
    name, key = unique("Street"), unique("ext")
    header = "external_id,first_name,last_name,street,city,postal_code,region,country"
    text = f'{header}\n{key},Otto,{name},"Hauptstr. 1\n3. Stock",Berlin,10115,BE,DE\n'

    assert counts(import_csv("contacts", text, as_=ADMIN)) == (1, 0, 0)

    (address,) = contacts(name)["Otto"].addresses
    assert (address.street, address.city, address.postal_code, address.region, address.country) == (
        "Hauptstr. 1\n3. Stock", "Berlin", "10115", "BE", "DE",
    )  # fmt: skip
    assert counts(import_csv("contacts", f"external_id,city\n{key},Bonn\n", as_=ADMIN)) == (0, 1, 0)
    (address,) = contacts(name)["Otto"].addresses
    assert (address.city, address.postal_code, address.primary) == ("Bonn", "10115", True)
    done = import_csv("accounts", f"name,external_id,city,address_country\n{key},{key},Oslo,NO\n", as_=ADMIN)
    request = accounts_pb2.ListAccountsRequest(filter=f'external_id = "{key}"')
    (account,) = rpc("ListAccounts", request, as_=ADMIN).accounts
    assert (done.rows_created, account.addresses[0].country, account.country) == (1, "NO", "")


# -- rows that failed ---------------------------------------------------------------------------------------------


def test_failed_rows_are_shown_as_they_were_sent_and_may_be_sent_again(
    import_csv: Any, rpc: Any, contacts: Any
) -> None:
    name = unique("Again")
    text = f"Vorname,Name,Land,Notiz\n  Jo ,{name},Nowhere,=1+1\n"
    mapping = {"Vorname": "first_name", "Name": "last_name", "Land": "country"}

    done = import_csv("contacts", text, as_=ADMIN, mapping=mapping)

    (error,) = rpc("ListImportErrors", imports_pb2.ListImportErrorsRequest(id=done.id), as_=ADMIN).errors
    assert list(done.columns) == ["Vorname", "Name", "Land", "Notiz"]
    assert list(error.cells) == ["  Jo ", name, "Nowhere", "=1+1"]
    assert dict(error.row) == {"first_name": "Jo", "last_name": name, "country": "Nowhere"}
    mapping["Notiz"] = "title"
    again = f"Vorname,Name,Land,Notiz,line,error\nJo,{name},DE,'=1+1,2,bad\n"
    assert counts(import_csv("contacts", again, as_=ADMIN, mapping=mapping)) == (1, 0, 0)
    assert contacts(name)["Jo"].title == "=1+1"


def test_errors_are_shown_in_pages_that_an_answer_can_hold(
    import_csv: Any, rpc: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    rows = "".join(f"{'x' * 90_000},{number}\n" for number in range(60))
    done = import_csv("contacts", f"description,country\n{rows}", as_=ADMIN)
    assert done.rows_failed == 60

    lines, token, pages = [], "", 0
    while True:
        request = imports_pb2.ListImportErrorsRequest(id=done.id, page_size=200, page_token=token)
        page = rpc("ListImportErrors", request, as_=ADMIN)
        assert page.ByteSize() < 4_000_000
        lines += [error.line for error in page.errors]
        pages, token = pages + 1, page.next_page_token
        if not token:
            break
    assert (lines, pages > 1) == (list(range(2, 62)), True)


def test_a_file_is_taken_up_where_a_step_has_ended(
    import_csv: Any, contacts: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(work, "READ_ROWS", 3)
    monkeypatch.setattr(work, "BATCH", 4)
    name = unique("Step")
    for encoding in ("utf-8-sig", "utf-16", "cp1252"):
        text = "sep=;\r\nfirst_name;last_name;description\r\n" + "".join(
            f'{encoding} Ä {number};{name};"a\r\nb"\r\n\r\n' for number in range(10)
        )
        done = import_csv("contacts", text.encode(encoding) + (b"" if encoding != "cp1252" else b'"x;y'), as_=ADMIN)
        assert (done.rows_created, done.rows_failed) == (10, int(encoding == "cp1252"))
    assert len(contacts(name)) == 30


def test_nothing_that_is_too_large_is_read(upload: Any, import_csv: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(operations, "MAX_FILE", 1000)
    with pytest.raises(DomainError) as error:
        upload("contacts", "x" * 2000, as_=ADMIN)
    assert list(error.value.errors) == ["file"]
    monkeypatch.setattr(work, "MAX_ROWS", 3)
    name = unique("Many")
    done = import_csv("contacts", "last_name\n" + f"{name}\n" * 5, as_=ADMIN)
    assert (done.state, done.rows_created) == (imports_pb2.Import.FAILED, 0)
    with pytest.raises(DomainError):
        upload("contacts", ",".join(f"c{n}" for n in range(501)), as_=ADMIN)


def test_a_dry_run_changes_nothing_and_says_what_it_would_do(import_csv: Any, contacts: Any) -> None:
    name = unique("Dry")
    text = f"description,last_name,country,Fax\nA,{name},DE,1\nB,{name},Nowhere,2\n"

    done = import_csv("contacts", text, as_=ADMIN, dry_run=True)

    assert (counts(done), contacts(name)) == ((1, 0, 1), {})
    assert list(done.unused_columns) == ["Fax"]
    assert done.options.decimal_sign == Options.POINT
