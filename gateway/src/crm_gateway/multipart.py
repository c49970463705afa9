"""multipart/form-data, parsed as it arrives: small fields are collected, the file is handed on piece by piece."""

from __future__ import annotations

from crm_chassis.errors import InvalidInput
from python_multipart.exceptions import FormParserError
from python_multipart.multipart import MultipartParser, parse_options_header


def boundary_of(content_type: str) -> bytes:
    """The boundary of a form. Raises InvalidInput if the header names none."""
    _, options = parse_options_header(content_type)
    boundary = options.get(b"boundary", b"")
    if not 1 <= len(boundary) <= 70:
        raise InvalidInput.of("Content-Type", "must name the boundary of the form")
    return boundary


class Form:
    """A form on its way in.

    `fields` holds the other parts, before and after the file, `file` the bytes of the file that nobody has taken yet;
    `in_file` says that it has begun.
    """

    def __init__(self, boundary: bytes, max_field: int, file_field: str) -> None:
        self.fields: dict[str, str] = {}
        self.file = bytearray()
        self.file_name = ""
        self.in_file = False
        self._file_field = file_field
        self._max_field = max_field
        self._headers: dict[bytes, bytes] = {}
        self._header_name = b""
        self._header_value = b""
        self._name = ""
        self._value = bytearray()
        self._complete = False
        self._parser = MultipartParser(
            boundary,
            {
                "on_part_begin": self._part_begins,
                "on_header_field": self._header_field,
                "on_header_value": self._header_text,
                "on_header_end": self._header_ends,
                "on_headers_finished": self._headers_end,
                "on_part_data": self._data,
                "on_part_end": self._part_ends,
                "on_end": self._ends,
            },
        )

    def feed(self, chunk: bytes) -> None:
        """Takes the next bytes of the body. Raises InvalidInput if they do not belong into a form."""
        try:
            self._parser.write(chunk)
        except FormParserError as error:
            raise InvalidInput("The body is not a valid form.") from error

    def finish(self) -> None:
        """Raises InvalidInput if the form was cut off."""
        if not self._complete:
            raise InvalidInput("The form ends too early.")

    def _part_begins(self) -> None:
        self._headers = {}
        self._value.clear()

    def _header_field(self, data: bytes, start: int, end: int) -> None:
        self._header_name += data[start:end]

    def _header_text(self, data: bytes, start: int, end: int) -> None:
        self._header_value += data[start:end]

    def _header_ends(self) -> None:
        self._headers[self._header_name.lower()] = self._header_value
        self._header_name = self._header_value = b""

    def _headers_end(self) -> None:
        _, options = parse_options_header(self._headers.get(b"content-disposition", b""))
        try:
            self._name = options.get(b"name", b"").decode()
            file_name = options.get(b"filename", b"").decode()
        except UnicodeDecodeError as error:
            raise InvalidInput("The names of the form must be UTF-8.") from error
        if self._name in self.fields or (self.in_file and self._name == self._file_field):
            raise InvalidInput.of(self._name, "stands twice")
        if self._name == self._file_field:
            self.in_file = True
            self.file_name = file_name.replace("\\", "/").rpartition("/")[2]

    def _data(self, data: bytes, start: int, end: int) -> None:
        if self._name == self._file_field:
            self.file += data[start:end]
        elif self._name:
            self._value += data[start:end]
            if len(self._value) > self._max_field:
                raise InvalidInput.of(self._name, "is too long")

    def _part_ends(self) -> None:
        if self._name and self._name != self._file_field:
            try:
                self.fields[self._name] = self._value.decode()
            except UnicodeDecodeError as error:
                raise InvalidInput.of(self._name, "must be UTF-8") from error

    def _ends(self) -> None:
        self._complete = True
