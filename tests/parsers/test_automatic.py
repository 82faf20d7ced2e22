"""Machine mail is recognised, and mail that people write is not taken for it."""

import pytest

from mailbot.domain.message import Automatic, Desk
from mailbot.parsers.automatic import is_automatic_subject
from mailbot.parsers.knowledge import MailKnowledge
from mailbot.parsers.mime import read_message

DESK = Desk(address="desk@vendor.example", aliases=("quotes@vendor.example",))
AUTO, REPORT, LIST, OWN = Automatic.AUTO_SUBMITTED, Automatic.DELIVERY_REPORT, Automatic.MAILING_LIST, Automatic.OWN


def kind(header: str, knowledge: MailKnowledge, body: str = "Hello") -> Automatic | None:
    if "From:" not in header:
        header = f"From: Jane Roe <jane@partner.example>\n{header}"
    return read_message(f"{header}\n\n{body}\n".encode(), DESK, knowledge).automatic


@pytest.mark.parametrize(
    ("header", "expected"),
    [
        ("Auto-Submitted: auto-replied", AUTO),
        ("Auto-Submitted: auto-generated; owner-email=x", AUTO),
        ("Auto-Submitted: auto-notified (x)", AUTO),
        ("Return-Path: <>", AUTO),
        ("Precedence: bulk", AUTO),
        ("Precedence: auto_reply", AUTO),
        ("X-Autoreply: yes", AUTO),
        ("X-Autorespond: 1", AUTO),
        ("From: no-reply@shop.example", AUTO),
        ("From: noreply-quotes@shop.example", AUTO),
        ("Subject: Automatische Antwort: Angebot", AUTO),
        ("Subject: =?utf-8?B?6Ieq5Yqo5Zue5aSN77ya5oql5Lu3?=", AUTO),
        ("Precedence: list", LIST),
        ("List-Id: <news.partner.example>\nAuto-Submitted: auto-generated", LIST),
        ("List-Unsubscribe: <https://x.example/u>", LIST),
        ("From: MAILER-DAEMON@mx.example\nAuto-Submitted: auto-replied", REPORT),
        ("From: Postmaster <postmaster@mx.example>", REPORT),
        ("Content-Type: multipart/report; report-type=delivery-status; boundary=x", REPORT),
        ("X-Failed-Recipients: jane@partner.example", REPORT),
        ("From: Desk <Desk@Vendor.example>\nAuto-Submitted: auto-replied", OWN),
        ("From: quotes@vendor.example", OWN),
    ],
)
def test_machine_mail(header: str, expected: Automatic, mail_knowledge: MailKnowledge) -> None:
    body = "--x\nContent-Type: text/plain\n\nfailed\n--x--" if "boundary" in header else "Hello"
    assert kind(header, mail_knowledge, body) is expected


@pytest.mark.parametrize(
    "header",
    [
        "Auto-Submitted: no",
        "X-Auto-Response-Suppress: All",
        "Return-Path: <jane@partner.example>",
        "Precedence: normal",
        "Subject: Out of office hours support for Jira",
        "Subject: Re: Automatic reply: Quote",
        "Subject: Read only users in Confluence",
        "From: no-reply@portal.example\nReply-To: jane@partner.example",
        "From: Noah Replyson <noah.replyson@partner.example>",
        "List-Id: Quote desk <desk.vendor.example>\nPrecedence: list\nList-Post: <mailto:desk@vendor.example>",
        "X-Mailer: CRM\nFeedback-ID: 1:partner",
        "Importance: high\nX-Spam-Status: No",
    ],
)
def test_mail_that_people_write(header: str, mail_knowledge: MailKnowledge) -> None:
    assert kind(header, mail_knowledge) is None


@pytest.mark.parametrize(
    "subject",
    [
        "Out of Office: Re: Quote",
        "Automatic reply: Quote",
        "Abwesenheitsnotiz: Angebot",
        "Réponse automatique : devis",
        "Respuesta automática: presupuesto",
        "Resposta automática: cotação",
        "Risposta automatica: offerta",
        "Automatisch antwoord: offerte",
        "Automatisk svar: tilbud",
        "Automaattinen vastaus: tarjous",
        "Автоматический ответ: цена",
        "Otomatik yanıt: teklif",
        "自动回复：报价",
        "自動回覆：報價",
        "自動応答: 見積",
        "자동 회신: 견적",
        "[Auto-Reply] Quote",
        "Undeliverable: Quote",
        "Out of office",
    ],
)
def test_subjects_of_responders(subject: str, mail_knowledge: MailKnowledge) -> None:
    assert is_automatic_subject(subject, mail_knowledge.automatic_subjects)


def test_a_meeting_that_was_accepted_is_automatic(mail_knowledge: MailKnowledge) -> None:
    header = "Subject: Jira\nContent-Type: text/calendar; method=REPLY"
    assert kind(header, mail_knowledge, "BEGIN:VCALENDAR") is AUTO
