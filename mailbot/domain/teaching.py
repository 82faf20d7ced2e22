"""Names of products that a correction teaches: words of the mail that the machine did not know, or took for another."""

import datetime as dt
import enum
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from mailbot.domain.catalogue import PRODUCTS
from mailbot.domain.decision import Decision
from mailbot.domain.errors import InputError
from mailbot.domain.evidence import FILE

LONGEST = 60
_PRODUCT = re.compile(r"(?:requests\[(\d+)\]\.)?(lines\[(\d+)\]\.product)")
_OF_PATTERNS = re.compile(r"[()|*]|\.\.")


class ProposalState(enum.Enum):
    """Where a proposal is."""

    OPEN = "open"
    ACCEPTED = "accepted"
    REFUSED = "refused"


@dataclass(frozen=True, slots=True, kw_only=True)
class Proposal:
    """That `words` are a name of the product, from whose case and by whom."""

    id: int
    product: str
    words: str
    case_number: str
    by: str
    at: dt.datetime
    state: ProposalState = ProposalState.OPEN


def checked_name(product: str, words: str) -> str:
    """Return the words, their spaces folded; InputError when they cannot be a name, or there is no such product."""
    name = " ".join(words.split())
    if product not in PRODUCTS:
        raise InputError(f"{product}: there is no such product")
    if (
        not name.isprintable()
        or not 2 <= len(name) <= LONGEST
        or _OF_PATTERNS.search(name)
        or name.replace(" ", "").isdigit()
    ):
        raise InputError(f"{name!r} cannot be a name: take 2 to {LONGEST} characters, as the mail writes it")
    return name


def implied_names(decision: Decision, changes: Mapping[str, str]) -> Iterator[tuple[str, str]]:
    """Yield (product, words) of each product that the changes set where the decision had read something else."""
    for path, product in changes.items():
        match = _PRODUCT.fullmatch(path)
        number = int(match[1] or 0) if match else 0
        if match is None or number >= len(decision.requests) or product not in PRODUCTS:
            continue
        lines, place = decision.requests[number].lines, match[2]
        line = lines[int(match[3])] if int(match[3]) < len(lines) else None
        known = line.product if line is not None else None
        read = known.evidence if known is not None else ()
        doubted = (e for f in decision.findings if f.path and f.path.endswith(place) for e in f.evidence)
        words = next((e.text for e in (*read, *doubted) if e.part != FILE and e.text.strip()), None)
        if words is not None and known is not None and _plain(words) == _plain(known.value):
            continue  # the product's own name: it was not misread, staff want another one
        if words is not None and 2 <= len(" ".join(words.split())) <= LONGEST and not _OF_PATTERNS.search(words):
            yield product, " ".join(words.split())


def _plain(name: str) -> str:
    return " ".join(name.replace("-", " ").casefold().split())
