"""Users, teams and territories from files: with the rights of whoever brings the file."""

from __future__ import annotations

from typing import Any

from crm.common.v1 import imports_pb2
from crm.identity.v1 import roles_pb2, users_pb2
from crm_chassis.access.actor import Actor
from crm_chassis.ids import uuid7
from crm_chassis.testing import ALL, unique, user
from sqlalchemy import text

ADMIN = user()


def counts(done: Any) -> tuple[int, int, int, int]:
    return done.rows_created, done.rows_updated, done.rows_unchanged, done.rows_failed


def find(rpc: Any, email: str) -> Any:
    (found,) = rpc("ListUsers", users_pb2.ListUsersRequest(filter=f'email = "{email}"'), as_=ADMIN).users
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

    for importer, content in ((assigning, rows), (clerk, rows.replace("admin", "customer"))):
        done = import_csv("users", content, as_=importer)
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


def test_the_password_of_a_refused_row_is_kept_nowhere(import_csv: Any, rpc: Any, engine: Any) -> None:
    key, password = unique("k"), unique("the secret of")
    rows = f"email,display_name,password,roles\na@{key}.example,A,{password},no_such_role\n"

    done = import_csv("users", rows, as_=ADMIN)

    (shown,) = done.errors
    (listed,) = rpc("ListImportErrors", imports_pb2.ListImportErrorsRequest(id=done.id), as_=ADMIN).errors
    for refused in (shown, listed):
        assert dict(refused.row) == {"email": f"a@{key}.example", "display_name": "A", "roles": "no_such_role"}
    with engine.connect() as connection:
        tables = connection.scalars(text("SELECT tablename FROM pg_tables WHERE tablename LIKE 'import%'")).all()
        assert {"imports", "import_chunks", "import_errors"} <= set(tables)
        for table in tables:
            query = text(f"SELECT count(*) FROM {table} t WHERE t::text LIKE :password OR t::text LIKE :bytes")
            needles = {"password": f"%{password}%", "bytes": f"%{password.encode().hex()}%"}
            assert connection.scalar(query, needles) == 0, table


def test_a_territory_cycle_in_a_file_is_refused(import_csv: Any) -> None:
    key = unique("k")
    import_csv("territories", f"name,parent,external_id\nA {key},,{key}-a\n", as_=ADMIN)
    import_csv("territories", f"name,parent,external_id\nB {key},A {key},{key}-b\n", as_=ADMIN)

    done = import_csv("territories", f"name,parent,external_id\nA {key},B {key},{key}-a\n", as_=ADMIN)

    assert done.rows_failed == 1


def test_an_import_goes_on_with_the_rights_that_its_owner_has_now(
    import_csv: Any, upload: Any, make_user: Any, rpc: Any, rights: Any, tick: Any
) -> None:
    key = unique("k")
    grants = [{"permission": permission, "scope": ALL} for permission in ("teams.create", "imports.create")]
    role = rpc(
        "CreateRole", roles_pb2.CreateRoleRequest(role={"name": f"role_{uuid7()[-8:]}", "grants": grants}), as_=ADMIN
    )
    ann = make_user(role_ids=[role.id])
    ends = []
    for change in (
        lambda: None,
        lambda: rpc("UpdateUser", users_pb2.UpdateUserRequest(user={"id": ann.id, "role_ids": []},
                                                              update_mask={"paths": ["role_ids"]}), as_=ADMIN),
        lambda: rpc("DeactivateUser", users_pb2.DeactivateUserRequest(id=ann.id), as_=ADMIN),
    ):  # fmt: skip
        begun = upload("teams", f"name\n{key}-{len(ends)}\n", as_=user(id_=ann.id))
        rights.clear()
        change()
        tick("imports")
        ends.append(rpc("GetImport", imports_pb2.GetImportRequest(id=begun.id), as_=ADMIN))

    assert [(one.rows_created, one.error) for one in ends] == [
        (1, ""),
        (0, "its owner has no longer the permission imports.create"),
        (0, "its owner was deactivated"),
    ]


def test_an_import_with_an_api_key_does_no_more_than_the_key(
    upload: Any, make_user: Any, role_id: Any, rpc: Any, rights: Any, tick: Any
) -> None:
    boss = make_user(role_ids=[role_id("admin")])
    limited = {"imports.create": ALL, "users.create": ALL}
    email = f"{unique('made')}@crm.example"

    begun = upload(
        "users",
        f"email,display_name,roles\n{email},Made,\n{unique('x')}@crm.example,Too much,admin\n",
        as_=Actor(boss.id, "user", limited, uuid7(), "crm_1234abcd"),
    )
    rights.clear()
    tick("imports")

    done = rpc("GetImport", imports_pb2.GetImportRequest(id=begun.id), as_=ADMIN)
    assert (done.rows_created, done.rows_failed) == (1, 1)
