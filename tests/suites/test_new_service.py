"""`make new-service`: what it makes passes every test as it is, and runs behind the gateway."""

from __future__ import annotations

import textwrap
from collections.abc import Iterator

import pytest

from deploy.dev import LauncherError
from deploy.dev.scaffold import words_for
from tests.copies import Copy


@pytest.fixture(scope="module")
def copy(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Copy]:
    """The repository with the new service billing, whose records are invoices."""
    made = Copy(tmp_path_factory.mktemp("suite") / "crm")
    told = made.run("make", "new-service", "name=billing", "resource=invoice")
    assert "It serves /v1/invoices." in told.stdout, told.stdout[-3000:] + told.stderr[-3000:]
    yield made
    made.remove()


@pytest.mark.slow
@pytest.mark.timeout(300)
def test_what_it_made_passes_every_test_as_it_is(copy: Copy) -> None:
    copy.must("python", "-m", "crm_contracts.tools", "check")
    copy.must("ruff", "check", ".")
    copy.must("ruff", "format", "--check", ".")
    copy.must("mypy", "services/billing/src")
    copy.must("lint-imports", "--no-cache")
    # What the monitoring and the logs of the suite hold does not depend on the services there are.
    of_services = (
        f"tests/architecture/test_{name}.py"
        for name in ("structure", "settings", "deploy_files", "compose", "kubernetes")
    )
    copy.must("python", "-m", "pytest", "-m", "not slow", *of_services, "tests/contract")
    copy.must("python", "-m", "pytest", "services/billing/tests")


@pytest.fixture
def coupons(copy: Copy) -> Iterator[Copy]:
    """The new service requires a secret key: a declaration, and a line that reads it."""
    package = copy.folder / "services/billing/src/crm_billing"
    declared, service = package / "settings.toml", package / "service.py"
    declaration = """
        [CRM_COUPON_KEY]
        kind = "key"
        secret = true
        value = "{CRM_COUPON_KEY}"
        meaning = "32 bytes in base64: signs coupons"
    """
    before = service.read_text()
    declared.write_text(textwrap.dedent(declaration))
    service.write_text(
        before.replace(
            "    migrations=", '    start=lambda settings: settings.key("CRM_COUPON_KEY") and None,\n    migrations='
        )
    )
    yield copy
    declared.unlink()
    service.write_text(before)
    copy.must("python", "-m", "deploy.files")


@pytest.mark.slow
@pytest.mark.timeout(240)
def test_a_setting_is_a_declaration_and_the_line_that_reads_it(coupons: Copy) -> None:
    """All that deploys, draws, documents and tests it follows."""
    told = coupons.must("python", "-m", "deploy.files").splitlines()
    assert {"docker-compose.yml", "services/billing/README.md", "deploy/README.md"} <= set(told)
    coupons.must(
        "python", "-m", "pytest", "tests/architecture/test_settings.py", "tests/architecture/test_deploy_files.py"
    )
    of_manifests = ("every_key_of_a_secret", "no_secret_stands", "environment_it_is_given and billing")
    coupons.must("python", "-m", "pytest", "tests/architecture/test_kubernetes.py", "-k", " or ".join(of_manifests))
    coupons.must("python", "-m", "pytest", "tests/architecture/test_compose.py", "-k", "secret")
    coupons.must("python", "-m", "pytest", "services/billing/tests")


@pytest.mark.slow
@pytest.mark.timeout(240)
def test_it_is_called_through_the_gateway(copy: Copy) -> None:
    calls = """
        from deploy.dev.instance import Instance
        from tests.e2e.client import Api, close_all

        with Instance("made") as suite:
            suite.start(["identity", "billing"], mail=False)
            suite.wait_ready(90)
            admin = Api(suite.gateway_url, *suite.admin)
            made = admin.post("/v1/invoices", name="First")
            assert admin.get(f"/v1/invoices/{made['id']}") == made
            assert made["owner_id"] == made["created_by"] == admin.id
            close_all(suite.gateway_url)
        suite.erase()
    """
    copy.must("python", "-c", textwrap.dedent(calls))


@pytest.mark.slow
def test_a_name_is_used_once(copy: Copy) -> None:
    before = (copy.folder / "pyproject.toml").read_text()
    refused = copy.run("make", "new-service", "name=billing", "resource=receipt")
    assert refused.returncode != 0
    assert "There is a service billing already" in refused.stderr
    assert (copy.folder / "pyproject.toml").read_text() == before


@pytest.mark.parametrize(
    ("service", "resource", "complaint"),
    [
        ("Billing", "", "one lower-case word"),
        ("back_office", "", "one lower-case word"),
        ("import", "", "one lower-case word"),
        ("sales", "", "There is a service sales already"),
        ("chassis", "", "There is a service chassis already"),
        ("billing", "Invoice", "name it in snake_case"),
        ("accounts", "", "/v1/accounts is taken"),
    ],
)
def test_an_unusable_name_is_refused(service: str, resource: str, complaint: str) -> None:
    with pytest.raises(LauncherError, match=complaint):
        words_for(service, resource)


@pytest.mark.parametrize(
    ("service", "resource", "singular", "plural"),
    [
        ("quotes", "", "quote", "quotes"),
        ("loyalty", "", "loyalty", "loyalties"),
        ("deliveries", "", "delivery", "deliveries"),
        ("purchasing", "purchase_order", "purchase_order", "purchase_orders"),
        ("checks", "inbox", "inbox", "inboxes"),
    ],
)
def test_what_its_records_are_called(service: str, resource: str, singular: str, plural: str) -> None:
    words = words_for(service, resource)
    assert (words["resource"], words["resources"]) == (singular, plural)
