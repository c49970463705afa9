"""A search finds every word and only what may be seen, and costs what its page costs."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any
from uuid import uuid4

import pytest
from crm.common.v1 import search_pb2, standard_pb2
from crm.contacts.v1 import contacts_pb2
from crm.identity.v1 import territories_pb2, users_pb2
from crm_chassis.ids import uuid7
from crm_chassis.records.search import COMMON, FEW
from crm_chassis.testing import ALL, OWN, SUBTREE, TEAM, TERRITORY, user
from sqlalchemy import event, text

ADMIN = user()


def word() -> str:
    """One that no other begins with."""
    return f"w{uuid4().hex}"


@pytest.fixture
def found(rpc: Any) -> Any:
    def search(query: str, as_: Any = ADMIN, limit: int = 10) -> list[str]:
        request = search_pb2.SearchRecordsRequest(query=query, limit=limit)
        return [hit.record_id for hit in rpc("SearchRecords", request, as_=as_).hits]

    return search


@pytest.fixture
def contact(rpc: Any) -> Any:
    def create(first: str, last: str, owner: str = "", **fields: Any) -> str:
        given = {"first_name": first, "last_name": last, "owner_id": owner or ADMIN.id, **fields}
        answer = rpc("CreateContact", contacts_pb2.CreateContactRequest(contact=given), as_=ADMIN)
        return str(answer.id)

    return create


@pytest.fixture
def costs(engine: Any) -> Any:
    """The pages of tables and indexes that each statement reads that runs meanwhile."""

    @contextmanager
    def measure() -> Iterator[list[int]]:
        statements: list[tuple[str, Any]] = []
        read: list[int] = []

        def note(connection: Any, cursor: Any, statement: str, parameters: Any, *_: Any) -> None:
            if statement.lstrip().startswith(("SELECT", "WITH")):
                statements.append((statement, parameters))

        event.listen(engine, "before_cursor_execute", note)
        yield read
        event.remove(engine, "before_cursor_execute", note)
        with engine.connect() as connection:
            for statement, parameters in statements:
                explained = connection.exec_driver_sql(
                    f"EXPLAIN (ANALYZE, BUFFERS, FORMAT JSON) {statement}", parameters
                )
                plan = explained.scalar()[0]["Plan"]
                read.append(plan["Shared Hit Blocks"] + plan["Shared Read Blocks"])

    return measure


@pytest.fixture
def crowd(engine: Any, owner_engine: Any) -> Iterator[tuple[str, str]]:
    """Two words: one that more contacts have than are counted, and one that every tenth of them has."""
    common, rarer = word(), word()
    names = {"common": common, "rarer": rarer, "count": COMMON * 20, "owner": uuid7()}
    with engine.begin() as connection:
        connection.execute(text("SET LOCAL statement_timeout = 0"))
        connection.execute(text(_CONTACTS), names)
        connection.execute(text(_WORDS), names)
    with owner_engine.connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
        connection.execute(text("VACUUM ANALYZE contacts"))
        connection.execute(text("VACUUM ANALYZE search_terms"))
    yield common, rarer
    with engine.begin() as connection:
        connection.execute(text("DELETE FROM search_terms WHERE term = :common OR term LIKE :rarer || '%'"), names)
        connection.execute(text("DELETE FROM contacts WHERE last_name = :common"), names)


_CONTACTS = """
    INSERT INTO contacts (id, version, created_at, updated_at, created_by, first_name, last_name, emails, phones,
        addresses, title, department, owner_id, tags, custom, description, lead_source, language, time_zone,
        preferred_channel, country, email, external_id)
    SELECT md5(:common || n)::uuid, 1, now(), now(), '', :rarer || n % 10, :common, '[]', '[]', '[]', '', '',
        CAST(:owner AS uuid), '{}', '{}', '', '', '', '', '', '', '', ''
    FROM generate_series(1, :count) n
"""
_WORDS = """
    INSERT INTO search_terms (kind, term, record_id, field)
    SELECT 'crm.contacts.contact', term, id, field FROM contacts,
        LATERAL (VALUES (first_name, 'first_name'), (last_name, 'last_name')) t(term, field)
    WHERE last_name = :common
"""


def test_every_word_must_begin_a_word_of_the_record(contact: Any, found: Any) -> None:
    first, last, other = word(), word(), word()
    both = contact(first, last)
    contact(first, other)
    assert found(f"{first[:-1]} {last[:-1]}") == [both]
    assert found(f"{last} {first}") == [both]
    assert found(f"{first} {last} {other}") == []


def test_a_record_with_several_matching_words_is_found_once_and_whole_words_come_first(
    contact: Any, found: Any
) -> None:
    name = word()
    longer = contact(f"{name}son", f"{name}sen", emails=[{"address": f"{name}x@{name}y.example"}])
    exact = contact(name, "")
    assert found(name) == [exact, longer]


def test_what_may_not_be_seen_is_not_found_and_takes_no_place(contact: Any, found: Any) -> None:
    name, seller = (
        word(),
        user({"contacts.read": OWN, "accounts.read": OWN, "leads.read": OWN, "fields.personal.read": ALL}),
    )
    hidden = [contact(name, word()) for _ in range(3)]
    own = contact(name, word(), owner=seller.id)
    assert found(name, as_=seller, limit=1) == [own]
    assert set(found(name)) == {own, *hidden}


def test_a_deleted_record_is_not_found(rpc: Any, contact: Any, found: Any) -> None:
    name = word()
    id_ = contact(name, word())
    rpc("DeleteContact", standard_pb2.DeleteRequest(id=id_), as_=ADMIN)
    assert found(name) == []
    rpc("UndeleteContact", standard_pb2.UndeleteRequest(id=id_), as_=ADMIN)
    assert found(name) == [id_]


def test_who_may_see_few_of_those_that_share_a_word_finds_them(crowd: Any, contact: Any, found: Any) -> None:
    common, rarer = crowd
    seller = user({"contacts.read": OWN, "accounts.read": ALL, "leads.read": OWN, "fields.personal.read": ALL})
    own = [contact(f"{rarer}9", common, owner=seller.id) for _ in range(2)]
    assert found(f"{common} {rarer}9", as_=seller) == own[::-1]
    assert set(found(common, as_=seller, limit=1)) < set(own)


@pytest.mark.parametrize("scope", [OWN, TEAM, SUBTREE, TERRITORY])
def test_who_sees_few_records_is_searched_from_those(
    crowd: Any, contact: Any, found: Any, costs: Any, deliver: Any, scope: int
) -> None:
    """However many records of others share the words: the plan begins with what the actor reaches."""
    common, rarer = crowd
    boss, report, territory = uuid7(), uuid7(), uuid7()
    deliver(territories_pb2.TerritoryCreated(territory={"id": territory, "name": "x"}))
    for id_, above in ((boss, {"territory_ids": [territory]}), (report, {"manager_id": boss})):
        team = {"team_ids": [territory]}
        deliver(users_pb2.UserCreated(user={"id": id_, "display_name": "x", "status": "ACTIVE"} | team | above))
    seen = [contact(f"{rarer}9", common, owner=boss)]
    if scope in (TEAM, SUBTREE):
        seen.append(contact(f"{rarer}9", common, owner=report))
    elif scope == TERRITORY:
        seen.append(contact(f"{rarer}9", common, owner=report, territory_id=territory))
    actor = user({"contacts.read": scope, "fields.personal.read": ALL}, id_=boss)
    with costs() as read:
        assert found(f"{common} {rarer}9", as_=actor) == seen[::-1]
        assert set(found(common, as_=actor)) == set(seen)
    assert max(read) < COMMON * 12, read


@pytest.fixture
def plenty(engine: Any, owner_engine: Any) -> Iterator[str]:
    """A user who owns more contacts than are few, none of which has a word of others."""
    name, owner = word(), uuid7()
    names = {"common": name, "rarer": name, "count": FEW + 1000, "owner": owner}
    with engine.begin() as connection:
        connection.execute(text("SET LOCAL statement_timeout = 0"))
        connection.execute(text(_CONTACTS), names)
        connection.execute(text(_WORDS), names)
    with owner_engine.connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
        connection.execute(text("VACUUM ANALYZE contacts"))
        connection.execute(text("VACUUM ANALYZE search_terms"))
    yield owner
    with engine.begin() as connection:
        connection.execute(text("DELETE FROM search_terms WHERE term = :common OR term LIKE :rarer || '%'"), names)
        connection.execute(text("DELETE FROM contacts WHERE last_name = :common"), names)


@pytest.mark.parametrize("query", ["{1}9 {0}", "{1}9"])
def test_who_sees_many_records_of_which_hardly_any_have_the_words_walks_through_no_table(
    crowd: Any, plenty: str, contact: Any, found: Any, costs: Any, query: str
) -> None:
    """2,000 records of others have the rarer word, 20,000 the common one, and of 6,000 own ones one has both."""
    common, rarer = crowd
    seller = user({"contacts.read": OWN, "fields.personal.read": ALL}, id_=plenty)
    own = contact(f"{rarer}9", common, owner=plenty)
    with costs() as read:
        assert found(query.format(common, rarer), as_=seller) == [own]
    assert max(read) < COMMON * 12, read
    assert read[-1] < 3_000, read


@pytest.mark.parametrize("query", ["{0}", "{0} {1}", "{1}3 {0}", "{0} nobody", "nobody {0}"])
def test_a_search_reads_what_its_page_needs_however_many_share_a_word(
    crowd: Any, found: Any, costs: Any, query: str
) -> None:
    with costs() as read:
        hits = found(query.format(*crowd))
    assert len(hits) == (0 if "nobody" in query else 10)
    assert max(read) < 2_000, read
