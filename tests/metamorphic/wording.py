"""The phrases of a language, and saying things with them."""

import datetime as dt
import random
import string
import tomllib
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

from mailbot.domain.request import MoreUsers, Quantity, UserRange, Users
from tests.metamorphic.people import Cast
from tests.metamorphic.structure import Asked, Line

FOLDER = Path(__file__).parent / "phrases"
PRODUCT_NAMES: Mapping[str, tuple[str, ...]] = {
    "jira": ("Jira", "Jira Software", "Jira Cloud", "Jira Software Cloud"),
    "confluence": ("Confluence", "Confluence Cloud"),
    "jira-service-management": ("Jira Service Management", "JSM", "Jira Service Desk"),
    "jira-product-discovery": ("Jira Product Discovery", "JPD"),
    "bitbucket": ("Bitbucket", "Bitbucket Cloud"),
    "trello": ("Trello",),
    "guard": ("Atlassian Guard", "Atlassian Access"),
    "statuspage": ("Statuspage",),
    "opsgenie": ("Opsgenie",),
    "compass": ("Atlassian Compass", "Compass"),
    "loom": ("Loom",),
}


@cache
def languages() -> tuple[str, ...]:
    """Return the languages that have a lexicon and phrases."""
    lexicons = FOLDER.parents[2] / "config" / "languages"
    return tuple(sorted(p.stem for p in FOLDER.glob("*.toml") if (lexicons / p.stem / "lexicon.toml").is_file()))


@cache
def phrases_of(language: str) -> Mapping[str, Any]:
    """Return a language's phrase file."""
    return tomllib.loads((FOLDER / f"{language}.toml").read_text(encoding="utf-8"))


@cache
def cast_of(language: str) -> Cast:
    """Return a language's people."""
    return Cast(**phrases_of(language)["people"])


@dataclass(frozen=True)
class Wording:
    """Chooses phrases of a language; the same seed chooses the same ones."""

    language: str
    rng: random.Random

    def pick(self, table: str, name: str, known: Collection[str] | None = None) -> str:
        """Return a variant, of those that say nothing beyond what is `known`; an empty text when there is none."""
        variants: Sequence[str] = phrases_of(self.language)[table][name]
        fitting = [v for v in variants if known is None or said_by(v) <= set(known)]
        return self.rng.choice(fitting) if fitting else ""

    def word(self, table: str) -> Mapping[str, Any]:
        """Return a whole table."""
        return dict(phrases_of(self.language)[table])

    def product(self, key: str) -> str:
        """Return a name of the product."""
        return self.rng.choice(PRODUCT_NAMES[key])

    def plan(self, key: str) -> str:
        """Return a name of the plan."""
        return self.pick("plans", key)

    def count(self, number: int, *, words: bool = True) -> str:
        """Return the number in digits as the language groups them, now and then in words."""
        numbers = phrases_of(self.language)["numbers"]
        in_words = numbers.get("words", {}).get(str(number))
        if words and in_words and self.rng.random() < 0.15:
            return str(in_words)
        return f"{number:,}".replace(",", self.rng.choice(numbers["thousands"]))

    def quantity(self, quantity: Quantity, *, words: bool = True) -> str:
        """Return a number, an increment or a range."""
        match quantity:
            case Users(count):
                return self.count(count, words=words)
            case MoreUsers(by):
                return self.count(by, words=words)
            case UserRange(low, high):
                return f"{low}-{high}"
            case _:
                raise AssertionError(quantity)

    def date(self, day: dt.date) -> str:
        """Return the date in one of the language's forms."""
        months = phrases_of(self.language)["dates"]["months"]
        return self.pick("dates", "formats").format(
            d=day.day, m=day.month, y=day.year, dd=f"{day:%d}", mm=f"{day:%m}", month=months[day.month - 1]
        )

    def fact(self, name: str, values: Mapping[str, str]) -> str:
        """Return a sentence that says the fact."""
        return self.pick("facts", name).format(**values).replace("..", ".")

    def line(self, line: Line) -> str:
        """Return one product with all that is asked of it."""
        return self._filled(self.pick("lines", _shape(line)), line)

    def lines(self, lines: Sequence[Line]) -> str:
        """Return several products in one clause."""
        shapes = {_shape(line): self._phrase(_shape(line), alone=len(lines) == 1) for line in lines}
        return self.joined([self._filled(shapes[_shape(line)], line) for line in lines])

    def joined(self, parts: Sequence[str]) -> str:
        """Return the parts as an enumeration."""
        words = phrases_of(self.language)["lines"]
        return words["and"].join([*([words["comma"].join(parts[:-1])] if parts[:-1] else []), *parts[-1:]])

    def _phrase(self, shape: str, *, alone: bool) -> str:
        """Return a phrase for a line; within an enumeration one without commas of its own."""
        variants: Sequence[str] = phrases_of(self.language)["lines"][shape]
        return self.rng.choice([v for v in variants if alone or not set(v) & set(",，、：:")] or variants)

    def _filled(self, phrase: str, line: Line) -> str:
        """Return the phrase with the line's values; "25 x" and arrows take digits."""
        words = "x {" not in phrase and ">" not in phrase
        quantity = "" if line.quantity is None else self.quantity(line.quantity, words=words)
        return phrase.format(
            product=self.product(line.product),
            plan=self.plan(line.plan) if line.plan else "",
            users=quantity,
            more=quantity,
            before=self.count(line.before, words=words) if line.before else "",
        )


def said_by(variant: str) -> set[str]:
    """Return the names in braces."""
    return {name for _, name, _, _ in string.Formatter().parse(variant) if name}


def facts_of(asked: Asked, wording: Wording) -> dict[str, dict[str, str]]:
    """Return what the request says, by fact in the order of telling, as values for its phrases."""
    host = wording.rng.choice(("{}", "{}", "https://{}", "https://{}/", "https://{}/wiki")).format(asked.site)
    facts: dict[str, dict[str, str]] = {"customer": {"customer": asked.customer_company}}
    if asked.site:
        facts["site"] = {"site": host}
    if asked.sens:
        facts["sen"] = {"sen": wording.joined(asked.sens)}
    if asked.lines:
        facts["lines"] = {"lines": wording.lines(asked.lines)}
    if asked.target:
        facts["target"] = {"target": wording.date(asked.target)}
    facts.update(_person(asked))
    if asked.customer_place:
        facts["customer_place"] = {"place": asked.customer_place.text}
    if asked.reseller_place:
        facts["reseller_place"] = {"place": asked.reseller_place.text}
    return facts


def _person(asked: Asked) -> dict[str, dict[str, str]]:
    who = "person" if asked.form == "new_site" else "contact"
    if asked.person_name and asked.person_email:
        return {who: {"name": asked.person_name, "email": asked.person_email}}
    if asked.person_name:
        return {f"{who}_name": {"name": asked.person_name}}
    return {f"{who}_email": {"email": asked.person_email}} if asked.person_email else {}


def _shape(line: Line) -> str:
    """Return which phrases of [lines] fit."""
    if isinstance(line.quantity, MoreUsers):
        return "more"
    if line.before:
        return "raised_plan" if line.plan else "raised"
    if line.quantity is None:
        return "no_users" if line.plan else "bare"
    return "full" if line.plan else "no_plan"
