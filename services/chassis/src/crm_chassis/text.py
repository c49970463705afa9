"""When two texts are the same, and the words by which a text is found: one rule for keys, filters and search.

Texts are compared in Unicode's compatibility form without case (UAX 15, UAX 21). Words are runs of letters, marks and
digits; scripts that write without blanks are cut into pairs of signs, because nobody types such a text as a whole.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable, Iterator
from itertools import islice

import idna

MAX_TERMS = 60
"""Most terms by which one text is found."""
MAX_TERM_LENGTH = 60
MAX_WORDS = 8
"""Most words that a query looks for."""

# Han, Hiragana, Katakana; Hangul, whose names and compounds are written in one; Thai, Lao, Khmer, Burmese.
_UNSPACED = re.compile(
    "([\u3040-\u30ff\u31f0-\u31ff\u3400-\u4dbf\u4e00-\u9fff\uf900-\ufaff\U00020000-\U0003ffff"
    "\uac00-\ud7af\u0e00-\u0eff\u1780-\u17ff\u1000-\u109f]+)"
)
# Signs that nobody sees and that change nothing that one sees: two texts that differ in them alone would look the same.
# Joiners stay, with which scripts and emoji are written, and the selectors of an emoji's form.
_UNSEEN = re.compile("[\u00ad\u034f\u115f\u1160\u17b4\u17b5\u180e\u2061-\u2064\u206a-\u206f\u3164\uffa0\ufff9-\ufffb]")
_MARKS = re.compile("[\u061c\u200e\u200f]")
_ASCII_FORM = re.compile(r"xn--[a-z0-9-]+")
_TELEPHONE = re.compile(r"\+?[\d\s()./-]{7,}")


def composed(text: str) -> str:
    """The text in the form in which canonically equal texts are equal (NFC), without surrounding blanks.

    Marks of direction (U+200E, U+200F, U+061C) stay where there are letters that are written from right to left: there
    they put signs between such letters in their place. Elsewhere they do nothing, nobody sees them, and two texts that
    look alike would not be equal: they are taken out, as other signs are that are never seen, such as soft hyphens.
    """
    text = _UNSEEN.sub("", unicodedata.normalize("NFC", text))
    if _MARKS.search(text) and not any(map(_is_right_to_left, text)):
        text = _MARKS.sub("", text)
    return text.strip()


def _is_right_to_left(sign: str) -> bool:
    return unicodedata.category(sign)[0] == "L" and unicodedata.bidirectional(sign) in ("R", "AL")


def fold(text: str) -> str:
    """The text without what is only a difference of case or of encoding: NFKC and full case folding.

    "STRASSE" and "Straße", "Ａcme" and "ACME", "İstanbul" and "istanbul" fold to the same; accents stay, because they
    tell names apart.
    """
    folded = unicodedata.normalize("NFKC", text).casefold()
    return unicodedata.normalize("NFKC", folded).replace("i\u0307", "i")


def in_letters(text: str) -> str:
    """The text with the labels of international domains, which are stored in ASCII (A-labels), as people write them."""
    return _ASCII_FORM.sub(_letters, text) if "xn--" in text else text


def words(text: str) -> list[str]:
    """The folded runs of letters, marks and digits of a text, in order."""
    return _runs(fold(text))


def terms(text: str) -> list[str]:
    """What a text is found by: its words, and whole what stands between blanks, such as an address. No repetition.

    An international domain is found in letters too, in which people type it; it is stored in ASCII.
    """
    found: dict[str, None] = {}
    for token in _spelled_out(fold(text).split()):
        found[token[:MAX_TERM_LENGTH]] = None
        for word in _runs(token):
            found |= dict.fromkeys(_pieces(word, 0))
    return [term for term in islice(found, MAX_TERMS) if _runs(term)]


def query_terms(query: str) -> list[str]:
    """What a text must have terms that begin with, each of these, to be found by a query; empty if it has no word."""
    if _TELEPHONE.fullmatch(query.strip()):
        return [re.sub(r"[^\d+]", "", query)[:MAX_TERM_LENGTH]] if words(query) else []
    found: dict[str, None] = {}
    for token in fold(query).split():
        if "@" in token.strip("@") or re.match(r"\+\d", token):
            found[token[:MAX_TERM_LENGTH]] = None
        else:
            for word in _runs(token):
                found |= dict.fromkeys(_pieces(word, 1))
    return list(islice(found, MAX_WORDS))


def is_word(text: str) -> bool:
    """Whether a text is long enough to look for: two letters, or one sign of a script written without blanks."""
    return len(text) > 1 or bool(_UNSPACED.fullmatch(text))


def has_words(text: str, query: str) -> bool:
    """Whether a text has, for every term of the query, a term that begins with it."""
    present = terms(text)
    return all(any(term.startswith(wanted) for term in present) for wanted in query_terms(query))


def _spelled_out(tokens: Iterable[str]) -> Iterator[str]:
    for token in tokens:
        yield token
        if (letters := fold(in_letters(token))) != token:
            yield letters


def _letters(label: re.Match[str]) -> str:
    try:
        return idna.decode(label[0])
    except (UnicodeError, idna.IDNAError):
        return label[0]  # It only looks like one.


def _runs(folded: str) -> list[str]:
    return "".join(c if unicodedata.category(c)[0] in "LMN" else " " for c in folded).split()


def _pieces(word: str, incomplete: int) -> list[str]:
    """A word, cut where it is written without blanks: there each pair of signs, and the last sign unless it is cut off.

    A text has the last sign alone too, so that one sign finds it wherever it stands; of a query of several signs the
    pairs are enough.
    """
    pieces = []
    for part in filter(None, _UNSPACED.split(word)):
        if _UNSPACED.fullmatch(part):
            pieces += [part[at : at + 2] for at in range(max(1, len(part) - incomplete))]
        else:
            pieces.append(part[:MAX_TERM_LENGTH])
    return pieces
