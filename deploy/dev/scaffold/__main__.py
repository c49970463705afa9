"""Command line of `make new-service`: `python -m deploy.dev.scaffold SERVICE [RESOURCE]`, with the path of uv in UV."""

import os
import subprocess
import sys

from deploy.dev import LauncherError
from deploy.dev.catalogue import REPOSITORY
from deploy.dev.scaffold import changed_files, new_files, words_for

NEXT = """
The service {service} is in the workspace, in the containers' files and in the manifests. It serves /v1/{resources}.

  proto/crm/{service}/v1/              its contract: change the fields, then `make proto`
  services/{service}/src/crm_{service}/   its code: start at service.py
  services/{service}/tests/            its tests

  make check                 everything that is checked before a push
  make up                    run it with the others; the administrator may already use it
  proto/docs/permissions.md  its permissions; give them to roles: docs/how-to-add-a-permission.md
"""


def main(arguments: list[str]) -> int:
    """Writes the service; returns the exit code."""
    service, resource = (*arguments, "", "")[:2]
    try:
        words = words_for(service, resource)
        made, changed = new_files(words), changed_files(words)
    except LauncherError as error:
        print(error, file=sys.stderr)
        return 1
    for path, text in {**made, **changed}.items():
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text)
    folder, python, uv = str(REPOSITORY / "services" / service), sys.executable, os.environ["UV"]
    for command in (
        # The names decide how long lines are and in which order imports stand.
        (python, "-m", "ruff", "check", "--fix", "--quiet", folder),
        (python, "-m", "ruff", "format", "--quiet", folder),
        (uv, "lock", "--quiet"),
        (uv, "sync", "--quiet", "--frozen", "--inexact", "--group", "dev"),
        (python, "-m", "crm_contracts.tools", "build"),
    ):
        subprocess.run(command, cwd=REPOSITORY, check=True)
    print(NEXT.format_map(words))
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
