"""Review items as lines and pages to read."""

from mailbot.bootstrap.reviewing import Shown
from mailbot.cli.explain_page import Mark, decision_page
from mailbot.domain.case import CaseEvent, ReviewItem


def item_line(item: ReviewItem) -> str:
    """Return an item in one line."""
    quote = item.decision.quote if item.decision else None
    draft = f"  draft {quote.currency} {quote.total:,.2f}" if quote else ""
    why = ", ".join(dict.fromkeys(finding.reason.value for finding in item.findings)) or _first_line(item.note)
    settled = f"  {item.settlement} by {item.settled_by}" if item.settled_at else ""
    return f"{item.id:>5}  {item.case_number}  {item.opened_at:%Y-%m-%d %H:%M}  {why}{draft}{settled}"


def item_page(shown: Shown, mark: Mark) -> str:
    """Return an item with its mails, values, findings, draft and the events of its case."""
    item = shown.item
    blocks = [item_line(item)]
    if item.note:
        blocks.append(f"Note: {item.note}")
    if item.decision is not None:
        blocks.append(decision_page(item.case_number, item.decision, shown.messages, None, mark))
    else:
        blocks += [f"-- Mail {n + 1}: {m.subject.text}\n{m.body.text}" for n, m in enumerate(shown.messages)]
    blocks.append("\n".join(["-- Events", *map(_event, shown.events)]))
    return "\n\n".join(blocks)


def _event(event: CaseEvent) -> str:
    data = ", ".join(f"{key} {value}" for key, value in event.data.items() if isinstance(value, str | int))
    return f"   {event.at:%Y-%m-%d %H:%M}  {event.kind} by {event.actor}  {data}".rstrip()


def _first_line(text: str) -> str:
    return text.splitlines()[0] if text else ""
