"""What a deployment sets for each process: the settings it declares (settings.toml), filled with what is known there.

The launcher, the compose file and the manifests differ only in what they know: `known("postgres")` is an address of
this machine here and the name of a container there, `known("CRM_LINK_KEY")` a secret here and a reference to it there.
docs/how-to-add-a-setting.md lists the names.
"""

import re
from collections.abc import Callable, Iterator

from crm_chassis.settings import GATEWAY, Setting, declared

from deploy.dev.catalogue import catalogue

Known = Callable[[str], str]
_NAME = re.compile(r"\{(\w+)\}")


def settings_of(name: str) -> dict[str, Setting]:
    """The settings of a service or the gateway by variable."""
    return declared(name, tuple(catalogue().services) if name == GATEWAY else ())


def every_setting() -> Iterator[Setting]:
    """The settings of the gateway and of each service."""
    for name in (GATEWAY, *catalogue().services):
        yield from settings_of(name).values()


def environment(name: str, process: str, known: Known, *, development: bool = False) -> dict[str, str]:
    """The variables that a deployment sets for a process; what an operator must say is asked for by its own name."""
    return {
        setting.name: fill(pattern, known)
        for setting in settings_of(name).values()
        if process in setting.processes and (pattern := pattern_of(setting, development=development))
    }


def pattern_of(setting: Setting, *, development: bool = False) -> str:
    """What a deployment sets it to, names unfilled; empty if it leaves it to its default."""
    asked = f"{{{setting.name}}}" if setting.example else ""
    return (setting.development if development else "") or setting.value or asked


def fill(pattern: str, known: Known) -> str:
    """A pattern with its `{names}` replaced."""
    return _NAME.sub(lambda match: known(match[1]), pattern)


def secrets_of(setting: Setting) -> list[str]:
    """The secrets that are drawn for a setting: names in capitals."""
    return [name for name in _NAME.findall(setting.value) if name.isupper()]


def asked_of_operators() -> dict[str, Setting]:
    """What nobody can draw or know: addresses of the installation."""
    return {setting.name: setting for setting in every_setting() if setting.example}
