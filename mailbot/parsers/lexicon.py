"""The words of the trade in each language, read from `config/languages/` and `config/gazetteers/`."""

import functools
import re
import tomllib
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from pathlib import Path
from types import MappingProxyType
from typing import Any

from mailbot.domain.errors import SetupError
from mailbot.parsers.fold import fold
from mailbot.parsers.phrases import Phrases, expand

SECTIONS = ("labels", "kinds", "cues", "counters", "plans", "claims")
"""Tables of a lexicon whose entries are pattern lists; an entry's tag is `<table>.<name>`."""


_SHORT = {"cues": 6, "counters": 2}
"""Words of other languages with at most so many letters, by table, are not looked for in a mail of a Latin script."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Lexicon:
    """What is known of one language. `patterns` are (tag, key, pattern) triples; words are folded."""

    code: str
    name: str
    verb_final: bool
    date_order: str
    abbreviations: frozenset[str]  # lower case, not folded
    patterns: tuple[tuple[str, str, str], ...]
    number_words: Mapping[str, int]
    multipliers: Mapping[str, int]
    joiners: frozenset[str]
    months: Mapping[str, int]
    durations: Mapping[str, int]
    honorifics_before: frozenset[str]
    honorifics_after: tuple[str, ...]
    role_words: frozenset[str]
    titles: frozenset[str]
    not_names: frozenset[str]

    @property
    def joining(self) -> Iterator[str]:
        """The words for "and", as they are written without accents."""
        plain = (fold(word) for tag, _, pattern in self.patterns if tag == "cues.and" for word in expand(pattern))
        return (word for word in plain if not set("*.") & set(word))

    @property
    def latin(self) -> bool:
        """Whether the language is written in Latin letters."""
        return self.code not in ("zh-Hans", "zh-Hant", "ja", "ko") and all(w.isascii() for w in self.joiners)


@dataclass(frozen=True, slots=True, kw_only=True)
class Gazetteers:
    """What is the same in every language: product names, countries, surnames, legal forms."""

    products: Mapping[str, tuple[str, ...]]
    fuzzy_products: tuple[str, ...]
    common_products: tuple[str, ...]  # that are words, too
    short_products: tuple[str, ...]  # that are short for other things, too
    apps: tuple[str, ...]
    self_managed: tuple[str, ...]
    countries: Mapping[str, str]  # folded name -> ISO 3166-1 alpha-2
    regions: Mapping[str, str]  # folded name or code of a region -> `US-TX`
    surnames: Mapping[str, frozenset[str]]  # zh, ja, ko
    legal_forms: tuple[str, ...]
    organisations: tuple[str, ...]  # how names of organisations end where words are not spaced
    currencies: tuple[tuple[str, str], ...]  # (code, pattern)
    free_mail: frozenset[str]  # domains that strangers share
    particles: frozenset[str]  # small words inside a person's name
    reply_prefixes: tuple[str, ...]  # of subjects


class Knowledge:
    """All languages and gazetteers; gives the phrases to look for in a mail of a language."""

    def __init__(self, lexicons: Iterable[Lexicon], gazetteers: Gazetteers) -> None:
        """Index the lexicons by their codes."""
        self.lexicons: Mapping[str, Lexicon] = MappingProxyType({x.code: x for x in lexicons})
        self.gazetteers = gazetteers
        names = {name: key for key, aliases in gazetteers.products.items() for name in aliases}
        self.fuzzy: Mapping[str, str] = MappingProxyType({n: names[n] for n in gazetteers.fuzzy_products})
        self._phrases: dict[tuple[str, ...], Phrases] = {}
        self.abbreviation = _abbreviation({word for x in self.lexicons.values() for word in x.abbreviations})
        """Matches where a text ends with a word whose full stop ends no sentence; in any language, as addresses are."""
        prefixes = "|".join(map(re.escape, gazetteers.reply_prefixes))
        self.reply_prefix = re.compile(rf"\s*+(?:(?:{prefixes})\s?(?:\[\d+\])?\s?[:：]\s*+)+", re.IGNORECASE)

    def with_products(self, names: Mapping[str, Iterable[str]]) -> "Knowledge":
        """Return what is known with further names of products."""
        if not names:
            return self
        known = self.gazetteers.products
        added = {product: (*known.get(product, ()), *more) for product, more in names.items()}
        return Knowledge(self.lexicons.values(), replace(self.gazetteers, products={**known, **added}))

    def active(self, language: str) -> tuple[Lexicon, ...]:
        """Return the lexicons that a mail of this language is read with: its own, its script's twin, English.

        A language without a lexicon of its own is read with English alone.
        """
        primary = language.split("-")[0]
        if primary == "zh":
            order = ["zh-Hant", "zh-Hans"] if language.startswith("zh-Hant") else ["zh-Hans", "zh-Hant"]
        else:
            order = [language, primary] + [c for c in self.lexicons if c.split("-")[0] == primary]
        codes = dict.fromkeys([c for c in order if c in self.lexicons] + ["en"])
        return tuple(self.lexicons[c] for c in codes)

    def phrases(self, language: str) -> Phrases:
        """Return the compiled phrases for a mail of this language (cached)."""
        active = self.active(language)
        key = tuple(x.code for x in active)
        if key not in self._phrases:
            self._phrases[key] = Phrases(
                [
                    *self._universal(),
                    *active[0].patterns,
                    *(p for x in active[1:] for p in x.patterns if not _is_false_friend(p, active[0])),
                ]
            )
        return self._phrases[key]

    def _universal(self) -> Iterator[tuple[str, str, str]]:
        for product, names in self.gazetteers.products.items():
            yield from (("product", product, name) for name in names)
        yield from (("app", name, name) for name in self.gazetteers.apps)
        yield from (("common", name, name) for name in self.gazetteers.common_products)
        yield from (("short", name, name) for name in self.gazetteers.short_products)
        yield from (("self_managed", name, name) for name in self.gazetteers.self_managed)
        yield from (("currency", code, pattern) for code, pattern in self.gazetteers.currencies)


def _abbreviation(words: Iterable[str]) -> re.Pattern[str]:
    longest_first = sorted(words, key=lambda word: (-len(word), word))
    known = "|".join(rf"\w*{re.escape(w[1:])}" if w.startswith("*") else re.escape(w) for w in longest_first)
    return re.compile(rf"(?:\b(?:{known})|(?<![\d/.])\d{{1,2}})\.$")


def _is_false_friend(pattern: tuple[str, str, str], mail: Lexicon) -> bool:
    """Whether a short word of another language would be a word of the mail's own ("no" in a Portuguese mail)."""
    tag, _, words = pattern
    return len(words) <= _SHORT.get(tag.partition(".")[0], 0) and " " not in words and mail.latin


def load_knowledge(config: Path) -> Knowledge:
    """Read every language folder and the gazetteers below a `config` folder; SetupError names what is wrong."""
    languages = sorted(p.parent for p in (config / "languages").glob("*/lexicon.toml"))
    if not any(folder.name == "en" for folder in languages):
        raise SetupError(f"{config / 'languages'}: the English lexicon en/lexicon.toml is missing")
    return Knowledge([load_lexicon(folder) for folder in languages], load_gazetteers(config / "gazetteers"))


@functools.lru_cache(maxsize=128)
def load_lexicon(folder: Path) -> Lexicon:
    """Read one language's `lexicon.toml`."""
    data = _toml(folder / "lexicon.toml")
    try:
        return _lexicon(folder.name, data)
    except (KeyError, TypeError, AttributeError, ValueError) as error:
        raise SetupError(f"{folder / 'lexicon.toml'}: {error!r}; compare it with languages/en/lexicon.toml") from error


def _lexicon(code: str, data: Mapping[str, Any]) -> Lexicon:
    language, names, dates, numbers = data["language"], data["names"], data["dates"], data["numbers"]
    return Lexicon(
        code=code,
        name=language["name"],
        verb_final=language["order"] == "verb_final",
        date_order=language["date_order"],
        abbreviations=frozenset(language["abbreviations"]),
        patterns=tuple(_patterns(data)),
        number_words=_folded_keys(numbers.get("words", {})),
        multipliers=_folded_keys(numbers.get("multipliers", {})),
        joiners=frozenset(fold(w) for w in numbers.get("joiners", [])),
        months=_folded_keys(dates.get("months", {})),
        durations=_folded_keys(dates.get("duration", {})),
        honorifics_before=frozenset(fold(w) for w in names["before"]),
        honorifics_after=tuple(fold(w) for w in names["after"]),
        role_words=frozenset(fold(w) for w in names["role_words"]),
        titles=frozenset(fold(w) for w in names["titles"]),
        not_names=frozenset(fold(w) for w in names["not_names"]),
    )


def _patterns(data: Mapping[str, Any]) -> Iterator[tuple[str, str, str]]:
    for section in SECTIONS:
        for name, patterns in data[section].items():
            yield from ((f"{section}.{name}", name, p) for p in patterns)
    for name, patterns in data.get("products", {}).items():
        yield from (("product", name, p) for p in patterns)
    for name in ("month_end", "month_end_after", "next_year", "this_year", "year_end", "duration_claim"):
        yield from ((f"dates.{name}", name, p) for p in data["dates"].get(name, []))
    for topic, forms in data["topics"].items():
        for form in ("asked", "said", "hinted"):
            yield from ((f"topics.{form}.{topic}", topic, p) for p in forms.get(form, []))


def load_gazetteers(folder: Path) -> Gazetteers:
    """Read the gazetteers."""
    products, world = _toml(folder / "products.toml"), _toml(folder / "world.toml")
    people, mail = _toml(folder / "people.toml"), _toml(folder / "free_mail.toml")
    try:
        return Gazetteers(
            products={k: tuple(v) for k, v in products["products"].items()},
            fuzzy_products=tuple(products["typos"]["fuzzy"]),
            common_products=tuple(products["common"]["words"]),
            short_products=tuple(products["common"]["abbreviations"]),
            apps=tuple(products["others"]["apps"]),
            self_managed=tuple(products["others"]["self_managed"]),
            countries={fold(n): code for code, names in world["countries"].items() for n in names},
            regions={fold(n): code for code, names in world["regions"].items() for n in names},
            surnames={k: frozenset(v) for k, v in people["surnames"].items()},
            legal_forms=tuple(fold(f) for f in people["legal_forms"]["forms"]),
            organisations=tuple(people["organisations"]["endings"]),
            currencies=tuple((code, p) for code, names in world["currencies"].items() for p in names),
            free_mail=frozenset(mail["domains"]),
            particles=frozenset(people["particles"]["words"]),
            reply_prefixes=tuple(_toml(folder / "mail" / "common.toml")["reply_prefixes"]),
        )
    except (KeyError, TypeError, AttributeError) as error:
        raise SetupError(f"{folder}: {error!r} in products.toml, world.toml, people.toml or free_mail.toml") from error


def _folded_keys(table: Mapping[str, int]) -> Mapping[str, int]:
    return MappingProxyType({plain: value for word, value in table.items() for plain in expand(fold(word))})


def _toml(path: Path) -> dict[str, Any]:
    try:
        return tomllib.loads(path.read_text(encoding="utf-8"))
    except OSError as error:
        raise SetupError(f"{path}: cannot be read ({error.strerror})") from error
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        raise SetupError(f"{path}: {error}") from error
