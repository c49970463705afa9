"""Asking several services at once."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Mapping
from dataclasses import dataclass, field

from crm_chassis.errors import DomainError


@dataclass
class Answers:
    """What came back, by service."""

    good: dict[str, bytes] = field(default_factory=dict)
    failed: dict[str, DomainError] = field(default_factory=dict)

    @property
    def unavailable(self) -> list[str]:
        """The services that did not answer; others may have answered with an error."""
        return sorted(name for name, error in self.failed.items() if error.status >= 500)

    def raise_input(self, *prefixes: str) -> None:
        """Raises the first error that is about the request itself, with the fields named as the client wrote them."""
        for error in self.failed.values():
            if error.status < 500 and error.status not in (403, 404):
                for prefix in prefixes:
                    error.errors = {name.removeprefix(prefix): found for name, found in error.errors.items()}
                raise error


async def ask(calls: Mapping[str, Awaitable[bytes]]) -> Answers:
    """Waits for all calls; an error of one does not touch the others."""
    answers = Answers()
    results = await asyncio.gather(*calls.values(), return_exceptions=True)
    for service, result in zip(calls, results, strict=True):
        if isinstance(result, bytes):
            answers.good[service] = result
        elif isinstance(result, DomainError):
            answers.failed[service] = result
        else:
            raise result
    return answers
