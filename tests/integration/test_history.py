"""The audit trail cannot be changed unnoticed."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from datetime import timedelta
from typing import Any

import orjson
import pytest
from crm.common.v1 import history_pb2
from crm.contacts.v1 import accounts_pb2, contacts_pb2
from crm_chassis import clock as clocks
from crm_chassis.access.actor import SYSTEM
from crm_chassis.db.tables import History, HistoryAnchor
from crm_chassis.db.vault import Erased, Vault
from crm_chassis.ids import NIL, uuid7
from crm_chassis.records.anchors import EVERY, Anchor, anchors_in, day_of, tell_identity
from crm_chassis.records.history import Sealer, anchor, seal, verify
from crm_chassis.records.tx import Transaction, transaction, written
from crm_chassis.testing import ALL, unique, user
from crm_contacts.accounts.model import Account
from sqlalchemy import func, select, text
from sqlalchemy.exc import DBAPIError
from sqlalchemy.orm import Session

KEY = b"\x09" * 32
VAULT = Vault(b"\x05" * 32)
ADMIN = user()


Skew = Callable[[timedelta], None]


@pytest.fixture
def skewed(engine: Any) -> Iterator[Skew]:
    """Makes this process's clock go wrong until the test ends."""
    yield clocks.set_skew
    clocks.set_skew(timedelta(0))
    engine.dispose()


@pytest.fixture
def account(rpc: Any) -> Any:
    made = rpc("CreateAccount", accounts_pb2.CreateAccountRequest(account={"name": unique("Acme")}), as_=ADMIN)
    request = accounts_pb2.UpdateAccountRequest(account={"id": made.id, "industry": "steel"})
    return rpc("UpdateAccount", request, as_=ADMIN)


@pytest.fixture
def sealed(owner_engine: Any, account: Any) -> Iterator[Any]:
    """The owner's session in a transaction that is undone, with the whole history sealed and anchored."""
    with owner_engine.begin() as connection:
        connection.execute(text("TRUNCATE history_seals, history_anchors"))
    with Session(owner_engine) as session:
        while seal(session, KEY):
            session.commit()
        anchor(session)
        session.flush()
        assert verify(session, KEY, VAULT).fault == ""
        yield session
        session.rollback()


def as_owner(session: Session, statement: str, **values: Any) -> None:
    """What an attacker with the owner's rights can do: switch the trigger off first."""
    session.execute(text("ALTER TABLE history DISABLE TRIGGER history_append_only"))
    session.execute(text(statement), values)


def test_who_changed_what_from_what_to_what(rpc: Any, account: Any) -> None:
    request = history_pb2.ListHistoryRequest(filter=f"record_id = {account.id}")
    updated, created = rpc("ListHistory", request, as_=ADMIN).audit_entries
    assert (created.action, updated.action, updated.version, updated.actor_id) == ("created", "updated", 2, ADMIN.id)
    (change,) = updated.changes
    assert (change.field, change.old_value.string_value, change.new_value.string_value) == ("industry", "", "steel")


def test_values_one_may_not_read_are_not_in_the_trail_either(rpc: Any) -> None:
    made = rpc("CreateContact", contacts_pb2.CreateContactRequest(contact={"last_name": "Hidden"}), as_=ADMIN)
    auditor = user({"audit_entries.read": ALL})
    request = history_pb2.ListHistoryRequest(filter=f"record_id = {made.id}")
    (entry,) = rpc("ListHistory", request, as_=auditor).audit_entries
    assert "last_name" not in {change.field for change in entry.changes}


def test_the_service_itself_cannot_change_it(engine: Any, owner_engine: Any, account: Any) -> None:
    for statement in ("UPDATE history SET action = 'x'", "DELETE FROM history", "TRUNCATE history"):
        with Session(owner_engine) as session, pytest.raises(DBAPIError, match="append-only"):
            session.execute(text(statement))
        with Session(engine) as session, pytest.raises(DBAPIError, match="permission denied"):
            session.execute(text(statement))


@pytest.mark.parametrize(
    ("attack", "fault"),
    [
        ("UPDATE history SET actor_id = 'somebody else' WHERE record_id = :r AND version = 1", "does not match"),
        ("DELETE FROM history WHERE record_id = :r AND version = 1", "is missing"),
        ("UPDATE history SET changes = '{}' WHERE record_id = :r AND version = 2", "does not match"),
        ("UPDATE history SET at = at + interval '1 second' WHERE record_id = :r AND version = 2", "does not match"),
    ],
)
def test_an_edited_or_removed_row_is_found(sealed: Session, account: Any, attack: str, fault: str) -> None:
    as_owner(sealed, attack, r=account.id)
    assert fault in verify(sealed, KEY, VAULT).fault


def test_a_cut_tail_is_found_by_the_anchor(sealed: Session) -> None:
    as_owner(sealed, "DELETE FROM history WHERE id = (SELECT max(history_id) FROM history_seals)")
    sealed.execute(text("DELETE FROM history_seals WHERE seq = (SELECT max(seq) FROM history_seals)"))
    assert "anchor" in verify(sealed, KEY, VAULT).fault


@pytest.fixture
def unsealed(owner_engine: Any, sealed: Session, rpc: Any) -> tuple[Session, str]:
    """The owner's session in a transaction that is undone, and an account whose two rows are not sealed yet."""
    made = rpc("CreateAccount", accounts_pb2.CreateAccountRequest(account={"name": unique("Acme")}), as_=ADMIN)
    rpc("UpdateAccount", accounts_pb2.UpdateAccountRequest(account={"id": made.id, "industry": "steel"}), as_=ADMIN)
    return sealed, made.id


FORGED = """
    INSERT INTO history (kind, record_id, version, at, action, actor_id, source, request_id, caused_by, changes, mac)
    SELECT kind, record_id, 0, now() - interval '3 days', 'exported', 'victim', 'api', '', '', '{}', mac
    FROM history WHERE record_id = :r AND version = 1
"""
_TOLD = ", ".join(column.name for column in History.__table__.c if column.name not in ("id", "xid"))
RE_DATING = " at - interval '3 days',"
COPIED = f"INSERT INTO history ({_TOLD}) SELECT {_TOLD} FROM history WHERE record_id = :r AND version = 1"
COPIED_WITH_ANOTHER_DATE = COPIED.replace(f"SELECT {_TOLD}", f"SELECT {_TOLD.replace(' at,', RE_DATING)}")
RE_DATED = "UPDATE history SET at = at - interval '1 second' WHERE record_id = :r AND version = 2"


@pytest.mark.parametrize(
    ("attack", "fault"),
    [
        ("UPDATE history SET actor_id = 'somebody else' WHERE record_id = :r AND version = 1", "not written by"),
        ("UPDATE history SET changes = '{}' WHERE record_id = :r AND version = 2", "not written by"),
        ("UPDATE history SET mac = NULL WHERE record_id = :r AND version = 2", "not written by"),
        (FORGED, "not written by"),
        (RE_DATED, "not written by"),
        ("UPDATE history SET uid = gen_random_uuid() WHERE record_id = :r AND version = 2", "not written by"),
        ("UPDATE history SET uid = NULL WHERE record_id = :r AND version = 2", "not written by"),
        (COPIED, "is a copy of"),
        (COPIED_WITH_ANOTHER_DATE, "not written by"),
        ("DELETE FROM history WHERE record_id = :r AND version = 1", "is missing"),
        ("DELETE FROM history WHERE record_id = :r AND version = 2", "the last history row"),
    ],
)
def test_what_is_done_to_a_row_before_it_is_sealed_is_found(
    unsealed: tuple[Session, str], attack: str, fault: str
) -> None:
    session, account_id = unsealed
    as_owner(session, attack, r=account_id)
    session.execute(text("ALTER TABLE history ENABLE TRIGGER history_append_only"))
    found = verify(session, KEY, VAULT, records=[Account]).fault
    assert fault in found
    while seal(session, KEY):
        continue
    assert fault in verify(session, KEY, VAULT, records=[Account]).fault


def test_a_copied_note_is_found(engine: Any, sealed: Session) -> None:
    """Notes have no versions that would show it."""
    with transaction(engine, vault=VAULT) as tx:
        tx.audit("crm.contacts.call", NIL, "refused", {"method": "GetAccount"})
    assert verify(sealed, KEY, VAULT).fault == ""
    sealed.execute(
        text(f"INSERT INTO history ({_TOLD}) SELECT {_TOLD} FROM history WHERE id = (SELECT max(id) FROM history)")
    )
    while seal(sealed, KEY):
        continue
    assert "is a copy of" in verify(sealed, KEY, VAULT).fault


def test_the_time_of_an_entry_is_the_databases_where_the_services_clock_is_wrong(engine: Any, skewed: Skew) -> None:
    skewed(timedelta(minutes=-5))
    engine.dispose()  # what was opened before the clock went wrong
    record_id = uuid7()
    with transaction(engine, vault=VAULT) as tx:
        tx.audit("crm.contacts.call", record_id, "refused", {})
        now = tx.session.scalar(select(func.clock_timestamp()))
        noted = tx.session.scalar(select(History.at).where(History.record_id == record_id))
    assert now is not None
    assert noted is not None
    assert abs(now - noted) < timedelta(minutes=4)


FORMER = text(
    """
    SELECT write_history(
        '{crm.contacts.call}', ARRAY[CAST(:r AS uuid)], '{0}', '{refused}', ARRAY[CAST('{}' AS jsonb)], '{NULL}',
        ARRAY[CAST(:mac AS bytea)], 'system', 'api', '', ''
    )
    """
)


def former_note(session: Session) -> None:
    """What a process of the version before writes."""
    id_ = uuid7()
    content = written(
        "crm.contacts.call", id_, 0, "refused", {}, None, None, clocks.system_clock(), "system", "api", "", ""
    )
    session.execute(FORMER, {"r": id_, "mac": VAULT.fingerprint(content)})


def test_rows_of_the_version_before_are_genuine_while_it_may_be_running(engine: Any, sealed: Session) -> None:
    with Session(engine) as session, session.begin():
        former_note(session)
    with transaction(engine, vault=VAULT) as tx:
        tx.audit("crm.contacts.call", NIL, "refused", {})
    with Session(engine) as session, session.begin():
        former_note(session)
    assert verify(sealed, KEY, VAULT).fault == ""


def test_a_row_of_the_version_before_is_not_genuine_long_after_it(sealed: Session, skewed: Skew) -> None:
    skewed(timedelta(days=2))
    with Transaction(sealed, vault=VAULT) as tx:
        tx.audit("crm.contacts.call", NIL, "refused", {})
    assert verify(sealed, KEY, VAULT).fault == ""
    former_note(sealed)
    assert "has the form of a former version" in verify(sealed, KEY, VAULT).fault


def test_emptied_tables_are_found(sealed: Session) -> None:
    (last,) = sealed.scalars(select(HistoryAnchor))
    kept = [(last.seq, last.mac)]
    sealed.expunge_all()
    as_owner(sealed, "DELETE FROM history")
    sealed.execute(text("DELETE FROM history_seals"))
    sealed.execute(text("DELETE FROM history_anchors"))
    sealed.execute(text("ALTER TABLE history ENABLE TRIGGER history_append_only"))
    assert "the last history row" in verify(sealed, KEY, VAULT, records=[Account]).fault
    assert f"anchor {last.seq}" in verify(sealed, KEY, VAULT, kept).fault


def grow(sealer_engine: Any, begin: Any) -> None:
    """Lets the chain grow, and anchors it."""
    with begin(as_=ADMIN) as tx:
        tx.audit("crm.contacts.call", NIL, "refused", {})
    sealer = Sealer(sealer_engine, KEY)
    while not sealer.seal():
        continue
    with Session(sealer_engine) as session, session.begin():
        assert anchor(session) is not None


def test_identity_is_told_of_the_newest_anchor_now_and_then(
    engine: Any, sealer_engine: Any, begin: Any, clock: Any, published: Any
) -> None:
    def told() -> list[tuple[int, int, str]]:
        with begin(as_=SYSTEM) as tx:
            tell_identity(tx, "contacts")
        events = published(day_of("contacts", clock()))
        return [(event.version, event.data.anchor.seq, event.data.anchor.mac) for event in events]

    def newest() -> tuple[int, str]:
        with Session(engine) as session:
            head = session.scalars(select(HistoryAnchor).order_by(HistoryAnchor.seq.desc())).first()
            assert head is not None
            return head.seq, head.mac.hex()

    clock.advance(days=1)
    grow(sealer_engine, begin)
    first = newest()
    assert told() == [(1, *first)]
    grow(sealer_engine, begin)
    grow(sealer_engine, begin)
    assert told() == [(1, *first)], "a moment ago"
    clock.advance(seconds=EVERY.total_seconds())
    second = newest()
    assert told() == [(1, *first), (2, *second)]
    clock.advance(seconds=EVERY.total_seconds())
    assert told() == [(1, *first), (2, *second)], "nothing new"


def test_a_tail_that_is_cut_with_its_anchors_is_found_by_those_in_identity(sealed: Session) -> None:
    (last,) = sealed.scalars(select(HistoryAnchor))
    line = orjson.dumps(Anchor("contacts", last.seq, last.mac, last.at).line())
    other = orjson.dumps(Anchor("sales", last.seq + 1, b"", last.at).line())
    (kept,) = anchors_in([b"worker started", line, other], "contacts")
    sealed.expunge_all()
    as_owner(sealed, "DELETE FROM history WHERE id > (SELECT min(id) FROM history)")
    sealed.execute(text("DELETE FROM history_seals WHERE seq > 1"))
    sealed.execute(text("DELETE FROM history_anchors"))
    sealed.execute(text("ALTER TABLE history ENABLE TRIGGER history_append_only"))
    assert verify(sealed, KEY, VAULT).fault == "", "nothing in this database tells of it"
    assert f"anchor {last.seq}" in verify(sealed, KEY, VAULT, [kept]).fault


def test_a_foreign_trigger_is_found(sealed: Session) -> None:
    sealed.execute(text("CREATE TRIGGER spy BEFORE INSERT ON history FOR EACH ROW EXECUTE FUNCTION refuse_change()"))
    assert "the trigger spy of history" in verify(sealed, KEY, VAULT).fault


def test_the_service_adds_to_it_by_the_functions_of_the_owner_only(engine: Any, account: Any) -> None:
    columns = "kind, record_id, version, at, action, actor_id, source, request_id, caused_by, changes"
    for statement in (
        f"INSERT INTO history ({columns}) SELECT {columns} FROM history LIMIT 1",
        "INSERT INTO history_seals SELECT * FROM history_seals LIMIT 1",
        "INSERT INTO history_anchors SELECT * FROM history_anchors LIMIT 1",
        "DELETE FROM history_anchors",
        "ALTER TABLE history DISABLE TRIGGER history_append_only",
        "CREATE TRIGGER spy BEFORE INSERT ON history FOR EACH ROW EXECUTE FUNCTION notify_outbox()",
        "DROP FUNCTION write_history",
        "SELECT seal_history(1, '{1}', '{NULL}')",
        "SELECT anchor_history()",
    ):
        with Session(engine) as session, pytest.raises(DBAPIError, match=r"permission denied|must be owner"):
            session.execute(text(statement))


def test_the_sealer_does_nothing_but_seal(sealer_engine: Any, account: Any) -> None:
    for statement in (
        "SELECT write_history('{}', '{}', '{}', '{}', '{}', '{}', '{}', '', '', '', '')",
        "SELECT add_history('{}', '{}', '{}', '{}', '{}', '{}', '{}', '{}', now(), '', '', '', '')",
        "INSERT INTO history_seals SELECT * FROM history_seals LIMIT 1",
        "DELETE FROM history",
        "SELECT FROM accounts",
        "SELECT FROM subject_keys",
        "INSERT INTO outbox DEFAULT VALUES",
    ):
        with Session(sealer_engine) as session, pytest.raises(DBAPIError, match="permission denied"):
            session.execute(text(statement))


def test_personal_values_are_ciphertext_that_erasing_the_key_makes_unreadable(rpc: Any, engine: Any) -> None:
    name = unique("Mustermann")
    contact = {"last_name": name, "title": "Dr", "emails": [{"address": f"{name}@example.org"}]}
    made = rpc("CreateContact", contacts_pb2.CreateContactRequest(contact=contact), as_=ADMIN)

    def shown() -> dict[str, str]:
        request = history_pb2.ListHistoryRequest(filter=f"record_id = {made.id}")
        (entry,) = rpc("ListHistory", request, as_=ADMIN).audit_entries
        return {change.field: change.new_value.string_value for change in entry.changes}

    with engine.connect() as connection:
        stored = str(connection.execute(text("SELECT changes FROM history WHERE record_id = :r"), {"r": made.id}).all())
    assert name not in stored
    assert "Dr" in stored
    assert shown()["last_name"] == name

    with engine.begin() as connection:
        connection.execute(text("DELETE FROM subject_keys WHERE subject_id = :r"), {"r": made.id})
    with Session(engine) as session:
        (row,) = session.scalars(select(History).where(History.record_id == made.id))
        with pytest.raises(Erased):
            Vault(b"\x05" * 32).open(session, made.id, row.sealed or b"")
        assert "not written" not in verify(session, KEY, VAULT).fault


def test_a_chain_rebuilt_without_the_key_is_found(sealed: Session) -> None:
    sealed.execute(text("DELETE FROM history_seals"))
    sealed.execute(text("DELETE FROM history_anchors"))
    while seal(sealed, b"\x00" * 32):
        continue
    assert "does not match" in verify(sealed, KEY, VAULT).fault


def test_rows_of_running_transactions_wait(rpc: Any, engine: Any, sealer_engine: Any) -> None:
    """A row that commits late must not be skipped: it is sealed after its transaction has ended."""
    with engine.connect() as late:
        late.begin()
        late.execute(text("SELECT pg_current_xact_id()"))
        rpc("CreateAccount", accounts_pb2.CreateAccountRequest(account={"name": unique("Acme")}), as_=ADMIN)
        with Session(sealer_engine) as session:
            while seal(session, KEY):
                session.commit()
            session.commit()
            held_back = verify(session, KEY, VAULT).unsealed
        late.rollback()
    with Session(sealer_engine) as session:
        while seal(session, KEY):
            session.commit()
        assert held_back > 0
        assert verify(session, KEY, VAULT).unsealed == 0


def test_who_looks_only_at_what_is_new_misses_nothing(rpc: Any, engine: Any, sealer_engine: Any) -> None:
    """Neither what commits late nor what another sealer has left."""

    def unsealed() -> int:
        with Session(engine) as session:
            return verify(session, KEY, VAULT).unsealed

    def write() -> None:
        rpc("CreateAccount", accounts_pb2.CreateAccountRequest(account={"name": unique("Acme")}), as_=ADMIN)

    def seals(sealer: Sealer) -> None:
        """Waits for whoever else is at work in this cluster: what they may still commit comes first."""
        until = time.monotonic() + 60
        while not sealer.seal():
            assert time.monotonic() < until

    sealer, other = Sealer(sealer_engine, KEY), Sealer(sealer_engine, KEY)
    while sealer.seal():
        continue
    write()
    with engine.connect() as late:
        late.begin()
        late.execute(text("SELECT pg_current_xact_id()"))
        write()
        sealer.seal()
        assert unsealed() > 0
        late.rollback()
    seals(sealer)
    assert unsealed() == 0
    write()
    seals(other)
    write()
    seals(sealer)
    assert (unsealed(), sealer.seal(), other.seal()) == (0, 0, 0)
