"""Reading takes time in proportion to the text, whatever stands in it: nobody holds a worker with one mail.

Time is that of the processor, so that a busy machine changes nothing.
"""

import ast
import importlib
import pkgutil
import re
import signal
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

import pytest

import mailbot.parsers
from mailbot.domain.message import Desk
from mailbot.parsers.knowledge import MailKnowledge
from mailbot.parsers.lexicon import Knowledge, load_knowledge
from mailbot.parsers.mime import read_message
from mailbot.parsers.understand import understand
from tests.parsers.fragments import fragments_of

CONFIG = Path(__file__).resolve().parents[2] / "config"
DESK = Desk(address="quotes@seller.example")
ANCHORED = frozenset({"match", "fullmatch"})

PATTERN_SIZE, PATTERN_SECONDS = 100_000, 0.3
"""A linear pattern takes a few milliseconds for so many characters, a quadratic one seconds."""

PHRASES_SIZE, PHRASES_SECONDS = 20_000, 2.0
MAIL_SIZE, MAIL_SECONDS = 20_000, 2.0

_FRAGMENTS_EACH = 6
_ANYWHERE = ("a", "A", "1", " ", "é")


@dataclass(frozen=True, slots=True)
class Used:
    """A pattern, where it stands, and whether it is only ever tried at one place of the text."""

    name: str
    pattern: re.Pattern[Any]
    is_anchored: bool


@pytest.fixture(scope="module")
def knowledge() -> Knowledge:
    """The shipped lexicons."""
    return load_knowledge(CONFIG)


def test_every_pattern_is_linear() -> None:
    """No regular expression of the parsers takes longer than a few passes over any repeated fragment."""
    slow = {used.name: f for used in _patterns() for f in _fragments(used) if _is_slow(used, f)}
    assert not slow


@pytest.mark.parametrize("language", sorted(p.parent.name for p in (CONFIG / "languages").glob("*/lexicon.toml")))
def test_the_phrases_of_a_language_are_found_in_one_pass(knowledge: Knowledge, language: str) -> None:
    """A line of the words before a gap, the costliest there are, is scanned in linear time."""
    phrases = knowledge.phrases(language)
    gapped = [p for lexicon in knowledge.active(language) for _, _, p in lexicon.patterns if ".." in p]
    heads = sorted({re.split(r"[ (|)*.]+", pattern)[0] or "a" for pattern in gapped})
    for fragment in (" ".join(heads), *heads[:: max(1, len(heads) // 10)]):
        with limited(PHRASES_SECONDS):
            phrases.scan(_repeated(f"{fragment} ", PHRASES_SIZE))


_HEAD = (
    "From: A B <a@b.example>\r\nSubject: Quote\r\nContent-Type: text/plain; charset=utf-8\r\n\r\nPlease quote Jira.\r\n"
)
_LINES = (
    *("1", "A.", ".111", "1.111.1", " ", "\t", "#", "a", "A", "a@", "@", "a-", "-", "x ", "Jira ", "1 ", "1-", "> "),
    *("(", "<", "http://a.", "acme.atlassian.net ", "50 users ", ": ", "a:", "用户", "1) ", "SEN-", "请", "A b "),
    *(
        "1\n",
        "Jira\n",
        "a: \n",
        "Jira: 50\n",
        "> x\n",
        "- Jira 50\n",
        "1\t",
        "Jira\t50\n",
        "Contact: A B\n",
        "Contact: A B <a@b.com> ",
    ),
    *('"x"', "=", "_", "*", "，", "50 or ", "Straße 1, ", ",", "e\u0301", "1 000 ", "年", "end of ", "not ", "１"),
)


@pytest.mark.parametrize("fragment", _LINES)
def test_a_mail_of_one_long_line_is_understood_soon(
    knowledge: Knowledge, mail_knowledge: MailKnowledge, fragment: str
) -> None:
    """Reading and understanding a mail of a single line of a repeated fragment takes no more than other mails."""
    raw = _HEAD.encode() + _repeated(fragment, MAIL_SIZE).encode()
    with limited(MAIL_SECONDS):
        understand([read_message(raw, DESK, mail_knowledge)], knowledge, DESK)


@pytest.mark.parametrize("number", ["1" * 5_000, "五" * 5_000, "hundred " * 5_000, "１" * 5_000, "百" * 5_000])
def test_a_number_of_thousands_of_digits_is_no_count(
    knowledge: Knowledge, mail_knowledge: MailKnowledge, number: str
) -> None:
    """Python refuses to convert so many digits, or to print them; nobody asks for so many users."""
    raw = _HEAD.encode() + f"{number} users\r\n".encode()
    [request] = understand([read_message(raw, DESK, mail_knowledge)], knowledge, DESK).requests
    assert not any(line.quantity for line in request.lines)


@contextmanager
def limited(seconds: float) -> Iterator[None]:
    """Raise TimeoutError when the block takes more of the processor's time."""

    def give_up(*_: object) -> None:
        raise TimeoutError(f"more than {seconds} s")

    before = signal.signal(signal.SIGVTALRM, give_up)
    signal.setitimer(signal.ITIMER_VIRTUAL, seconds)
    try:
        yield
    finally:
        signal.setitimer(signal.ITIMER_VIRTUAL, 0)
        signal.signal(signal.SIGVTALRM, before)


def _is_slow(used: Used, fragment: str) -> bool:
    text: Any = _repeated(fragment, PATTERN_SIZE)
    text = text.encode("latin-1", "ignore") if isinstance(used.pattern.pattern, bytes) else text
    try:
        with limited(PATTERN_SECONDS):
            if used.is_anchored:
                used.pattern.match(text)
            else:
                sum(1 for _ in used.pattern.finditer(text))
    except TimeoutError:
        return True
    return False


def _fragments(used: Used) -> list[str]:
    return list(dict.fromkeys([*fragments_of(used.pattern, _FRAGMENTS_EACH), *_ANYWHERE]))


def _repeated(fragment: str, size: int) -> str:
    return fragment * (size // len(fragment))


@cache
def _patterns() -> tuple[Used, ...]:
    """Return every pattern of the parsers, those of the modules and those written where they are used."""
    found: dict[str, Used] = {}
    for info in pkgutil.walk_packages(mailbot.parsers.__path__, "mailbot.parsers."):
        module = importlib.import_module(info.name)
        short = info.name.removeprefix("mailbot.parsers.")
        tree = ast.parse(Path(str(module.__file__)).read_text(encoding="utf-8"))
        uses = _uses(tree)
        for name, value in vars(module).items():
            anchored = bool(uses.get(name)) and uses[name] <= ANCHORED
            for pattern in _compiled_in(value):
                used = Used(f"{short}.{name}", pattern, anchored)
                found.setdefault(f"{pattern.pattern!r} {pattern.flags} {anchored}", used)
        for pattern, method in _written_in_place(tree):
            used = Used(f"{short}: {pattern.pattern}", pattern, method in ANCHORED)
            found.setdefault(f"{pattern.pattern!r} {pattern.flags} {method in ANCHORED}", used)
    return tuple(found.values())


def _compiled_in(value: object) -> Iterator[re.Pattern[Any]]:
    if isinstance(value, re.Pattern):
        yield value
    elif isinstance(value, tuple | list | frozenset | set):
        for item in value:
            yield from _compiled_in(item)
    elif isinstance(value, dict):
        for item in (*value, *value.values()):
            yield from _compiled_in(item)


def _uses(tree: ast.AST) -> dict[str, set[str]]:
    """Return which methods are called on each name of a module."""
    uses: dict[str, set[str]] = {}
    for node in ast.walk(tree):
        if isinstance(node, ast.Attribute) and isinstance(node.value, ast.Name):
            uses.setdefault(node.value.id, set()).add(node.attr)
    return uses


def _written_in_place(tree: ast.AST) -> Iterator[tuple[re.Pattern[Any], str]]:
    """Yield the patterns that are given to functions of `re`, with the name of the function that looks for them."""
    methods = {id(node.value): node.attr for node in ast.walk(tree) if isinstance(node, ast.Attribute)}
    for node in ast.walk(tree):
        if not (isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute) and node.args):
            continue
        first, module = node.args[0], node.func.value
        is_of_re = isinstance(module, ast.Name) and module.id == "re" and isinstance(first, ast.Constant)
        method = methods.get(id(node)) if node.func.attr == "compile" else node.func.attr
        if is_of_re and method not in (None, "escape"):
            yield re.compile(first.value), method
