"""Which language a text is in: by its script, then by frequent words, endings and letters from the data files."""

import functools
import re
import tomllib
from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any  # what TOML holds is checked by use

from mailbot.domain.errors import SetupError

_MAX_CHARACTERS = 4000
# Addresses, links, host names, and what has digits; in ASCII only, for Chinese is written up to them without a blank.
_NO_WORDS = re.compile(
    r"[!-~]{0,64}@[!-~]{1,255}|\b[a-z]{2,8}://[!-~]+|\b(?<!-)[A-Za-z0-9-]+(?:\.[A-Za-z0-9-]+)+\b|"
    r"(?<![A-Za-z0-9_-])[A-Za-z_-]*+\d[A-Za-z0-9_-]*"
)
_WORD = re.compile(r"[^\W\d_]+(?:['’][^\W\d_]+)?")
_SCRIPTS = (
    ("kana", re.compile("[\u3041-\u30ff\uff66-\uff9d]")),
    ("hangul", re.compile("[\uac00-\ud7a3\u1100-\u11ff\u3130-\u318f]")),
    ("han", re.compile("[\u4e00-\u9fff\u3400-\u4dbf]")),
    ("cyrillic", re.compile("[\u0400-\u04ff]")),
    ("greek", re.compile("[\u0370-\u03ff\u1f00-\u1fff]")),
    ("hebrew", re.compile("[\u0590-\u05ff]")),
    ("arabic", re.compile("[\u0600-\u06ff]")),
    ("thai", re.compile("[\u0e00-\u0e7f]")),
    ("devanagari", re.compile("[\u0900-\u097f]")),
    ("bengali", re.compile("[\u0980-\u09ff]")),
    ("tamil", re.compile("[\u0b80-\u0bff]")),
    ("georgian", re.compile("[\u10a0-\u10ff]")),
    ("armenian", re.compile("[\u0530-\u058f]")),
)
_LATIN_WORD = re.compile("[A-Za-z\u00c0-\u024f\u1e00-\u1eff]+")
# One Han or Hangul character says as much as about this many Latin letters.
_DENSITY = 2.5
_ENDING = 0.35
_LETTER = 0.5
_SURE = 0.6  # less evidence than two words that two languages share is none
_MARGIN = 1.15


@dataclass(frozen=True, slots=True)
class Languages:
    """The profiles of all languages, indexed by what they are recognised by."""

    scripts: Mapping[str, tuple[str, ...]]  # script -> languages written in it
    words: Mapping[str, tuple[tuple[str, float], ...]] = field(repr=False, default_factory=dict)
    endings: Mapping[str, tuple[tuple[str, float], ...]] = field(repr=False, default_factory=dict)
    letters: Mapping[str, tuple[tuple[str, float], ...]] = field(repr=False, default_factory=dict)
    priors: Mapping[str, float] = field(repr=False, default_factory=dict)  # for neighbours alike in all else


def detect(text: str, languages: Languages, hints: Iterable[str | None] = ()) -> str | None:
    """Return the BCP 47 tag of the text's language, or None when the text does not tell.

    Addresses, host names and everything with digits is no evidence. Of languages that the words leave equal, and
    for Han without kana, the first hint that fits decides (an earlier mail's language, the character set's).
    """
    text = _NO_WORDS.sub(" ", text[:_MAX_CHARACTERS])
    hinted = tuple(hint for hint in hints if hint)
    script = _script(text)
    match script:
        case None:
            return None
        case "kana":
            return "ja"
        case "han":
            return _han(text, hinted)
        case _:
            candidates = languages.scripts.get(script, ())
            if len(candidates) == 1:
                return candidates[0]
            return _by_words(text, languages, frozenset(candidates), hinted)


def load_languages(config: Path) -> Languages:
    """Return the profiles of `gazetteers/languages/*.toml` under the config folder; SetupError names a bad file."""
    folder = config / "gazetteers" / "languages"
    scripts: dict[str, list[str]] = defaultdict(list)
    words: dict[str, list[str]] = defaultdict(list)
    endings: dict[str, list[str]] = defaultdict(list)
    letters: dict[str, list[str]] = defaultdict(list)
    priors: dict[str, float] = {}
    for path in sorted(folder.glob("*.toml")):
        profile = _profile(path)
        code = path.stem
        scripts[profile["script"]].append(code)
        if "prior" in profile:
            priors[code] = float(profile["prior"])
        for kind, index in (("words", words), ("endings", endings)):
            for item in dict.fromkeys(profile.get(kind, "").casefold().split()):
                index[item].append(code)
        for letter in dict.fromkeys(profile.get("letters", "")):
            letters[letter].append(code)
    if not scripts:
        raise SetupError(f"{folder} has no language profiles; restore the folder")
    return Languages(
        scripts={script: tuple(codes) for script, codes in scripts.items()},
        words=_weighted(words),
        endings=_weighted(endings),
        letters=_weighted(letters),
        priors=priors,
    )


def _profile(path: Path) -> dict[str, Any]:
    try:
        profile = tomllib.loads(path.read_text(encoding="utf-8"))
    except (OSError, UnicodeError, tomllib.TOMLDecodeError) as error:
        raise SetupError(f"{path}: {error}; mend or restore the file") from error
    if "script" not in profile:
        raise SetupError(f"{path}: `script` is missing; name the script that the language is written in")
    return profile


def _weighted(index: Mapping[str, list[str]]) -> dict[str, tuple[tuple[str, float], ...]]:
    """Share the weight of one among the languages that have the item in common."""
    return {item: tuple((code, 1 / len(codes)) for code in codes) for item, codes in index.items()}


def _script(text: str) -> str | None:
    """Return the script that carries the text; names in Latin letters do not outweigh a sentence in another."""
    latin_words = _LATIN_WORD.findall(text)
    if text.isascii():
        return "latin" if latin_words else None
    counts = {name: len(pattern.findall(text)) for name, pattern in _SCRIPTS}
    latin = sum(len(word) for word in latin_words if word[0].islower())  # names of products and companies aside
    east = counts["kana"] + counts["han"] + counts["hangul"]
    best = max(counts, key=lambda name: counts[name])
    if east and east * _DENSITY * 2 >= latin:
        if counts["hangul"] * 2 > counts["kana"] + counts["han"]:
            return "hangul"
        return "kana" if counts["kana"] * 12 >= counts["han"] else "han"
    if counts[best] > 1 and counts[best] * 2 >= latin:
        return best
    return "latin" if latin_words else None


def _han(text: str, hints: tuple[str, ...]) -> str:
    """Tell Chinese in its two forms and Japanese without kana apart by characters that only one of them writes."""
    kinds = [_writers(char) for char in text if "\u3400" <= char <= "\u9fff"]
    may_be_japanese = all("ja" in writers for writers in kinds)
    if may_be_japanese and frozenset({"ja"}) in kinds:
        return "ja"
    simplified = sum(1 for writers in kinds if "zh-Hans" in writers and "zh-Hant" not in writers)
    traditional = sum(1 for writers in kinds if "zh-Hant" in writers and "zh-Hans" not in writers)
    for hint in hints:
        if hint == "ja" and may_be_japanese:
            return "ja"
        if (hint == "zh-Hans" and simplified == traditional) or (hint == "zh-Hant" and traditional == simplified):
            return hint
    return "zh-Hant" if traditional > simplified else "zh-Hans"


@functools.lru_cache(maxsize=16384)
def _writers(char: str) -> frozenset[str]:
    """Return who writes a Han character: the national character sets are lists of just that."""
    return frozenset(
        language
        for language, codec, first, last in (
            ("zh-Hans", "gb2312", 0xB0, 0xF7),
            ("zh-Hant", "big5", 0xA4, 0xF9),
            ("ja", "shift_jis", 0x88, 0x98),  # level 1; level 2 holds forms that Japan gave up
        )
        if first <= char.encode(codec, "replace")[0] <= last
    )


def _by_words(text: str, languages: Languages, candidates: frozenset[str], hints: tuple[str, ...]) -> str | None:
    scores: dict[str, float] = defaultdict(float)
    seen: set[str] = set()
    for found in _WORD.finditer(text):
        word = found[0].casefold().replace("’", "'")
        # A word said ten times is no more evidence than one said twice.
        weight = 0.5 if word in seen else 1.0
        seen.add(word)
        known = languages.words.get(word, ())
        for code, share in known:
            scores[code] += share * weight
        if not known and len(word) > 4:
            for size in (5, 4, 3, 2):
                if ending := languages.endings.get(word[-size:]):
                    for code, share in ending:
                        scores[code] += share * weight * _ENDING
                    break
    for letter in set(text.lower()):
        for code, share in languages.letters.get(letter, ()):
            scores[code] += share * _LETTER
    ranked = sorted(
        ((score + languages.priors.get(code, 0.0), code) for code, score in scores.items() if code in candidates),
        reverse=True,
    )
    if not ranked or ranked[0][0] < _SURE:
        return None
    top = ranked[0][0]
    for hint in hints:
        if any(code == hint and score * _MARGIN >= top for score, code in ranked):
            return hint
    return ranked[0][1]
