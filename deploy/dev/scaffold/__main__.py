"""Command line of `make new-service` and `make new-resource`.

python -m deploy.dev.scaffold service NAME [RESOURCE]          with the path of uv in UV
python -m deploy.dev.scaffold resource SERVICE NAME [FIELD:KIND ...]
"""

import os
import subprocess
import sys

from deploy.dev import LauncherError
from deploy.dev.catalogue import REPOSITORY
from deploy.dev.scaffold import Changes, resource_words_for, words_for

SERVICE = """
The service {service} is in the workspace, in the containers' files and in the manifests. It serves /v1/{resources}.

  proto/crm/{service}/v1/              its contract: change the fields, then `make proto`
  proto/labels/de/{resources}.json   what it is called in German, in English still
  services/{service}/src/crm_{service}/   its code: start at service.py
  services/{service}/tests/            its tests

  make check                 everything that is checked before a push
  make up                    run it with the others; the administrator may already use it
  proto/docs/permissions.md  its permissions; give them to roles: docs/how-to-add-a-permission.md
"""
RESOURCE = """
The service {service} serves /v1/{resources}.

  proto/crm/{service}/v1/{resources}.proto              its contract
  proto/labels/de/{resources}.json                      what it is called in German, in English still
  services/{service}/src/crm_{service}/{resources}/model.py   its columns and rules
  services/{service}/migrations/versions/{revision}_{resources}.py
  services/{service}/tests/{resources}/                 its tests
  deploy/dev/demo/samples.yaml                          its rows in the demo company

Rules beside those of every record: docs/how-to-add-a-resource.md. Next: make check
"""


def main(what: str, *arguments: str) -> int:
    """Writes the service or the resource; returns the exit code."""
    changes = Changes()
    try:
        if what == "service":
            name, resource = (*arguments, "")[:2]
            words = words_for(name, resource)
            changes.add("service", words)
        else:
            service, name, *fields = arguments
            words = resource_words_for(service, name, fields)
        changes.add("resource", words)
    except LauncherError as error:
        print(error, file=sys.stderr)
        return 1
    changes.write()
    folder, python = str(REPOSITORY / "services" / words["service"]), sys.executable
    # The names decide how long lines are and in which order imports stand.
    commands = [
        (python, "-m", "ruff", "format", "--quiet", folder),
        (python, "-m", "ruff", "check", "--fix", "--quiet", folder),
    ]
    if what == "service":
        uv = os.environ["UV"]
        commands += [
            (uv, "lock", "--quiet"),
            (uv, "sync", "--quiet", "--frozen", "--inexact", "--group", "dev"),
        ]
    commands += [(python, "-m", "crm_contracts.tools", "build"), (python, "-m", "deploy.files")]
    for command in commands:
        subprocess.run(command, cwd=REPOSITORY, check=True)
    print((SERVICE if what == "service" else RESOURCE).format_map(words))
    return 0


if __name__ == "__main__":
    sys.exit(main(*sys.argv[1:]))
