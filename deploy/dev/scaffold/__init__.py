"""A new service: the files it is made of (templates/) and its entries in those that are there (additions.yaml)."""

import keyword
import re
from collections.abc import Mapping
from pathlib import Path

import crm_contracts
import yaml

from deploy.dev import LauncherError
from deploy.dev.catalogue import GATEWAY, REPOSITORY, catalogue

HERE = Path(__file__).parent
RESERVED = {GATEWAY, "chassis", "common", "contracts", "options", "suite"}


def words_for(service: str, resource: str = "") -> dict[str, str]:
    """What stands for each <<word>> of the templates.

    service   one lower-case word: it is part of names in PostgreSQL, RabbitMQ, DNS and Python
    resource  its first kind of record in snake_case, the service's name in the singular if empty
    Raises LauncherError if a name is unusable or taken.
    """
    if not re.fullmatch(r"[a-z][a-z0-9]{1,29}", service) or keyword.iskeyword(service):
        raise LauncherError(f"{service!r} cannot be a service: name it with one lower-case word, such as billing.")
    taken = {*catalogue().services, *RESERVED, *(path.name for path in (REPOSITORY / "services").iterdir())}
    if service in taken or (REPOSITORY / "proto" / "crm" / service).exists():
        raise LauncherError(f"There is a service {service} already, or what is left of one. Nothing was changed.")
    resource = resource or _singular(service)
    if not re.fullmatch(r"[a-z][a-z0-9]*(_[a-z0-9]+)*", resource) or keyword.iskeyword(resource):
        raise LauncherError(f"{resource!r} cannot be a kind of record: name it in snake_case, such as purchase_order.")
    plural = _plural(resource)
    routes = {one.http.path.split("/")[2].split(":")[0] for one in crm_contracts.methods().values() if one.http}
    if plural in routes:
        raise LauncherError(f"/v1/{plural} is taken. Name another kind of record: make new-service ... resource=...")
    services = list(catalogue().services.values())
    words = {
        "service": service,
        "Service": service.capitalize(),
        "resource": resource,
        "Resource": _camel(resource),
        "resources": plural,
        "Resources": _camel(plural),
        "word": resource.replace("_", " "),
        "words": plural.replace("_", " "),
        "Words": plural.replace("_", " ").capitalize(),
        "a": (article := "an" if resource[0] in "aeiou" else "a"),
        "A": article.capitalize(),
        "last": services[-1].name,
    }
    ports = {name: str(max(getattr(one, name) for one in services) + 1) for name in ("grpc", "probes", "worker")}
    return words | {name.upper(): words[name].upper() for name in ("service", "resource", "last")} | ports


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


def new_files(words: Mapping[str, str]) -> dict[Path, str]:
    """The files of the service alone, by path; `__service__` in a path stands for <<service>>."""
    found = {}
    for path in sorted((HERE / "templates").rglob("*.template")):
        name = str(path.relative_to(HERE / "templates")).removesuffix(".template")
        target = re.sub(r"__(service|resources)__", lambda part: words[part[1]], name)
        found[REPOSITORY / target] = fill(path.read_text(), words)
    return found


def changed_files(words: Mapping[str, str]) -> dict[Path, str]:
    """The files that name every service, with the new one added. Raises LauncherError where it has no place."""
    found: dict[Path, str] = {}
    for one in yaml.safe_load((HERE / "additions.yaml").read_text()):
        path = REPOSITORY / one["file"]
        before = found.get(path) or path.read_text()
        side = "after" if "after" in one else "before"
        pattern = re.compile(fill(one[side], words) or r"\Z", re.MULTILINE)
        text = fill(one["text"], words)
        after = pattern.sub(lambda match: match[0] + text if side == "after" else text + match[0], before)  # noqa: B023
        if after == before:
            raise LauncherError(f"{one['file']} has no {pattern.pattern!r}, beside which the service belongs.")
        found[path] = after
    return found
