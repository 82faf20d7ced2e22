"""What the quote document says: the quote's figures and parties, ready to print."""

import datetime as dt
import re
from dataclasses import replace

from mailbot.domain.errors import InputError
from mailbot.domain.quote import Party, Quote, QuoteLine, Step
from mailbot.domain.revision import changes, is_expired
from mailbot.domain.seller import Seller
from mailbot.replies.clean import one_line, some_lines
from mailbot.replies.glyphs import missing_glyphs, without_pictographs
from mailbot.resources import Resources

# Countries that print on US Letter (CLDR, measurementData/paperSize).
_LETTER_COUNTRIES = frozenset({"BZ", "CA", "CL", "CO", "CR", "GT", "MX", "NI", "PA", "PH", "PR", "SV", "US", "VE"})

_LONG_WORD = re.compile(r"\S{32}")


def cleaned(quote: Quote) -> Quote:
    """Return the quote with all of the sender's text made harmless: what text, HTML, document and JSON show alike."""
    return replace(
        quote,
        reseller=_cleaned_party(quote.reseller),
        customer=_cleaned_party(quote.customer),
        contact_name=_line(quote.contact_name) or None,
        contact_email=_line(quote.contact_email) or None,
        site=_line(quote.site) or None,
    )


def quote_context(quote: Quote, case_number: str) -> dict[str, object]:
    """Return what the templates of mail and document know of a quote (a `cleaned` one)."""
    return {
        "quote": quote,
        "quote_name": quote_name(quote, case_number),
        "changes": changes(quote),
        "replaced_expired": quote.replaced is not None and is_expired(quote.replaced, quote.issued_on),
        "step_end": step_end,
        "term_days": term_days,
    }


def document_context(quote: Quote, seller: Seller, files: Resources, country: str | None) -> dict[str, object]:
    """Return what only the document shows; InputError naming characters that its fonts cannot draw."""
    context: dict[str, object] = {
        "paper": "us-letter" if (country or "").upper() in _LETTER_COUNTRIES else "a4",
        "logo": f"/{seller.logo.rpartition('/')[2]}" if seller.logo else "",
        "seller_lines": _present(*seller.address, seller.phone, seller.email, seller.website, seller.tax_id),
        "reseller_lines": _party_lines(quote.reseller),
        "customer_lines": _party_lines(quote.customer),
        "contact_lines": _present(quote.contact_name or "", quote.contact_email or ""),
        "site_lines": _present(quote.site or "", *quote.sens),
    }
    return {key: _drawable(key, value, files) for key, value in context.items()}


def quote_name(quote: Quote, case_number: str) -> str:
    """Return number/revision; a draft has the case's number alone."""
    return f"{quote.number}/{quote.revision}" if quote.number else case_number


def step_end(quote_line: QuoteLine, step: Step) -> dt.date:
    """Return the day up to which a step counts: the old end where a co-term raises the tier before it extends."""
    raises_before = step.annual_before is not None and len(quote_line.steps) > 1
    return quote_line.start - dt.timedelta(days=1) if raises_before else quote_line.end


def term_days(quote_line: QuoteLine) -> int:
    """Return the days that are billed: those of the proration, or the whole term's, both ends included."""
    first = quote_line.steps[0]
    return first.days if first.days is not None else (quote_line.end - quote_line.start).days + 1


def _cleaned_party(party: Party) -> Party:
    return Party(
        name=_line(party.name) or None,
        email=_line(party.email) or None,
        company=_line(party.company) or None,
        billing_address="\n".join(some_lines(party.billing_address or "")) or None,
    )


def _party_lines(party: Party) -> tuple[str, ...]:
    address = (party.billing_address or "").split("\n")
    return _present(party.company or "", party.name or "", *address, party.email or "")


def _line(text: str | None) -> str:
    return one_line(text or "")


def _present(*lines: str) -> tuple[str, ...]:
    return tuple(dict.fromkeys(line for line in lines if line))


def _drawable(key: str, value: object, files: Resources) -> object:
    if not isinstance(value, tuple):
        return value
    lines = _present(*(without_pictographs(line, files) for line in value))
    if missing := missing_glyphs("".join(lines), files):
        shown = " ".join(f"{c} (U+{ord(c):04X})" for c in sorted(missing)[:5])
        raise InputError(f"quote, {key.replace('_', ' ')}: the document's fonts have no glyph for {shown}")
    # An address wider than its column may break anywhere (U+200B).
    return tuple(_LONG_WORD.sub("\\g<0>\u200b", line) for line in lines)
