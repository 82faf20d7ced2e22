"""What we ask for is understood when it comes back: our form, filled in as people do, in every language."""

import datetime as dt
import re
from collections.abc import Callable, Iterator, Sequence
from decimal import Decimal
from email.message import EmailMessage
from email.policy import SMTP
from html import escape

import pytest

from mailbot.bootstrap.installation import Installation
from mailbot.bootstrap.understanding import DeskUnderstanding, desk_understanding
from mailbot.domain.decision import Action, ResolvedRequest
from mailbot.domain.evidence import BODY
from mailbot.domain.file import Entitlement, PriceBook, Records, SiteFile
from mailbot.domain.message import Desk, InboundMessage
from mailbot.domain.outgoing import OutgoingMessage, ReplyKind
from mailbot.replies.render import Renderer
from tests.conftest import ROOT
from tests.replies.conftest import LANGUAGES, html_of

TODAY = dt.date(2026, 11, 20)
OURS = "quotes@seller.example"
SITE = "meridian.atlassian.net"
EXAMPLES = ("name@customer.example", "name@reseller.example", "customer-name.atlassian.net", dt.date(2027, 12, 31))

NEW_SITE = {
    "en": "please send us a quote for a new customer without a site. They need Jira and Confluence.",
    "de": "bitte senden Sie uns ein Angebot für einen neuen Kunden ohne Site. Er braucht Jira und Confluence.",
    "es": "necesitamos un presupuesto para un cliente nuevo que todavía no tiene sitio. Quiere Jira y Confluence.",
    "fr": "merci de nous envoyer un devis pour un nouveau client sans site. Il lui faut Jira et Confluence.",
    "it": "vorremmo un preventivo per un nuovo cliente senza sito. Ha bisogno di Jira e Confluence.",
    "ja": "新規のお客様（サイトはまだありません）の見積をお願いします。Jira と Confluence が必要です。",
    "ko": "아직 사이트가 없는 신규 고객의 견적을 부탁드립니다. Jira와 Confluence가 필요합니다.",
    "nl": "graag een offerte voor een nieuwe klant zonder site. Zij willen Jira en Confluence.",
    "pt-BR": "precisamos de uma cotação para um cliente novo, ainda sem site. Ele quer Jira e Confluence.",
    "zh-Hans": "请为一个还没有站点的新客户报价，需要 Jira 和 Confluence。",
    "zh-Hant": "請為一個還沒有站點的新客戶報價，需要 Jira 和 Confluence。",
}
CO_TERM = {
    "en": "please quote a co-term: all subscriptions of our customer should end on one common date.",
    "de": "bitte senden Sie uns ein Angebot für einen Co-Term: alle Abonnements sollen am selben Tag enden.",
    "es": "necesitamos un presupuesto de co-term: todas las suscripciones deben terminar en la misma fecha.",
    "fr": "merci de nous envoyer un devis de co-term : tous les abonnements doivent se terminer à la même date.",
    "it": "vorremmo un preventivo di co-term: tutti gli abbonamenti devono terminare alla stessa data.",
    "ja": "お客様のすべてのサブスクリプションの終了日を統一する（co-term）見積をお願いします。",
    "ko": "고객의 모든 구독 종료일을 하나로 맞추는 코텀(co-term) 견적을 부탁드립니다.",
    "nl": "graag een offerte voor een co-term: alle abonnementen moeten op dezelfde einddatum eindigen.",
    "pt-BR": "precisamos de uma cotação de co-term: todas as assinaturas devem terminar na mesma data.",
    "zh-Hans": "请报价：把客户的所有订阅统一到同一个到期日（co-term）。",
    "zh-Hant": "請報價：把客戶的所有訂閱統一到同一個到期日（co-term）。",
}
PEOPLE = {  # the reseller, the customer's person, an address
    "en": ("Laura Bennett", "Hanna Keller", "48 Mill Lane, Oxford OX1 2AB, United Kingdom"),
    "de": ("Julia Brandt", "Hanna Keller", "Lindenstraße 12, 10969 Berlin, Deutschland"),
    "es": ("Carmen Ortega", "Hanna Keller", "Calle Mayor 8, 28013 Madrid, España"),
    "fr": ("Claire Fontaine", "Hanna Keller", "12 rue de la Paix, 75002 Paris, France"),
    "it": ("Paolo Conti", "Hanna Keller", "Via Garibaldi 5, 20121 Milano, Italia"),
    "ja": ("田中 健一", "鈴木 花子", "〒150-0001 東京都渋谷区神宮前1-2-3"),
    "ko": ("김민수", "이서연", "서울특별시 중구 세종대로 110, 대한민국"),
    "nl": ("Sanne de Vries", "Hanna Keller", "Keizersgracht 100, 1015 AA Amsterdam, Nederland"),
    "pt-BR": ("Ana Souza", "Hanna Keller", "Rua Augusta 500, São Paulo SP 01305-000, Brasil"),
    "zh-Hans": ("王晓明", "李建国", "北京市朝阳区建国路88号, 中国"),
    "zh-Hant": ("陳志明", "林美玲", "台北市信義區市府路1號, 臺灣"),
}
ATTRIBUTION = f"On Fri, 20 Nov 2026 at 10:05, Quote desk <{OURS}> wrote:"


@pytest.fixture(scope="module")
def understanding() -> Iterator[DeskUnderstanding]:
    """The shipped desk's way of reading and deciding."""
    with desk_understanding(Installation(ROOT), Desk(address=OURS), lambda: TODAY) as desk:
        yield desk


def records() -> Records:
    prices = {
        (product, plan, "USD"): {tier: Decimal(price * tier) for tier in (50, 100, 250)}
        for product in ("jira", "confluence")
        for plan, price in (("standard", 5), ("premium", 9))
    }
    held = Entitlement(
        sen="SEN-1234567", site=SITE, customer="Meridian", product="jira", plan="standard", tier=50, currency="USD",
        end_date=dt.date(2027, 3, 31),
    )  # fmt: skip
    return Records(
        price_book=PriceBook(version="1", prices=prices),
        sites={SITE: SiteFile(site=SITE, entitlements=(held,))},
        sens={held.sen: held},
    )


def test_every_answer_to_our_form_is_read_and_none_of_our_examples(
    render: Renderer, understanding: DeskUnderstanding, language: str, first: str, reply: Callable[..., EmailMessage]
) -> None:
    known = records()
    opening = understanding.read(sent("0", first).as_bytes())
    asked = understanding.decide([opening], lambda *_: known)
    assert asked.action is Action.ASK
    ask = render(
        decision=asked, newest=opening, case_number="Q-2026-00001", kind=ReplyKind.ASK,
        message_id="<ask@seller.example>", at=dt.datetime(2026, 11, 20, 12, tzinfo=dt.UTC),
    )  # fmt: skip
    missing = asked.requests[0].missing
    answers = [answer(path, language, render) for path in missing]

    answered = understanding.read(reply(ask, [written for written, _ in answers]).as_bytes())
    decision = understanding.decide([opening, answered], lambda *_: known)

    (request,) = decision.requests
    assert request.missing == ()
    assert {path: plain(value(request, path)) for path in missing} == {
        path: plain(wanted) for path, (_, wanted) in zip(missing, answers, strict=True)
    }
    assert not any(value(request, path) in EXAMPLES for path in missing)
    check_evidence(request, answered)


def answer(path: str, language: str, render: Renderer) -> tuple[str, object]:
    """Return what the sender writes for a path, and the value that is meant."""
    reseller, customer, address = PEOPLE[language]
    end = dt.date(2027, 9, 30)
    text = {
        "reseller.name": reseller,
        "reseller.billing_address": address,
        "customer.name": customer,
        "customer.email": "hanna.keller@meridian.example",
        "customer.billing_address": address,
        "authorized_contact.name": customer,
        "authorized_contact.email": "hanna.keller@meridian.example",
        "site": SITE,
    }
    if path in text:
        return text[path], text[path]
    values = {
        "lines[0].plan": ("Premium", "premium"), "lines[0].users": ("75", 75),
        "lines[1].plan": ("Standard", "standard"), "lines[1].users": ("230", 230),
        "target_end_date": (render.languages[language].formats.date(end).replace("\u00a0", " "), end),
    }  # fmt: skip
    return values[path]


def value(request: ResolvedRequest, path: str) -> object:
    party, _, key = path.partition(".")
    match party:
        case "reseller" | "customer":
            read = getattr(getattr(request, party), key)
        case "authorized_contact":
            read = getattr(request.contact, key)
        case "site" | "target_end_date":
            read = getattr(request, party)
        case _:
            read = getattr(request.lines[int(party[6])], key)
    return None if read is None else read.value


def plain(read: object) -> object:
    return " ".join(re.split(r"[\s,、〒]+", read)).strip() if isinstance(read, str) else read


def check_evidence(request: ResolvedRequest, message: InboundMessage) -> None:
    for party in (request.reseller, request.customer, request.contact):
        for read in (party.name, party.email):
            for place in read.evidence if read else ():
                if place.message == 1 and place.part == BODY:
                    assert message.body.text[place.start : place.end] == place.text


def sent(number: str, body: str, *, html: bool = False) -> EmailMessage:
    message = EmailMessage(policy=SMTP)
    message["From"], message["To"], message["Subject"] = "order@reseller.example", OURS, "Jira"
    message["Date"], message["Message-ID"] = "Fri, 20 Nov 2026 09:00:00 +0000", f"<m{number}@reseller.example>"
    message.set_content(body, subtype="html" if html else "plain")
    return message


def quoted(ask: OutgoingMessage) -> list[str]:
    return [f"> {line}" if line else ">" for line in ask.text.rstrip("\n").split("\n")]


def items(ask: OutgoingMessage, count: int) -> list[tuple[int, int, int]]:
    """Return for each question of the form its first line, the last of its label, and that of its example."""
    lines = ask.text.split("\n")
    starts = [index for index, line in enumerate(lines) if re.match(r"\d+\. ", line)]
    found = []
    for start in starts[:count]:
        label = next(i for i in range(start, len(lines)) if re.match(r" +[(（]", lines[i + 1]))
        found.append((start, label, next(i for i in range(label, len(lines)) if not lines[i + 1].strip())))
    return found


def inner_html(ask: OutgoingMessage) -> str:
    """Return the HTML inside of the body, as mail programs quote it."""
    html = html_of(ask)
    return html[html.index(">", html.index("<body")) + 1 : html.rindex("</body>")]


def on_top(ask: OutgoingMessage, answers: Sequence[str]) -> EmailMessage:
    numbered = [f"{number}. {text}" for number, text in enumerate(answers, 1)]
    return sent("1", "\n".join([*numbered, "", ATTRIBUTION, "", *quoted(ask)]))


def below(ask: OutgoingMessage, answers: Sequence[str]) -> EmailMessage:
    numbered = [f"{number}) {text}" for number, text in enumerate(answers, 1)]
    return sent("1", "\n".join([ATTRIBUTION, "", *quoted(ask), "", *numbered]))


def under_the_examples(ask: OutgoingMessage, answers: Sequence[str]) -> EmailMessage:
    lines = quoted(ask)
    for (_, _, end), text in reversed(list(zip(items(ask, len(answers)), answers, strict=True))):
        lines[end + 1 : end + 1] = ["", text, ""]
    return sent("1", "\n".join([ATTRIBUTION, "", *lines]))


def under_the_labels(ask: OutgoingMessage, answers: Sequence[str]) -> EmailMessage:
    lines = quoted(ask)
    for (_, label, _), text in reversed(list(zip(items(ask, len(answers)), answers, strict=True))):
        lines[label + 1 : label + 1] = [text]
    return sent("1", "\n".join([ATTRIBUTION, "", *lines]))


def in_a_copy(ask: OutgoingMessage, answers: Sequence[str]) -> EmailMessage:
    lines = ask.text.split("\n")
    copied = [
        " ".join(line.strip() for line in lines[start : label + 1]) + f" {text}"
        for (start, label, _), text in zip(items(ask, len(answers)), answers, strict=True)
    ]
    return sent("1", "\n".join([*copied, "", ATTRIBUTION, "", *quoted(ask)]))


def typed_into_the_quote(ask: OutgoingMessage, answers: Sequence[str]) -> EmailMessage:
    texts = iter(answers)
    filled = re.sub(r"(<li [^>]*><b>[^<]*</b>) <br>", lambda li: f"{li[1]} {next(texts)}<br>", inner_html(ask))
    head = f"<b>From:</b> Quote desk &lt;{OURS}&gt;<br><b>Sent:</b> Friday, November 20, 2026 10:05 AM<br>"
    head += "<b>To:</b> order@reseller.example<br><b>Subject:</b> Re: Jira<br>"
    return sent("1", f'<p>See below.</p><hr><div id="divRplyFwdMsg">{head}</div>{filled}', html=True)


def in_a_list_above_the_blockquote(ask: OutgoingMessage, answers: Sequence[str]) -> EmailMessage:
    listed = "".join(f"<li>{text}</li>" for text in answers)
    head = f'<br><div class="gmail_quote"><div class="gmail_attr">{escape(ATTRIBUTION)}<br></div>'
    quote = f'<blockquote class="gmail_quote">{inner_html(ask)}</blockquote>'
    return sent("1", f'<div dir="ltr"><ol>{listed}</ol></div>{head}{quote}</div>', html=True)


WAYS = (
    on_top,
    below,
    under_the_examples,
    under_the_labels,
    in_a_copy,
    typed_into_the_quote,
    in_a_list_above_the_blockquote,
)


def pytest_generate_tests(metafunc: pytest.Metafunc) -> None:
    """Every way of replying in every language, for both requests."""
    if "reply" in metafunc.fixturenames:
        cases = [
            pytest.param(language, f"Hello,\n\n{words[language]}\n", way, id=f"{language}-{name}-{way.__name__}")
            for language in LANGUAGES
            for name, words in (("new site", NEW_SITE), ("co-term", CO_TERM))
            for way in WAYS
        ]
        metafunc.parametrize(("language", "first", "reply"), cases)
