"""Lines of a mail's header, of values that come from data.

Nothing in a value is understood: a text that looks like an encoded word (RFC 2047) is encoded itself, so that it is
shown as it is, and whatever could end a line or turn its direction is taken out. The e-mail package of Python 3.11
reads encoded words in what it is given, and loses blanks between those that it writes; so they are written here.
"""

from __future__ import annotations

import re
from base64 import b64encode
from collections.abc import Callable, Iterator

from crm_chassis.mail.addresses import Address

WIDTH = 76
"""The longest line that holds encoded words."""
LONGEST_QUOTED = 60
_LINE_ENDS = re.compile(r"[\x00-\x1f\x7f-\x9f\u2028\u2029]+")
_UNSEEN = re.compile(r"[\u061c\u200b\u200e\u200f\u202a-\u202e\u2060-\u206f\ufeff\ufff9-\ufffb\ud800-\udfff]")
_PLAIN = re.compile(r"[ -~]*")
_SAFE = frozenset(b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789!*+-/")
"""What stands for itself in an encoded word wherever that is, in a phrase too."""


def one_line(text: str) -> str:
    """A text without control characters, line ends and signs that nobody sees or that turn the direction of writing."""
    return _UNSEEN.sub("", _LINE_ENDS.sub(" ", text)).strip()


def text_line(name: str, text: str) -> bytes:
    """A header that is text: `Subject`. Long ones are folded."""
    text = one_line(text)
    words = text.split(" ")
    longest = max(map(len, words))
    if not _is_plain(text) or "" in words[1:] or longest > WIDTH - len(name) - 2:
        words = list(_encoded_words(text, WIDTH - len(name) - 2))
    return _folded(name, words)


def mailbox_line(name: str, display_name: str, address: Address) -> bytes:
    """A header that is one mailbox: `From`, `To`."""
    text = one_line(display_name)
    quoted = re.sub(r'(["\\])', r"\\\1", text)
    if _is_plain(text) and len(quoted) <= LONGEST_QUOTED:
        words = [f'"{quoted}"'] if text else []
    else:
        words = list(_encoded_words(text, WIDTH - len(name) - 2))
    return _folded(name, [*words, f"<{address}>"])


def fixed_line(name: str, value: str) -> bytes:
    """A header in one piece of a value that we have made ourselves: mail programs do not find a link in two lines.

    Raises ValueError for one that holds anything but printable ASCII.
    """
    if not _PLAIN.fullmatch(value):
        raise ValueError(f"{name} must be printable ASCII in one line")
    return f"{name}: {value}\r\n".encode()


def _is_plain(text: str) -> bool:
    return _PLAIN.fullmatch(text) is not None and "=?" not in text


def _folded(name: str, words: list[str]) -> bytes:
    """The words with a blank between them, or a new line where the next one would not fit."""
    lines = [f"{name}:"]
    for word in words:
        if len(lines[-1]) + 1 + len(word) > WIDTH and lines[-1] != f"{name}:":
            lines.append("")
        lines[-1] += f" {word}"
    return "\r\n".join([*lines, ""]).encode()


def _encoded_words(text: str, room: int) -> Iterator[str]:
    """The whole text as encoded words, its blanks too: those between encoded words are no part of the text.

    The first has so much room, the others that of a line.
    """
    kind, encode = min((("q", _quoted), ("b", _base64)), key=lambda way: len(way[1](text)))
    word = ""
    for sign in text:
        if len(_word(kind, encode, word + sign)) > room and word:
            yield _word(kind, encode, word)
            word, room = "", WIDTH - 1
        word += sign
    yield _word(kind, encode, word)


def _word(kind: str, encode: Callable[[str], str], text: str) -> str:
    return f"=?utf-8?{kind}?{encode(text)}?="


def _quoted(text: str) -> str:
    return "".join(
        "_" if octet == 0x20 else chr(octet) if octet in _SAFE else f"={octet:02X}" for octet in text.encode()
    )


def _base64(text: str) -> str:
    return b64encode(text.encode()).decode()
