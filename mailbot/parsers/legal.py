"""Legal forms of companies (GmbH, Ltd, 株式会社): whether a name has one, and where it ends with one."""

import functools
import re
from dataclasses import dataclass

from mailbot.parsers.fold import fold


@dataclass(frozen=True, slots=True)
class LegalForms:
    """The legal forms as patterns over folded text."""

    _anywhere: re.Pattern[str]
    _after: re.Pattern[str]
    _before: re.Pattern[str]

    def in_name(self, name: str) -> bool:
        """Whether a name carries a legal form."""
        return self._anywhere.search(fold(name)) is not None

    def written_in(self, name: str) -> bool:
        """Whether a name carries a legal form written as one: forms of two letters are capitals (SA, no "Sá")."""
        found = [name[m.start() : m.end()].strip(" ,.") for m in self._anywhere.finditer(fold(name))]
        return any(len(f) > 2 or (f.isascii() and f.isupper()) for f in found)

    def end_after(self, folded: str, end: int) -> int:
        """Return where a legal form that follows a name ends; `end` when none does."""
        m = self._after.match(folded, end)
        return m.end() if m else end

    def start_before(self, folded: str, start: int) -> int:
        """Return where a legal form that stands before a name begins (株式会社X); `start` when none does."""
        m = self._before.search(folded, max(0, start - 12), start)
        return m.start() if m else start

    def up_to(self, name: str) -> str:
        """Return the name up to its last legal form; remarks behind it are cut off."""
        forms = list(self._anywhere.finditer(fold(name)))
        if not forms or not forms[-1].start() or not re.match(r"\s*(?:[-–—(|]|$)", name[forms[-1].end() :]):
            return name
        return name[: forms[-1].end()]

    def without(self, name: str) -> str:
        """Return the folded name without its legal form."""
        return self._anywhere.sub("", fold(name)).strip(" ,.")


@functools.lru_cache(maxsize=4)
def legal_forms(forms: tuple[str, ...]) -> LegalForms:
    """Compile the gazetteer's forms (folded), longest first."""
    ordered = sorted(forms, key=len, reverse=True)
    spaced = "|".join(re.escape(f) for f in ordered if f.isascii())
    unspaced = "|".join(re.escape(f) for f in ordered if not f.isascii()) or "(?!)"
    word = rf"(?<![^\W\d_])(?:{spaced})(?![^\W\d_])"
    return LegalForms(
        re.compile(rf"[,\s]{{0,2}}{word}\.?|{unspaced}"),
        re.compile(rf"[, ]{{1,2}}(?:{spaced})(?![^\W\d_])\.?| ?(?:{unspaced})"),
        re.compile(rf"(?:{unspaced})\s?$"),
    )
