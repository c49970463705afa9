"""Writes the databases of a release."""

import sys

from tests.integration.golden import write

if __name__ == "__main__":
    sys.stdout.write(f"{write(*sys.argv[1:])}\n")
