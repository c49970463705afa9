"""Command line of the loader: `python -m deploy.dev.load FOLDER`."""

import argparse
import os
import sys
from pathlib import Path

from deploy.dev import LauncherError
from deploy.dev.instance import Instance
from deploy.dev.load.client import Client
from deploy.dev.load.loader import Loader, table
from deploy.dev.load.mapping import MAPPINGS, read_mapping, shipped_mappings


def say(text: str) -> None:
    """Progress, at once."""
    print(text, flush=True)


def load(options: argparse.Namespace) -> int:
    """Load every mapping that fits the folder; 1 if rows are unaccounted for or a figure differs."""
    suite = Instance("dev")
    url = options.gateway or suite.gateway_url
    email, password = options.email, options.password
    if not password:
        if options.gateway or not suite.is_running():
            raise LauncherError(
                "Say whom to log in as: --email and --password (or the variable CRM_PASSWORD), or start the suite "
                "with `make up`, whose administrator is used then."
            )
        email, password = suite.admin
    found = [read_mapping(options.mapping)] if options.mapping else shipped_mappings()
    fitting = [(mapping, at) for mapping in found if (at := mapping.folder(options.folder))]
    if not fitting:
        known = "; ".join(f"{mapping.name}: {', '.join(mapping.files)}" for mapping in found)
        raise LauncherError(
            f"{options.folder} does not hold the files of any mapping ({known}). Write a mapping like those in "
            f"{MAPPINGS} and name it with --mapping."
        )
    sound = True
    with Client(url, email, password) as client:
        for mapping, at in fitting:
            say(f"loading {mapping.title} from {at}")
            result = Loader(client, mapping, at, suite.run_dir.parent / "load", say, options.demo_password).run()
            say(table(result))
            sound &= result.sound
    return 0 if sound else 1


def main() -> int:
    """Run; whatever a person can repair is said in one paragraph."""
    parser = argparse.ArgumentParser(prog="python -m deploy.dev.load", description="Load CSV files into the suite.")
    parser.add_argument("folder", type=Path, help="where the files lie")
    parser.add_argument("--mapping", type=Path, help="what the columns mean; otherwise a shipped mapping that fits")
    parser.add_argument("--gateway", help="address of the suite; otherwise the one of `make up`")
    parser.add_argument("--email", default="", help="whom to log in as; otherwise the administrator of `make up`")
    parser.add_argument("--password", default=os.environ.get("CRM_PASSWORD", ""))
    parser.add_argument("--demo-password", default="", help="one password for every new user instead of random ones")
    try:
        return load(parser.parse_args())
    except LauncherError as error:
        print(error, file=sys.stderr)
    except KeyboardInterrupt:
        print("interrupted; run it again to go on", file=sys.stderr)
        return 130
    return 1


if __name__ == "__main__":
    sys.exit(main())
