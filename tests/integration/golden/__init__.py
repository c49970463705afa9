"""The databases of a release, filled by that release: what its users will migrate.

    python -m tests.integration.golden 72d2f31 0.1.0

checks out a commit, runs its suite, loads a small demo company and writes the six databases into `0.1.0.tar.xz`, a
plain dump each. What is there is never written again.
"""

from __future__ import annotations

import io
import re
import subprocess
import tarfile
import tempfile
from pathlib import Path

from deploy.dev import keys, postgres
from deploy.dev.catalogue import HOST, SERVER_PORTS, catalogue
from tests.copies import Copy

FOLDER = Path(__file__).parent
PORT_OFFSET = 3300
# A tenth of the demo company: the dumps of the whole one are four times as large as a repository should carry.
SMALLER = {
    r"(ACCOUNTS, CONTACTS, LEADS, OPPORTUNITIES, TICKETS, ACTIVITIES) = [\d, ]+": r"\1 = 60, 150, 200, 200, 150, 150",
    r"(CONVERSIONS|PLANNED) = \d+": r"\1 = 10",
    r"size - 1\)": r"size // 10)",
}


def dumps(version: str) -> dict[str, bytes]:
    """By service the dump of its database."""
    with tarfile.open(FOLDER / f"{version}.tar.xz") as archive:
        return {
            Path(member.name).stem: file.read()
            for member in archive.getmembers()
            if (file := archive.extractfile(member)) is not None
        }


def write(commit: str, version: str) -> Path:
    """Makes the archive of a release; takes minutes."""
    with tempfile.TemporaryDirectory() as folder:
        copy = Copy(Path(folder) / "crm", commit)
        company = copy.folder / "deploy/dev/demo/company.py"
        text = company.read_text()
        for large, small in SMALLER.items():
            text, count = re.subn(large, small, text)
            assert count, large
        company.write_text(text)
        copy.sync()
        environment = {"CRM_PORT_OFFSET": str(PORT_OFFSET)}
        try:
            copy.must("python", "-m", "deploy.dev", "up", env=environment)
            passwords = keys.read(copy.folder / ".run/dev/secrets.env")
            with tarfile.open(FOLDER / f"{version}.tar.xz", "x:xz", preset=9) as archive:
                for name in catalogue().services:
                    _add(archive, f"{name}.sql", _dump(f"crm_{name}", passwords[f"POSTGRES_PASSWORD_{name.upper()}"]))
        finally:
            copy.must("python", "-m", "deploy.dev", "down", env=environment)
    return FOLDER / f"{version}.tar.xz"


def _dump(database: str, password: str) -> bytes:
    url = f"postgresql://{database}:{password}@{HOST}:{SERVER_PORTS['postgres'] + PORT_OFFSET}/{database}"
    command = [str(postgres.programs() / "pg_dump"), "--no-owner", "--no-privileges", "--dbname", url]
    return subprocess.run(command, check=True, capture_output=True).stdout


def _add(archive: tarfile.TarFile, name: str, content: bytes) -> None:
    member = tarfile.TarInfo(name)
    member.size = len(content)
    archive.addfile(member, io.BytesIO(content))
