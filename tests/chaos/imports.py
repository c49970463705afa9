"""A worker of imports that may be killed: `python -m tests.chaos.imports <database url>`, see tests.chaos.jobs."""

from __future__ import annotations

import sys
from collections.abc import Sequence
from dataclasses import replace

from crm_chassis.jobs.kinds import JobKind

from tests.chaos import jobs

LEASE = 2.0


def kinds() -> Sequence[JobKind]:
    """Imports of contacts in small steps, for owners who may do everything."""
    from crm_chassis.access.actor import ALL
    from crm_chassis.imports import work
    from crm_chassis.records.directory import Rights
    from crm_contacts.service import service

    work.READ_ROWS, work.BATCH = 40, 7
    rights = Rights(True, {"*": ALL})
    kind = work.import_jobs(service.importers, lambda *_: rights, service.references, service.unverified.ask_later)
    return [replace(kind, lease=LEASE)]


if __name__ == "__main__":
    jobs.main(sys.argv[1], kinds)
