"""Whatever stands in the place of an id, the answer names the client's mistake."""

from __future__ import annotations

from urllib.parse import quote

import crm_contracts
import pytest

from tests.e2e.client import Api

pytestmark = pytest.mark.slow

ODD = ("\x1c", " ", "\x00", "\x7f", "'", "%", "x" * 300, "🙂", "00000000-0000-0000-0000-000000000000")
ROUTES = sorted(
    {(one.http.verb, one.http.path) for one in crm_contracts.methods().values() if one.http and "{" in one.http.path}
)


@pytest.mark.parametrize(("verb", "path"), ROUTES, ids=lambda value: value)
def test_an_odd_id_is_refused(admin: Api, verb: str, path: str) -> None:
    before, _, rest = path.partition("{")
    _, _, after = rest.partition("}")
    for odd in ODD:
        body: dict[str, str] | None = {} if verb in ("POST", "PATCH", "PUT") else None
        answer = admin.http.request(
            verb, before + quote(odd, safe="") + after.replace("{", "").replace("}", ""), json=body
        )
        assert 400 <= answer.status_code < 500, f"{odd!r}: {answer.status_code} {answer.text}"
