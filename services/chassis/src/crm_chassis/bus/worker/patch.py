"""Makes the process cooperative. Must run before anything else is imported."""

from __future__ import annotations

import os
import warnings

with warnings.catch_warnings():
    # The deprecation notice of eventlet is known; nameko stands on it.
    warnings.simplefilter("ignore")
    import eventlet


def patch() -> None:
    """Patches the standard library for green threads, and lets psycopg wait through the patched select."""
    os.environ["PSYCOPG_WAIT_FUNC"] = "wait_select"
    eventlet.monkey_patch()
