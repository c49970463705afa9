"""A new service, a new resource: the files it is made of (templates/) and its entries in those that are there."""

import keyword
import re
import secrets
from collections.abc import Iterable, Mapping, Sequence
from datetime import UTC, datetime
from pathlib import Path

import crm_contracts
import yaml
from crm_chassis.db.migrations import line_of

from deploy.dev import LauncherError
from deploy.dev.catalogue import GATEWAY, REPOSITORY, catalogue
from deploy.dev.scaffold.fields import field_words

HERE = Path(__file__).parent
ROLES = {"contacts": "OWN_WORK", "sales": "OWN_WORK", "marketing": "MARKETING", "support": "SUPPORT_SETUP"}
"""The constant of roles/builtin.py that names the records of a service; of a new service only admin has the rights."""
RESERVED = {GATEWAY, "chassis", "common", "contracts", "options", "suite"}


def words_for(service: str, resource: str = "", fields: Iterable[str] = ()) -> dict[str, str]:
    """What stands for each <<word>> of the templates of a new service and its first kind of record.

    service   one lower-case word: it is part of names in PostgreSQL, RabbitMQ, DNS and Python
    resource  its first kind of record in snake_case, the service's name in the singular if empty
    Raises LauncherError if a name is unusable or taken.
    """
    if not re.fullmatch(r"[a-z][a-z0-9]{1,29}", service) or keyword.iskeyword(service):
        raise LauncherError(f"{service!r} cannot be a service: name it with one lower-case word, such as billing.")
    taken = {*catalogue().services, *RESERVED, *(path.name for path in (REPOSITORY / "services").iterdir())}
    if service in taken or (REPOSITORY / "proto" / "crm" / service).exists():
        raise LauncherError(f"There is a service {service} already, or what is left of one. Nothing was changed.")
    services = list(catalogue().services.values())
    ports = {name: str(max(getattr(one, name) for one in services) + 1) for name in ("grpc", "probes", "worker")}
    words = {"service": service, "Service": service.capitalize(), "SERVICE": service.upper(), "last": services[-1].name}
    return words | ports | _resource_words(service, resource or _singular(service), fields, ())


def resource_words_for(service: str, resource: str, fields: Iterable[str] = ()) -> dict[str, str]:
    """What stands for each <<word>> of the templates of a new kind of record in a service that is there.

    Raises LauncherError if there is no such service, or a name is unusable or taken.
    """
    if service not in catalogue().services:
        raise LauncherError(f"There is no service {service}; there are: {', '.join(catalogue().services)}.")
    heads = line_of(REPOSITORY / "services" / service / "migrations").script().get_heads()
    return {"service": service} | _resource_words(service, resource, fields, heads)


def _resource_words(service: str, resource: str, fields: Iterable[str], heads: Sequence[str]) -> dict[str, str]:
    if not re.fullmatch(r"[a-z][a-z0-9]*(_[a-z0-9]+)*", resource) or keyword.iskeyword(resource):
        raise LauncherError(f"{resource!r} cannot be a kind of record: name it in snake_case, such as purchase_order.")
    plural = _plural(resource)
    routes = {one.http.path.split("/")[2].split(":")[0] for one in crm_contracts.methods().values() if one.http}
    if plural in routes:
        raise LauncherError(f"/v1/{plural} is taken. Name another kind of record.")
    article = "an" if resource[0] in "aeiou" else "a"
    return {
        "resource": resource,
        "Resource": _camel(resource),
        "resources": plural,
        "Resources": _camel(plural),
        "word": resource.replace("_", " "),
        "Word": resource.replace("_", " ").capitalize(),
        "words": plural.replace("_", " "),
        "Words": plural.replace("_", " ").capitalize(),
        "a": article,
        "A": article.capitalize(),
        "revision": f"{datetime.now(UTC):%Y%m%d}_{secrets.token_hex(3)}",
        "down_revision": {0: "None", 1: f'"{heads[0]}"' if heads else ""}.get(len(heads), repr(tuple(heads))),
        "ROLES": ROLES.get(service, ""),
    } | field_words(plural, _camel(resource), fields)


def _singular(word: str) -> str:
    return f"{word[:-3]}y" if word.endswith("ies") else word.removesuffix("s")


def _plural(word: str) -> str:
    if re.search(r"[^aeiou]y$", word):
        return f"{word[:-1]}ies"
    return f"{word}es" if re.search(r"(s|x|z|ch|sh)$", word) else f"{word}s"


def _camel(name: str) -> str:
    return "".join(part.capitalize() for part in name.split("_"))


def fill(text: str, words: Mapping[str, str]) -> str:
    """A template with its <<words>> replaced."""
    return re.sub(r"<<(\w+)>>", lambda found: words[found[1]], text)


class Changes:
    """Files to be written, which later ones build on."""

    def __init__(self) -> None:
        self.texts: dict[Path, str] = {}

    def add(self, what: str, words: Mapping[str, str]) -> None:
        """Adds what a new "service" or "resource" needs: its own files, and its place in those that are there.

        Raises LauncherError where it has no place.
        """
        for path in sorted((HERE / "templates" / what).rglob("*.template")):
            name = str(path.relative_to(HERE / "templates" / what)).removesuffix(".template")
            target = re.sub(r"__(service|resources|resource|revision)__", lambda part: words[part[1]], name)
            self.texts[REPOSITORY / target] = fill(path.read_text(), words)
        for addition in yaml.safe_load((HERE / f"additions_{what}.yaml").read_text()):
            self._insert(addition, words)

    def _insert(self, addition: Mapping[str, str], words: Mapping[str, str]) -> None:
        side = "after" if "after" in addition else "before"
        if any(not words[name] for name in re.findall(r"<<(\w+)>>", addition[side])):
            return
        path = REPOSITORY / fill(addition["file"], words)
        before = self.texts.get(path) or path.read_text()
        text = fill(addition["text"], words)
        pattern = re.compile(fill(addition[side], words), re.MULTILINE)
        after = pattern.sub(lambda match: match[0] + text if side == "after" else text + match[0], before)
        if after == before:
            raise LauncherError(
                f"{addition['file']} has no {pattern.pattern!r}, beside which the {words['word']} belongs."
            )
        self.texts[path] = after

    def write(self) -> None:
        """Writes all of them."""
        for path, text in self.texts.items():
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text(text)
