"""A worker is cooperative before anything else is imported."""

from __future__ import annotations

import os
import subprocess
import sys


def test_psycopg_waits_through_the_patched_select() -> None:
    code = (
        "from crm_chassis.bus.worker.patch import patch; patch(); import psycopg.waiting as w; print(w.wait.__name__)"
    )
    kept = {name: value for name, value in os.environ.items() if name != "PSYCOPG_WAIT_FUNC"}
    done = subprocess.run([sys.executable, "-c", code], env=kept, capture_output=True, text=True, check=True)
    assert done.stdout == "wait_select\n"
