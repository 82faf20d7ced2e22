"""New text, history, passed-on mail, signatures and footers, as mail programs of many languages write them."""

from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mailbot.domain.message import Address, Desk, Role, Segment
from mailbot.parsers.knowledge import MailKnowledge
from mailbot.parsers.segments import Setting, mark

DESK = Desk(address="desk@vendor.example")
SENDER = Address(name="Maria Lund", email="maria.lund@nordpartner.example")

N, Q, F, S, D = Role.NEW, Role.QUOTED, Role.FORWARDED, Role.SIGNATURE, Role.DISCLAIMER


def roles(text: str, knowledge: MailKnowledge, *, subject: str = "") -> list[tuple[str, Role]]:
    """Return every line that is not blank with its role."""
    setting = Setting(knowledge=knowledge, desk=DESK, sender=SENDER, subject=subject)
    marked = mark(text, setting)
    assert_covers(text, marked)
    return [
        (line, segment.role)
        for segment in marked
        for line in text[segment.start : segment.end].split("\n")
        if line.strip()
    ]


def assert_covers(text: str, marked: tuple[Segment, ...]) -> None:
    assert "".join(text[s.start : s.end] for s in marked) == text
    assert all(one.end == other.start for one, other in pairwise(marked))


def new_text(text: str, knowledge: MailKnowledge, **options: object) -> str:
    return "\n".join(line for line, role in roles(text, knowledge, **options) if role is N)  # type: ignore[arg-type]


ATTRIBUTIONS = [
    "On Tue, 17 Nov 2026 at 10:32, Quote Desk <desk@vendor.example> wrote:",
    "On 11/17/26 10:32, Quote Desk wrote:",
    "Am 17.11.26 um 10:32 schrieb Quote Desk:",
    "Am Di., 17. Nov. 2026 um 10:32 Uhr schrieb Quote Desk <desk@vendor.example>:",
    "Quote Desk <desk@vendor.example> schrieb am Di., 17. Nov. 2026, 10:32:",
    "Le mar. 17 nov. 2026 à 10:32, Quote Desk <desk@vendor.example> a écrit :",
    "El mar, 17 nov 2026 a las 10:32, Quote Desk (<desk@vendor.example>) escribió:",
    "Em ter., 17 de nov. de 2026 às 10:32, Quote Desk <desk@vendor.example> escreveu:",
    "Il giorno mar 17 nov 2026 alle ore 10:32 Quote Desk <desk@vendor.example> ha scritto:",
    "Op di 17 nov 2026 om 10:32 schreef Quote Desk <desk@vendor.example>:",
    "Den tirs. 17. nov. 2026 kl. 10.32 skrev Quote Desk <desk@vendor.example>:",
    "Den tis 17 nov. 2026 kl 10:32 skrev Quote Desk <desk@vendor.example>:",
    "wt., 17 lis 2026 o 10:32 Quote Desk <desk@vendor.example> napisał(a):",
    "út 17. 11. 2026 v 10:32 odesílatel Quote Desk <desk@vendor.example> napsal:",
    "Quote Desk <desk@vendor.example> ezt írta (időpont: 2026. nov. 17., K, 10:32):",
    "În mar., 17 nov. 2026 la 10:32, Quote Desk <desk@vendor.example> a scris:",
    "вт, 17 нояб. 2026 г. в 10:32, Quote Desk <desk@vendor.example>:",
    "17.11.2026 10:32, Quote Desk пишет:",
    "Quote Desk <desk@vendor.example>, 17 Kas 2026 Sal, 10:32 tarihinde şunu yazdı:",
    "Στις Τρί 17 Νοε 2026 στις 10:32 π.μ., ο χρήστης Quote Desk <desk@vendor.example> έγραψε:",
    "ti 17. marrask. 2026 klo 10.32 Quote Desk (desk@vendor.example) kirjoitti:",
    "Vào Th 3, 17 thg 11, 2026 vào lúc 10:32 Quote Desk <desk@vendor.example> đã viết:",
    "Pada tanggal Sel, 17 Nov 2026 pukul 10.32 Quote Desk <desk@vendor.example> menulis:",
    "Quote Desk <desk@vendor.example> 于2026年11月17日周二 10:32写道：",
    '在 2026-11-17 10:32:05，"Quote Desk" <desk@vendor.example> 写道：',
    "Quote Desk <desk@vendor.example> 於 2026年11月17日 週二 上午10:32寫道：",
    "2026年11月17日(火) 10:32 Quote Desk <desk@vendor.example>:",
    "2026年11月17日 10:32、Quote Desk <desk@vendor.example>のメール:",
    "2026년 11월 17일 (화) 오전 10:32, Quote Desk <desk@vendor.example>님이 작성:",
]


@pytest.mark.parametrize("attribution", ATTRIBUTIONS)
def test_an_attribution_and_the_quoted_lines_below_are_history(attribution: str, mail_knowledge: MailKnowledge) -> None:
    text = f"50, Premium\n\n{attribution}\n> Which plan?\n>\n> How many users?\n"
    assert new_text(text, mail_knowledge) == "50, Premium"


@pytest.mark.parametrize("attribution", ATTRIBUTIONS)
@pytest.mark.parametrize("own", ["50, Premium", "17 Nov is fine.", "Please write to jane@acme.example", "Am 3. Mai 50"])
def test_an_attribution_right_below_the_own_text_leaves_it(
    own: str, attribution: str, mail_knowledge: MailKnowledge
) -> None:
    """A line that may begin a wrapped attribution is none where the next one is whole."""
    text = f"{own}\n{attribution}\n> Which plan?\n> How many users?\n"
    assert new_text(text, mail_knowledge) == own


@pytest.mark.parametrize("day", ["2026年11月17日", "2026/11/17", "17.11.2026,"])
def test_a_day_and_an_address_right_above_quoted_lines_are_history(day: str, mail_knowledge: MailKnowledge) -> None:
    line = f"{day} Quote Desk <desk@vendor.example>:"
    assert new_text(f"{line}\n> Which plan?\n\nPremium\n", mail_knowledge) == "Premium"
    assert line in new_text(f"{line}\nJira Premium, 50 users\n", mail_knowledge)


@pytest.mark.parametrize("attribution", ATTRIBUTIONS)
def test_history_without_quote_signs_is_history_too(attribution: str, mail_knowledge: MailKnowledge) -> None:
    text = f"50, Premium\n\n{attribution}\n\nWhich plan?\nHow many users of Jira? For example 100 users.\n"
    assert new_text(text, mail_knowledge) == "50, Premium"


@pytest.mark.parametrize("attribution", [a for a in ATTRIBUTIONS if " " in a[20:] and a.rstrip()[-1] in ":："])
def test_an_attribution_that_was_wrapped_is_still_one(attribution: str, mail_knowledge: MailKnowledge) -> None:
    cut = attribution.index(" ", len(attribution) // 2) if " " in attribution[len(attribution) // 2 :] else 0
    if not cut:
        pytest.skip("no blank to wrap at")
    text = f"50, Premium\n\n{attribution[:cut]}\n{attribution[cut + 1 :]}\n> Which plan?\n"
    assert new_text(text, mail_knowledge) == "50, Premium"


HEADERS = [
    ("From:", "Sent:", "To:", "Subject:", "Tuesday, 17 November 2026 10:32"),
    ("Von:", "Gesendet:", "An:", "Betreff:", "Dienstag, 17. November 2026 10:32"),
    ("De :", "Envoyé :", "À :", "Objet :", "mardi 17 novembre 2026 10:32"),
    ("De:", "Enviado el:", "Para:", "Asunto:", "martes, 17 de noviembre de 2026 10:32"),
    ("De:", "Enviada em:", "Para:", "Assunto:", "terça-feira, 17 de novembro de 2026 10:32"),
    ("Da:", "Inviato:", "A:", "Oggetto:", "martedì 17 novembre 2026 10:32"),
    ("Van:", "Verzonden:", "Aan:", "Onderwerp:", "dinsdag 17 november 2026 10:32"),
    ("Fra:", "Sendt:", "Til:", "Emne:", "17. november 2026 10:32"),
    ("Från:", "Skickat:", "Till:", "Ämne:", "den 17 november 2026 10:32"),
    ("Od:", "Wysłano:", "Do:", "Temat:", "wtorek, 17 listopada 2026 10:32"),
    ("От:", "Отправлено:", "Кому:", "Тема:", "17 ноября 2026 г. 10:32"),
    ("Kimden:", "Gönderildi:", "Kime:", "Konu:", "17 Kasım 2026 Salı 10:32"),
    ("发件人:", "发送时间:", "收件人:", "主题:", "2026年11月17日 10:32"),
    ("寄件者:", "寄件日期:", "收件者:", "主旨:", "2026年11月17日 上午 10:32"),
    ("差出人:", "送信日時:", "宛先:", "件名:", "2026年11月17日 10:32"),
    ("보낸 사람:", "보낸 날짜:", "받는 사람:", "제목:", "2026년 11월 17일 10:32"),
]


@pytest.mark.parametrize("header", HEADERS)
@pytest.mark.parametrize("above", ["", "________________________________\n", "-----Original Message-----\n"])
def test_a_header_block_begins_history(header: tuple[str, ...], above: str, mail_knowledge: MailKnowledge) -> None:
    sender, sent, to, subject, date = header
    block = f"{sender} Quote Desk <desk@vendor.example>\n{sent} {date}\n{to} Maria Lund\n{subject} Jira\n"
    text = f"50, Premium\n\n{above}{block}\nHow many users? For example Jira, 100 users.\n"
    marked = roles(text, mail_knowledge, subject="Re: Quote")
    assert marked[0] == ("50, Premium", N)
    assert {role for _, role in marked[1:]} == {Q}


@pytest.mark.parametrize(
    "text",
    [
        "Please email the quote to jane@acme.test by 3 Nov 2026:\nJira Standard, 50 users\n",
        "We move offices.\nUsers: 230\nFrom: Berlin\nTo: London\nPlan: Premium\n",
        "Subject to approval: 50 users\nDate: 3 March 2027\n",
        "수신: 견적 담당자님\n발신: 노을소프트\n\n제품: Confluence 30명\n",
        "Hello,\nas Jane wrote on 3 Nov:\nJira, 50 users\n",
        "Bonjour,\ncomme Jean a écrit le 3 :\nJira, 50 utilisateurs\n",
        "お世話になります。\n2026年12月1日より:\nJira 50名\n",
        "Our contact wrote: please add 50 users\nSite: acme.atlassian.net\n",
        "Jira: from 50 to 100 users\n-----------\nConfluence: 20 users\n-----------\nGuard: 20 users\n",
        "Customer: Acme\n\n----\nSite: acme.atlassian.net\nUsers: 40\n",
        "> 50 users of Jira for acme.atlassian.net please\n",
    ],
)
def test_what_only_looks_like_history_stays_new(text: str, mail_knowledge: MailKnowledge) -> None:
    assert {role for _, role in roles(text, mail_knowledge)} == {N}


def test_answers_between_quoted_lines_are_new(mail_knowledge: MailKnowledge) -> None:
    text = (
        "See below.\n\n"
        "On 17 Nov 2026, Quote Desk <desk@vendor.example> wrote:\n> How many users?\n50\n> Which plan?\n\n"
        "premium please\n\n> Regards\n> Quote Desk\n\nMaria Lund\n"
    )
    assert new_text(text, mail_knowledge) == "See below.\n50\npremium please"


def test_text_below_a_quotation_is_new(mail_knowledge: MailKnowledge) -> None:
    text = "Quote Desk <desk@vendor.example> schrieb am 17.11.2026:\n> Wie viele Benutzer?\n\n40 Benutzer.\n"
    assert new_text(text, mail_knowledge) == "40 Benutzer."


def test_the_rest_of_a_quoted_line_that_was_wrapped_is_history(mail_knowledge: MailKnowledge) -> None:
    quoted = "> To prepare the quote we would still like to know from you how many people will"
    text = f"50\n\nOn 17 Nov 2026, Quote Desk wrote:\n{quoted}\nbe using it\n> and which plan.\n"
    assert new_text(text, mail_knowledge) == "50"


CUSTOMER = "Ole Berg <ole@kunde.example>"
FORWARDS = [
    ("Fwd", "---------- Forwarded message ---------\n",
     "From: {} / Date: Tue, 17 Nov 2026 / Subject: Jira / To: <m@x.example>"),
    ("Fwd", "Begin forwarded message:\n\n", "From: {} / Subject: Jira / Date: 17 November 2026 / To: m@x.example"),
    ("WG", "-------- Weitergeleitete Nachricht --------\n",
     "Betreff: \tJira / Datum: \t17.11.2026 / Von: \t{} / An: \tm@x.example"),
    ("WG", "", "Von: {} / Gesendet: Dienstag, 17. November 2026 09:00 / An: Maria Lund / Betreff: Jira"),
    ("TR", "", "De : {} / Envoyé : mardi 17 novembre 2026 09:00 / À : Maria Lund / Objet : Jira"),
    ("RV", "", "De: {} / Enviado el: martes, 17 de noviembre de 2026 / Para: Maria Lund / Asunto: Jira"),
    ("ENC", "", "De: {} / Enviada em: terça-feira, 17 de novembro de 2026 / Para: Maria Lund / Assunto: Jira"),
    ("I", "", "Da: {} / Inviato: martedì 17 novembre 2026 09:00 / A: Maria Lund / Oggetto: Jira"),
    ("转发", "------------------ 原始邮件 ------------------\n",
     "发件人: {}; / 发送时间: 2026年11月17日 / 收件人: M / 主题: Jira"),
    ("转发", "-------- 转发邮件信息 --------\n",
     "发件人：{} / 发送日期：2026-11-17 / 收件人：m@x.example / 主题：Jira"),
    ("轉寄", "---------- Forwarded message ---------\n",
     "寄件者： {} / Date: 2026年11月17日 / Subject: Jira / To: <m@x.example>"),
    ("Fwd", "---------- 転送メッセージ ----------\n",
     "差出人: {} / 日付: 2026年11月17日 / 件名: Jira / 宛先: m@x.example"),
    ("FW", "---------- 전달된 메시지 ----------\n",
     "보낸사람: {} / 날짜: 2026년 11월 17일 / 제목: Jira / 받는사람: m@x.example"),
]  # fmt: skip


@pytest.mark.parametrize(("prefix", "marker", "header"), FORWARDS)
def test_a_customers_mail_that_is_passed_on_belongs_to_the_request(
    prefix: str, marker: str, header: str, mail_knowledge: MailKnowledge
) -> None:
    block = header.format(CUSTOMER).replace(" / ", "\n")
    request = "We need Jira for 40 users on kunde.atlassian.net.\n\nKind regards\nOle Berg\nKunde AS\n"
    text = f"Please quote.\n\n{marker}{block}\n\n{request}"
    subject = f"{prefix}: Jira"
    setting = Setting(knowledge=mail_knowledge, desk=DESK, sender=SENDER, subject=subject)
    marked = mark(text, setting)
    assert_covers(text, marked)
    passed_on = [s for s in marked if s.role is F]
    assert "40 users" in "".join(text[s.start : s.end] for s in passed_on)
    assert passed_on[0].sender is not None
    assert passed_on[0].sender.email == "ole@kunde.example"
    assert passed_on[0].sender.name == "Ole Berg"
    assert "Kunde AS" in "".join(text[s.start : s.end] for s in marked if s.role is S)
    assert text[marked[0].start : marked[0].end].strip() == "Please quote."


def test_history_inside_a_mail_that_is_passed_on_is_history(mail_knowledge: MailKnowledge) -> None:
    text = (
        "Pls quote.\n\n---------- Forwarded message ---------\nFrom: Ole Berg <ole@kunde.example>\nDate: 17 Nov 2026\n"
        "Subject: Re: Jira\nTo: <maria.lund@nordpartner.example>\n\nWe take 40 users.\n\n"
        "On 16 Nov 2026, Maria Lund <maria.lund@nordpartner.example> wrote:\n> 20 or 40 users?\n"
    )
    marked = dict(roles(text, mail_knowledge, subject="Fwd: Jira"))
    assert marked["We take 40 users."] is F
    assert marked["> 20 or 40 users?"] is Q


def test_a_colleagues_cover_note_passes_the_mail_below_on(mail_knowledge: MailKnowledge) -> None:
    text = (
        "Please see below.\n\n"
        "From: Per Dahl <per.dahl@nordpartner.example>\nSent: 17 November 2026 10:00\nTo: Maria Lund\n"
        "Subject: FW: Jira\n\nCan you get a quote for this?\n\nFrom: Ole Berg <ole@kunde.example>\n"
        "Sent: 17 November 2026 09:00\nTo: Per Dahl\nSubject: Jira\n\nWe need Jira for 40 users.\n"
    )
    marked = dict(roles(text, mail_knowledge, subject="FW: FW: Jira"))
    assert marked["We need Jira for 40 users."] is F


def test_our_own_mail_below_is_history_whatever_the_subject_says(mail_knowledge: MailKnowledge) -> None:
    text = (
        "Could you also add Guard?\n\n---------- Forwarded message ---------\nFrom: Quote Desk <desk@vendor.example>\n"
        "Date: 17 Nov 2026\nSubject: Quote\nTo: <maria.lund@nordpartner.example>\n\nJira, 100 users\n"
    )
    assert new_text(text, mail_knowledge, subject="Fwd: Quote") == "Could you also add Guard?"


CLOSINGS = [
    "Best regards,", "Mit freundlichen Grüßen", "Bien cordialement,", "Saludos cordiales", "Atenciosamente,",
    "Cordiali saluti",
    "Met vriendelijke groet,", "Med venlig hilsen", "Med vänlig hälsning", "Ystävällisin terveisin",
    "Pozdrawiam", "S pozdravem",
    "Üdvözlettel,", "Cu stimă,", "С уважением,", "З повагою", "Saygılarımla,", "Με εκτίμηση,", "בברכה",
    "مع أطيب التحيات", "Trân trọng,",
    "Hormat kami,", "顺祝商祺", "此致 敬礼", "敬上", "감사합니다.", "よろしくお願いいたします。",
    "Thanks & Regards,", "ขอแสดงความนับถือ",
]  # fmt: skip


@pytest.mark.parametrize("closing", CLOSINGS)
def test_what_follows_the_closing_is_signature(closing: str, mail_knowledge: MailKnowledge) -> None:
    text = f"acme.atlassian.net, Jira Premium, 50 users\n\n{closing}\nM. Lund\nNordpartner ApS\nTel +45 55 50 01 17\n"
    marked = dict(roles(text, mail_knowledge))
    assert marked["acme.atlassian.net, Jira Premium, 50 users"] is N
    assert [marked[line] for line in ("M. Lund", "Nordpartner ApS", "Tel +45 55 50 01 17")] == [S, S, S]


@pytest.mark.parametrize(
    "text",
    [
        "Hi,\n\nJira please.\n\n-- \nAnybody\nNordpartner\n",
        "Hi,\n\nJira please.\n\nMaria Lund\nNordpartner\n+45 55 50 01 17\n",
        "Hi,\n\nJira please.\n\nNordpartner ApS\nMaria Lund\n",
        "Hi,\n\nJira please.\n\n____________\nMaria Lund | Nordpartner\n",
    ],
)
def test_a_signature_needs_no_closing(text: str, mail_knowledge: MailKnowledge) -> None:
    assert new_text(text, mail_knowledge) == "Hi,\nJira please."


@pytest.mark.parametrize(
    "after",
    [
        "PS: also Guard for 20 users",
        "Site: acme.atlassian.net",
        "SEN-1234567",
        "Confluence: 30",
        "Produkt: Jira, 20 Benutzer",
    ],
)
def test_a_request_below_the_closing_is_not_swallowed(after: str, mail_knowledge: MailKnowledge) -> None:
    text = f"Hello,\nplease quote.\n\nKind regards\nMaria Lund\n\n{after}\n"
    assert (after, N) in roles(text, mail_knowledge)


@pytest.mark.parametrize(
    "line",
    [
        "Sent from my iPhone", "Von meinem iPhone gesendet", "Envoyé de mon iPhone", "Enviado desde mi iPhone",
        "Inviato da iPhone",
        "Verstuurd vanaf mijn iPhone", "发自我的iPhone", "從我的 iPhone 傳送", "iPhoneから送信",
        "나의 iPhone에서 보냄", "Get Outlook for iOS",
        "Wysłane z iPhone'a", "Отправлено с iPhone", "Skickat från min iPhone", "Sendt fra min iPhone",
    ],
)  # fmt: skip
def test_a_line_that_the_telephone_added_is_no_text(line: str, mail_knowledge: MailKnowledge) -> None:
    assert roles(f"50 users\n\n{line}\n", mail_knowledge) == [("50 users", N), (line, D)]


@pytest.mark.parametrize(
    "footer",
    [
        "This e-mail is confidential. If you received it in error please notify the sender.",
        "Diese E-Mail ist vertraulich. Wenn Sie sie irrtümlich erhalten haben, informieren Sie bitte den Absender.",
        "Ce message est confidentiel. Si vous l'avez reçu par erreur, merci de le détruire.",
        "Este mensaje es confidencial y va dirigido a su destinatario; si lo recibió por error, bórrelo.",
        "本邮件内容保密，如误收请立即删除本邮件并通知发件人，严禁转发。",
        "本メールには機密情報が含まれます。誤って受信された場合は破棄してください。",
    ],
)
def test_a_legal_footer_is_no_text(footer: str, mail_knowledge: MailKnowledge) -> None:
    assert roles(f"50 users of Jira\n\nRegards\nMaria Lund\n\n{footer}\n", mail_knowledge)[-1] == (footer, D)


def test_a_gateways_warning_above_the_text_is_no_text(mail_knowledge: MailKnowledge) -> None:
    text = "CAUTION: This email originated from outside the organization.\n\nHi,\nplease quote Jira.\n"
    assert new_text(text, mail_knowledge) == "Hi,\nplease quote Jira."


def test_a_mail_that_would_be_all_history_is_new(mail_knowledge: MailKnowledge) -> None:
    text = "> Jira for 50 users\n> acme.atlassian.net\n"
    assert {role for _, role in roles(text, mail_knowledge)} == {N}


FRAGMENTS = [
    "> x\n",
    "\n",
    "On 1 Nov 2026, A B <a@b.example> wrote:\n",
    "From: a@b.example\n",
    "Sent: 1\n",
    "To: c@d.example\n",
    "Subject: s\n",
    "-- \n",
    "-----Original Message-----\n",
    "---------- Forwarded message ----------\n",
    "Regards\n",
    "Maria Lund\n",
    "text 50 users\n",
    "Sent from my iPhone\n",
    "confidential, intended recipient, in error, delete it\n",
    " ",
    "\t",
    "é",
    "写道：\n",
]


@given(st.lists(st.sampled_from(FRAGMENTS), max_size=40).map("".join))
def test_segments_always_cover_the_text(mail_knowledge: MailKnowledge, text: str) -> None:
    setting = Setting(knowledge=mail_knowledge, desk=DESK, sender=SENDER, subject="Fwd: x")
    marked = mark(text, setting)
    assert_covers(text, marked)
    if text.strip():
        assert any(s.role is not Q for s in marked)


PROMOTIONS = [
    "Certified reseller for Jira, Confluence, Trello and Bitbucket - ask us about our 30 day trial!",
    "Ihr Partner für Jira, Confluence, Trello und Bitbucket - fragen Sie nach unserer 30-Tage-Testversion!",
    "Jira、Confluence、Trello、Bitbucket の販売店です。30日間の無料体験もお気軽に！",
    "Jira、Confluence、Trello、Bitbucket 授權經銷商，歡迎洽詢30天試用！",
]


@pytest.mark.parametrize("promotion", PROMOTIONS)
@pytest.mark.parametrize(
    "above", ["Kind regards\nMaria Lund\nSales\nNordpartner AS\nPhone: +47 555 123456", "Maria Lund\nNord"]
)
def test_what_a_company_promotes_below_the_name_is_signature(
    promotion: str, above: str, mail_knowledge: MailKnowledge
) -> None:
    request = "Please renew acme.atlassian.net."
    new = new_text(f"{request}\n\n{above}\n{promotion}\n", mail_knowledge)
    assert new.removesuffix("\nKind regards") == request


@pytest.mark.parametrize(
    "addition",
    [
        "Jira and Confluence for 30 users",
        "Jira, Confluence: 30",
        "30 x Jira and Confluence",
        "PS: Jira and Confluence with a term of 30 months",
        "Trello 30 of them, and Bitbucket",
    ],
)
def test_what_is_ordered_below_the_name_is_no_promotion(addition: str, mail_knowledge: MailKnowledge) -> None:
    text = f"Please quote for acme.atlassian.net.\n\nKind regards\nMaria Lund\nNordpartner AS\n{addition}\n"
    assert addition in new_text(text, mail_knowledge)
