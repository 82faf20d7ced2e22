"""What mail programs and people write around a mail's text, in every language; read once from the data files."""

import tomllib
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any  # what TOML holds is checked by use

from mailbot.domain.errors import SetupError
from mailbot.parsers.html import Marks
from mailbot.parsers.language import Languages, load_languages

_LABEL_KINDS = ("from", "sent", "to", "cc", "subject", "reply_to")


@dataclass(frozen=True, slots=True, kw_only=True)
class MailKnowledge:
    """The vocabulary of mail around the request. All words are case-folded; see the head of each data file.

    `attributions` are the fixed pieces of "On … wrote:"; `labels` maps a header label to its kind (`from`, `sent`,
    `to`, `cc`, `subject`, `reply_to`).
    """

    attributions: tuple[tuple[str, ...], ...] = ()
    attribution_starts: tuple[str, ...] = ()
    labels: Mapping[str, str] = field(default_factory=dict)
    original_markers: frozenset[str] = frozenset()
    forward_markers: frozenset[str] = frozenset()
    forward_prefixes: frozenset[str] = frozenset()
    closings: frozenset[str] = frozenset()
    courtesies: frozenset[str] = frozenset()
    sent_from: tuple[str, ...] = ()
    disclaimers: tuple[str, ...] = ()
    banners: tuple[str, ...] = ()
    postscripts: tuple[str, ...] = ()
    honorifics: tuple[str, ...] = ()
    automatic_subjects: tuple[str, ...] = ()
    product_words: tuple[str, ...] = ()
    count_words: tuple[str, ...] = ()
    marks: Marks = field(default_factory=Marks)
    languages: Languages


def load_mail_knowledge(config: Path) -> MailKnowledge:
    """Return the bundle of `gazetteers/mail/*.toml` and `gazetteers/languages/*.toml` under the config folder.

    Raises SetupError naming the file that cannot be read.
    """
    tables = [_read(path) for path in sorted((config / "gazetteers" / "mail").glob("*.toml"))]
    if not tables:
        raise SetupError(f"{config / 'gazetteers' / 'mail'} has no data files; restore the folder")
    attributions = sorted({tuple(_folded(piece) for piece in text.split("…")) for text in _all(tables, "attributions")})
    return MailKnowledge(
        attributions=tuple(attributions),
        attribution_starts=tuple(sorted({pieces[0] for pieces in attributions if pieces[0]})),
        labels={
            _folded(label): kind for kind in _LABEL_KINDS for label in _all((t.get("labels", {}) for t in tables), kind)
        },
        original_markers=_set(tables, "original_markers"),
        forward_markers=_set(tables, "forward_markers"),
        forward_prefixes=_set(tables, "forward_prefixes"),
        closings=_set(tables, "closings"),
        courtesies=_set(tables, "courtesies"),
        sent_from=_tuple(tables, "sent_from"),
        disclaimers=_tuple(tables, "disclaimers"),
        banners=_tuple(tables, "banners"),
        postscripts=_tuple(tables, "postscripts"),
        honorifics=_tuple(tables, "honorifics"),
        automatic_subjects=_tuple(tables, "automatic_subjects"),
        product_words=_tuple(tables, "product_words"),
        count_words=_tuple(tables, "count_words"),
        marks=Marks(
            quote_classes=_set(tables, "quote_classes"),
            quote_ids=_set(tables, "quote_ids"),
            history_ids=_set(tables, "history_ids"),
            signature_classes=_set(tables, "signature_classes"),
            signature_ids=_set(tables, "signature_ids"),
        ),
        languages=load_languages(config),
    )


def _read(path: Path) -> dict[str, Any]:
    try:
        return tomllib.loads(path.read_text(encoding="utf-8"))
    except (OSError, UnicodeError, tomllib.TOMLDecodeError) as error:
        raise SetupError(f"{path}: {error}; mend or restore the file") from error


def _all(tables: Iterable[Mapping[str, Any]], key: str) -> list[str]:
    return [word for table in tables for word in table.get(key, ())]


def _set(tables: Iterable[Mapping[str, Any]], key: str) -> frozenset[str]:
    return frozenset(_folded(word) for word in _all(tables, key))


def _tuple(tables: Iterable[Mapping[str, Any]], key: str) -> tuple[str, ...]:
    return tuple(sorted({_folded(word) for word in _all(tables, key)}))


def _folded(text: str) -> str:
    return " ".join(text.replace("：", ":").replace("’", "'").casefold().split())
