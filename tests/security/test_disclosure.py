"""What may leave: nothing that the sender did not say and that is not public, until the authorized contact matched."""

import csv
import re
import statistics
import time
from pathlib import Path

import pytest
import sqlalchemy as sa

from tests.security.attacked import REQUEST, letter, stranger
from tests.security.conftest import DATA, opened_desk

ROOT = Path(__file__).parents[2]
MAILS = sorted((ROOT / "config" / "demo" / "mails").glob("*.eml"))
WORD = re.compile(r"[^\W_]+")
PUBLIC_FILES = (
    "templates/**/*.po",
    "templates/**/*.j2",
    "config/mailbot.toml",
    "config/policy/*.toml",
    "config/gazetteers/products.toml",
)
# What the mail form of a reply needs, and how dates and amounts of the examples are written.
FORM = """
    Date From To Cc Subject Message-ID In-Reply-To References Content-Language Auto-Submitted auto-replied MIME-Version
    X-Auto-Response-Suppress All Content-Type multipart alternative mixed boundary charset utf 8 text plain html
    Mon Tue Wed Thu Fri Sat Sun Jan Feb Mar Apr May Jun Jul Aug Sep Oct Nov Dec January February March April June July
    August September October November December 2024 2026 2027 0000 09 00 20 31 12 2 10 000 q seller example quotes
    Januar Februar März Mai Juni Juli Oktober Dezember acknowledgement ask answer quote 2月2日 12月31日 年 月 日 Re
"""


def words(text: str) -> set[str]:
    return {word.casefold() for word in WORD.findall(text)}


@pytest.fixture(scope="module")
def public() -> set[str]:
    """The words that anybody may have: texts of replies, seller, policy, list prices."""
    files = (path for pattern in PUBLIC_FILES for path in ROOT.glob(pattern))
    return words(FORM).union(*(words(path.read_text("utf-8")) for path in files))


def on_file() -> dict[str, set[str]]:
    """Return the words that the vendor has on file, by site."""
    found: dict[str, set[str]] = {}
    for name in ("entitlements.csv", "contacts.csv"):
        with (DATA / name).open(encoding="utf-8", newline="") as lines:
            for row in csv.DictReader(lines):
                found.setdefault(row["site"], set()).update(*map(words, row.values()))
    return found


def said(sent) -> set[str]:
    """Return the words of a reply, without the random part of its ids and what is no word but a mark of HTML."""
    shown = re.sub(r"<style.*?</style>|<[^>]*>|&\w+;|&#\d+;", " ", sent.part("html"), flags=re.DOTALL)
    links = " ".join(re.findall(r'(?:href|title|alt)="([^"]*)"', sent.part("html")))
    headers = "\n".join(f"{name}: {value}" for name, value in sent.message.items() if name != "Content-Type")
    hidden = re.sub(r"[0-9a-f]{24}", " ", headers)
    return words("\n".join((hidden, sent.part("plain"), shown, links)))


PROBES = {
    "no contact": "please quote Confluence Standard for 75 users.\nSite: {site}",
    "no plan": "please quote Confluence for 75 users.\nSite: {site}\nContact: {contact}",
    "no users": "please quote Confluence Standard.\nSite: {site}\nContact: {contact}",
    "no product": "please renew.\nSite: {site}",
    "renewal without a contact": "please renew everything on {site} as it is.",
    "upgrade without users": "we need more users on {site}, please quote.",
    "upgrade by ten": "please add 10 users to all products of {site}.",
    "who is the contact": "who is the authorized contact of {site}?",
    "is it a customer": "is {site} a customer of yours? Which products do they have?",
    "SEN of the site": "what is the SEN of {site}?",
    "when does it end": "when does the subscription of {site} end, and how many users does it have?",
    "wrong contact": "please quote Confluence Standard for 75 users.\nSite: {site}\nContact: Eve, e@evil.example",
    "contact of another site": "please quote Confluence Standard for 75 users.\nSite: {site}\nContact: {other}",
    "contact without a name": "please quote Confluence Standard for 75 users.\nSite: {site}\nContact: {email}",
    "common end": "please align all subscriptions of {site} to one date.",
    "fewer users": "please reduce Confluence on {site} to 1 user.",
    "another currency": "please quote Confluence Standard for 75 users in USD.\nSite: {site}\nContact: e@evil.example",
    "only the SEN": "please renew {sen}.",
    "SEN and wrong site": "please renew {sen} on other-company.atlassian.net.",
    "look-alike contact": "please quote Confluence Standard for 75 users.\nSite: {site}\nContact: {lookalike}",
    "data center": "please quote Data Center for {site}.",
    "how to pay": "which ways to pay does {site} have?",
}
SITES = {
    "kestrel-energy.atlassian.net": ("Priya Raman", "priya.raman@kestrel-energy.example", "SEN-6120093"),
    "harbour-lights.atlassian.net": ("Grace Lindqvist", "grace.lindqvist@harbour-lights.example", "SEN-4820117"),
}


@pytest.mark.parametrize("site", SITES)
@pytest.mark.parametrize("probe", PROBES)
def test_a_reply_says_what_the_mail_said_and_what_is_public(shared_desk, public, probe, site):
    name, email, sen = SITES[site]
    body = PROBES[probe].format(
        site=site,
        contact=f"{name}, {email}",
        email=email,
        sen=sen,
        other="Omar Haddad, omar.haddad@harbour-lights.example"
        if site.startswith("k")
        else "Priya Raman, priya@x.example",
        lookalike=f"{name}, {email.replace('i', 'í', 1)}",
    )
    raw = letter(f"Hello,\n\n{body}\n\nNadia Ferreira\nSouthbridge IT\n", sender=f"Nadia Ferreira <{stranger()}>")
    for sent in shared_desk.take(raw):
        assert sent.kind != "quote"
        assert said(sent) - words(raw.decode()) - public - words(sent.message["Subject"]) == set()


@pytest.mark.parametrize("path", MAILS, ids=lambda path: path.stem)
def test_replies_to_the_sample_mails_say_nothing_of_other_sites(desk, path, public):
    raw = re.sub(rb"\r?\n", b"\r\n", path.read_bytes())
    mail = words(desk.understanding.read(raw).body.text) | words(raw.decode("utf-8", "replace"))
    for sent in desk.take(raw):
        mentioned = {site for site, theirs in on_file().items() if words(site) <= mail or theirs & _sens(mail)}
        foreign = set().union(*(theirs for site, theirs in on_file().items() if site not in mentioned))
        own = set().union(*(theirs for site, theirs in on_file().items() if site in mentioned))
        assert said(sent) & (foreign - own - mail - public) == set()
        if sent.kind in ("ask", "acknowledgement"):
            assert said(sent) & (own - mail - public - words(sent.message["Subject"])) == set()


def _sens(text: set[str]) -> set[str]:
    return {word for word in text if re.fullmatch(r"\d{7,8}", word)}


def normal(raw: bytes, *names: str) -> bytes:
    """Return a reply without what must differ: ids, case number, boundary, and these names."""
    text = re.sub(rb"[qQ]-2026-\d{5}", b"Q", raw)
    text = re.sub(rb"[0-9a-f]{24}", b"H", text)
    text = re.sub(rb"attack\.\d+@", b"@", text).replace(b"omer.haddad", b"omar.haddad")
    for name in names:
        text = text.replace(name.encode(), b"N")
    return text


# Mails that differ only in whom they name; the sender must not learn from the answer which of them we know.
UNKNOWN = {
    "somebody else at their address": "eve.stranger@kestrel-energy.example",
    "a colleague of theirs": "priya.kumar@kestrel-energy.example",
    "the contact of another customer": "omar.haddad@harbour-lights.example",
    "a look-alike": "priya.rarnan@kestrel-energy.example",
    "a free-mail address of that name": "priya.raman@gmail.example.com",
    "nobody at all": "priya@nowhere.example",
}


@pytest.mark.parametrize("who", UNKNOWN)
def test_whether_a_site_or_a_contact_is_on_file_changes_not_one_byte(desk, who):
    replies = []
    for site in ("kestrel-energy", "kestrel-enorgy", "harbour-lights"):
        address = stranger()
        contact = UNKNOWN[who].replace("omar", "omer" if site[0] == "h" else "omar")
        body = REQUEST.replace("kestrel-energy.atlassian", f"{site}.atlassian")
        body = body.replace("priya.raman@kestrel-energy.example", contact)
        (sent,) = desk.take(letter(body, sender=f"Nadia Ferreira <{address}>"))
        assert sent.kind == "acknowledgement"
        domain = address.partition("@")[2]
        replies.append(normal(sent.raw, address, domain, f"{site}.atlassian", contact.replace("omer", "omar")))
    assert replies[0].split(b"\r\n") == replies[1].split(b"\r\n")
    assert replies[0].split(b"\r\n") == replies[2].split(b"\r\n")
    desk.answers_good_mail()


def test_the_work_for_a_known_and_an_unknown_name_is_the_same(mind, tmp_path):
    """Time tells nothing: as many statements, and as much time of the processor within what a machine varies."""
    statements: list[str] = []
    seconds: dict[str, list[float]] = {"kestrel-energy": [], "kestrel-enorgy": []}
    counts: dict[str, set[int]] = {"kestrel-energy": set(), "kestrel-enorgy": set()}
    with opened_desk(mind, tmp_path) as desk:
        sa.event.listen(sa.Engine, "before_cursor_execute", lambda *call: statements.append(call[2]))
        desk.answers_good_mail()  # what is read once is read
        for number in range(24):
            site = list(seconds)[number % 2]
            body = REQUEST.replace("kestrel-energy.atlassian", f"{site}.atlassian").replace(
                "priya.raman", "eve.stranger"
            )
            before, started = len(statements), time.process_time()
            (sent,) = desk.take(letter(body, sender=f"Nadia Ferreira <{stranger()}>"))
            seconds[site].append(time.process_time() - started)
            counts[site].add(len(statements) - before)
            assert sent.kind == "acknowledgement"
    known, unknown = counts.values()
    assert known == unknown
    one, other = (statistics.median(taken[2:]) for taken in seconds.values())
    assert max(one, other) / min(one, other) < 1.5
