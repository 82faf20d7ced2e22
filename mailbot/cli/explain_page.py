"""A decided thread as a page to read: the mails with the words that were understood, fields, findings, quote, reply."""

from collections.abc import Callable, Iterable, Iterator, Sequence
from decimal import Decimal

from mailbot.cli.explain_json import known_values
from mailbot.domain.co_term import CoTermOption
from mailbot.domain.decision import Decision, Finding, ResolvedRequest
from mailbot.domain.evidence import BODY, Evidence
from mailbot.domain.message import InboundMessage
from mailbot.domain.outgoing import OutgoingMessage
from mailbot.domain.quote import Quote, QuoteLine, Step

Mark = Callable[[str], str]


def decision_page(
    path: str,
    decision: Decision,
    messages: Sequence[InboundMessage],
    reply: OutgoingMessage | None,
    mark: Mark = "«{}»".format,
) -> str:
    """Return the page; `mark` makes words stand out that a value was read from."""
    because = f" ({', '.join(decision.reasons)})" if decision.reasons else ""
    blocks = [
        [f"== {path}", f"{decision.action.value.upper()}{because}   language {decision.language}"],
        *(_mail(number, message, _spans(number, decision), mark) for number, message in enumerate(messages)),
        *(_request(index, request) for index, request in enumerate(decision.requests)),
        _heading("Topics", decision.topics),
        _heading("Findings", map(_finding, decision.findings)),
        _quote(decision.quote) if decision.quote else [],
        _heading("Common end dates to choose from", _options(decision.co_term_options)),
        _reply(reply) if reply else ["-- No reply"],
    ]
    return "\n\n".join("\n".join(block) for block in blocks if block) + "\n"


def _spans(number: int, decision: Decision) -> list[tuple[int, int]]:
    """Return the stretches of a mail's body that are evidence, in order, none inside another."""
    cited = [e for _, value in known_values(decision.requests) for e in value.evidence]
    cited += [e for finding in decision.findings for e in finding.evidence]
    spans = sorted({(e.start, e.end) for e in cited if e.message == number and e.part == BODY})
    apart: list[tuple[int, int]] = []
    for start, end in spans:
        if apart and start < apart[-1][1]:
            apart[-1] = (apart[-1][0], max(end, apart[-1][1]))
        else:
            apart.append((start, end))
    return apart


def _mail(number: int, message: InboundMessage, spans: Iterable[tuple[int, int]], mark: Mark) -> list[str]:
    text, position, marked = message.body.text, 0, ""
    for start, end in spans:
        marked += text[position:start] + mark(text[start:end])
        position = end
    marked += text[position:]
    sender = message.sender.email if message.sender else "unknown sender"
    return [
        f"-- Mail {number + 1} from {sender}, {message.date or 'no date'}: {message.subject.text}",
        *(f"   {line}".rstrip() for line in marked.strip().splitlines()),
    ]


def _request(index: int, request: ResolvedRequest) -> list[str]:
    rows = [
        (place.partition(".")[2], str(value.value).replace("\n", ", "), _sources(value.evidence))
        for place, value in known_values([request])
    ]
    if request.currency:
        rows.append(("currency", request.currency, ""))
    width = max((len(value) for _, value, _ in rows), default=0)
    lines = [f"   {place:<26}{value:<{min(width, 48)}}   {source}".rstrip() for place, value, source in rows]
    missing = [f"   missing: {', '.join(request.missing)}"] if request.missing else []
    return [f"-- Request {index + 1}: {request.kind.value}", *lines, *missing]


def _sources(evidence: Iterable[Evidence]) -> str:
    return "; ".join(
        f"on file {e.text}".rstrip() if e.part == "file" else f'"{_short(e.text)}" mail {e.message + 1} {e.part}'
        for e in evidence
    )


def _short(text: str) -> str:
    flat = " ".join(text.split())
    return flat if len(flat) <= 60 else f"{flat[:57]}..."


def _heading(title: str, lines: Iterable[str]) -> list[str]:
    indented = [f"   {line}" for line in lines]
    return [f"-- {title}", *indented] if indented else []


def _finding(finding: Finding) -> str:
    place = f" at {finding.path}" if finding.path else ""
    note = f": {finding.note}" if finding.note else ""
    source = f"  [{_sources(finding.evidence)}]" if finding.evidence else ""
    return f"{finding.reason.value} ({finding.gravity.value}){place}{note}{source}"


def _quote(quote: Quote) -> list[str]:
    tax = f"{quote.tax.name} {quote.tax.rate * 100:.2f} %" if quote.tax else "Tax"
    return [
        f"-- Quote in {quote.currency}, valid until {quote.valid_until}",
        *(row for line in quote.lines for row in _line(line, quote.days_in_year)),
        _sum("Subtotal", quote.subtotal),
        _sum(tax, quote.tax.amount) if quote.tax else f"   {tax}: none, or according to the billing address",
        _sum("Total", quote.total),
        f"   Payment: {', '.join(quote.payment_methods)}",
    ]


def _options(options: Sequence[CoTermOption]) -> Iterator[str]:
    """Yield a table: one row for each subscription and the sum, one column for each date."""
    if not options:
        return
    yield " " * 44 + "".join(f"{option.end_date.isoformat():>20}" for option in options)
    yield " " * 44 + "".join(f"{' + '.join(end.value for end in option.ends):>20}" for option in options)
    for row in zip(*(option.lines for option in options), strict=True):
        name = f"{row[0].product} {row[0].plan}, {row[0].sen or 'new'}"
        yield f"{name:<44}" + "".join(f"{line.amount:>20,.2f}" for line in row)
    if all(option.subtotal is not None for option in options):
        yield f"{f'Before tax, {options[0].currency}':<44}" + "".join(f"{o.subtotal:>20,.2f}" for o in options)


def _line(line: QuoteLine, days_in_year: int) -> list[str]:
    name = f"{line.product} {line.plan}, {line.users} users (tier {line.tier})"
    return [
        f"   {name:<56}{line.start} to {line.end}{line.amount:>16,.2f}",
        *(f"      {_step(step, days_in_year)}" for step in line.steps if step.days is not None),
    ]


def _step(step: Step, days_in_year: int) -> str:
    base = f"{step.annual:,.2f}"
    if step.annual_before is not None:
        base = f"({base} - {step.annual_before:,.2f})"
    return f"{base} x {step.days} / {days_in_year} = {step.amount:,.2f}"


def _sum(name: str, amount: Decimal) -> str:
    return f"   {name:<80}{amount:>16,.2f}"


def _reply(reply: OutgoingMessage) -> list[str]:
    return [
        f"-- Reply to {', '.join(reply.recipients)}: {reply.subject}",
        *(f"   {line}".rstrip() for line in reply.text.strip().splitlines()),
    ]
