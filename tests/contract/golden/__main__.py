"""Adds the envelopes of the last release and lists them."""

import sys

from tests.contract.golden import write

if __name__ == "__main__":
    sys.stdout.write("".join(f"{type_}\n" for type_ in write()))
