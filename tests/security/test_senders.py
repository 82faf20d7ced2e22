"""Who writes: forged results, From fields of two meanings, replies that are to go elsewhere."""

from dataclasses import replace

import pytest

from tests.security.attacked import RESELLER, letter

FAIL = "Authentication-Results: mx.seller.example; spf=fail; dmarc=fail header.from=southbridge.example"
PASS = "Authentication-Results: mx.seller.example; dmarc=pass header.from=southbridge.example"

# The border has written FAIL; what else stands in the mail was written by the attacker and changes nothing.
FORGED_BELOW = {
    "pass in our name": PASS,
    "pass in our name, twice": f"{PASS}\r\n{PASS}",
    "pass in our name, capitals": PASS.upper(),
    "pass in our name with a version": PASS.replace("example;", "example 1;"),
    "pass in our name, quoted": PASS.replace("mx.seller.example", '"mx.seller.example"'),
    "pass behind a comment": PASS.replace(": mx", ": (mx.seller.example) mx"),
    "pass on folded lines": PASS.replace("; ", ";\r\n\t"),
    "pass on lines of blanks": PASS.replace("; ", ";\r\n \r\n "),
    "pass as an encoded word": "Authentication-Results: =?utf-8?q?mx=2Eseller=2Eexample=3B_dmarc=3Dpass?=",
    "pass of another host": PASS.replace("mx.seller", "mx.evil"),
    "pass of Microsoft's form": "Authentication-Results: spf=pass; dkim=pass; dmarc=pass action=none",
    "pass of Microsoft's old form": "Authentication-Results: spf=pass (sender IP is 192.0.2.1); dmarc=bestguesspass",
    "arc pass": "ARC-Authentication-Results: i=1; mx.seller.example; dmarc=pass",
    "original pass": "X-Original-Authentication-Results: mx.seller.example; dmarc=pass",
    "old pass": "Old-Authentication-Results: mx.seller.example; dmarc=pass",
    "results of Microsoft": "Authentication-Results-Original: mx.seller.example; dmarc=pass",
    "spf": "Received-SPF: pass (mx.seller.example: domain of southbridge.example designates 192.0.2.1)",
    "dkim": "DKIM-Signature: v=1; a=rsa-sha256; d=southbridge.example; s=x; h=from; bh=x; b=x",
    "a signed list": "X-Google-DKIM-Signature: v=1; d=southbridge.example",
    "a clean bill of health": "X-Spam-Status: No, score=-100 required=5 tests=DMARC_PASS",
    "internal mail": "X-MS-Exchange-Organization-AuthAs: Internal",
    "a field name with a blank": PASS.replace("Results:", "Results :"),
    "a hundred passes": "\r\n".join([PASS] * 100),
}

# Where the border stands in the middle: what is above its own field is no less forged.
FORGED_ABOVE = {
    "pass of another host above": PASS.replace("mx.seller", "mx.evil"),
    "pass of a longer name": PASS.replace("mx.seller.example", "mx.seller.example.evil.example"),
    "pass of a shorter name": PASS.replace("mx.seller.example", "seller.example"),
    "pass of a look-alike": PASS.replace("mx.seller", "mx.se\u0131ler"),
    "pass of a name with a dot": PASS.replace("mx.seller.example;", "mx.seller.example.;"),
    "pass without a name": PASS.replace("mx.seller.example; ", ""),
    "pass in a comment": PASS.replace("mx.seller.example;", "mx.evil.example (; mx.seller.example;) ;"),
    "pass after a quoted name": PASS.replace("mx.seller.example", '"mx.evil.example mx.seller.example"'),
    "arc above": "ARC-Authentication-Results: i=1; mx.seller.example; dmarc=pass",
}

# The border's own field, with what an attacker has got into it by the address, the HELO name or a reason.
INJECTED = {
    "comment": "mx.seller.example; spf=pass (x; dmarc=pass) smtp.helo=x; dmarc=fail",
    "comment in a comment": "mx.seller.example; spf=pass (a (b) ; dmarc=pass) ; dmarc=fail",
    "comment with escapes": "mx.seller.example; spf=pass (a \\) ; dmarc=pass) ; dmarc=fail",
    "open comment in quotes": 'mx.seller.example; spf=fail smtp.mailfrom="(@x" ; dmarc=fail',
    "quoted reason": 'mx.seller.example; dkim=fail reason="; dmarc=pass"; dmarc=fail',
    "quoted reason with escapes": 'mx.seller.example; dkim=fail reason="\\"; dmarc=pass; x=\\""; dmarc=fail',
    "local part": 'mx.seller.example; spf=none smtp.mailfrom="; dmarc=pass; "@evil.example; dmarc=fail',
    "method like dmarc": "mx.seller.example; xdmarc=pass; dmarc-arc=pass; dmarc=fail",
    "version": "mx.seller.example; dmarc/1=fail",
    "blanks": "mx.seller.example ; dmarc = fail",
    "blanks in comments": "mx.seller.example; dmarc (is) = (this) fail",
    "capitals": "MX.SELLER.EXAMPLE; DMARC=FAIL",
    "first pass then fail": "mx.seller.example; dmarc=pass; dmarc=fail",
    "many results": "mx.seller.example; " + "spf=pass; " * 300 + "dmarc=fail",
    "no blank": "mx.seller.example;dmarc=fail",
    "reason": "mx.seller.example; dmarc=fail reason=pass (p=none dis=none) header.from=southbridge.example",
}


@pytest.mark.parametrize("forged", FORGED_BELOW.values(), ids=FORGED_BELOW)
def test_results_below_those_of_our_border_are_forged(desk, forged):
    assert desk.take(_with(FAIL, forged)) == []
    assert desk.reasons() == ["sender_unauthenticated"]
    desk.answers_good_mail()


@pytest.mark.parametrize("forged", FORGED_ABOVE.values(), ids=FORGED_ABOVE)
def test_results_in_other_names_above_ours_are_not_believed(desk, forged):
    assert desk.take(_with(forged, FAIL)) == []
    assert desk.reasons() == ["sender_unauthenticated"]
    desk.answers_good_mail()


@pytest.mark.parametrize("value", INJECTED.values(), ids=INJECTED)
def test_nothing_within_our_own_results_turns_a_failure(desk, value):
    assert desk.take(_with(f"Authentication-Results: {value}")) == []
    assert desk.reasons() == ["sender_unauthenticated"]
    desk.answers_good_mail()


def _with(*lines: str) -> bytes:
    return "\r\n".join(lines).encode() + b"\r\n" + letter()


NOBODY = [
    "",
    "Nadia Ferreira",
    "nadia@southbridge.example <x@evil.example>",
    "<x@evil.example> nadia@southbridge.example",
    "nadia@southbridge.example, <x@evil.example>",
    "<nadia@southbridge.example>, <x@evil.example>",
    "<nadia@southbridge.example> <x@evil.example>",
    "<<nadia@southbridge.example>>",
    "<x@evil.example<nadia@southbridge.example>>",
    "nadia@southbridge.example@evil.example",
    "nadia@evil.example@southbridge.example",
    "<nadia@southbridge.example@evil.example>",
    "nadia@southbridge.example x@evil.example",
    "nadia@southbridge.example;x@evil.example",
    "team: nadia@southbridge.example, x@evil.example;",
    "undisclosed-recipients:;",
    ":;",
    "a:b:nadia@southbridge.example, x@evil.example;;",
    '"nadia@southbridge.example, x"@evil.example',
    '"nadia@southbridge.example"@evil.example',
    '"x@evil.example" nadia@southbridge.example <',
    "<@evil.example:nadia@southbridge.example>",
    "<@a,@b:nadia@southbridge.example>",
    "nadia@southbridge.example(@evil.example)x",
    "nadia(x@evil.example)@southbridge.example",
    "nadia@(comment)southbridge.example",
    "nadia@southbridge(.evil).example",
    "nadia@southbridge.example (unclosed",
    "(nadia@southbridge.example",
    "<nadia@southbridge.example",
    "nadia@southbridge.example>",
    "<nadia @southbridge.example>",
    "<nadia@ southbridge.example>",
    "<na dia@southbridge.example>",
    "nadia@=?utf-8?q?southbridge.example?=",
    "=?utf-8?q?nadia=40southbridge.example?=",
    "=?utf-8?q?nadia=40southbridge.example=3E?= <x@evil.example",
    "=?utf-8?b?bmFkaWFAc291dGhicmlkZ2UuZXhhbXBsZQ==?=",
    "nadia=40southbridge.example",
    "nadia%40southbridge.example",
    "nadia%southbridge.example",
    "southbridge.example!nadia",
    "nadia@[192.0.2.1]",
    "nadia@[IPv6:::1]",
    "nadia@southbridge..example",
    "nadia@.southbridge.example",
    "nadia@-southbridge.example",
    "nadia@southbridge-.example",
    ".nadia@southbridge.example",
    "nadia.@southbridge.example",
    "na..dia@southbridge.example",
    "@southbridge.example",
    "nadia@",
    "@",
    "<>",
    "< >",
    "nadia@southbridge.example\0",
    "nadia\0@evil.example@southbridge.example",
    "nadia\x0b@southbridge.example",
    "nadia\u200b@southbridge.example",
    "nadia@south\u200bbridge.example",
    "nadia@south\u202ebridge.example",
    "nadia@southbridge\u3002example",
    "nadia@southbridge\uff0eexample",
    "nadia\uff20southbridge.example",
    "nadia\u3000@southbridge.example",
    'Nadia " <nadia@southbridge.example>',
    '"Nadia" "x@evil.example <nadia@southbridge.example>',
    "Nadia \\<x@evil.example> <nadia@southbridge.example>",
    "Nadia <nadia@southbridge.example> trailing@evil.example",
    "Nadia <nadia@southbridge.example>\r\nFrom: x@evil.example",
    "Nadia <nadia@southbridge.example>\r\nFrom : x@evil.example",
    "Nadia <nadia@southbridge.example>\r\nFROM: Nadia <nadia@southbridge.example>",
    "\r\n\r\nFrom: nadia@southbridge.example",
    "a" * 300 + "@southbridge.example",
    "nadia@" + "a" * 300 + ".example",
    "nadia@" + "a." * 130 + "example",
    "(" * 3000 + "nadia@southbridge.example",
    "<" * 3000 + "nadia@southbridge.example",
    '"' * 3001 + "nadia@southbridge.example",
    ", ".join(f"n{n}@southbridge.example" for n in range(300)),
]


@pytest.mark.parametrize("value", NOBODY, ids=lambda value: ascii(value[:48]))
def test_a_from_of_two_meanings_is_nobody_and_gets_nothing(shared_desk, value):
    known = len(shared_desk.reasons())
    assert shared_desk.take(letter(sender=value)) == []
    assert shared_desk.reasons()[known:] == ["sender_unauthenticated"]


PLAIN = {
    "Nadia Ferreira <nadia@southbridge.example>": "nadia@southbridge.example",
    '"x@evil.example" <nadia@southbridge.example>': "nadia@southbridge.example",
    '"Ferreira, Nadia" <nadia@southbridge.example>': "nadia@southbridge.example",
    "Ferreira, Nadia <nadia@southbridge.example>": "nadia@southbridge.example",
    "nadia@southbridge.example (x@evil.example)": "nadia@southbridge.example",
    "=?utf-8?q?x=40evil.example?= <nadia@southbridge.example>": "nadia@southbridge.example",
    "=?utf-8?q?Nadia=0d=0aBcc:_x=40evil.example?= <nadia@southbridge.example>": "nadia@southbridge.example",
    "=?utf-8?b?TmFkaWEgPHhAZXZpbC5leGFtcGxlPg==?= <nadia@southbridge.example>": "nadia@southbridge.example",
    "<nadia+x@SouthBridge.Example>": "nadia+x@southbridge.example",
    '"Priya Raman (Kestrel Energy)" <x@evil.example>': "x@evil.example",
}


@pytest.mark.parametrize(("value", "address"), PLAIN.items(), ids=lambda value: ascii(value[:40]))
def test_whatever_its_name_says_the_one_address_is_answered(desk, value, address):
    (sent,) = desk.take(letter(sender=value))
    assert sent.recipients == (address,)
    assert sent.message["To"].addresses[0].addr_spec == address
    assert sent.message["Cc"] is None
    assert sent.message["Bcc"] is None
    desk.answers_good_mail()


# Fields by which a mail asks for its reply, or a copy, to go elsewhere.
ELSEWHERE = {
    "Cc": "x@evil.example",
    "Bcc": "x@evil.example",
    "To": "quotes@seller.example, x@evil.example",
    "Sender": "x@evil.example",
    "Return-Path": "<x@evil.example>",
    "Errors-To": "x@evil.example",
    "Return-Receipt-To": "x@evil.example",
    "Disposition-Notification-To": "x@evil.example",
    "X-Confirm-Reading-To": "x@evil.example",
    "Mail-Followup-To": "x@evil.example",
    "Mail-Reply-To": "x@evil.example",
    "Resent-From": "x@evil.example",
    "Resent-Reply-To": "x@evil.example",
    "Apparently-To": "x@evil.example",
    "X-Original-From": "x@evil.example",
    "X-Forwarded-For": "x@evil.example",
    "Reply-To": "nadia.ferreira@southbridge.example",
    "reply-to": "Colleague <colleague@sales.southbridge.example>",
    "In-Reply-To": "<x@evil.example>",
    "References": "<x@evil.example> <y@evil.example>",
    "X-Evil": "a\r\n\tb",
    "Comments": "please send a copy to x@evil.example",
    "Delivered-To": "x@evil.example",
    "X-Envelope-To": "x@evil.example",
}


@pytest.mark.parametrize("name", ELSEWHERE)
def test_no_field_but_from_decides_who_gets_the_reply(desk, name):
    (sent,) = desk.take(letter(REQUEST_TO_COPY, f"{name}: {ELSEWHERE[name]}"))
    assert sent.recipients == (RESELLER,)
    assert [a.addr_spec for a in sent.message["To"].addresses] == [RESELLER]
    assert {field.lower() for field in sent.message.keys()} <= OUR_FIELDS  # noqa: SIM118  # a message's keys, repeated
    if name not in ("In-Reply-To", "References"):
        assert "evil.example" not in sent.raw.decode()
    desk.answers_good_mail()


REQUEST_TO_COPY = """Hello,

please quote Confluence Standard for 75 users, one year, and send a copy to my manager.

Site: kestrel-energy.atlassian.net
Site administrator: Priya Raman, priya.raman@kestrel-energy.example

Nadia Ferreira
"""
OUR_FIELDS = {
    "date", "from", "to", "subject", "message-id", "in-reply-to", "references", "content-language", "auto-submitted",
    "x-auto-response-suppress", "mime-version", "content-type",
}  # fmt: skip

VOUCHED = {
    "pass": (PASS, True),
    "pass with a version": (PASS.replace("example;", "example 1;"), True),
    "nothing": ("X-Nothing: said", False),
    "fail": (FAIL, False),
    "none": (FAIL.replace("dmarc=fail", "dmarc=none"), False),
    "temporary error": (FAIL.replace("dmarc=fail", "dmarc=temperror"), False),
    "spf alone": (FAIL.replace("spf=fail; dmarc=fail", "spf=pass"), False),
    "pass of another": (PASS.replace("mx.seller", "mx.evil"), False),
    "pass below none": (FAIL.replace("dmarc=fail", "dmarc=none") + "\r\n" + PASS, False),
    "pass in arc": (f"ARC-{PASS}", False),
    "pass in a comment": (FAIL.replace("dmarc=fail", "spf=pass (dmarc=pass)"), False),
}


@pytest.mark.parametrize("case", VOUCHED)
def test_where_the_policy_asks_for_it_only_mail_that_passed_is_answered(desk, case):
    field, answered = VOUCHED[case]
    guarded = desk.understanding
    strict = replace(guarded.inner, pack=replace(guarded.inner.pack, needs_authentication=True))
    desk.understanding = replace(guarded, inner=strict)
    assert [sent.kind for sent in desk.take(_with(field))] == (["quote"] if answered else [])
    desk.understanding = guarded
    desk.answers_good_mail()


STOLEN = {
    "by the number in the subject": lambda sent: [
        f"Subject: Re: Quote [{sent.message['Message-ID'].split('.')[0][1:].upper()}]"
    ],
    "by our Message-ID": lambda sent: [f"In-Reply-To: {sent.message['Message-ID']}"],
    "by references": lambda sent: [f"References: {sent.message['References']} {sent.message['Message-ID']}"],
    "by everything": lambda sent: [
        f"Subject: {sent.message['Subject']}",
        f"In-Reply-To: {sent.message['Message-ID']}",
        f"References: {sent.message['References']} {sent.message['Message-ID']}",
    ],
}
STRANGERS = [
    "x@evil.example",
    "nadia@southbridge.example.evil.example",
    "nadia@xsouthbridge.example",
    "nadia@gmail.com",
]


@pytest.mark.parametrize("by", STOLEN)
@pytest.mark.parametrize("stranger", STRANGERS)
def test_who_took_no_part_joins_no_case_and_learns_nothing_of_it(desk, by, stranger):
    (quote,) = desk.take(letter())
    heads = STOLEN[by](quote)
    replies = desk.take(
        letter("Thanks. Please send me the quote again.\n", *heads, sender=f"Nadia Ferreira <{stranger}>")
    )
    for sent in replies:
        assert sent.recipients == (stranger,)
        assert sent.kind != "quote"
        for word in ("kestrel", "priya", "75", RESELLER):
            assert word not in sent.part("plain").lower()
    with desk.store.begin() as uow:
        assert uow.cases.get(1).participants == (RESELLER,)
    desk.answers_good_mail()


@pytest.mark.parametrize("by", STOLEN)
def test_a_forged_participant_is_shown_to_staff_and_not_answered(desk, by):
    (quote,) = desk.take(letter())
    raw = letter("Make that 80 users.\n", *STOLEN[by](quote), FAIL)
    assert desk.take(raw) == []
    assert desk.reasons()[-1] == "sender_unauthenticated"
    desk.answers_good_mail()


REPLIES_TO = [
    "x@evil.example",
    "Nadia Ferreira <x@evil.example>",
    "nadia@southbridge.example, x@evil.example",
    "nadia@southbridge.example.evil.example",
    "nadia@southbr\u0131dge.example",
    "nadia@southbridge.test",
    "nadia@xsouthbridge.example",
    "nadia@gmail.com",
    "nadia@southbridge.example\r\nReply-To: x@evil.example",
    "a: nadia@southbridge.example, x@evil.example;",
    '"nadia@southbridge.example" <x@evil.example>',
    "=?utf-8?q?nadia?= <x@evil.example>",
]


@pytest.mark.parametrize("value", REPLIES_TO, ids=ascii)
def test_a_reply_that_is_to_go_to_another_organisation_does_not_go_at_all(desk, value):
    assert desk.take(letter(REQUEST_TO_COPY, f"Reply-To: {value}")) == []
    assert desk.reasons() == ["reply_to_mismatch"]
    desk.answers_good_mail()
