"""A worker of reassignments that may be killed: `python -m tests.chaos.reassignment <database url>`, see
tests.chaos.jobs."""

from __future__ import annotations

import sys
from collections.abc import Sequence
from dataclasses import replace

from crm_chassis.jobs.kinds import JobKind

from tests.chaos import jobs

LEASE = 2.0


def kinds() -> Sequence[JobKind]:
    """What a user of contacts leaves behind, one record a step."""
    from crm_contacts.reassignment import REASSIGNMENT
    from crm_kit import reassignment

    reassignment.BATCH = 1
    return [replace(REASSIGNMENT.job, lease=LEASE)]


if __name__ == "__main__":
    jobs.main(sys.argv[1], kinds)
