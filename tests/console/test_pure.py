"""Marks, fields, words: what the pages are made of, without a page."""

import datetime as dt
from pathlib import Path

import pytest
from argon2.profiles import CHEAPEST
from babel.messages.extract import extract
from babel.messages.pofile import read_po
from hypothesis import given
from hypothesis import strategies as st

from mailbot.console.codes import TimeCodes, picture
from mailbot.console.fields import changed, request_fields
from mailbot.console.marks import Cited, marked
from mailbot.console.passwords import Argon2Hasher
from mailbot.console.words import wanted_language
from mailbot.domain.case import CaseEvent
from mailbot.domain.evidence import Evidence
from mailbot.domain.message import Role, Segment, TextPart
from mailbot.sealing import Seal
from mailbot.service.trail import corrections_of, endorsed_by
from tests.support.samples import decision

PAGES = Path(__file__).resolve().parents[2] / "templates" / "console"
OPTIONS = {"trim_blocks": "true", "lstrip_blocks": "true", "silent": "false"}
SPANS = st.lists(st.tuples(st.integers(-2, 30), st.integers(-2, 30)), max_size=6)


def cited(start: int, end: int, path: str = "site", *, message: int = 0, disputed: bool = False) -> Cited:
    evidence = Evidence(message=message, part="body", start=start, end=end, text="")
    return Cited(evidence=evidence, path=path, disputed=disputed)


def test_overlapping_evidence_is_cut_where_it_begins_and_ends():
    part = TextPart(name="body", text="acme.example has 50", segments=(Segment(role=Role.SIGNATURE, start=17, end=19),))
    pieces = marked(part, 0, [cited(0, 12), cited(5, 12, "customer", disputed=True), cited(0, 3, message=1)])
    assert [(p.text, p.paths, p.disputed, p.quiet) for p in pieces] == [
        ("acme.", ("site",), False, False),
        ("example", ("site", "customer"), True, False),
        (" has ", (), False, False),
        ("50", (), False, True),
    ]


@given(st.text(max_size=25), SPANS)
def test_the_pieces_of_a_text_are_the_text(text, spans):
    pieces = marked(TextPart(name="body", text=text), 0, [cited(start, end) for start, end in spans])
    assert "".join(piece.text for piece in pieces) == text


def test_only_what_a_form_sets_otherwise_is_a_change():
    fields = request_fields(decision(), {})
    shown = {f.path: f.value for request in fields for f in request.fields}
    site = "requests[0].site"
    assert changed(fields, shown) == {}
    given = {
        **shown,
        site: " other.atlassian.net ",
        "requests[0].currency": "",
        "requests[7].site": "x",
        "nonsense": "x",
    }
    assert changed(fields, given) == {site: "other.atlassian.net"}


def event(kind: str, actor: str = "kim", **data: object) -> CaseEvent:
    return CaseEvent(case_id=1, at=dt.datetime(2026, 11, 2, tzinfo=dt.UTC), kind=kind, actor=actor, data=data)


def test_corrections_hold_until_they_are_undone_or_the_case_is_handed_back():
    first, second = (
        event("Corrected", values={"site": "a", "currency": "USD"}),
        event("Corrected", values={"site": "b"}),
    )
    assert corrections_of([first, second]) == {"site": "b", "currency": "USD"}
    assert corrections_of([first, second, event("Undone", settlement="corrected")]) == {"site": "a", "currency": "USD"}
    assert corrections_of([first, event("Undone", settlement="approved")]) == {"site": "a", "currency": "USD"}
    assert corrections_of([first, second, event("HandedBack")]) == {}
    undone = event("Undone", settlement="handed_back")
    assert corrections_of([first, second, event("HandedBack"), undone]) == {"site": "b", "currency": "USD"}


def test_who_made_a_draft_or_endorsed_it_stands_behind_this_draft_only():
    events = [
        event("Corrected", actor="kim", values={"site": "a"}),
        event("ReviewOpened", actor="machine", item=2),
        event("Endorsed", actor="lee", item=2),
        event("MailReceived", actor="machine"),
        event("ReviewOpened", actor="machine", item=3),
    ]
    assert endorsed_by(events, 2) == {"kim", "lee"}
    assert endorsed_by(events, 3) == frozenset()


def test_a_password_is_verified_and_nobody_has_one():
    hasher = Argon2Hasher(CHEAPEST)
    hashed = hasher.hash("correct horse")
    assert hasher.verify(hashed, "correct horse")
    assert not hasher.verify(hashed, "wrong")
    assert not hasher.verify(None, "correct horse")
    assert not hasher.verify("no hash at all", "correct horse")


@pytest.mark.parametrize(
    ("accepted", "language"),
    [
        ("zh-CN,zh;q=0.9,en;q=0.8", "zh-Hans"),
        ("en-GB,zh;q=0.9", "en"),
        ("zh-TW,en;q=0.5", "en"),
        ("fr;q=0.9,zh-Hans;q=0.3", "zh-Hans"),
        ("fr", "en"),
        ("", "en"),
        ("en;q=x,zh", "zh-Hans"),
    ],
)
def test_the_browsers_language_is_spoken_where_the_console_can(accepted, language):
    assert wanted_language(accepted, ("en", "zh-Hans")) == language


def test_every_text_of_the_pages_is_translated_with_the_same_placeholders():
    wanted = {}
    for page in PAGES.rglob("*.html"):
        with page.open("rb") as source:
            for _, message, _, _ in extract(
                "jinja2.ext:babel_extract", source, {"_": None, "ngettext": (1, 2)}, options=OPTIONS
            ):
                wanted[message if isinstance(message, str) else message[0]] = page.name
    for catalogue in (PAGES / "locales").glob("*.po"):
        with catalogue.open("rb") as source:
            said = {m.id if isinstance(m.id, str) else m.id[0]: m.string for m in read_po(source) if m.id}
        assert wanted.keys() == said.keys(), catalogue
        for message, translated in said.items():
            text = translated if isinstance(translated, str) else translated[0]
            assert text, message
            assert message.count("%(") == text.count("%("), message


def test_the_picture_of_a_secret_is_whole_at_any_size():
    drawn = picture("GEZDGNBVGY3TQOJQGEZDGNBVGY3TQOJQ", "anna")
    assert drawn.startswith("<svg")
    assert "viewBox" in drawn
    assert "width=" not in drawn


@pytest.mark.parametrize(
    ("seconds", "good"), [(0, True), (29, True), (45, True), (-29, True), (91, False), (-61, False)]
)
def test_a_code_is_good_for_about_a_minute(seconds, good):
    secret, at = "GEZDGNBVGY3TQOJQGEZDGNBVGY3TQOJQ", dt.datetime(2005, 3, 18, 1, 58, 31, tzinfo=dt.UTC)
    codes = TimeCodes(Seal(bytes(32)))
    step = codes.step_of(codes.sealed(secret), "050 471", at + dt.timedelta(seconds=seconds))  # RFC 6238, appendix B
    assert (step == 0x23523ED) is good
