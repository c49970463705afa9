"""Users, teams and territories from files: with the rights of whoever brings the file."""

from __future__ import annotations

from typing import Any

from crm.identity.v1 import identity_pb2
from crm_chassis.testing import ALL, unique, user

ADMIN = user()


def counts(done: Any) -> tuple[int, int, int, int]:
    return done.rows_created, done.rows_updated, done.rows_unchanged, done.rows_failed


def find(rpc: Any, email: str) -> Any:
    (found,) = rpc("ListUsers", identity_pb2.ListUsersRequest(filter=f'email = "{email}"'), as_=ADMIN).users
    return found


def test_a_company_comes_in_and_again_without_change(rpc: Any, import_csv: Any, login: Any) -> None:
    key = unique("k")
    teams = f"name,description,external_id\nSales {key},Sellers,{key}-t\n"
    territories = f"name,parent\nParis {key},France {key}\nFrance {key},\n"
    users = (
        "email,display_name,roles,manager,teams,territories,password,external_id\n"
        f"rep@{key}.example,Rep,sales_rep;support_agent,{key}-boss,Sales {key},Paris {key},,{key}-rep\n"
        f"Boss@{key}.example,Boss,sales_manager,,Sales {key},,opens every door,{key}-boss\n"
        f"new@{key}.example,New,,boss@{key}.example,,,,\n"
    )

    assert counts(import_csv("teams", teams, as_=ADMIN)) == (1, 0, 0, 0)
    assert counts(import_csv("territories", territories, as_=ADMIN)) == (2, 0, 0, 0)
    assert counts(import_csv("users", users, as_=ADMIN)) == (3, 0, 0, 0)

    boss, rep = find(rpc, f"boss@{key}.example"), find(rpc, f"rep@{key}.example")
    assert rep.manager_id == boss.id
    assert (len(rep.role_ids), len(rep.team_ids), len(rep.territory_ids)) == (2, 1, 1)
    token = login(boss.email, "opens every door").refresh_token
    assert counts(import_csv("users", users, as_=ADMIN)) == (0, 0, 3, 0)
    assert counts(import_csv("teams", teams, as_=ADMIN)) == (0, 0, 1, 0)
    changed = users.replace(",Boss,", ",The Boss,").replace("opens every door", "another password")
    assert counts(import_csv("users", changed, as_=ADMIN)) == (0, 1, 2, 0)
    assert find(rpc, boss.email).display_name == "The Boss"
    assert login(boss.email, "opens every door").refresh_token != token, "a file gives a password once"


def test_a_file_grants_no_more_than_its_importer_holds(import_csv: Any, rpc: Any) -> None:
    key = unique("k")
    clerk = user(
        {"users.create": ALL, "users.read": ALL, "roles.read": ALL, "imports.create": ALL, "imports.read": ALL}
    )
    assigning = user({**clerk.grants, "roles.assign": ALL})
    rows = f"email,display_name,roles\na@{key}.example,A,admin\n"

    for importer, text in ((assigning, rows), (clerk, rows.replace("admin", "customer"))):
        done = import_csv("users", text, as_=importer)
        assert (done.rows_created, done.rows_failed) == (0, 1)
    moved = import_csv("users", f"email,display_name,manager\nb@{key}.example,B,a@{key}.example\n", as_=clerk)
    assert moved.rows_failed == 1


def test_a_file_changes_users_only_for_who_may_change_users(import_csv: Any, make_user: Any) -> None:
    ann, key = make_user(external_id=unique("ext")), unique("k")
    clerk = user({"users.create": ALL, "users.read": ALL, "imports.create": ALL, "imports.read": ALL})
    takeover = f"email,display_name,external_id\nmine@{key}.example,Mine,{ann.external_id}\n"

    assert import_csv("users", takeover, as_=clerk).rows_failed == 1


def test_wrong_rows_are_reported(import_csv: Any, clock: Any) -> None:
    key = unique("k")
    rows = (
        "email,display_name,password,roles\n"
        f"not-an-address,A,,\n"
        f"b@{key}.example,B,password1,\n"
        f"c@{key}.example,C,,no_such_role\n"
    )

    done = import_csv("users", rows, as_=ADMIN, dry_run=True)

    assert {(one.line, one.field) for one in done.errors} == {(2, "email"), (3, "user.password"), (4, "roles")}


def test_a_territory_cycle_in_a_file_is_refused(import_csv: Any) -> None:
    key = unique("k")
    import_csv("territories", f"name,parent,external_id\nA {key},,{key}-a\n", as_=ADMIN)
    import_csv("territories", f"name,parent,external_id\nB {key},A {key},{key}-b\n", as_=ADMIN)

    done = import_csv("territories", f"name,parent,external_id\nA {key},B {key},{key}-a\n", as_=ADMIN)

    assert done.rows_failed == 1
