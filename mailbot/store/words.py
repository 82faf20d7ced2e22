"""Full-text search over cases: SQLite's FTS5 or PostgreSQL's tsvector, with the words cut by us.

Neither database knows where a Chinese, Japanese or Korean word ends; text in their scripts is cut into overlapping
pairs of characters, both in what is searched and in what is looked for.
"""

import re
import unicodedata
from collections.abc import Iterable, Sequence

import sqlalchemy as sa

from mailbot.store.staff_tables import searched
from mailbot.store.tables import cases
from mailbot.store.upsert import insert_or_update

LONGEST = 200_000
"""Characters of a case that are searched."""

_CJK = "\u3040-\u30ff\u3400-\u4dbf\u4e00-\u9fff\uac00-\ud7af"
_RUN = re.compile(rf"[{_CJK}]+|[^\W{_CJK}]+")
_ACCENTS = re.compile("[\u0300-\u036f]")
_IS_CJK = re.compile(rf"[{_CJK}]")


def search_words(text: str) -> list[str]:
    """Return the words of a text as both databases keep them: lower case, without accents, CJK as pairs."""
    decomposed = unicodedata.normalize("NFKD", unicodedata.normalize("NFKC", text).casefold())
    plain = unicodedata.normalize("NFC", _ACCENTS.sub("", decomposed))
    return [word for run in _RUN.findall(plain) for word in _pairs(run)]


class SqlSearchStore:
    """Keeps `ports.SearchStore`."""

    def __init__(self, connection: sa.Connection) -> None:
        self._connection = connection

    def unsearched(self, limit: int) -> Sequence[tuple[int, int]]:
        """Return (id, version) of cases that have changed since their words were kept, newest first."""
        return [(row.id, row.version) for row in self._connection.execute(_UNSEARCHED, {"at_most": limit})]

    def keep(self, case_id: int, version: int, texts: Iterable[str]) -> None:
        """The case is found by the words of these texts, and no longer by those of before."""
        words = " ".join(search_words("\n".join(texts)[:LONGEST]))
        dialect = self._connection.dialect.name
        for statement in _KEEP[dialect]:
            self._connection.execute(statement, {"case_id": case_id, "words": words})
        keep = insert_or_update(dialect, searched, ("case_id",))
        self._connection.execute(keep, {"case_id": case_id, "version": version})


def cases_with(dialect: str, phrase: str) -> sa.TextualSelect | None:
    """Return a select of the ids of cases that hold all words of the phrase, the last one perhaps unfinished.

    None when the phrase has no words.
    """
    words = search_words(phrase)
    if not words:
        return None
    wanted = _fts5(words) if dialect == "sqlite" else _tsquery(words)
    return _FIND[dialect].bindparams(wanted=wanted).columns(sa.column("case_id", sa.BigInteger))


def _pairs(run: str) -> list[str]:
    if not _IS_CJK.match(run) or len(run) == 1:
        return [run]
    return [run[i : i + 2] for i in range(len(run) - 1)]


def _fts5(words: Sequence[str]) -> str:
    return " ".join(f'"{word}"' for word in words) + "*"


def _tsquery(words: Sequence[str]) -> str:
    return " & ".join(f"'{word}'" for word in words) + ":*"


_UNSEARCHED = (
    sa.select(cases.c.id, cases.c.version)
    .outerjoin(searched, searched.c.case_id == cases.c.id)
    .where(sa.or_(searched.c.version.is_(None), searched.c.version != cases.c.version))
    .order_by(cases.c.id.desc())
    .limit(sa.bindparam("at_most"))
)

_KEEP = {
    "sqlite": (
        sa.text("DELETE FROM case_words WHERE rowid = :case_id"),
        sa.text("INSERT INTO case_words (rowid, words) VALUES (:case_id, :words)"),
    ),
    "postgresql": (
        sa.text(
            "INSERT INTO case_words (case_id, words) VALUES (:case_id, to_tsvector('simple', :words)) "
            "ON CONFLICT (case_id) DO UPDATE SET words = excluded.words"
        ),
    ),
}

_FIND = {
    "sqlite": sa.text("SELECT rowid AS case_id FROM case_words WHERE case_words MATCH :wanted"),
    "postgresql": sa.text("SELECT case_id FROM case_words WHERE words @@ to_tsquery('simple', :wanted)"),
}
