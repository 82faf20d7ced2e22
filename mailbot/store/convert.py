"""Domain values <-> JSON text, exactly: decimals as strings, dates ISO 8601, enums by value."""

from collections.abc import Mapping, Sequence
from decimal import Decimal
from typing import TypeVar

import msgspec

from mailbot.domain.decision import Decision
from mailbot.domain.file import PriceBook, TaxRate
from mailbot.domain.message import Desk
from mailbot.domain.quote import Quote
from mailbot.store.text import clean

T = TypeVar("T")
JsonPrice = tuple[str, str, str, dict[int, Decimal]]


def decision_to_json(decision: Decision) -> str:
    """Return the decision with its findings, requests, evidence and draft."""
    return to_json(decision)


def decision_from_json(text: str) -> Decision:
    """Return the decision that `decision_to_json` was given."""
    return _from_json(text, Decision)


def quote_to_json(quote: Quote) -> str:
    """Return the quote as it was issued."""
    return to_json(quote)


def quote_from_json(text: str) -> Quote:
    """Return the quote that `quote_to_json` was given."""
    return _from_json(text, Quote)


def price_book_to_json(book: PriceBook) -> str:
    """Return the price list as rows of product, plan, currency and prices by tier."""
    return to_json([(*key, prices) for key, prices in book.prices.items()])


def price_book_from_json(text: str, version: str) -> PriceBook:
    """Return the price book that `price_book_to_json` was given, tiers ascending."""
    rows = _from_json(text, list[JsonPrice])
    return PriceBook(
        version=version,
        prices={(product, plan, currency): dict(sorted(prices.items())) for product, plan, currency, prices in rows},
    )


def taxes_to_json(taxes: Sequence[TaxRate]) -> str:
    """Return the tax table."""
    return to_json(taxes)


def taxes_from_json(text: str) -> tuple[TaxRate, ...]:
    """Return the table that `taxes_to_json` was given."""
    return _from_json(text, tuple[TaxRate, ...])


def desk_to_json(desk: Desk) -> str:
    """Return our own identity."""
    return to_json(desk)


def desk_from_json(text: str) -> Desk:
    """Return the identity that `desk_to_json` was given."""
    return _from_json(text, Desk)


def addresses_from_json(text: str) -> tuple[str, ...]:
    """Return the addresses of an outbox row."""
    return _from_json(text, tuple[str, ...])


def data_from_json(text: str) -> Mapping[str, object]:
    """Return the data of an event."""
    return _from_json(text, dict[str, object])


def to_json(value: object) -> str:
    """Return a value as JSON; lone surrogates, which UTF-8 cannot say, become U+FFFD."""
    try:
        return msgspec.json.encode(value).decode()
    except UnicodeEncodeError:
        return msgspec.json.encode(_cleaned(msgspec.to_builtins(value, str_keys=True))).decode()


def _cleaned(value: object) -> object:
    match value:
        case str():
            return clean(value)
        case dict():
            return {clean(str(key)): _cleaned(item) for key, item in value.items()}
        case list() | tuple():
            return [_cleaned(item) for item in value]
    return value


def _from_json(text: str, shape: type[T]) -> T:
    return msgspec.json.decode(text, type=shape)
