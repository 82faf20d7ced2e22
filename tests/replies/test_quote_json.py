"""The signed data of a quote: read back as it was, and nothing in it can be changed unseen."""

import json
from collections.abc import Callable
from dataclasses import replace
from typing import Any

import pytest

from mailbot.domain.errors import InputError
from mailbot.domain.quote import Quote
from mailbot.replies.quote_json import faults, read_signed_json, signed_json
from mailbot.replies.render import Renderer
from mailbot.replies.samples import sample_quote
from mailbot.replies.signing import signer_of

OURS, THEIRS = signer_of(bytes(32)), signer_of(b"\1" * 32)
KEYS = (THEIRS.public, OURS.public)


@pytest.fixture
def quote(render: Renderer) -> Quote:
    return sample_quote(render.languages["ja"].sample)


def changed(raw: bytes, change: Callable[[Any], object]) -> bytes:
    document = json.loads(raw)
    change(document)
    return json.dumps(document).encode()


def places(value: Any, *path: Any) -> list[tuple[Any, ...]]:
    """Return the path of every value that is no container."""
    if isinstance(value, dict):
        return [found for key, inner in value.items() for found in places(inner, *path, key)]
    if isinstance(value, list):
        return [found for index, inner in enumerate(value) for found in places(inner, *path, index)]
    return [path]


def test_a_quote_is_read_back_as_it_was_signed(quote: Quote) -> None:
    raw = signed_json(quote, "Seller", OURS)
    signed = read_signed_json(raw)

    assert signed.quote == quote
    assert signed.key_id == OURS.public.key_id
    assert faults(signed, KEYS) == ()
    assert signed_json(quote, "Seller", OURS) == raw


def test_layout_and_order_of_names_do_not_matter(quote: Quote) -> None:
    document = json.loads(signed_json(quote, "Seller", OURS))
    turned = {name: document[name] for name in reversed(document)}

    assert faults(read_signed_json(json.dumps(turned, indent=7, ensure_ascii=True).encode()), KEYS) == ()


def test_every_change_is_seen(quote: Quote) -> None:
    raw = signed_json(quote, "Seller", OURS)
    paths = [path for path in places(json.loads(raw)) if path[0] != "signature" and path != ("format",)]

    assert len(paths) > 60
    for path in paths:
        document = json.loads(raw)
        parent = document
        for key in path[:-1]:
            parent = parent[key]
        old = parent[path[-1]]
        parent[path[-1]] = old + 1 if isinstance(old, int) else f"{old}x"
        try:
            found = faults(read_signed_json(json.dumps(document).encode()), KEYS)
        except InputError:
            continue
        assert "the signature does not fit" in found[0], path


def test_figures_are_computed_whoever_signed_them(quote: Quote) -> None:
    wrong = replace(quote, total=quote.total + 1)

    assert faults(read_signed_json(signed_json(wrong, "Seller", OURS)), KEYS) == ("total is 10044.00, not 10045.00",)


def test_a_signature_by_another_key_is_not_ours(quote: Quote) -> None:
    signed = read_signed_json(signed_json(quote, "Seller", THEIRS))

    (fault,) = faults(signed, [OURS.public])
    assert fault == f"signed with the key {THEIRS.public.key_id}, which is not ours ({OURS.public.key_id})"


@pytest.mark.parametrize(
    ("change", "says"),
    [
        (lambda d: d.update(format="other"), "wanted is an object with the format"),
        (lambda d: d.pop("quote"), "no quote"),
        (lambda d: d.pop("signature"), "no quote"),
        (lambda d: d["signature"].update(algorithm="none"), "no quote"),
        (lambda d: d["signature"].update(value="%%%"), "no quote"),
        (lambda d: d["quote"].update(total="NaN"), "total is 'NaN'"),
        (lambda d: d["quote"].update(total=10044.0), "10044.0 is written as a number"),
        (lambda d: d["quote"]["lines"][0].update(amount="1E+99999"), "amount is '1E"),
        (lambda d: d["quote"].pop("currency"), "missing required field `currency`"),
    ],
)
def test_what_is_no_quote_of_ours_is_refused(quote: Quote, change: Callable[[Any], object], says: str) -> None:
    with pytest.raises(InputError, match=says):
        read_signed_json(changed(signed_json(quote, "Seller", OURS), change))


@pytest.mark.parametrize(
    ("raw", "says"),
    [
        (b"", "no JSON"),
        (b"\xff", "no JSON"),
        (b"[" * 100_000, "no JSON"),
        (b"[]", "wanted is an object"),
        (b'{"format": "mailbot-quote/1", "format": "mailbot-quote/1"}', "stands twice"),
        (b'{"n": ' + b"9" * 5000 + b"}", "no quote"),
        (b" " * 1_000_001, "larger than any quote"),
    ],
)
def test_what_cannot_be_read_is_refused(raw: bytes, says: str) -> None:
    with pytest.raises(InputError, match=says):
        read_signed_json(raw)


def test_figures_beyond_all_arithmetic_are_a_fault(quote: Quote) -> None:
    raw = changed(
        signed_json(quote, "Seller", OURS),
        lambda d: d["quote"]["lines"][0]["steps"][0].update(days=10**30),
    )

    assert "its figures cannot be computed" in faults(read_signed_json(raw), KEYS)[-1]
