"""The files of deployments and the tables of documents that follow from deploy/services.yaml and the settings.toml.

    python -m deploy.files          writes them (`make deploy-files`)

Some files are written whole; others have regions, from a line `generated: <what>` to a line `end` in a comment.
"""

import base64
import importlib
import json
import re
import sys
from collections.abc import Callable, Iterable
from multiprocessing import get_context
from pathlib import Path

import yaml
from crm_chassis.settings import GATEWAY, PROCESSES, Setting, common_settings, own_settings

from deploy import broker
from deploy.dev.catalogue import FOLLOWS, REPOSITORY, Service, catalogue
from deploy.dev.keys import public_key
from deploy.environment import (
    asked_of_operators,
    environment,
    every_setting,
    fill,
    pattern_of,
    secrets_of,
    settings_of,
)

KUBERNETES = Path("deploy/kubernetes")
WITH_REGIONS = [
    "README.md", "deploy/README.md", "services/*/README.md", "gateway/README.md", "docker-compose.yml",
    "deploy/prometheus/*.yml", "deploy/kubernetes/**/*.yaml",
]  # fmt: skip
PASSWORD = "not-a-secret-at-all"
SEED = b"\x01" * 32
"""Key and password of the dev overlay; in production every process refuses the key."""

_REGION = re.compile(
    r"^(?P<start>(?P<indent> *)(?:#|<!--) generated: (?P<what>[\w ]+?)(?: -->)?\n)"
    r"(?P<content>.*?)(?P<end>^ *(?:#|<!--) end(?: -->)?$)",
    re.MULTILINE | re.DOTALL,
)


def files() -> dict[Path, str]:
    """What every such file has to say, by its path in the repository; all but what services follow."""
    texts = dict(_whole_files())
    for pattern in WITH_REGIONS:
        for path in REPOSITORY.glob(pattern):
            before = path.read_text()
            if path.relative_to(REPOSITORY) not in texts and _REGION.search(before):
                texts[path.relative_to(REPOSITORY)] = _REGION.sub(_region, before)
    return texts


def _region(match: re.Match[str]) -> str:
    what, _, of = match["what"].partition(" of ")
    content = "".join(f"{match['indent']}{line}\n" if line else "\n" for line in REGIONS[what](*filter(None, [of])))
    return match["start"] + content + match["end"]


# -- docker-compose.yml and what watches it -----------------------------------------------------------------------


_PROCESS = """\
{name}-{process}:
  <<: *process
  image: "{package}:${{CRM_VERSION:-latest}}"
  build: {{context: ., dockerfile: deploy/docker/service.Dockerfile, args: {{PACKAGE: {package}}}}}
  command: [{package}, {process}]
"""
_ONCE = """\
  depends_on: *servers
  restart: "no"
"""
_ALWAYS = """\
  depends_on: {{{name}-setup: {{condition: service_completed_successfully}}}}
  healthcheck: *health
"""


def _compose_processes() -> Iterable[str]:
    for service in catalogue().services.values():
        for process in PROCESSES:
            words = {"name": service.name, "package": service.package, "process": process}
            yield from _PROCESS.format_map(words).splitlines()
            yield "  environment:"
            yield from (f"    {line}" for line in _compose_variables(service.name, process))
            yield from (_ONCE if process == "setup" else _ALWAYS).format_map(words).splitlines()
            if process == "api":
                yield f"  deploy: {{replicas: {service.replicas}}}"
            yield ""


def _compose_variables(name: str, process: str) -> Iterable[str]:
    services, asked = catalogue().services, asked_of_operators()
    places = {"host": "0.0.0.0", "postgres": "postgres:5432", "rabbitmq": "rabbitmq:5672"}
    places |= {"http": str(catalogue().gateway_port)}
    places |= {f"{one.name}_api": f"{one.name}-api:{one.grpc}" for one in services.values()}
    if name == GATEWAY:
        places["probes"] = str(catalogue().gateway_probes)
    elif name in services:
        probes = services[name].probes if process == "api" else services[name].worker
        places |= {"grpc": str(services[name].grpc), "probes": str(probes)}

    def known(what: str) -> str:
        return _demanded(what, "missing" if what in asked else "a secret") if what.isupper() else places[what]

    for variable, value in environment(name, process, known).items():
        yield f"{variable}: {json.dumps(value)}"


def _gateways() -> Iterable[str]:
    """How many gateways there are, and where the machine reaches them: each at a port of its own."""
    first, count = catalogue().gateway_port, catalogue().gateway_replicas
    outside = f"{first}-{first + count - 1}" if count > 1 else first
    yield f'ports: ["${{CRM_HTTP_ADDRESS:-127.0.0.1}}:{outside}:{first}"]'
    yield f"deploy: {{replicas: {count}}}"


def _demanded(variable: str, what: str) -> str:
    return f"${{{variable}:?is {what}, see deploy/README.md}}"


def _compose_passwords() -> Iterable[str]:
    """What the database server must know to make the roles."""
    for setting in every_setting():
        for variable in secrets_of(setting) if "{postgres}" in setting.value else ():
            yield f"{variable}: {json.dumps(_demanded(variable, 'a secret'))}"


def _scrape_jobs() -> Iterable[str]:
    yield f"- job_name: {GATEWAY}"
    yield "  static_configs:"
    yield f'    - targets: ["{GATEWAY}:{catalogue().gateway_probes}"]'
    yield "      labels: {process: api}"
    for service in catalogue().services.values():
        yield f"- job_name: {service.name}"
        yield "  static_configs:"
        for process, port in (("api", service.probes), ("worker", service.worker)):
            yield f'    - targets: ["{service.name}-{process}:{port}"]'
            yield f"      labels: {{process: {process}}}"


# -- Kubernetes -----------------------------------------------------------------------------------------------------

_KUSTOMIZATION = """\
# Generated by `make deploy-files`: name, image and settings of one service. Other objects of it stand beside this file.
apiVersion: kustomize.config.k8s.io/v1beta1
kind: Kustomization
resources: [{resources}]
namePrefix: {name}-
labels:
  - pairs: {{app.kubernetes.io/name: {name}}}
    includeSelectors: true
images:
  - {{name: crm-service, newName: {package}}}
patches:
"""
_PATCH = """\
  - target: {{kind: Deployment|Job, name: {process}}}
    patch: |
      apiVersion: apps/v1
      kind: Deployment
      metadata: {{name: every}}
      spec:
        template:
          spec:
            containers:
              - name: crm
                command: [{package}]
                env:
"""
_DATABASE = """\
CREATE ROLE {database} LOGIN PASSWORD '{password}';
CREATE ROLE {owner} LOGIN PASSWORD '{password}' IN ROLE {database};
CREATE ROLE {sealer} LOGIN PASSWORD '{password}';
CREATE DATABASE {database} OWNER {owner};
REVOKE ALL ON DATABASE {database} FROM PUBLIC;
GRANT CONNECT ON DATABASE {database} TO {database}, {sealer};
"""


def _whole_files() -> Iterable[tuple[Path, str]]:
    dev = KUBERNETES / "overlays/dev"
    databases = (
        "-- Generated by `make deploy-files`: a database for each service, its owner, and the roles of its processes.\n"
    )
    for service in catalogue().services.values():
        yield KUBERNETES / f"base/services/{service.name}/kustomization.yaml", _kustomization(service)
        databases += _DATABASE.format(
            database=service.database, owner=service.owner, sealer=service.sealer, password=PASSWORD
        )
    yield dev / "databases.sql", databases
    for name in (GATEWAY, *catalogue().services):
        lines = [f"{one.name}={_not_secret(one)}" for one in settings_of(name).values() if one.secret]
        yield dev / f"secrets/{name}.env", _env_file("Keys that are no secret: production refuses them.", lines)
    accounts = [broker.password_variable(name) for name in (GATEWAY, *catalogue().services, *catalogue().subscribers)]
    lines = [f"{variable}={PASSWORD}" for variable in ("RABBITMQ_PASSWORD", *accounts)]
    yield dev / "secrets/broker.env", _env_file("For `python -m deploy.broker`, see the runbook.", lines)


def _env_file(about: str, lines: list[str]) -> str:
    return "\n".join([f"# Generated by `make deploy-files`. {about}", *lines, ""])


def _kustomization(service: Service) -> str:
    folder = REPOSITORY / KUBERNETES / "base/services" / service.name
    others = sorted(path.name for path in folder.glob("*.yaml") if path.name != "kustomization.yaml")
    resources = ", ".join(["../../service", *others])
    text = _KUSTOMIZATION.format(name=service.name, package=service.package, resources=resources)
    for process in PROCESSES:
        text += _PATCH.format(process=process, package=service.package)
        text += "".join(f"                  {line}\n" for line in _manifest_variables(service.name, process, "secrets"))
    return text


def _manifest_variables(name: str, process: str, secret: str) -> Iterable[str]:
    places = {"host": "0.0.0.0", "grpc": "9100", "probes": "9200", "http": str(catalogue().gateway_port)}
    places |= {f"{one}_api": f"{one}-api:9100" for one in catalogue().services}
    for setting in settings_of(name).values():
        if process not in setting.processes or not pattern_of(setting):
            continue
        if setting.secret:
            reference = f"{{secretKeyRef: {{name: {secret}, key: {setting.name}}}}}"
            yield f"- {{name: {setting.name}, valueFrom: {reference}}}"
        else:
            value = setting.example or fill(setting.value, places.__getitem__)
            yield f"- {{name: {setting.name}, value: {json.dumps(value)}}}"


def _not_secret(setting: Setting) -> str:
    """The value of a secret in the dev overlay."""
    places = {"postgres": "postgres:5432", "rabbitmq": "rabbitmq:5672"}
    drawn = {"key": base64.b64encode(SEED).decode(), "public_keys": public_key(SEED)}.get(setting.kind, PASSWORD)
    return setting.example or fill(setting.value, lambda what: drawn if what.isupper() else places[what])


def _certificates() -> Iterable[str]:
    for name in (GATEWAY, *catalogue().services):
        volume = f"{{name: certificate, secret: {{secretName: {name}-certificate}}}}"
        yield f"- target: {{kind: Deployment|Job, labelSelector: app.kubernetes.io/name={name}}}"
        yield "  patch: |"
        yield f"    - {{op: add, path: /spec/template/spec/volumes/-, value: {volume}}}"


# -- tables of documents --------------------------------------------------------------------------------------------


def _table(settings: Iterable[Setting]) -> Iterable[str]:
    yield from ("| variable | read by | meaning | default |", "|---|---|---|---|")
    for setting in settings:
        readers = "all" if setting.processes == PROCESSES else ", ".join(setting.processes)
        name = f"`{setting.name}`" + (f", else `{setting.fallback}`" if setting.fallback else "")
        default = "required" if setting.default is None else _shown(setting.default)
        yield f"| {name} | {readers} | {setting.meaning} | {default} |"


def _shown(default: str | int | bool) -> str:
    if isinstance(default, bool):
        return "on" if default else "off"
    return str(default) or "none"


def _common_table() -> Iterable[str]:
    return _table(common_settings("<service>").values())


def _table_of(name: str) -> Iterable[str]:
    return _table(settings_of(name).values())


def _own_table_of(name: str) -> Iterable[str]:
    settings = own_settings(name)
    if not settings:
        return ["None beside the common ones of the [chassis](../chassis/README.md)."]
    return _table(settings.values())


def _gateway_table() -> Iterable[str]:
    settings = {**common_settings(GATEWAY), **own_settings(GATEWAY, ("<service>",))}
    return _table(settings.values())


def _secrets_table() -> Iterable[str]:
    yield from ("| secret | keys |", "|---|---|")
    yield f"| `<service>-secrets` | {_keys(common_settings('<service>').values())} |"
    for name in catalogue().services:
        if keys := _keys(own_settings(name).values()):
            yield f"| `{name}-secrets` | also {keys} |"
    yield f"| `gateway-secrets` | {_keys(settings_of(GATEWAY).values())} |"


def _keys(settings: Iterable[Setting]) -> str:
    return " ".join(f"`{setting.name}`" for setting in settings if setting.secret and pattern_of(setting))


REGIONS: dict[str, Callable[..., Iterable[str]]] = {
    "processes": _compose_processes,
    "variables": lambda: _compose_variables(GATEWAY, GATEWAY),
    "gateways": _gateways,
    "apis": lambda: (f"{name}-api: {{condition: service_started}}" for name in catalogue().services),
    "passwords": _compose_passwords,
    "scrape jobs": _scrape_jobs,
    "services": lambda: (f"- services/{name}" for name in catalogue().services),
    "manifest variables": lambda: _manifest_variables(GATEWAY, GATEWAY, "gateway-secrets"),
    "secrets": lambda: (
        f"- {{name: {name}-secrets, behavior: merge, envs: [secrets/{name}.env]}}" for name in catalogue().services
    ),
    "certificates": _certificates,
    "common settings": _common_table,
    "settings": _table_of,
    "own settings": _own_table_of,
    "gateway settings": _gateway_table,
    "secret keys": _secrets_table,
}


# -- what services follow -------------------------------------------------------------------------------------------

_FOLLOWS = """\
# Generated by `make deploy-files`: the kinds of records that the subscriptions of each service name. From it come the
# rights of its account at the broker; those with personal events must stand under `personal` in services.yaml too.
"""


def follows() -> str:
    """Asks each service in a process of its own: whoever imports a service holds its tables."""
    importlib.import_module("crm_chassis.service")  # once, before the processes fork
    names = list(catalogue().services)
    with get_context("fork").Pool(maxtasksperchild=1) as pool:
        kinds = pool.map(_followed_by, names, chunksize=1)
    return _FOLLOWS + yaml.safe_dump(dict(zip(names, kinds, strict=True)), sort_keys=False)


def _followed_by(name: str) -> list[str]:
    service = importlib.import_module(f"crm_{name}.service").service
    records = {record for subscription in service.every_subscription for record in subscription.records}
    return sorted(record.removeprefix("crm.") for record in records)


def main() -> None:
    """Writes what has changed, and names it."""
    for path, text in {**files(), FOLLOWS.relative_to(REPOSITORY): follows()}.items():
        file = REPOSITORY / path
        if not file.exists() or file.read_text() != text:
            file.parent.mkdir(parents=True, exist_ok=True)
            file.write_text(text)
            sys.stdout.write(f"{path}\n")


if __name__ == "__main__":
    main()
