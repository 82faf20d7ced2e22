"""Every language's words: mails written in it are understood, and its tables are as whole as the English ones."""

import datetime as dt
import re
import tomllib
from collections.abc import Iterator, Mapping
from email.message import EmailMessage
from pathlib import Path
from typing import Any

import pytest

from mailbot.domain.message import Desk
from mailbot.domain.request import Inquiry, MoreUsers, OneOf, Quantity, RequestLine, UserRange, Users
from mailbot.parsers.knowledge import load_mail_knowledge
from mailbot.parsers.lexicon import load_knowledge
from mailbot.parsers.lexicon_check import check_language, check_languages, languages
from mailbot.parsers.mime import read_message
from mailbot.parsers.understand import understand

CONFIG = Path(__file__).resolve().parents[2] / "config"
DESK = Desk(address="quotes@seller.example")
WRITTEN = dt.datetime(2026, 11, 20, 10, tzinfo=dt.UTC)


def _mails() -> Iterator[Any]:
    for path in sorted((Path(__file__).parent / "data").glob("*.toml")):
        for mail in tomllib.loads(path.read_text(encoding="utf-8"))["mail"]:
            yield pytest.param(mail, id=f"{path.stem}: {mail['name']}")


@pytest.mark.parametrize("mail", list(_mails()))
def test_a_mail_is_understood(mail: Mapping[str, Any]) -> None:
    """`expect` of a mail names what must be read from it; what it does not name is not looked at.

    `then` holds the texts of later mails of its thread.
    """
    told = _told(_understood(mail))
    assert {key: told[key] for key in mail["expect"]} == mail["expect"]


def _understood(mail: Mapping[str, Any]) -> Inquiry:
    thread = [(mail["subject"], mail["text"]), *((f"Re: {mail['subject']}", text) for text in mail.get("then", ()))]
    read = []
    for subject, text in thread:
        message = EmailMessage()
        message["From"], message["To"], message["Subject"] = mail["from"], DESK.address, subject
        message["Date"] = WRITTEN
        message.set_content(text)
        read.append(read_message(message.as_bytes(), DESK, load_mail_knowledge(CONFIG)))
    return understand(read, load_knowledge(CONFIG), DESK)


def _told(inquiry: Inquiry) -> dict[str, Any]:
    """Return what was understood in the short forms of the data files."""
    request = inquiry.requests[0] if inquiry.requests else None
    told: dict[str, Any] = {"language": inquiry.language, "topics": sorted(t.value for t in inquiry.topics)}
    if request is None:
        return {**told, "kind": "none"}
    target = request.target_end_date
    return {
        **told,
        "kind": request.kind.value,
        "requests": len(inquiry.requests),
        "reseller": _text(request.reseller.name),
        "reseller_company": _text(request.reseller.company),
        "reseller_address": _text(request.reseller.billing_address),
        "customer": _text(request.customer.company),
        "customer_person": f"{_text(request.customer.name)} {_text(request.customer.email)}",
        "customer_address": _text(request.customer.billing_address),
        "contact": f"{_text(request.contact.name)} {_text(request.contact.email)}",
        "site": _text(request.site),
        "sens": [sen.value for sen in request.sens],
        "lines": [_line(line) for line in request.lines],
        "unchanged": request.unchanged,
        "with_rest": request.with_rest,
        "target_end_date": target.value if target else None,
        "currency": _text(request.currency),
        "months": request.months.value if request.months else None,
        "discount_claim": request.discount_claim is not None,
        "doubts": sorted({doubt.reason.value for doubt in request.doubts}),
    }


def _text(value: Any) -> str:
    return "-" if value is None else value.value


def _line(line: RequestLine) -> str:
    """`jira premium 50`; `-` for what the mail does not say."""
    product = f"?{line.unknown.value}" if line.unknown else _text(line.product)
    return f"{product} {_text(line.plan)} {_count(line.quantity.value if line.quantity else None)}"


def _count(quantity: Quantity | None) -> str:
    match quantity:
        case Users(count):
            return str(count)
        case MoreUsers(by):
            return f"+{by}"
        case UserRange(low, high):
            return f"{low}-{high}"
        case OneOf(counts):
            return "|".join(map(str, counts))
        case None:
            return "-"


@pytest.mark.parametrize("code", [folder.name for folder in languages(CONFIG)])
def test_a_language_is_as_whole_as_english(code: str) -> None:
    """No table of a language lacks an entry that English has, and every pattern can be read."""
    assert check_language(CONFIG, code) == []


def test_what_a_language_lacks_is_told_by_its_key(tmp_path: Path) -> None:
    """Missing, empty and unknown entries are named; what the language has no words for is not."""
    english = (CONFIG / "languages" / "en" / "lexicon.toml").read_text(encoding="utf-8")
    other = re.sub(r"(?m)^or = .*\n", "", english).replace("[counters]\nusers", "[counters]\nusrs")
    other = re.sub(r"(?m)^(same|latter|question) = .*", r"\1 = []", other)
    other = other.replace('order = "verb_medial"', 'order = "verb_medial"\nwithout = ["cues.latter", "cues.total"]')
    other = other.replace('drop = ["', 'drop = ["* away", "leave (it out", "', 1)
    for code, text in (("en", english), ("xx", other)):
        (tmp_path / "languages" / code).mkdir(parents=True)
        (tmp_path / "languages" / code / "lexicon.toml").write_text(text, encoding="utf-8")
    assert check_languages(tmp_path) == [
        "xx: cues.or is missing",
        "xx: counters.users is missing",
        "xx: cues.same is empty",
        "xx: cues.question is empty",
        "xx: counters.usrs is unknown",
        "xx: language.without names cues.total, which is filled",
        "xx: cues.drop: '* away' cannot be read: a pattern must begin with a word: '* away'",
        "xx: cues.drop: 'leave (it out' cannot be read: a bracket is not closed: 'leave (it out'",
    ]
