"""Reading files with rows: which letters and which signs they are written with, and where each row stands.

What is wrong with one row is a fault of that row and says on which line of the file it begins. Nothing here knows of
records.
"""

from __future__ import annotations

import csv
import io
import itertools
import re
from collections import deque
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass

from crm_chassis.errors import InvalidInput

MAX_CELL = 131_072
"""Characters."""
MAX_ROW = 1_000_000
"""Characters of all cells of a row; one that never ends is given up there."""
MAX_COLUMNS = 500
MOST_NULS = 100
"""One byte in so many may be a NUL: of a row that is spoilt. Where there are more, the file is no text."""
LOOK_AHEAD = 100
"""Lines in which the end of a broken cell is looked for."""
SAMPLE = 256 * 1024
"""Bytes at the beginning of a file that say how it is written."""

UTF_8, UTF_16, WINDOWS_1252 = "UTF_8", "UTF_16", "WINDOWS_1252"
DELIMITERS = {"COMMA": ",", "SEMICOLON": ";", "TAB": "\t", "PIPE": "|"}

_MARKS = ((b"\xef\xbb\xbf", UTF_8, "utf-8"), (b"\xff\xfe", UTF_16, "utf-16-le"), (b"\xfe\xff", UTF_16, "utf-16-be"))
_CODECS = {
    UTF_8: "utf-8", WINDOWS_1252: "cp1252", "WINDOWS_1250": "cp1250", "WINDOWS_1251": "cp1251",
    "WINDOWS_1253": "cp1253", "WINDOWS_1254": "cp1254", "ISO_8859_2": "iso8859-2", "ISO_8859_15": "iso8859-15",
    "KOI8_R": "koi8-r", "MAC_ROMAN": "mac-roman", "SHIFT_JIS": "cp932", "EUC_KR": "cp949", "BIG5": "cp950",
    "GB18030": "gb18030",
}  # fmt: skip
ENCODINGS = (UTF_8, UTF_16, *list(_CODECS)[1:])
_OTHERS = (
    (b"PK\x03\x04", "is a workbook or an archive (.xlsx, .ods, .zip)"),
    (b"\xd0\xcf\x11\xe0", "is a workbook of an older Excel (.xls)"),
    (b"%PDF", "is a PDF"),
    (b"\x1f\x8b", "is compressed (.gz)"),
    (b"{\\rtf", "is a text document (.rtf)"),
)
_SEPARATOR_LINE = re.compile(r'"?sep=(.)"?\r?\n?', re.IGNORECASE)
# What the decoder puts in the place of a byte that is none of the encoding.
_UNDECODABLE = dict.fromkeys(ENCODINGS, re.compile("[\ud800-\udfff]")) | {UTF_16: re.compile("\ufffd")}

# Stands for a NUL, at which the reader of rows would stop.
_NUL = "\ufffd"

csv.field_size_limit(MAX_ROW + 2)


@dataclass(frozen=True)
class Layout:
    """How a file is written, and where its rows begin."""

    encoding: str
    """One of ENCODINGS."""
    codec: str
    delimiter: str
    """COMMA, SEMICOLON, TAB or PIPE."""
    columns: Sequence[str]
    """The names in the header, "" for a column without one."""
    begin: Position
    """Behind the header."""


@dataclass(frozen=True)
class Position:
    """A place between two rows of a file."""

    offset: int
    """In bytes."""
    line: int
    """The number of the next line; the first is 1."""
    doubted: int = 0
    """Up to this line a row that was given up may have stretched: rows there count only if they have every cell."""
    torn: int = 0
    """On this line a cell of such a row seems to end."""


@dataclass(frozen=True)
class FileRow:
    """A row, or what is wrong with it."""

    line: int
    """On which it begins."""
    cells: list[str]
    fault: str
    after: Position


Opener = Callable[[int], io.RawIOBase]
"""The bytes of a file from an offset on."""


def look_at(file: Opener, encoding: str = "", delimiter: str = "") -> Layout:
    """How a file is written; what is given is not guessed. Raises InvalidInput naming what makes it unreadable."""
    sample = _sample(file)
    other = next((text for magic, text in _OTHERS if sample.startswith(magic)), "")
    if other:
        raise InvalidInput.of("file", f"{other}; save the table as CSV")
    mark, encoding, codec = _encoding(sample, encoding)
    if encoding != UTF_16 and sample.count(0) * MOST_NULS > len(sample):
        raise InvalidInput.of("file", "is not text; save the table as CSV")
    start = Position(len(mark), 1)
    first = next(_physical(file, codec, start), None)
    said = _SEPARATOR_LINE.fullmatch(first.text) if first is not None else None
    if first is not None and said is not None:
        start = Position(start.offset + first.size, 2)
        named = {sign: name for name, sign in DELIMITERS.items()}
        if said[1] not in named and not delimiter:
            raise InvalidInput.of("file", f"says sep={said[1]}; columns are separated by one of {' '.join(named)}")
        delimiter = delimiter or named[said[1]]
    headers = {name: _header(file, codec, encoding, name, start) for name in ([delimiter] if delimiter else DELIMITERS)}
    # The first of those that find most columns: a comma, unless something else says more.
    chosen = max(headers, key=lambda name: 0 if headers[name].fault else len(headers[name].cells))
    header = headers[chosen]
    if header.fault:
        raise InvalidInput.of("file", f"line {header.line}, the header, {header.fault}")
    columns = [cell.strip() for cell in header.cells]
    if not any(columns):
        raise InvalidInput.of("file", "must begin with a line that names the columns")
    if len(columns) > MAX_COLUMNS:
        raise InvalidInput.of("file", f"has {len(columns)} columns; at most {MAX_COLUMNS} are possible")
    return Layout(encoding, codec, chosen, columns, header.after)


def rows(file: Opener, layout: Layout, begin: Position) -> Iterator[FileRow]:
    """The rows from a position on; those without any text are passed over."""
    return _rows(file, layout.codec, layout.encoding, layout.delimiter, begin, len(layout.columns))


def _sample(file: Opener) -> bytes:
    reader = io.BufferedReader(file(0), SAMPLE)
    return reader.read(SAMPLE)


_LETTERS = re.compile(rb"[\xc2-\xdf][\x80-\xbf]|[\xe0-\xef][\x80-\xbf]{2}|[\xf0-\xf4][\x80-\xbf]{3}")
"""Letters of several bytes in UTF-8."""


def _encoding(sample: bytes, wanted: str) -> tuple[bytes, str, str]:
    """Byte order mark, encoding and codec."""
    for mark, encoding, codec in _MARKS:
        if sample.startswith(mark) and wanted in ("", encoding):
            return mark, encoding, codec
    if wanted == UTF_16:
        raise InvalidInput.of("encoding", "the file has no byte order mark, with which UTF-16 begins")
    if not wanted:
        try:
            sample.decode()
            wanted = UTF_8
        except UnicodeDecodeError as error:
            # The sample may end in the middle of a letter; and one byte that is wrong does not make all letters wrong.
            cut = len(sample) == SAMPLE and error.start > SAMPLE - 4
            odd = sum(byte >= 0x80 for byte in _LETTERS.sub(b"", sample))
            wanted = UTF_8 if cut or len(_LETTERS.findall(sample)) > odd else WINDOWS_1252
        if wanted == WINDOWS_1252 and not _may_be_western(sample):
            raise InvalidInput.of("encoding", f"is none that can be guessed; say which: {', '.join(ENCODINGS)}")
    return b"", wanted, _CODECS[wanted]


def _spoken(encoding: str) -> str:
    """An encoding as people call it: "Windows-1252"."""
    return encoding.replace("_", "-").replace("WINDOWS", "Windows")


# Of a text in Windows-1252, what hardly anybody writes. Other alphabets and scripts that are read so have little else.
_ODD = re.compile(
    # Several of them in a row, not all alike: words of a language that has other letters throughout.
    r"(?P<run>(?P<first>[^\x00-\x7f])(?!(?P=first)+(?![^\x00-\x7f]))[^\x00-\x7f]{3,})"
    r"|[\ud800-\udfff]"
    # Signs before a letter as if they were one, and signs within words: "\u00a3ukasz", "W\u00b3odek", "M\u2020ller".
    r"|[\u00a2-\u00a6\u00a8\u00ac\u00af\u00b1-\u00b3\u00b5\u00b6\u00b8\u00b9\u00bc-\u00be\u00d7\u00f7\u0192\u02c6\u02dc\u2021\u2030](?=[^\W\d_])"
    r"|(?<=[^\W\d_])[\u00a1\u00a7\u00ab\u00bb\u00bf\u201a\u201c-\u201e\u2020\u2022\u2039\u203a\u2122\u20ac](?=[^\W\d_])"
    # Capitals behind small letters, and between letters of which a small one follows: "m\u0160rz", "J\u0178rgen".
    r"|(?<=[a-z\u00e0-\u00fe])[\u0152\u0160\u0178\u017d]|(?<=[A-Z])[\u0152\u0160\u0178\u017d](?=[a-z])"
)
ODD_SHARE = 4
"""A text of which one sign in so many, of those that are not ASCII, is odd is not Windows-1252."""


def _may_be_western(sample: bytes) -> bool:
    """Whether a text may be Windows-1252, by what stands beside each other in it."""
    text = sample.decode("cp1252", "surrogateescape")
    odd = sum(len(found[0]) for found in _ODD.finditer(text))
    return odd * ODD_SHARE <= sum(sign > "\x7f" for sign in text)


def _header(file: Opener, codec: str, encoding: str, delimiter: str, start: Position) -> FileRow:
    header = next(_rows(file, codec, encoding, delimiter, start, None), None)
    if header is None:
        raise InvalidInput.of("file", "must begin with a line that names the columns")
    return header


@dataclass(frozen=True)
class _Line:
    """A line as it stands in the file, with its end."""

    text: str
    size: int
    """Bytes."""
    whole: bool
    """False: it has more than MAX_ROW characters, of which these are the first."""


def _physical(file: Opener, codec: str, begin: Position) -> Iterator[_Line]:
    """Lines; they may end with CR LF, LF or CR."""
    errors = "replace" if codec.startswith("utf-16") else "surrogateescape"
    reader = io.TextIOWrapper(io.BufferedReader(file(begin.offset)), codec, errors=errors, newline="")
    while text := reader.readline(MAX_ROW):
        size, rest = len(text.encode(codec, errors)), text
        while len(rest) == MAX_ROW and not rest.endswith(("\n", "\r")):
            rest = reader.readline(MAX_ROW)
            size += len(rest.encode(codec, errors))
        yield _Line(text, size, rest is text)


class _GivenUp(Exception):
    """A row has become longer than any row may be."""


class _Lines:
    """The lines of the row that is being read, and those that were read too far."""

    def __init__(self, lines: Iterator[_Line], begin: Position) -> None:
        self._lines = lines
        self._returned: deque[_Line] = deque()
        self._length = 0
        self.taken: list[_Line] = []
        self.ended = False
        self.offset, self.line = begin.offset, begin.line

    def __iter__(self) -> Iterator[str]:
        return self

    def __next__(self) -> str:
        line = self._returned.popleft() if self._returned else next(self._lines, None)
        if line is None:
            self.ended = True
            raise StopIteration
        self.taken.append(line)
        self._length += len(line.text)
        if not line.whole or self._length > MAX_ROW:
            raise _GivenUp
        return line.text.replace("\x00", _NUL)

    def begin_row(self) -> None:
        """What was taken is done with."""
        self.offset += sum(line.size for line in self.taken)
        self.line += len(self.taken)
        self.taken, self._length, self.ended = [], 0, False

    def keep_first(self) -> int:
        """Gives all lines but the first back; returns the number of the last one that was taken."""
        last = self.line + len(self.taken) - 1
        self._returned.extendleft(reversed(self.taken[1:]))
        del self.taken[1:]
        return last

    def torn_end(self, sign: str) -> int:
        """The number of the line on which the cell ends that the first line has opened; 0 if that cannot be seen."""
        if self.taken[0].text.count('"') % 2 == 0:
            return 0
        ahead = list(itertools.islice(self._lines, max(0, LOOK_AHEAD - len(self._returned))))
        self._returned.extend(ahead)
        for distance, line in enumerate(self._returned):
            if line.text.count('"') % 2:
                before = line.text[: line.text.index('"')]
                return 0 if not before or before.endswith(sign) else self.line + 1 + distance
        return 0

    def after(self, doubted: int, torn: int) -> Position:
        """The place behind what was taken."""
        offset = self.offset + sum(line.size for line in self.taken)
        return Position(offset, self.line + len(self.taken), doubted, torn)


def _rows(
    file: Opener, codec: str, encoding: str, delimiter: str, begin: Position, columns: int | None
) -> Iterator[FileRow]:
    lines = _Lines(_physical(file, codec, begin), begin)
    doubted, torn = begin.doubted, begin.torn
    while True:
        lines.begin_row()
        fault = ""
        try:
            cells = next(csv.reader(lines, delimiter=DELIMITERS[delimiter], strict=True), None)
        except (_GivenUp, csv.Error) as error:
            fault = _unreadable(lines, isinstance(error, _GivenUp))
            doubted = max(doubted, lines.keep_first())
            torn = max(torn, lines.torn_end(DELIMITERS[delimiter]))
            doubted = max(doubted, torn)
            cells = [lines.taken[0].text.rstrip("\r\n")]
        if cells is None:
            return
        text = "".join(line.text for line in lines.taken)
        while columns is not None and not fault and len(cells) > columns and not cells[-1].strip():
            cells.pop()
        if not fault and not any(cell.strip() for cell in cells):
            continue
        incomplete = columns is not None and lines.line <= doubted and len(cells) != columns
        if not fault and (incomplete or lines.line == torn):
            fault = "may belong to the row before it, whose quotation marks do not match"
        yield FileRow(lines.line, cells, fault or _fault(cells, text, encoding, columns), lines.after(doubted, torn))


def _unreadable(lines: _Lines, given_up: bool) -> str:
    if not lines.taken[0].whole:
        return f"has more than {MAX_ROW:,} characters"
    if given_up or lines.ended:
        return "has a quotation mark that is never closed"
    return "has text behind a closing quotation mark; quotation marks within quoted text are written twice"


def _fault(cells: list[str], text: str, encoding: str, columns: int | None) -> str:
    if "\x00" in text:
        return "has a NUL, which is no letter"
    if _UNDECODABLE[encoding].search(text):
        return f"has bytes that are not {_spoken(encoding)}"
    if any(len(cell) > MAX_CELL for cell in cells):
        return f"has a cell of more than {MAX_CELL:,} characters"
    if columns is not None and len(cells) > columns:
        return f"has {len(cells)} cells, the header has {columns}"
    return ""
