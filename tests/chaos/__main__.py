"""`python -m tests.chaos --profile quick|full|long --seed N`; exit code 1 if a promise broke."""

from __future__ import annotations

import argparse
import secrets
import sys
import time

from tests.chaos.run import PROFILES
from tests.chaos.suite import run


def main() -> int:
    """Runs one profile on a copy of the suite of its own."""
    parser = argparse.ArgumentParser(prog="tests.chaos")
    parser.add_argument("--profile", choices=list(PROFILES), default="quick")
    parser.add_argument("--seed", type=int, default=secrets.randbelow(10_000))
    parser.add_argument("--keep", action="store_true", help="leave databases and logs in .run/chaos")
    options = parser.parse_args()
    began = time.monotonic()

    def say(text: str) -> None:
        print(f"{time.monotonic() - began:7.1f} s  {text}", flush=True)

    command = f"make chaos PROFILE={options.profile} SEED={options.seed}"
    say(command)
    report = run(options.profile, options.seed, say, keep=options.keep)
    print(report.text())
    if options.profile != "quick":
        report.write(command, time.monotonic() - began, options.profile)
    return int(report.broken)


if __name__ == "__main__":
    sys.exit(main())
