"""Rows of a CSV file and their cells as typed values; InputError names the file, the line and what is wrong."""

import csv
import datetime as dt
import io
import re
from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass
from decimal import Decimal
from pathlib import Path

from mailbot.domain.catalogue import PLANS, PRODUCTS
from mailbot.domain.errors import InputError
from mailbot.domain.message import domain_of
from mailbot.email_address import is_email_address

_SEN = re.compile(r"SEN-\d{7,8}|SEN-L\d{8}|E-[0-9A-Z]{3}-[0-9A-Z]{3}-[0-9A-Z]{3}", re.ASCII)
_HOST = re.compile(r"(?=.{4,253}\Z)(?:[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?\.)+[a-z][a-z0-9-]*[a-z0-9]", re.ASCII)
_COUNT = re.compile(r"[1-9]\d{0,8}", re.ASCII)
_AMOUNT = re.compile(r"\d{1,12}(?:\.\d{1,2})?", re.ASCII)
_RATE = re.compile(r"0(?:\.\d{1,6})?", re.ASCII)
_DATE = re.compile(r"\d{4}-\d{2}-\d{2}", re.ASCII)


@dataclass(frozen=True, slots=True)
class Row:
    """One line under the header. Every reading method raises InputError for a cell that it cannot take."""

    file: Path
    line: int
    cells: Mapping[str, str]

    def __getitem__(self, column: str) -> str:
        return self.cells[column]

    def error(self, reason: str) -> InputError:
        """Return the error that refuses this row."""
        return InputError(f"{self.file}, line {self.line}: {reason}")

    def text(self, column: str) -> str:
        """Return a cell that is not empty and has no control characters."""
        value = self.cells[column]
        if not value:
            raise self.error(f"{column} is empty")
        if not value.isprintable():
            raise self.error(f"{column} holds a line break or another control character")
        return value

    def one_of(self, column: str, allowed: Collection[str]) -> str:
        """Return a cell that is one of the allowed words."""
        value = self.cells[column]
        if value not in allowed:
            raise self.error(f"unknown {column} {value!r}; use one of {', '.join(sorted(allowed))}")
        return value

    def product(self) -> str:
        """Return the product's key."""
        return self.one_of("product", PRODUCTS)

    def plan(self) -> str:
        """Return the plan's key."""
        return self.one_of("plan", PLANS)

    def currency(self) -> str:
        """Return the currency's ISO 4217 code."""
        return self._matching("currency", re.compile("[A-Z]{3}"), "three capital letters such as USD")

    def country(self) -> str:
        """Return the country's ISO 3166-1 code."""
        return self._matching("country", re.compile("[A-Z]{2}"), "two capital letters such as DE")

    def region(self) -> str:
        """Return the region's part of its ISO 3166-2 code, or nothing."""
        return self._matching("region", re.compile("[A-Z0-9]{0,3}"), "the part after the hyphen of US-NY, or nothing")

    def sen(self) -> str:
        """Return the entitlement's number."""
        return self._matching("sen", _SEN, "SEN-1234567, SEN-12345678, SEN-L12345678 or E-ABC-DEF-GHJ")

    def site(self) -> str:
        """Return the site's host name, in lower case."""
        value = self.cells["site"].lower()
        if not _HOST.fullmatch(value):
            raise self.error(f"site {self.cells['site']!r} is no host name such as acme.atlassian.net")
        return value

    def email(self) -> str:
        """Return the e-mail address as written."""
        value = self.cells["email"]
        if not is_email_address(value) or "." not in domain_of(value):
            raise self.error(f"email {value!r} is not an e-mail address")
        return value

    def count(self, column: str) -> int:
        """Return a whole number from 1."""
        return int(self._matching(column, _COUNT, "a whole number from 1"))

    def amount(self, column: str) -> Decimal:
        """Return an amount with at most two decimals."""
        return Decimal(self._matching(column, _AMOUNT, "an amount such as 1250.00"))

    def rate(self) -> Decimal:
        """Return a rate from 0 to below 1."""
        return Decimal(self._matching("rate", _RATE, "a decimal fraction such as 0.19"))

    def date(self, column: str) -> dt.date:
        """Return an ISO 8601 date."""
        value = self._matching(column, _DATE, "a date such as 2027-03-31")
        try:
            return dt.date.fromisoformat(value)
        except ValueError:
            raise self.error(f"{column} {value!r} is not in the calendar") from None

    def _matching(self, column: str, pattern: re.Pattern[str], wanted: str) -> str:
        value = self.cells[column]
        if not pattern.fullmatch(value):
            raise self.error(f"{column} {value!r} is not {wanted}")
        return value


def read_rows(file: Path, columns: Collection[str]) -> Iterator[Row]:
    """Yield the rows under a header that has exactly these columns, in any order; empty lines are skipped.

    Cells are stripped of space around them.
    """
    reader = csv.reader(io.StringIO(_text(file), newline=""), strict=True)
    try:
        header = [name.strip() for name in next(reader, [])]
        _check_header(file, header, columns)
        for cells in reader:
            if not cells:
                continue
            if len(cells) != len(header):
                raise InputError(f"{file}, line {reader.line_num}: {len(cells)} cells, the header has {len(header)}")
            yield Row(file, reader.line_num, dict(zip(header, (cell.strip() for cell in cells), strict=True)))
    except csv.Error as error:
        raise InputError(f"{file}, line {reader.line_num}: {error}") from error


def _text(file: Path) -> str:
    try:
        raw = file.read_bytes()
    except OSError as error:
        raise InputError(f"{file}: cannot be read: {error.strerror}") from error
    try:
        return raw.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        line = raw.count(b"\n", 0, error.start) + 1
        raise InputError(f"{file}, line {line}: not UTF-8; save the file as UTF-8") from error


def _check_header(file: Path, header: list[str], columns: Collection[str]) -> None:
    missing = [name for name in columns if name not in header]
    unknown = [name for name in header if name not in columns]
    if missing:
        raise InputError(f"{file}, line 1: the header lacks {', '.join(missing)}")
    if unknown:
        raise InputError(f"{file}, line 1: unknown column {', '.join(map(repr, unknown))}; take it out")
    if len(header) != len(columns):
        raise InputError(f"{file}, line 1: a column stands twice")
