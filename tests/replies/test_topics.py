"""Every topic's facts are told in every language (policy section 7)."""

import datetime as dt
import re
from dataclasses import replace

import pytest

from mailbot.domain.decision import Action, Decision
from mailbot.domain.outgoing import ReplyKind
from mailbot.domain.request import Kind
from mailbot.replies.preview import preview
from mailbot.replies.render import Renderer
from mailbot.replies.samples import ALL_TOPICS, sample_decision, sample_message, sample_request
from tests.replies.conftest import LANGUAGES

FORM = "https://www.seller.example/quote"
# What a topic's answer names in every language: figures, addresses, and the words on the vendor's own pages.
FACTS = {
    "reseller_program": (FORM,),
    "how_to_quote": ("SEN", "Cloud", "Data Center", FORM),
    "how_to_renew_or_upgrade": ("Cloud", "URL", "Data Center", FORM, "Renew", "Upgrade", "SEN"),
    "manual_review": ("1–3",),
    "two_tier": (),
    "co_term": ("Additional notes", "2027", "31"),
    "monthly": ("Cloud",),
    "trial": ("Try Cloud", "https://www.seller.example/try", "URL"),
    "license_keys": ("my.atlassian.com", "Customers", "End User Licenses", "View license"),
    "reseller_discount": (),
    "discounts": ("Cloud",),
    "payment": (
        "Mastercard", "Visa", "American Express", "PayPal", "5–7", "2", "ACH", "7–14", "AUD", "Net-30", "10.000", "USD",
        "Data Center", "Cloud", "1",
    ),
    "delivery": ("my.atlassian.com", "Cloud"),
    "refund": ("30", "30", "30", "Cloud", "Cloud"),
    "tax": (),
    "self_managed_licensing": ("Server", "12", "12"),
    "maintenance": ("Cloud",),
    "support": ("https://support.seller.example", "SEN"),
    "data_center": (
        FORM, "I am a reseller purchasing on behalf of my customer", "Save Quote", "Renew", "Upgrade", "SEN", "4",
    ),
    "server": ("Server", "2024", "Data Center", "Cloud"),
    "already_covered": ("Confluence Standard", "100", "80"),
}  # fmt: skip


# What only words can say, in the words of each language.
WORDS = {
    "two_tier": {
        "de": ("direkt bei uns", "Distributor", "erlaubt die Wiederverkäufervereinbarung nicht"),
        "en": ("directly from us", "distributor", "does not allow"),
        "es": ("nos compra directamente", "mayorista", "no la permite"),
        "fr": ("directement chez nous", "distributeur", "n’autorise pas"),
        "it": ("direttamente da noi", "distributore", "non consente"),
        "ja": ("直接ご購入", "ディストリビューター", "認められていません"),
        "ko": ("직접 구매", "총판", "허용되지 않습니다"),
        "nl": ("rechtstreeks bij ons", "distributeur", "niet toe"),
        "pt-BR": ("diretamente de nós", "distribuidor", "não a permite"),
        "zh-Hans": ("直接向我们购买", "分销商", "不允许"),
        "zh-Hant": ("直接向我們購買", "代理商", "不允許"),
    },
    "reseller_discount": {
        "de": ("Listenpreis", "offizielle Partner"),
        "en": ("list price", "official partners"),
        "es": ("precio de lista", "socios oficiales"),
        "fr": ("prix public", "partenaires officiels"),
        "it": ("prezzo di listino", "partner ufficiali"),
        "ja": ("定価", "公式パートナー"),
        "ko": ("정가", "공식 파트너"),
        "nl": ("lijstprijs", "officiële partners"),
        "pt-BR": ("preço de lista", "parceiros oficiais"),
        "zh-Hans": ("标价", "官方合作伙伴"),
        "zh-Hant": ("定價", "官方合作夥伴"),
    },
    "tax": {
        "de": ("Rechnungskontakts", "US-Bundesstaat"),
        "en": ("billing contact", "US state"),
        "es": ("contacto de facturación", "estado de EE. UU."),
        "fr": ("contact de facturation", "État américain"),
        "it": ("contatto di fatturazione", "Stato USA"),
        "ja": ("請求先担当者の住所", "米国の州"),
        "ko": ("청구 담당자의 주소", "미국 주"),
        "nl": ("factuurcontactpersoon", "Amerikaanse staat"),
        "pt-BR": ("contato de cobrança", "estado dos EUA"),
        "zh-Hans": ("账单联系人的地址", "美国应税州"),
        "zh-Hant": ("帳單聯絡人的地址", "美國課稅的州"),
    },
    "discounts": {
        "de": ("gemeinnützige", "akademische", "Behörden", "selbst verwalteten"),
        "en": ("non-profit", "academic", "government", "self-managed"),
        "es": ("sin ánimo de lucro", "académicas", "organismos públicos", "autogestionados"),
        "fr": ("but non lucratif", "enseignement", "administrations", "autogérés"),
        "it": ("non profit", "accademici", "enti pubblici", "autogestiti"),
        "ja": ("非営利団体", "教育機関", "政府機関", "自社管理型"),
        "ko": ("비영리 단체", "학술 기관", "정부 기관", "자체 관리형"),
        "nl": ("non-profit", "academische", "overheidsinstanties", "zelfbeheerde"),
        "pt-BR": ("sem fins lucrativos", "acadêmicas", "órgãos públicos", "autogerenciados"),
        "zh-Hans": ("非营利", "学术", "政府", "自托管"),
        "zh-Hant": ("非營利", "學術", "政府", "自行管理"),
    },
    "monthly": {
        "de": ("keine monatlichen", "jährliche"),
        "en": ("cannot buy monthly", "annual"),
        "es": ("no pueden comprar suscripciones mensuales", "anuales"),
        "fr": ("ne peuvent pas acheter d’abonnement Cloud mensuel", "annuel"),
        "it": ("non possono acquistare abbonamenti Cloud mensili", "annuali"),
        "ja": ("月間サブスクリプションを購入することはできません", "年間"),
        "ko": ("월간 구독을 구매할 수 없", "연간"),
        "nl": ("geen maandelijkse", "jaarabonnementen"),
        "pt-BR": ("não podem comprar assinaturas mensais", "anuais"),
        "zh-Hans": ("不能为最终用户购买 Cloud 月度订阅", "年度"),
        "zh-Hant": ("不能為最終使用者購買 Cloud 月訂閱", "年度"),
    },
}


def answer(render: Renderer, language: str, topics: tuple[str, ...], kind: ReplyKind = ReplyKind.ANSWER) -> str:
    """Return the text of a reply to these topics, on one line, without its first and last lines."""
    people = render.languages[language].sample
    decision = replace(sample_decision(ReplyKind.ANSWER, language, people), topics=topics)
    message = render(
        decision=decision, newest=sample_message(people, language), case_number="Q-0000-00000", kind=kind,
        message_id="<topics@seller.example>", at=dt.datetime(2026, 11, 5, tzinfo=dt.UTC),
    )  # fmt: skip
    return re.sub(r"\s+", " ", message.text.partition("\n\n")[2])


def test_the_facts_are_those_of_all_topics() -> None:
    assert set(FACTS) == set(ALL_TOPICS)


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("topic", ALL_TOPICS)
def test_a_topic_tells_its_facts(render: Renderer, topic: str, language: str) -> None:
    text = answer(render, language, (topic,)).replace("\u00a0", " ")

    for fact in set(FACTS[topic]):
        pattern = re.escape(fact).replace(r"10\.000", "10[., ]?000")
        assert len(re.findall(pattern, text)) >= FACTS[topic].count(fact), fact


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("topic", WORDS)
def test_a_topic_says_what_only_words_can_say(render: Renderer, topic: str, language: str) -> None:
    text = answer(render, language, (topic,)).replace("\u00a0", " ").replace(" ", "")

    assert [words for words in WORDS[topic][language] if words.replace(" ", "") not in text] == []


@pytest.mark.parametrize("language", LANGUAGES)
def test_the_answers_stand_apart(render: Renderer, language: str) -> None:
    texts = {topic: answer(render, language, (topic,)) for topic in ALL_TOPICS}

    assert len(set(texts.values())) == len(ALL_TOPICS)
    together = answer(render, language, ALL_TOPICS)
    assert len(together) > sum(len(text) for text in texts.values()) / 3


@pytest.mark.parametrize(
    ("kind", "fact"),
    [(Kind.DATA_CENTER, "Save Quote"), (Kind.SERVER, "2 February 2024"), (Kind.MONTHLY, "annual ones")],
)
def test_kinds_that_are_not_quoted_are_answered_by_their_topic(render: Renderer, kind: Kind, fact: str) -> None:
    people = render.languages["en"].sample
    request = replace(sample_request(people), kind=kind)
    message = render(
        decision=Decision(action=Action.ANSWER, language="en", requests=(request,)),
        newest=sample_message(people, "en"), case_number="Q-2026-00001", kind=ReplyKind.ANSWER,
        message_id="<kind@seller.example>", at=dt.datetime(2026, 11, 5, tzinfo=dt.UTC),
    )  # fmt: skip

    assert fact in re.sub(r"\s+", " ", message.text)


def test_a_quote_answers_topics_in_the_same_mail(render: Renderer) -> None:
    text = preview(render, ReplyKind.QUOTE, "en").text

    assert "USD 10,044.00" in text
    assert "support system" in text


def test_the_tier_on_file_is_told_only_after_the_contact_matched(render: Renderer) -> None:
    assert "100 users" in answer(render, "en", ("already_covered",))
    assert "100" not in answer(render, "en", ("already_covered",), ReplyKind.ACKNOWLEDGEMENT)
