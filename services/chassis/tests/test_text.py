"""When two texts are the same, and the words by which a text is found."""

from __future__ import annotations

import pytest
from crm_chassis.text import composed, fold, has_words, query_terms, terms, words
from hypothesis import given
from hypothesis import strategies as st


def test_a_fold_is_one_whatever_the_encoding() -> None:
    # One sign for three letters of both cases; a letter whose lower case is composed of two.
    assert fold("\u3392") == "mhz"
    assert fold("J\u030cork") == fold("\u01f0ork") == "\u01f0ork"
    assert fold("İstanbul") == fold("istanbul")
    assert fold("Jos\u00e9") == fold("JOSE\u0301") != fold("Jose")
    for text in ("İstanbul", "ﬀ", "ẞ", "Ａ", "\u1e9e\u0301"):
        assert fold(fold(text)) == fold(text)


@pytest.mark.parametrize(
    ("given_", "kept"),
    [
        ("\u200eAcme\u200f (Ltd.)\u061c", "Acme (Ltd.)"),
        ("\u200e ann@x.example", "ann@x.example"),
        ("+49 30\u200e 1234", "+49 30 1234"),
        ("\u200e\u200f", ""),
        ("Me\u00adyer", "Meyer"),
        ("k\u20611", "k1"),
        ("\u3164", ""),
        ("\U0001f469\u200d\U0001f680", "\U0001f469\u200d\U0001f680"),
        ("\u2764\ufe0f", "\u2764\ufe0f"),
        ("\u05e9\u05dc\u05d5\u05dd (A)\u200f", "\u05e9\u05dc\u05d5\u05dd (A)\u200f"),
        ("\u0634\u0631\u0643\u0629\u061c 12", "\u0634\u0631\u0643\u0629\u061c 12"),
        ("C++\u200e \u05d7\u05d1\u05e8\u05d4", "C++\u200e \u05d7\u05d1\u05e8\u05d4"),
    ],
)
def test_what_nobody_sees_stays_only_where_it_does_something(given_: str, kept: str) -> None:
    assert composed(given_) == kept


def test_letters_with_their_marks_are_one_word() -> None:
    assert words("हरे राम") == ["हरे", "राम"]
    assert words("x_y, O'Neil-2") == ["x", "y", "o", "neil", "2"]
    assert words("!!! 🦄") == []


@pytest.mark.parametrize(
    ("text", "query", "found"),
    [
        ("Acme Corp", "corp ac", True),
        ("Acme Corp", "cme", False),
        ("Straße 1", "STRASSE", True),
        ("José", "Jose\u0301", True),
        ("हरे राम", "हीरा", False),
        ("王小明", "小明", True),
        ("王小明", "明", True),
        ("王小明", "王明", False),
        ("김민수", "김", True),
        ("김민수", "민수", True),
        ("삼성전자", "전자", True),
        ("삼성전자", "삼자", False),
        ("สมชายใจดี", "ใจดี", True),
        ("Acme 東京 KK", "東京 acme", True),
        ("東京都港区", "京都", True),
        ("ann+crm@x.example", "ann+crm@", True),
        ("ann+crm@x.example", "x.example", True),
        ("ann@x.example, Ann Smith", "ann@x smith", True),
        ("+442079460958", "+44 20 7946", True),
        ("02079460958", "020 7946 0958", True),
        ("ann@xn--bcher-kva.example", "ann@bücher.ex", True),
        ("ann@xn--bcher-kva.example", "ann@xn--bcher-kva.ex", True),
        ("ann@xn--bcher-kva.example", "BÜCHER", True),
        ("ann@xn--strae-oqa.example", "ann@straße.example", True),
        ("xn--no-domain-at-all", "xn--no", True),
    ],
)
def test_what_finds_a_text(text: str, query: str, found: bool) -> None:
    assert has_words(text, query) is found


def test_signs_are_no_query() -> None:
    assert query_terms('!!! "') == query_terms(" ") == query_terms("-- -- -- --") == []


@given(st.text(max_size=80))
def test_a_text_is_found_by_itself_and_by_its_beginning(text: str) -> None:
    assert has_words(text, text) or "@" in text or "+" in text or len(words(text)) > 8 or len(terms(text)) >= 60
    first = next(iter(words(text)), "")
    assert has_words(text, first[: max(1, len(first) // 2)])
