"""The quote's total before tax is above the limit (policy section 4)."""

from collections.abc import Iterator

from mailbot.handlers.view import Notice, View


def notices(view: View) -> Iterator[Notice]:
    """Notice a subtotal above the limit of its currency; without a limit no quote in it goes out by itself."""
    if view.draft is None:
        return
    limit = view.pack.amount_limits.get(view.draft.currency)
    if limit is None or view.draft.subtotal > limit:
        yield Notice(f"{view.draft.currency} {view.draft.subtotal} against a limit of {limit}")
