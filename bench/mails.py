"""The mails that are measured with, and the records that belong to them; all of it follows from a number.

40 % are plain text, 40 % have HTML in Outlook's shape beside it, 20 % carry a file. Each comes from another reseller
and is about another customer with a site of its own, so that nothing is answered from a cache.
"""

import base64
import csv
import quopri
import random
import shutil
from collections.abc import Callable
from dataclasses import dataclass
from email.header import Header
from pathlib import Path

from tests.parsers.attachments.office_files import xlsx

SHIPPED = Path(__file__).parents[1] / "config" / "demo" / "data"
CUSTOMERS = 500
FIRST_SEN = 7_100_000

PRODUCTS = {"jira": "Jira", "confluence": "Confluence"}
RESELLERS = ("Bluewater", "Northgate", "Southbridge", "Westhaven", "Fairfield", "Meridian", "Stonebridge", "Ruida")
TOWNS = ("Harbour", "Kestrel", "Maple", "Alder", "Juniper", "Orchard", "Quarry", "Willow", "Lantern", "Cedar")
TRADES = ("Shipping", "Energy", "Clinic", "Games", "Foods", "Mining", "Textiles", "Optics", "Rail", "Press")
PEOPLE = ("Grace Lindqvist", "Omar Haddad", "Priya Raman", "Joan Whitfield", "Rosa Okafor", "Emil Novak")
PEOPLE_ZH = ("陈思远", "刘雅婷", "孙立群", "王海涛", "赵敏", "周晓彤")


@dataclass(frozen=True, slots=True)
class Customer:
    """A customer with a site and two subscriptions on file."""

    number: int

    @property
    def company(self) -> str:
        return f"{TOWNS[self.number % 10]} {TRADES[self.number // 10 % 10]} {self.number} Ltd"

    @property
    def site(self) -> str:
        return f"{TOWNS[self.number % 10]}-{TRADES[self.number // 10 % 10]}-{self.number}.atlassian.net".lower()

    @property
    def contact(self) -> str:
        return PEOPLE[self.number % len(PEOPLE)]

    @property
    def email(self) -> str:
        return f"{self.contact.lower().replace(' ', '.')}@customer{self.number}.example"

    @property
    def sen(self) -> str:
        return f"SEN-{FIRST_SEN + 2 * self.number}"

    @property
    def tier(self) -> int:
        return (25, 50, 100, 200)[self.number % 4]


def write_records(folder: Path) -> Path:
    """Write the data files of all customers, beside the demo's prices; return the folder."""
    folder.mkdir(parents=True)
    for name in ("prices.csv", "taxes.csv", "desk.toml"):
        shutil.copy(SHIPPED / name, folder / name)
    everybody = [Customer(number) for number in range(CUSTOMERS)]
    with (folder / "entitlements.csv").open("w", newline="", encoding="utf-8") as file:
        out = csv.writer(file)
        out.writerow(["sen", "site", "customer", "product", "plan", "tier", "currency", "end_date"])
        for one in everybody:
            for place, product in enumerate(PRODUCTS):
                sen = f"SEN-{FIRST_SEN + 2 * one.number + place}"
                out.writerow([sen, one.site, one.company, product, "standard", one.tier, "USD", "2027-09-15"])
    with (folder / "contacts.csv").open("w", newline="", encoding="utf-8") as file:
        out = csv.writer(file)
        out.writerow(["site", "name", "email", "role"])
        out.writerows([one.site, one.contact, one.email, "technical"] for one in everybody)
    return folder


def quoted_mail(number: int) -> bytes:
    """Return a mail that is answered with a quote: products added, a site made, users raised, a renewal."""
    texts = (_products_added, _new_site, _more_users, _renewal_zh)
    return _mail(number, texts[number % len(texts)])


def other_mail(number: int) -> bytes:
    """Return a mail that gets no document: a question back, an answer, or a person who looks."""
    texts = (_no_contact, _how_to_pay, _stranger, _no_count_zh, _monthly_zh)
    return _mail(number, texts[number % len(texts)])


Letter = tuple[str, str, str]  # subject, name of the writer, text


def _products_added(who: Customer, dice: random.Random) -> Letter:
    return f"Quote: Confluence for {who.company}", "Nadia Ferreira", (
        f"Hello,\n\ncould you please send me a quote for our customer {who.company}? They have Jira\nalready and would "
        f"like to add Jira Service Management Standard for {dice.randrange(20, 400)} users, one year.\n\n"
        f"Site: {who.site}\nSite administrator: {who.contact}, {who.email}\n\nThanks a lot\nNadia\n"
    )  # fmt: skip


def _new_site(who: Customer, dice: random.Random) -> Letter:
    users = dice.randrange(20, 400)
    return "New customer", "Marcus Thiele", (
        "Hi there,\n\nwe have a new customer who has no Cloud site yet. Please quote "
        f"Jira Standard, {users} users, and\nConfluence Standard, {users} users, for one year.\n\n"
        "Reseller contact: Marcus Thiele\n"
        "Reseller billing address: Northgate Systems Inc., 18 Pine Street, Portland, OR 97204, USA\n\n"
        f"Customer company: New {who.company}\nCustomer contact: {who.contact}\nCustomer email: {who.email}\n"
        f"Customer billing address: {who.number + 1} Quay Road, London E1 6AN, United Kingdom\n\nBest regards\nMarcus\n"
    )  # fmt: skip


def _more_users(who: Customer, dice: random.Random) -> Letter:
    return f"{who.company}: more Jira users", "Tom Okafor", (
        f"Hello,\n\nour customer {who.company} is growing. Please quote the upgrade of their\nJira subscription "
        f"{who.sen} for the rest of the term, from {who.tier} to {who.tier + dice.randrange(50, 300)} users.\n\n"
        f"Technical contact: {who.contact} <{who.email}>\n\nKind regards\nTom Okafor\n"
    )  # fmt: skip


def _renewal_zh(who: Customer, dice: random.Random) -> Letter:
    return "Jira 和 Confluence 续订报价", "李文博", (
        f"您好，\n\n我们的客户 {who.company} 的 Jira 和 Confluence 云版订阅即将到期，客户希望按现有级别续订一年，\n"
        f"请提供续订报价。\n\n站点：https://{who.site}\n技术联系人：{who.contact}\n联系人邮箱：{who.email}\n\n谢谢！\n\n李文博\n华信软件有限公司\n"
    )  # fmt: skip


def _no_contact(who: Customer, dice: random.Random) -> Letter:
    users = dice.randrange(20, 400)
    return "New customer", "Marcus Thiele", (
        f"Hi there,\n\nwe have a new customer, {who.company}, who has no Cloud site yet. Please quote\n"
        f"Jira Standard and Confluence Standard, {users} users each, annual.\n\n"
        f"Contact at the customer is {who.contact}.\n\n"
        "Our billing address: Northgate Systems Inc., 18 Pine Street, Portland, OR 97204, USA\n\n"
        "Best regards,\nMarcus\n"
    )  # fmt: skip


def _how_to_pay(who: Customer, dice: random.Random) -> Letter:
    return "Payment and refunds", "Sofia Brandt", (
        "Hi,\n\ntwo questions before we place our first order: which payment methods do you\naccept, and how long is "
        "the refund period? And do resellers get a discount?\n\nMany thanks\nSofia Brandt\n"
    )  # fmt: skip


def _stranger(who: Customer, dice: random.Random) -> Letter:
    return f"Jira quote for {who.company}", "Karen Doyle", (
        f"Hi,\n\nplease quote Jira Service Management Standard, {dice.randrange(20, 400)} users, for {who.site}.\n"
        f"The technical contact is Dale Hutchins, dale.hutchins@customer{who.number}.example.\n\nThanks\nKaren Doyle\n"
    )  # fmt: skip


def _no_count_zh(who: Customer, dice: random.Random) -> Letter:
    return "增加产品报价", "王海涛", (
        f"您好，\n\n我们的客户 {who.company} 想在现有站点 {who.site} 上增加\n"
        "Jira Service Management 标准版，请报一年的价格。\n\n"
        f"授权联系人：{who.contact} {who.email}\n\n此致\n王海涛\n"
    )  # fmt: skip


def _monthly_zh(who: Customer, dice: random.Random) -> Letter:
    return "按月订阅", "周晓彤", (
        "您好，\n\n我们是经销商，想为最终客户购买按月付费的 Jira 云版订阅，请问可以吗？\n\n谢谢\n周晓彤\n"
    )  # fmt: skip


def _mail(number: int, text: Callable[[Customer, random.Random], Letter]) -> bytes:
    dice = random.Random(number)
    subject, name, body = text(Customer(number * 7 % CUSTOMERS), dice)
    domain = f"reseller{number}.example"
    head = (
        f"From: {Header(name, 'utf-8').encode()} <sales@{domain}>\r\nTo: quotes@seller.example\r\n"
        f"Subject: {Header(subject, 'utf-8').encode()}\r\nDate: Fri, 20 Nov 2026 09:12:00 +0000\r\n"
        f"Message-ID: <{number}.{dice.randrange(10**12)}@{domain}>\r\n{_relays(dice, domain)}"
        f"Authentication-Results: mx.seller.example; dmarc=pass header.from={domain}\r\nMIME-Version: 1.0\r\n"
    ).encode()
    shape = number * 3 % 10  # so that every text comes in every shape
    if shape < 4:
        return head + _text("plain", body)
    both = _multipart("alternative", _text("plain", body), _text("html", _outlook(body)))
    if shape < 8:
        return head + both
    return head + _multipart("mixed", both if shape == 8 else _text("plain", body), _file(number, dice))


def _relays(dice: random.Random, domain: str) -> str:
    """Return what servers on the way have written: 4 KB, as it is these days."""
    hops = "".join(
        f"Received: from mail{hop}.{domain} (198.51.100.{hop}) by relay{hop}.example with ESMTPS id "
        f"{dice.randrange(10**15)}\r\n for <quotes@seller.example>; Fri, 20 Nov 2026 09:12:0{hop} +0000\r\n"
        for hop in range(5)
    )
    names = ("DKIM-Signature", "ARC-Seal", "ARC-Message-Signature", "X-Antispam-Message-Info")
    signatures = (base64.b64encode(dice.randbytes(300)).decode() for _ in names)
    folded = ("\r\n ".join(one[start : start + 70] for start in range(0, len(one), 70)) for one in signatures)
    signed = "".join(
        f"{name}: a=rsa-sha256; d={domain}; s=mail; h=from:to:subject;\r\n b={value}\r\n"
        for name, value in zip(names, folded, strict=True)
    )
    return hops + signed + "".join(f"X-MS-Exchange-Property-{n}: {dice.randrange(10**12)}\r\n" for n in range(15))


def _outlook(body: str) -> str:
    """Return the text as Outlook writes it, with 20 KB of styles."""
    styles = "".join(
        f"p.Mso{n}, li.Mso{n}, div.Mso{n}\r\n\t{{margin:0cm;margin-bottom:.0001pt;font-size:11.0pt;"
        f'font-family:"Calibri",sans-serif;mso-style-priority:{n};mso-fareast-language:EN-US;}}\r\n'
        for n in range(95)
    )
    lines = "".join(
        '<p class=MsoNormal><span lang=EN-US style="mso-fareast-language:EN-US">'
        f"{_escaped(line) or '<o:p>&nbsp;</o:p>'}</span></p>\r\n"
        for line in body.split("\n")
    )
    return (
        '<html xmlns:v="urn:schemas-microsoft-com:vml" xmlns:o="urn:schemas-microsoft-com:office:office">\r\n<head>\r\n'
        f'<meta http-equiv=Content-Type content="text/html; charset=utf-8">\r\n<style><!--\r\n{styles}--></style>\r\n'
        f"</head>\r\n<body lang=EN-US link=blue vlink=purple><div class=WordSection1>{lines}</div></body></html>\r\n"
    )


def _escaped(line: str) -> str:
    return line.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")


def _file(number: int, dice: random.Random) -> bytes:
    """Return a logo of 25 KB or a workbook of 20 rows that has nothing to do with the request."""
    if number // 10 % 2 == 0:
        name, kind, content = "logo.png", "image/png", b"\x89PNG\r\n\x1a\n" + dice.randbytes(25_000)
    else:
        rows = [["Date", "Travel", "Hours"], *([f"day {n}", "train", f"{dice.random():.3f}"] for n in range(20))]
        kind = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
        name, content = "travel.xlsx", xlsx(rows)
    encoded = base64.encodebytes(content).replace(b"\n", b"\r\n")
    head = f'Content-Type: {kind}; name="{name}"\r\nContent-Disposition: attachment; filename="{name}"\r\n'
    return head.encode() + b"Content-Transfer-Encoding: base64\r\n\r\n" + encoded


def _text(subtype: str, text: str) -> bytes:
    """Return a part as mail programs encode it: Western text quoted-printable, Chinese text in base64."""
    lines = text.replace("\r\n", "\n")
    if lines.isascii():
        charset, encoding, body = "iso-8859-1", "quoted-printable", quopri.encodestring(lines.encode())
    else:
        charset, encoding, body = "gb18030", "base64", base64.encodebytes(lines.replace("\n", "\r\n").encode("gb18030"))
    head = f'Content-Type: text/{subtype}; charset="{charset}"\r\nContent-Transfer-Encoding: {encoding}\r\n\r\n'
    return head.encode() + body.replace(b"\n", b"\r\n")


def _multipart(subtype: str, *parts: bytes) -> bytes:
    mark = f"----=_{subtype}_000B"
    body = b"".join(b"--" + mark.encode() + b"\r\n" + part + b"\r\n" for part in parts)
    return f'Content-Type: multipart/{subtype}; boundary="{mark}"\r\n\r\n'.encode() + body + f"--{mark}--\r\n".encode()
