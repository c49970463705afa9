"""A customer's own files: read by a mapping, loaded into the running suite, every row accounted for."""

from __future__ import annotations

import csv
from collections.abc import Callable, Iterator
from decimal import Decimal
from pathlib import Path

import pytest

from deploy.dev import LauncherError
from deploy.dev.catalogue import REPOSITORY
from deploy.dev.instance import Instance
from deploy.dev.load.client import Client, Import
from deploy.dev.load.loader import Loader, Result, table
from deploy.dev.load.mapping import MAPPINGS, FileMapping, Report, Tally, Template, read_mapping, shipped_mappings

DATA = REPOSITORY.parent / "shared" / "data"
needs_data = pytest.mark.skipif(not (DATA / "crm_sales").is_dir(), reason=f"the real files are not in {DATA}")


def _mapping(name: str) -> FileMapping:
    return read_mapping(MAPPINGS / f"{name}.yaml")


def test_every_shipped_mapping_can_be_read() -> None:
    assert {mapping.name for mapping in shipped_mappings()} == {"crm_sales", "leads", "support_tickets"}


def test_templates_leave_out_what_is_empty() -> None:
    template = Template("{product}[ for {account}]; {agent|slug}")
    row = {"product": "GTX Pro", "account": "Isdom", "agent": "Mei-Mei Johns"}
    assert template(row) == "GTX Pro for Isdom; mei-mei.johns"
    assert template(row | {"account": ""}) == "GTX Pro; mei-mei.johns"


def _small(folder: Path, rows: list[str]) -> FileMapping:
    (folder / "people.csv").write_text("name,sector,wage,boss\n" + "".join(f"{row}\n" for row in rows))
    (folder / "people.yaml").write_text("""
        name: people
        title: people
        files: {people.csv: }
        rules:
          spelling: {replace: {technolgy: technology}}
          Select is empty: {empty: [Select]}
          code: {table: {technology: T, retail: R}}
          thousands: {times: 1000}
        steps:
          - kind: leads
            file: people.csv
            unique: name
            repair: {sector: [spelling, Select is empty, code], wage: [thousands]}
            may_be_empty: {boss: without boss}
            fields: {last_name: "{name}", industry: "{sector}", description: "{wage}"}
    """)
    return read_mapping(folder / "people.yaml")


def test_every_row_is_sent_repeated_or_reported(tmp_path: Path) -> None:
    rows = [
        "Ann,technolgy,1.5,",
        "Ann,technolgy,1.5,",
        "Bo,Select,x,Ann",
        "Cy,farming,2,Ann",
        ",retail,1,",
        "Di,retail",
    ]
    rows += ["Bo,retail,3,"]
    mapping = _small(tmp_path, rows)
    tally, reports = Tally(), list[Report]()
    (step,) = mapping.steps
    sent = dict(step.records(tmp_path / "people.csv", tally, reports.append))
    assert sent == {
        2: {"last_name": "Ann", "industry": "T", "description": "1500"},
        4: {"last_name": "Bo", "industry": "", "description": ""},
        5: {"last_name": "Cy", "industry": "", "description": "2000"},
    }
    assert (tally.read, tally.sent, tally.repeated, tally.refused) == (7, 3, 2, 2)
    assert tally.repairs == {"spelling": 1, "Select is empty": 1}
    assert tally.kept == {"without boss": 1}
    assert [(report.line, report.reason) for report in reports] == [
        (4, "wage: 'x' is not a number; left out"),
        (5, "sector: 'farming' is not in the table 'code'; left out"),
        (6, "name is empty"),
        (7, "has 2 cells, the header 4"),
        (8, "'Bo' differs from line 4, which counts"),
    ]


def test_a_column_nobody_knows_is_reported_and_a_missing_one_refused(tmp_path: Path) -> None:
    mapping = _small(tmp_path, [])
    (tmp_path / "people.csv").write_text("name,sector,wage,boss,shoe size\n")
    assert ["shoe size" in report.reason for report in mapping.strange_columns(tmp_path)] == [True]
    (tmp_path / "people.csv").write_text("name,sector\n")
    with pytest.raises(LauncherError, match="boss"):
        list(mapping.strange_columns(tmp_path))


class Cut(Client):
    """A client whose connection is cut off while it waits for its first import."""

    def __init__(self) -> None:
        self.sent: list[bytes] = []
        self.waited: list[str] = []

    def start_import(self, kind: str, name: str, pieces: Callable[[], Iterator[bytes]]) -> Import:
        self.sent.append(b"".join(pieces()))
        return Import("first", "RUNNING")

    def get_import(self, id_: str) -> Import:
        return Import(id_, "RUNNING")

    def wait_import(self, id_: str, progress: Callable[[Import], None]) -> Import:
        self.waited.append(id_)
        if len(self.waited) == 1:
            raise KeyboardInterrupt
        return Import(id_, "DONE", read=2, created=2)


def test_a_run_that_was_cut_off_sends_nothing_twice(tmp_path: Path) -> None:
    mapping, client = _small(tmp_path, ["Ann,retail,1,", "Ann,retail,1,", "Bo,retail,2,Ann"]), Cut()
    with pytest.raises(KeyboardInterrupt):
        Loader(client, mapping, tmp_path, tmp_path / "state", print).run()
    result = Loader(client, mapping, tmp_path, tmp_path / "state", print).run()
    assert client.sent == [b"last_name,industry,description\nAnn,R,1000\n\nBo,R,2000\n"]
    assert client.waited == ["first", "first"]
    assert result.sound
    assert "repeats" in table(result)
    Loader(client, mapping, tmp_path, tmp_path / "state", print).run()
    assert len(client.sent) == 2


@needs_data
@pytest.mark.parametrize("name", ["crm_sales", "leads", "support_tickets"])
def test_no_row_of_the_real_files_is_refused_before_it_is_sent(name: str) -> None:
    mapping = _mapping(name)
    folder = mapping.folder(DATA)
    assert folder is not None
    reports = list(mapping.strange_columns(folder))
    for step in mapping.steps:
        tally = Tally()
        sent = sum(1 for _ in step.records(folder / step.file, tally, reports.append))
        assert tally.read == sent + tally.repeated
    assert reports == []


@needs_data
@pytest.mark.slow
@pytest.mark.timeout(1200)
def test_the_sales_files_are_loaded_and_a_second_run_changes_nothing(suite: Instance, tmp_path: Path) -> None:
    first = _load(suite, "crm_sales", tmp_path)
    assert [step.failed for step in first.steps] == [0] * 7, table(first)
    assert first.sound, table(first)
    assert first.repairs["GTXPro is GTX Pro"] == 1480
    with Client(suite.gateway_url, *suite.admin) as client:
        won = list(client.list("opportunities", 'tags : "crm_sales" AND status = "WON"'))
        assert len(won) == 4238
        assert sum(Decimal(deal["amount"]["amount"]) for deal in won) == 10_005_534
        assert client.count("opportunities", 'tags : "crm_sales"') == 8800
        parent = client.find("accounts", "external_id", "Acme Corporation")
        child = client.find("accounts", "external_id", "Bluth Company")
        assert parent is not None
        assert child is not None
        assert child["parent_id"] == parent["id"]
        historic = client.find("opportunities", "external_id", "1C1I7A6R")
        assert historic is not None
        assert historic["created_at"].startswith("2016-10-20")
        assert historic["close_date"] == "2017-03-01"
    assert first.password_path.stat().st_mode & 0o777 == 0o600
    with open(first.password_path, newline="") as file:
        passwords = dict(csv.reader(file))
    assert len(passwords) == 41
    email = "moses.frase@hardware.example"
    with Client(suite.gateway_url, email, passwords[email]) as agent:
        assert agent.get("/v1/me")["roles"] == ["sales_rep"]
    again = _load(suite, "crm_sales", tmp_path)
    assert again.sound, table(again)
    assert [(step.outcome.created, step.outcome.updated) for step in again.steps] == [(0, 0)] * 7


@needs_data
@pytest.mark.slow
@pytest.mark.timeout(1200)
@pytest.mark.parametrize(("name", "rows"), [("leads", 6527), ("support_tickets", 5927)])
def test_leads_and_tickets_are_loaded(suite: Instance, name: str, rows: int, tmp_path: Path) -> None:
    result = _load(suite, name, tmp_path)
    assert result.sound, table(result)
    assert result.steps[-1].outcome.created == rows, table(result)


def _load(suite: Instance, name: str, state: Path) -> Result:
    mapping = _mapping(name)
    folder = mapping.folder(DATA)
    assert folder is not None
    with Client(suite.gateway_url, *suite.admin) as client:
        return Loader(client, mapping, folder, state, print).run()
