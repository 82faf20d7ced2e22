"""Snapshots give back exactly what was put in."""

import datetime as dt
import enum
import types
from decimal import Decimal
from typing import Any, Union, get_args, get_origin, get_type_hints

from hypothesis import given, settings
from hypothesis import strategies as st

from mailbot.domain.decision import Decision
from mailbot.domain.evidence import Evidence, Extracted
from mailbot.domain.file import PriceBook, TaxRate
from mailbot.domain.message import Desk
from mailbot.domain.quote import Quote
from mailbot.store import convert

TEXT = st.text(st.characters(exclude_categories=["Cs"]), max_size=20)
AMOUNT = st.decimals(allow_nan=False, allow_infinity=False, places=6, min_value=-(10**9), max_value=10**9)

LEAVES: dict[object, st.SearchStrategy[object]] = {
    str: TEXT,
    int: st.integers(0, 10**9),
    bool: st.booleans(),
    Decimal: AMOUNT,
    dt.date: st.dates(),
    types.NoneType: st.none(),
}


def values_of(shape: Any) -> st.SearchStrategy[Any]:  # walks types of any kind
    """Return a strategy for a type of the domain, from the types of its fields."""
    origin, arguments = get_origin(shape), get_args(shape)
    if shape in LEAVES:
        return LEAVES[shape]
    if origin in (Union, types.UnionType):
        return st.one_of([values_of(argument) for argument in arguments])
    if origin is tuple:
        return st.lists(values_of(arguments[0]), max_size=2).map(tuple)
    if origin is Extracted:
        return st.builds(Extracted, values_of(arguments[0]), values_of(tuple[Evidence, ...]))
    if isinstance(shape, enum.EnumType):
        return st.sampled_from(list(shape))
    return st.builds(shape, **{name: values_of(hint) for name, hint in get_type_hints(shape).items()})


@given(values_of(Quote))
@settings(max_examples=50, deadline=None)
def test_a_quote_survives(quote: Quote) -> None:
    assert convert.quote_from_json(convert.quote_to_json(quote)) == quote


@given(values_of(Decision))
@settings(max_examples=50, deadline=None)
def test_a_decision_survives_with_its_evidence(decision: Decision) -> None:
    assert convert.decision_from_json(convert.decision_to_json(decision)) == decision


@given(AMOUNT)
def test_decimals_keep_their_places(amount: Decimal) -> None:
    book = PriceBook(version="1", prices={("jira", "standard", "USD"): {10: amount}})
    (price,) = convert.price_book_from_json(convert.price_book_to_json(book), "1").prices.values()
    assert str(price[10]) == str(amount)


def test_a_price_book_comes_back_with_its_tiers_ascending() -> None:
    prices = {("jira", "standard", "USD"): {100: Decimal("2.50"), 20: Decimal("1")}, ("guard", "x", "AUD"): {}}
    read = convert.price_book_from_json(convert.price_book_to_json(PriceBook(version="7", prices=prices)), "7")
    assert read == PriceBook(version="7", prices=prices)
    assert list(read.prices["jira", "standard", "USD"]) == [20, 100]


def test_taxes_and_desk_survive() -> None:
    taxes = (TaxRate(country="US", region="CA", rate=Decimal("0.0725"), name="Sales tax"),)
    desk = Desk(address="q@x.example", aliases=("r@x.example",), trusted_authserv_ids=("mx",))
    assert convert.taxes_from_json(convert.taxes_to_json(taxes)) == taxes
    assert convert.desk_from_json(convert.desk_to_json(desk)) == desk


def test_lone_surrogates_become_replacement_characters_and_nothing_else_changes() -> None:
    value = {"a\ud800": ["b\udfff", 1, None, {"c": "あ\0"}], "amount": Decimal("1.50")}
    assert convert.data_from_json(convert.to_json(value)) == {
        "a\ufffd": ["b\ufffd", 1, None, {"c": "あ\ufffd"}],
        "amount": "1.50",
    }
