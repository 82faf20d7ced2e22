"""The people, companies and places of one language, from its phrase file."""

import random
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

_SYLLABLES = (
    "bel",
    "cor",
    "dan",
    "fen",
    "gal",
    "hol",
    "kar",
    "lum",
    "mer",
    "nor",
    "ost",
    "pal",
    "ren",
    "sol",
    "tav",
    "vel",
)
_ENDINGS = ("works", "labs", "group", "tech", "data", "care", "", "")
_DESKS = ("partners", "it", "systems", "cloud")


@dataclass(frozen=True, slots=True)
class Person:
    """A full name in its native order, and an address."""

    name: str
    email: str


@dataclass(frozen=True, slots=True)
class Place:
    """A billing address as people write it; country and region as ISO codes."""

    text: str
    country: str
    region: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Cast:
    """Who appears in the mails of one language. Names are (as written, in mail addresses); `order` joins them."""

    given: Sequence[Sequence[str]]
    family: Sequence[Sequence[str]]
    order: str
    customers: Sequence[str]
    resellers: Sequence[str]
    places: Sequence[Mapping[str, str]]

    def person(self, rng: random.Random, domain: str) -> Person:
        """Return somebody with an address at the domain."""
        given, family = rng.choice(self.given), rng.choice(self.family)
        local = rng.choice(("{g}.{f}", "{i}.{f}", "{g}", "{f}{i}")).format(g=given[1], f=family[1], i=given[1][0])
        return Person(self.order.format(given=given[0], family=family[0]), f"{local}@{domain}")

    def customer(self, rng: random.Random) -> str:
        """Return an end customer's company."""
        return rng.choice(self.customers)

    def reseller(self, rng: random.Random) -> tuple[str, str]:
        """Return a reseller's company and its domain."""
        return rng.choice(self.resellers), f"{_stem(rng)}-{rng.choice(_DESKS)}.example"

    def site(self, rng: random.Random) -> str:
        """Return the first label of a site's host name."""
        ending = rng.choice(_ENDINGS)
        return _stem(rng) + (rng.choice(("-", "")) + ending if ending else "")

    def places_apart(self, rng: random.Random) -> tuple[Place, Place]:
        """Return two different billing addresses."""
        one, other = rng.sample(list(self.places), 2)
        return Place(**one), Place(**other)


def _stem(rng: random.Random) -> str:
    return "".join(rng.sample(_SYLLABLES, 2)) + rng.choice(("a", "o", "ia", "en", "is"))
