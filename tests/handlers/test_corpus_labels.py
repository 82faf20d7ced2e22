"""Given what the labels say was asked, the decision, what is missing and the amounts are those of the labels."""

import datetime as dt
import json
from dataclasses import replace
from pathlib import Path
from typing import Any  # labels are JSON

import pytest

from mailbot.domain.decision import Action
from mailbot.domain.evidence import Extracted
from mailbot.domain.file import Records
from mailbot.domain.request import AuthorizedContact, Customer, Kind, Request, RequestLine, Reseller, Users
from mailbot.handlers import decide
from mailbot.store.datafiles import load_data
from tests.handlers.making import PACK, inquiry, mail, said

JUDGED_WITHOUT_DOUBTS = {
    "already_covered",
    "amount_limit",
    "co_term_review",
    "conflicting_values",
    "contact_not_on_file",
    "downgrade",
    "invalid_date",
    "unknown_product",
    "unknown_site",
}
"""Reasons that show in the labelled fields alone; the others rest on words that only reading sees."""


def cases(shared: Path) -> list[dict[str, Any]]:
    lines = (shared / "corpus" / "gold.jsonl").read_text("utf-8").splitlines()
    return [case for case in map(json.loads, lines) if is_decided_by_fields(case["expect"])]


def is_decided_by_fields(label: dict[str, Any]) -> bool:
    if not label.get("requests") or not all("lines" in request and "kind" in request for request in label["requests"]):
        return False
    if not all("missing" in request for request in label["requests"]):
        return False
    reasons = set(label["reasons"]) or set(label["topics"])
    return label["action"] in ("quote", "ask") or bool(reasons & JUDGED_WITHOUT_DOUBTS)


@pytest.mark.parametrize("sparse", [False, True], ids=["all said", "only what the file does not know"])
def test_labels_are_reached_from_the_fields_that_they_name(shared: Path, sparse: bool) -> None:
    records, _ = load_data(shared / "corpus" / "data")
    chosen = cases(shared)
    differences = {case["id"]: found for case in chosen if (found := difference(case, records, sparse))}
    assert len(chosen) >= 90
    assert differences == {}


def difference(case: dict[str, Any], records: Records, sparse: bool) -> list[tuple[str, object, object]]:
    label, today = case["expect"], dt.date.fromisoformat(case["as_of"])
    requests = [as_asked(request) for request in label["requests"]]
    if sparse:
        requests = [without_what_the_file_knows(request, records) for request in requests]
    asked = inquiry(*requests)
    decision = decide(asked, mail(), records, PACK, today)
    pairs: list[tuple[str, object, object]] = [("action", label["action"], decision.action.value)]
    if decision.action is Action.REVIEW:
        pairs.append(("reasons", set(label["reasons"]), set(decision.reasons)))
    for request, resolved in zip(label["requests"], decision.requests, strict=True):
        pairs.append(("missing", set(request["missing"]), set(resolved.missing)))
        pairs.append(("kind", request["kind"], resolved.kind.value))
        pairs.append(("site", request["site"], resolved.site.value if resolved.site else None))
        if "currency" in request:
            pairs.append(("currency", request["currency"], resolved.currency))
        lines = [
            tuple(extracted and extracted.value for extracted in (line.product, line.plan, line.users))
            for line in resolved.lines
        ]
        wanted = [(line["product"], line["plan"], line["users"]) for line in request["lines"]]
        pairs.append(("lines", sorted(wanted, key=str), sorted(lines, key=str)))
    quote = label.get("quote")
    if quote or decision.quote:
        pairs.append(("quote", priced_label(quote), priced(decision.quote)))
    return [(what, want, got) for what, want, got in pairs if want != got]


def priced_label(quote: dict[str, Any] | None) -> object:
    if quote is None:
        return None
    return quote["subtotal"], sorted(
        (line["product"], line["plan"], line["tier"], line["amount"]) for line in quote["lines"]
    )


def priced(quote: Any) -> object:
    if quote is None:
        return None
    lines = sorted((line.product, line.plan, line.tier, str(line.amount)) for line in quote.lines)
    return str(quote.subtotal), lines


def as_asked(label: dict[str, Any]) -> Request:
    """Return the request as a reader would hand it over that found every labelled field in the mail."""
    kind = Kind(label["kind"])
    lines = tuple(
        RequestLine(
            product=said(line["product"]),
            plan=said(line["plan"]),
            quantity=None if line["users"] is None else Extracted(Users(line["users"])),
        )
        for line in label["lines"]
    )
    reseller, customer, contact = label["reseller"], label["customer"], label["authorized_contact"]
    return Request(
        kind=kind,
        reseller=Reseller(
            name=said(reseller.get("name")),
            email=said(reseller.get("email")),
            billing_address=said(reseller.get("billing_address")),
        ),
        customer=Customer(
            name=said(customer.get("name")),
            email=said(customer.get("email")),
            billing_address=said(customer.get("billing_address")),
        ),
        contact=AuthorizedContact(name=said(contact.get("name")), email=said(contact.get("email"))),
        site=said(label["site"]),
        sens=tuple(Extracted(sen) for sen in label["sens"]),
        lines=lines,
        target_end_date=said_date(label.get("target_end_date")),
        currency=said(label["currency"] if kind is Kind.NEW_SITE and "currency" in label else None),
    )


def without_what_the_file_knows(asked: Request, records: Records) -> Request:
    """Return the request with the plans, and for renewals and co-terms the counts, left out that the file gives."""
    file = records.sites.get(asked.site.value) if asked.site else None
    held = {entitlement.product: entitlement for entitlement in (file.entitlements if file else ())}
    lines = []
    for line in asked.lines:
        on_file = held.get(line.product.value) if line.product else None
        plan_known = on_file and line.plan and line.plan.value == on_file.plan
        users_known = on_file and line.quantity and line.quantity.value == Users(on_file.tier)
        keeps_users = asked.kind in (Kind.RENEWAL, Kind.CO_TERM) and users_known
        lines.append(
            replace(line, plan=None if plan_known else line.plan, quantity=None if keeps_users else line.quantity)
        )
    if len(lines) == len(held) and not any(line.plan or line.quantity for line in lines):
        return replace(asked, lines=())
    return replace(asked, lines=tuple(lines))


def said_date(text: str | None) -> Extracted[dt.date] | None:
    return None if text is None else Extracted(dt.date.fromisoformat(text))
