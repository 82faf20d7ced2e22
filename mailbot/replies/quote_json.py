"""A quote as signed JSON, beside its PDF: for programs of the purchaser, and to be checked by anybody later.

The signature is over all of the document but itself, written canonically (RFC 8785; amounts are strings, so that no
number is ever rounded on the way).
"""

import base64
import json
import re
from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Literal

import msgspec

from mailbot.domain.errors import InputError
from mailbot.domain.quote import Quote
from mailbot.domain.recomputing import mistakes

if TYPE_CHECKING:  # cryptography is loaded only where something is signed or checked
    from mailbot.replies.signing import PublicKey, Signer

FORMAT = "mailbot-quote/1"
LARGEST = 1_000_000  # bytes

_Object = dict[str, Any]  # JSON of any shape
_AMOUNT = re.compile(r"-?\d{1,15}(\.\d{1,6})?")
_AMOUNTS = frozenset({"amount", "annual", "annual_before", "subtotal", "total", "rate"})


@dataclass(frozen=True, slots=True, kw_only=True)
class SignedQuote:
    """A quote read back: `content` is what was signed, by the owner of the key of this id."""

    quote: Quote
    content: bytes
    key_id: str
    signature: bytes


def signed_json(quote: Quote, seller: str, signer: "Signer") -> bytes:
    """Return the quote as JSON for people and programs; the same quote gives the same bytes."""
    document: _Object = {"format": FORMAT, "seller": seller, "quote": msgspec.to_builtins(quote)}
    signature = base64.b64encode(signer.sign(_canonical(document))).decode()
    document["signature"] = {"algorithm": "Ed25519", "key_id": signer.public.key_id, "value": signature}
    return (json.dumps(document, ensure_ascii=False, indent=2) + "\n").encode()


def read_signed_json(raw: bytes) -> SignedQuote:
    """Return the quote of the document, nothing checked yet; InputError saying why it is none of ours."""
    if len(raw) > LARGEST:
        raise InputError(f"larger than any quote ({LARGEST} bytes)")
    try:
        document = json.loads(raw.decode(), object_pairs_hook=_each_once, parse_float=_refused, parse_constant=_refused)
        if not isinstance(document, dict) or document.get("format") != FORMAT:
            raise InputError(f"no quote: wanted is an object with the format {FORMAT}")
        signature = msgspec.convert(document.pop("signature", None), _Signature)
        _check_amounts(document.get("quote"))
        return SignedQuote(
            quote=msgspec.convert(document.get("quote"), Quote),
            content=_canonical(document),
            key_id=signature.key_id,
            signature=base64.b64decode(signature.value, validate=True),
        )
    except (json.JSONDecodeError, UnicodeError, RecursionError) as error:
        raise InputError(f"no JSON: {error}") from error
    except (msgspec.ValidationError, ValueError) as error:
        raise InputError(f"no quote: {error}") from error


def faults(signed: SignedQuote, keys: Sequence["PublicKey"]) -> tuple[str, ...]:
    """Return what is wrong: with the signature, by one of these keys, and with the figures; empty when all is well."""
    key = next((key for key in keys if key.key_id == signed.key_id), None)
    if key is None:
        known = " or ".join(key.key_id for key in keys)
        found = [f"signed with the key {signed.key_id}, which is not ours ({known})"]
    elif not key.has_signed(signed.content, signed.signature):
        found = ["the signature does not fit: the file was changed after it was signed"]
    else:
        found = []
    try:
        return (*found, *mistakes(signed.quote))
    except (ArithmeticError, ValueError) as error:
        return (*found, f"its figures cannot be computed: {error}")


class _Signature(msgspec.Struct, frozen=True, kw_only=True):
    algorithm: Literal["Ed25519"]
    key_id: str
    value: str


def _canonical(document: _Object) -> bytes:
    return json.dumps(document, ensure_ascii=False, sort_keys=True, separators=(",", ":")).encode()


def _each_once(pairs: Sequence[tuple[str, Any]]) -> _Object:
    """Two programs may read two values where a name stands twice; such a document is refused."""
    found = dict(pairs)
    if len(found) < len(pairs):
        raise InputError("no quote: a name stands twice in one object")
    return found


def _refused(number: str) -> None:
    raise InputError(f"no quote: {number} is written as a number; amounts are text")


def _check_amounts(value: Any, name: str = "") -> None:
    """Refuse amounts that arithmetic would choke on: NaN, infinity, 1E+999999."""
    if isinstance(value, dict):
        for key, inner in value.items():
            _check_amounts(inner, key)
    elif isinstance(value, list):
        for inner in value:
            _check_amounts(inner, name)
    elif name in _AMOUNTS and value is not None and not (isinstance(value, str) and _AMOUNT.fullmatch(value)):
        raise InputError(f"no quote: {name} is {value!r}, wanted is an amount such as 1250.00")
