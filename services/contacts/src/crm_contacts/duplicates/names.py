"""When names are alike: of people, with forms of given names and typing errors, and of organisations."""

from __future__ import annotations

import unicodedata
from collections.abc import Sequence
from importlib.resources import files
from itertools import permutations

import jellyfish
from crm_chassis.remembered import remembers
from crm_chassis.text import words
from crm_kit.normalise import company_words
from rapidfuzz.distance import OSA

remembers(__name__)  # the table of given names; nobody is recognised by what is kept here

MAX_TOKENS = 4
"""Words of a person's name that are compared."""

_CALLED = frozenset("dr prof mr mrs ms miss sir herr frau dipl ing mag phd md jr sr".split())
_LETTERS = str.maketrans({"æ": "ae", "ø": "o", "ł": "l", "đ": "d", "ð": "d", "þ": "th", "œ": "oe", "ß": "ss", "ı": "i"})
_SOUNDS = (
    ("dt", "t"),
    ("ph", "f"),
    ("ck", "k"),
    ("y", "i"),
    ("th", "t"),
    ("v", "f"),
    ("oe", "o"),
    ("ue", "u"),
    ("ae", "a"),
)


def plain(text: str) -> str:
    """The folded text without accents."""
    folded = " ".join(words(text)).translate(_LETTERS)
    return "".join(sign for sign in unicodedata.normalize("NFD", folded) if not unicodedata.combining(sign))


def name_tokens(*names: str) -> tuple[str, ...]:
    """The words of a person's name, without forms of address and titles."""
    tokens = [token for name in names for token in plain(name).split()]
    return tuple([token for token in tokens if token not in _CALLED] or tokens)[:MAX_TOKENS]


def _groups() -> dict[str, frozenset[int]]:
    found: dict[str, set[int]] = {}
    lines = files(__package__).joinpath("given_names.txt").read_text("utf-8").splitlines()
    for number, line in enumerate(line for line in lines if not line.startswith("#")):
        for form in line.split():
            found.setdefault(form, set()).add(number)
    return {form: frozenset(numbers) for form, numbers in found.items()}


GIVEN_NAMES = _groups()
"""For each form of a given name, the names that it is a form of."""


def sounds(token: str) -> str:
    """How a word sounds, in a form that is equal for words that sound alike; the word itself if it has no sound."""
    heard = token
    for spelled, said in _SOUNDS:
        heard = heard.replace(spelled, said)
    return jellyfish.metaphone(heard) or token


def keys_of(token: str) -> list[str]:
    """By what a word of a name is found: how it sounds and, of a given name, the names that it is a form of."""
    return [sounds(token), *(f"#{group}" for group in sorted(GIVEN_NAMES.get(token, ()))[:3])]


def are_forms(one: str, other: str) -> bool:
    """Whether two words are forms of one given name."""
    return not GIVEN_NAMES.get(one, frozenset()).isdisjoint(GIVEN_NAMES.get(other, frozenset()))


def token_likeness(one: str, other: str) -> float:
    """How alike two words of a name are, from 0 to 1: a typing error takes little, two of a short word take all.

    Two given names are two, and so are words with different numbers.
    """
    if one == other:
        return 1.0
    if are_forms(one, other):
        return 0.95
    if (one in GIVEN_NAMES and other in GIVEN_NAMES) or any(map(str.isdigit, one + other)):
        return 0.3
    short, long = sorted((one, other), key=len)
    if len(short) == 1:
        return 0.8 if long.startswith(short) else 0.0
    distance = OSA.distance(one, other, score_cutoff=2)
    if distance == 1 and len(long) >= 4:
        return 0.94 if len(short) >= 5 else 0.9
    if sounds(one) == sounds(other) and one[0] == other[0]:
        return 0.9
    if distance == 2 and len(short) >= 7:
        return 0.85
    return min(0.6, OSA.normalized_similarity(one, other))


def name_likeness(one: Sequence[str], other: Sequence[str]) -> float:
    """How alike the words of two people's names are, in whatever order, from 0 to 1.

    A word that only one of them has, such as a second given name, takes little from two that both have, and much from
    one.
    """
    short, long = sorted((tuple(one), tuple(other)), key=len)
    if not short:
        return 0.0
    if short == long:
        return 1.0
    best = 0.0
    for chosen in permutations(range(len(long)), len(short)):
        found = [token_likeness(token, long[place]) for token, place in zip(short, chosen, strict=True)]
        # One word that is another name makes it another person.
        score = min(found) if min(found) < 0.75 else sum(found) / len(found)
        best = max(best, score)
    extra = len(long) - len(short)
    if not extra:
        return best
    return best * (1 - 0.04 * extra) if len(short) >= 2 else min(best, 1.0) * 0.6


def sound_alike(one: Sequence[str], other: Sequence[str]) -> float:
    """1 if each word of the shorter name sounds like one of the other, or is a form of it; else 0."""
    short, long = sorted((tuple(one), tuple(other)), key=len)
    if not short or (len(short) == 1 and len(long) > 1):
        return 0.0
    left = list(long)
    for token in short:
        heard = next((two for two in left if two == token or are_forms(two, token) or _heard(two, token)), None)
        if heard is None:
            return 0.0
        left.remove(heard)
    return 1.0


def _heard(one: str, other: str) -> bool:
    if one in GIVEN_NAMES and other in GIVEN_NAMES:
        return False
    return len(one) > 1 and len(other) > 1 and sounds(one) == sounds(other)


def company_tokens(name: str) -> tuple[str, ...]:
    """The words of an organisation's name without accents and legal forms."""
    return tuple(plain(" ".join(company_words(name))).split())


def company_likeness(one: Sequence[str], other: Sequence[str]) -> float:
    """How alike the names of two organisations are, from 0 to 1, by their words without legal forms."""
    first, second = "".join(one), "".join(other)
    if not first or not second:
        return 0.0
    if first == second:
        return 1.0
    if sorted(one) == sorted(other):
        return 0.97
    if {word for word in one if _numbers(word)} != {word for word in other if _numbers(word)}:
        return min(0.7, OSA.normalized_similarity(first, second))
    distance = OSA.distance(first, second, score_cutoff=2)
    short = min(len(first), len(second))
    if distance == 1 and short >= 5:
        return 0.94
    if distance == 2 and short >= 8:
        return 0.9
    return min(0.7, OSA.normalized_similarity(first, second))


def _numbers(word: str) -> bool:
    """Whether a word tells one of a row from the next: "Store 1" and "Store 2" are two."""
    return len(word) == 1 or any(sign.isdigit() for sign in word)
