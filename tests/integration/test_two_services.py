"""Services do not meet in a process: each has tables, rules and fixtures of its own."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
TESTS = [
    f"services/{service}/tests/{name}"
    for service, names in {
        "contacts": ["test_schema.py", "leads/test_lead_status.py"],
        "sales": ["test_schema.py", "products/test_crud_product.py"],
    }.items()
    for name in names
]


def test_tests_of_two_services_run_in_one_process() -> None:
    """In an order that goes from one to the other and back: both have a table of accounts, and other RPCs."""
    command = [sys.executable, "-m", "pytest", "-p", "no:schemathesis", "-p", "no:randomly", *TESTS[::2], *TESTS[1::2]]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout[-3000:]
