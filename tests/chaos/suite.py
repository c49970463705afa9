"""The copy of the suite that is harmed, behind a proxy and on a disk of its own where the profile needs them."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import nullcontext

from deploy.dev import rabbitmq
from deploy.dev.catalogue import REPOSITORY
from deploy.dev.instance import Instance
from tests.chaos import cables
from tests.chaos.harm import Disks
from tests.chaos.proxy import Network
from tests.chaos.report import Report
from tests.chaos.run import PROFILES, Run

NAME = "chaos"


class Routed(Instance):
    """An instance whose processes reach each other through the proxy, if there is one."""

    network: Network | None = None

    def route(self, client: str, server: str, port: int) -> str:
        return self.network.open(f"{client}>{server}", port) if self.network else super().route(client, server, port)


def run(profile: str, seed: int, say: Callable[[str], None], *, keep: bool = False) -> Report:
    """One run from an empty database; with `keep`, databases and logs stay in .run/chaos."""
    chosen = PROFILES[profile]
    disks = Disks(REPOSITORY / ".run" / NAME)
    lossy = bool(chosen.dose.losses) and not cables.impossible()
    rabbitmq.obtain(REPOSITORY / ".run" / "tools", say)  # while packages can still be fetched
    with (
        cables.own_network() if lossy else nullcontext(),
        Routed(NAME, say=lambda line: say(line.split(" s ", 1)[-1].strip())) as instance,
    ):
        instance.stop()
        disks.unmount()
        instance.erase()
        if chosen.dose.fills:
            disks.mount()
        if chosen.dose.network:
            instance.network = Network(cables=lossy)
        try:
            instance.start(replicas={"contacts": 2}, env={"CRM_RATE_LIMITS": "off"})
            instance.wait_ready(180)
            report = Run(instance, chosen, seed, say, instance.network, disks).go()
        finally:
            instance.stop()
            if instance.network is not None:
                instance.network.close()
            if not keep:
                disks.unmount()
                instance.erase()
    return report
