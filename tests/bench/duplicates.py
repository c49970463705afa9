"""How well the built-in rules find people who were written down twice, at a size that is asked for.

    python -m tests.bench.duplicates --people 100000 --pairs 5000

People have names of real customers and work at real companies, some of which are made up of parts of real ones. Some are
written down a second time as people do it: with a typing error, a short form of the given name, names in the other
order, another notation of number and address, or after they have moved to another company.
"""

from __future__ import annotations

import argparse
import csv
import random
import time
from collections import Counter, defaultdict
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import combinations
from pathlib import Path
from typing import Any

from crm_contacts.duplicates.builtin import built_in
from crm_contacts.duplicates.comparison import Comparison, compare
from crm_contacts.duplicates.names import GIVEN_NAMES, name_tokens
from crm_contacts.duplicates.queries import COMMON
from crm_contacts.duplicates.traits import CONTACT, Traits, of_contact

DATA = Path(__file__).resolve().parents[2].parent / "shared" / "data"
PLACES = ("Berlin", "Hamburg", "London", "Leeds", "Boston", "Denver", "Paris", "Lyon", "Madrid", "Vienna")
COUNTRIES = {"Berlin": "DE", "Hamburg": "DE", "London": "GB", "Leeds": "GB", "Boston": "US", "Denver": "US",
             "Paris": "FR", "Lyon": "FR", "Madrid": "ES", "Vienna": "AT"}  # fmt: skip
Person = dict[str, Any]


@dataclass(frozen=True)
class Quality:
    """What was found of what is there."""

    precision: float
    recall: float
    seconds: float
    compared: int
    missed: Mapping[str, int]
    """By what was done to them."""


class Population:
    """People of whom some stand twice in it."""

    def __init__(self, people: int, pairs: int, seed: int = 1, data: Path = DATA) -> None:
        self._random = random.Random(seed)
        with (data / "support_tickets.csv").open(encoding="utf-8") as file:
            names = sorted({row["Customer Name"] for row in csv.DictReader(file)})
        with (data / "crm_sales" / "accounts.csv").open(encoding="utf-8") as file:
            accounts = sorted({row["account"] for row in csv.DictReader(file)})
        parts = [name.split() for name in names if len(name.split()) == 2]
        self._first = sorted({first for first, _ in parts})
        self._last = sorted({last for _, last in parts})
        self._companies = accounts + [f"{self._pick(self._last)} {self._pick(accounts)}" for _ in range(people // 20)]
        self._taken: set[tuple[str, str, str]] = set()
        """Nobody could tell two people of one name in one company apart, so there are none."""
        self.records: list[tuple[Person, Mapping[str, Any]]] = []
        self.same: dict[tuple[int, int], str] = {}
        """Pairs of places among the records, with what was done to the second."""
        for _ in range(people):
            self.records.append(self._person())
        ways: list[Callable[[Person, Any], Any]] = [
            self._typo, self._typo_of_address, self._short_form, self._swapped, self._notation, self._moved, self._sparse,
        ]  # fmt: skip
        for number, place in enumerate(self._random.sample(range(people), pairs)):
            way = ways[number % len(ways)]
            self.same[place, len(self.records)] = way.__name__.strip("_")
            person, company = self.records[place]
            self.records.append(way({**person}, company))

    def traits(self) -> list[Traits]:
        """What the records are compared by."""
        return [of_contact(person, company) for person, company in self.records]

    def _pick(self, values: Any) -> Any:
        return self._random.choice(values)

    def _company(self) -> Mapping[str, Any]:
        name = self._pick(self._companies)
        return {"name": name, "domains": ["".join(name.lower().split()) + ".example"]}

    def _person(self) -> tuple[Person, Mapping[str, Any]]:
        company, city = self._company(), self._pick(PLACES)
        first, last = self._pick(self._first), self._pick(self._last)
        while (one := (*sorted((first, last)), company["name"])) in self._taken:
            first, company = self._pick(self._first), self._company()
        self._taken.add(one)
        number = f"+49151{self._random.randrange(10**7, 10**8)}"
        person = {
            "first_name": first, "last_name": last, "title": "", "country": COUNTRIES[city],
            "emails": [{"address": f"{first}.{last}@{company['domains'][0]}".lower()}] if self._random.random() < 0.8 else [],
            "phones": [{"number": number}] if self._random.random() < 0.7 else [],
            "addresses": [{"city": city}],
        }  # fmt: skip
        return person, company

    # -- how somebody is written down again ----------------------------------------------------------------

    def _mistyped(self, text: str) -> str:
        place = self._random.randrange(1, max(2, len(text) - 1))
        kind = self._random.randrange(4)
        if kind == 0:
            return text[:place] + text[place + 1 :]
        if kind == 1:
            return text[:place] + text[place : place + 2][::-1] + text[place + 2 :]
        letter = self._pick("aeinrst")
        return text[:place] + letter + text[place + (1 if kind == 2 else 0) :]

    def _typo(self, person: Person, company: Any) -> Any:
        names = self._pick((["first_name"], ["last_name"], ["first_name", "last_name"]))
        return person | {name: self._mistyped(person[name]) for name in names} | {"emails": []}, company

    def _typo_of_address(self, person: Person, company: Any) -> Any:
        emails = [
            {"address": f"{self._mistyped(one['address'].split('@')[0])}@{company['domains'][0]}"}
            for one in person["emails"]
        ]
        return person | {"emails": emails}, company

    def _short_form(self, person: Person, company: Any) -> Any:
        first = name_tokens(person["first_name"])[0]
        groups = GIVEN_NAMES.get(first, frozenset())
        forms = sorted(name for name, of in GIVEN_NAMES.items() if of & groups and name != first)
        return person | {
            "first_name": self._pick(forms).title() if forms else first[0].upper() + ".",
            "phones": [],
        }, company

    def _swapped(self, person: Person, company: Any) -> Any:
        return person | {"first_name": person["last_name"], "last_name": person["first_name"], "emails": []}, company

    def _notation(self, person: Person, company: Any) -> Any:
        phones = [{"number": "0049 (0) " + one["number"][3:6] + "/" + one["number"][6:]} for one in person["phones"]]
        emails = [{"address": one["address"].upper()} for one in person["emails"]]
        named = {"first_name": person["first_name"].upper(), "last_name": f"Dr. {person['last_name']}"}
        return person | {"phones": phones, "emails": emails, **named}, {**company, "name": f"{company['name']}, Inc."}

    def _moved(self, person: Person, _: Any) -> Any:
        company = self._company()
        phones = person["phones"] or [{"number": f"+49152{self._random.randrange(10**7, 10**8)}"}]
        person["phones"] = phones
        place = list(self.same)[-1][0]
        self.records[place][0]["phones"] = phones
        return {**person, "emails": [{"address": f"{person['last_name']}@{company['domains'][0]}".lower()}]}, company

    def _sparse(self, person: Person, company: Any) -> Any:
        """A name and a city, as from a list of visitors."""
        return {**person, "emails": [], "phones": []}, company


def candidates(traits: list[Traits]) -> Iterator[tuple[int, int]]:
    """The pairs that share a key which is not too common, each once."""
    places: dict[str, list[int]] = defaultdict(list)
    for place, one in enumerate(traits):
        for key in one.keys:
            places[key].append(place)
    pairs = {pair for found in places.values() if len(found) <= COMMON for pair in combinations(found, 2)}
    yield from pairs


def measure(population: Population) -> Quality:
    """What the built-in rules find."""
    return curve(population, (0.0,))[0]


def curve(population: Population, scores: Sequence[float]) -> list[Quality]:
    """The same of the pairs that have at least a score, for each of the scores."""
    began = time.perf_counter()
    rules = [
        ([Comparison.of(one) for one in rule.comparisons], rule.least_score)
        for rule in built_in()
        if rule.record_type == rule.other_record_type == CONTACT
    ]
    traits = population.traits()
    found: dict[tuple[int, int], float] = {}
    compared = 0
    for one, other in candidates(traits):
        compared += 1
        matches = (compare(comparisons, least, traits[one], traits[other]) for comparisons, least in rules)
        if score := max((match.score for match in matches if match is not None), default=0.0):
            found[one, other] = score
    seconds = round(time.perf_counter() - began, 2)
    return [
        _quality(population, {pair for pair in found if found[pair] >= least}, seconds, compared) for least in scores
    ]


def _quality(population: Population, found: set[tuple[int, int]], seconds: float, compared: int) -> Quality:
    right = found & population.same.keys()
    missed = Counter(way for pair, way in population.same.items() if pair not in found)
    precision, recall = len(right) / max(1, len(found)), len(right) / max(1, len(population.same))
    return Quality(precision, recall, seconds, compared, dict(missed))


def main() -> None:
    """Prints precision and recall for several scores."""
    parser = argparse.ArgumentParser(prog="tests.bench.duplicates")
    parser.add_argument("--people", type=int, default=100_000)
    parser.add_argument("--pairs", type=int, default=5_000)
    parser.add_argument("--seed", type=int, default=1)
    arguments = parser.parse_args()
    population = Population(arguments.people, arguments.pairs, arguments.seed)
    print(f"{len(population.records):,} records, {len(population.same):,} pairs")
    print("score  precision  recall   compared  seconds")
    scores = (0.0, 0.94, 0.96, 0.98, 1.0)
    for least, found in zip(scores, curve(population, scores), strict=True):
        print(f"{least:5.2f}  {found.precision:9.3f}  {found.recall:6.3f}  {found.compared:9,}  {found.seconds:7.1f}")
        if not least:
            print(f"       missed: {found.missed}")


if __name__ == "__main__":
    main()
