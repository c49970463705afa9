"""Does harm by a plan that follows from the seed alone: which faults, on which victims, in which order."""

from __future__ import annotations

import random
import threading
import time
from collections.abc import Callable
from dataclasses import dataclass

from deploy.dev.catalogue import catalogue
from tests.chaos.harm import (
    BACKEND,
    BROKER,
    CUT,
    DATABASE,
    DELAY,
    FILL,
    FREEZE,
    GATEWAY,
    KILL,
    LOSS,
    RESET,
    SKEW,
    SKEW_SECONDS,
    Fault,
    Harm,
)


@dataclass(frozen=True)
class Dose:
    """How many faults of each kind; of the kills, so many hit the broker, the database, and the rest anything else."""

    kills: int
    broker_kills: int
    database_kills: int
    freezes: int = 0
    delays: int = 0
    resets: int = 0
    cuts: int = 0
    losses: int = 0
    skews: int = 0
    fills: int = 0

    @property
    def network(self) -> bool:
        """Whether a proxy is needed."""
        return bool(self.delays or self.resets or self.cuts or self.losses)


def plan(dose: Dose, processes: list[str], seed: int) -> list[Fault]:
    """The faults in their order. Half of the database's kills, rounded down, hit one of its back-ends only."""
    choose = random.Random(f"plan {seed}")
    services = list(catalogue().services)
    backends = dose.database_kills // 2
    faults = [Fault(KILL, BROKER) for _ in range(dose.broker_kills)]
    faults += [Fault(KILL, DATABASE) for _ in range(dose.database_kills - backends)]
    faults += [Fault(KILL, BACKEND) for _ in range(backends)]
    faults += [Fault(KILL, choose.choice(processes)) for _ in range(dose.kills - len(faults))]
    faults += [Fault(FREEZE, choose.choice([*processes, BROKER]), choose.uniform(2, 10)) for _ in range(dose.freezes)]
    faults += [Fault(DELAY, choose.choice([DATABASE, BROKER]), choose.uniform(5, 10)) for _ in range(dose.delays)]
    faults += [Fault(RESET, choose.choice([DATABASE, BROKER, *services])) for _ in range(dose.resets)]
    ways = ("both ways", "there", "back")
    for kind in [CUT] * dose.cuts + [LOSS] * dose.losses:
        victim = choose.choice([BROKER, DATABASE, *services])
        faults.append(Fault(kind, victim, choose.uniform(5, 15), choose.choice(ways)))
    for _ in range(dose.skews):
        ahead = choose.choice((SKEW_SECONDS, -SKEW_SECONDS))
        faults.append(Fault(SKEW, choose.choice(services), choose.uniform(10, 20), str(ahead)))
    faults += [Fault(FILL, (BROKER, DATABASE)[number % 2], choose.uniform(8, 15)) for number in range(dose.fills)]
    choose.shuffle(faults)
    return faults


class Nemesis(threading.Thread):
    """Carries out the plan within about `seconds`; tells each fault to `say`."""

    def __init__(
        self, harm: Harm, halt: threading.Event, faults: list[Fault], seconds: float, say: Callable[[str], None]
    ) -> None:
        super().__init__(name="nemesis", daemon=True)
        self._harm = harm
        self._halt = halt
        self._random = random.Random(len(faults))
        self._pause = seconds / max(1, len(faults))
        self._say = say
        self.plan = faults
        self.done: list[Fault] = []
        self.error: BaseException | None = None

    def run(self) -> None:
        try:
            for fault in self.plan:
                began = time.monotonic()
                if self._halt.wait(self._random.uniform(0.1, 0.6) * self._pause):
                    return
                self._say(str(fault))
                self.done.append(fault)
                self._harm.do(fault)
                self._halt.wait(self._pause - (time.monotonic() - began))
        except BaseException as error:
            self.error = error


def gateways_own(fault: Fault) -> bool:
    """Whether a fault keeps the gateway itself from answering."""
    return fault.victim == GATEWAY and fault.kind in (KILL, FREEZE)
