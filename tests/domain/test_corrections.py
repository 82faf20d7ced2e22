"""Corrections by staff take the place of what was read."""

import datetime as dt

import pytest

from mailbot.domain.corrections import FIELDS, corrected
from mailbot.domain.errors import InputError
from mailbot.domain.evidence import Extracted
from mailbot.domain.request import Doubt, Inquiry, Kind, OneOf, Reason, Request, RequestLine, Users

REQUEST = Request(
    kind=Kind.EXISTING_SITE,
    site=Extracted("one.atlassian.net"),
    lines=(RequestLine(product=Extracted("jira"), quantity=Extracted(OneOf((50, 100)))),),
    doubts=(
        Doubt(reason=Reason.AMBIGUOUS_QUANTITY, path="lines[0].users"),
        Doubt(reason=Reason.CONFLICTING_VALUES, path="site"),
    ),
)
INQUIRY = Inquiry(language="en", requests=(REQUEST, REQUEST), wants_quote=False)


def test_a_count_set_by_staff_settles_the_doubt_about_it_and_no_other():
    request = corrected(INQUIRY, {"lines[0].users": "1,200"}).requests[0]
    assert request.lines[0].quantity == Extracted(Users(1200))
    assert [doubt.path for doubt in request.doubts] == ["site"]


@pytest.mark.parametrize(
    ("path", "value", "read"),
    [
        ("kind", "renewal", lambda r: r.kind is Kind.RENEWAL),
        ("site", "Two.atlassian.net", lambda r: r.site.value == "two.atlassian.net"),
        ("sens", "SEN-1234567, sen-7654321", lambda r: [s.value for s in r.sens] == ["SEN-1234567", "SEN-7654321"]),
        ("target_end_date", "2027-03-31", lambda r: r.target_end_date.value == dt.date(2027, 3, 31)),
        ("currency", "aud", lambda r: r.currency.value == "AUD"),
        ("reseller.billing_address", "1 Street", lambda r: r.reseller.billing_address.value == "1 Street"),
        ("customer.name", "Ann Lee", lambda r: r.customer.name.value == "Ann Lee"),
        ("authorized_contact.email", "a@b.example", lambda r: r.contact.email.value == "a@b.example"),
        ("lines[0].plan", "Premium", lambda r: r.lines[0].plan.value == "premium"),
        ("lines[1].product", "confluence", lambda r: r.lines[1].product.value == "confluence"),
    ],
)
def test_every_kind_of_field_can_be_set(path, value, read):
    assert read(corrected(INQUIRY, {path: value}).requests[0])


@pytest.mark.parametrize("path", FIELDS)
def test_every_field_that_is_offered_can_be_set(path):
    value = {"kind": "upgrade", "target_end_date": "2027-01-01", "lines[0].users": "5"}.get(path, "x")
    assert corrected(INQUIRY, {path: value}) != INQUIRY


def test_a_path_may_name_another_request():
    inquiry = corrected(INQUIRY, {"requests[1].site": "two.atlassian.net"})
    assert [request.site.value for request in inquiry.requests] == ["one.atlassian.net", "two.atlassian.net"]


def test_a_corrected_case_wants_its_quote():
    assert corrected(INQUIRY, {"site": "two.atlassian.net"}).wants_quote
    assert corrected(INQUIRY, {}) == INQUIRY


@pytest.mark.parametrize(
    ("path", "value", "says"),
    [
        ("sight", "x", "sight: no such field; there are kind, reseller.name"),
        ("reseller.phone", "x", r"reseller.phone: no such field"),
        ("lines[0].users", "many", "'many' is not possible; wanted: a whole number"),
        ("lines[2].users", "5", r"the request has 1 lines; the next one is lines\[1\]"),
        ("target_end_date", "31/03/2027", "wanted: a day"),
        ("kind", "gift", "wanted: existing_site, new_site"),
        ("site", " ", "a value is needed"),
        ("requests[2].site", "x", "the case has 2 requests"),
    ],
)
def test_what_cannot_be_is_refused_with_the_way_out(path, value, says):
    with pytest.raises(InputError, match=says):
        corrected(INQUIRY, {path: value})
