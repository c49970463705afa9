"""The mail catcher: takes every message over SMTP, keeps it as a file, shows it over HTTP, delivers nothing.

`GET /messages` lists the kept messages, newest first; `GET /messages/{id}` is the raw message.
"""

import argparse
import json
import sys
import time
from email import policy
from email.parser import BytesParser
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from itertools import count
from pathlib import Path
from typing import Any

from aiosmtpd.controller import Controller
from aiosmtpd.smtp import SMTP, Envelope, Session

from deploy.dev.catalogue import HOST

KEPT = 1000  # messages; the oldest go first


class Mailbox:
    """A folder of messages, named so that they sort by arrival."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self._numbers = count()
        folder.mkdir(exist_ok=True, mode=0o700)

    async def handle_DATA(self, server: SMTP, session: Session, envelope: Envelope) -> str:
        """aiosmtpd calls this with every message it was sent."""
        content = envelope.content or b""
        body = content.encode() if isinstance(content, str) else content
        identifier = f"{time.time_ns():020d}-{next(self._numbers):06d}"
        temporary = self.folder / f".{identifier}"
        temporary.write_bytes(body)
        temporary.rename(self.folder / f"{identifier}.eml")
        for path in self.paths()[KEPT:]:
            path.unlink(missing_ok=True)
        return "250 OK"

    def paths(self) -> list[Path]:
        """The kept messages, newest first."""
        return sorted(self.folder.glob("*.eml"), reverse=True)

    def listing(self) -> list[dict[str, str]]:
        """What a mail program would show of each message."""
        parser = BytesParser(policy=policy.default)
        entries = []
        for path in self.paths():
            with path.open("rb") as file:
                message = parser.parse(file, headersonly=True)
            headers = {name: str(message.get(name, "")) for name in ("from", "to", "subject", "date")}
            entries.append({"id": path.stem, **headers})
        return entries

    def raw(self, identifier: str) -> bytes | None:
        """One message as it came, None when there is none of that id."""
        return next((path.read_bytes() for path in self.paths() if path.stem == identifier), None)


def handler(mailbox: Mailbox) -> type[BaseHTTPRequestHandler]:
    """The HTTP side of a mailbox."""

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            head, _, identifier = self.path.strip("/").partition("/")
            if head == "messages" and not identifier:
                self._answer(200, "application/json", json.dumps(mailbox.listing()).encode())
            elif head == "messages" and (raw := mailbox.raw(identifier)) is not None:
                self._answer(200, "message/rfc822", raw)
            else:
                self._answer(404, "text/plain", b"not found\n")

        def _answer(self, status: int, kind: str, body: bytes) -> None:
            self.send_response(status)
            self.send_header("Content-Type", kind)
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, format: str, *args: Any) -> None:
            """Requests are not worth a log line."""

    return Handler


def main(arguments: list[str]) -> None:
    """Serve until terminated."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--folder", type=Path, required=True)
    parser.add_argument("--smtp-port", type=int, required=True)
    parser.add_argument("--http-port", type=int, required=True)
    options = parser.parse_args(arguments)
    mailbox = Mailbox(options.folder)
    Controller(mailbox, hostname=HOST, port=options.smtp_port).start()
    ThreadingHTTPServer((HOST, options.http_port), handler(mailbox)).serve_forever(poll_interval=3600)


if __name__ == "__main__":
    main(sys.argv[1:])
