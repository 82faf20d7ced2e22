"""An academic, non-profit, government or migration discount is claimed (policy section 4)."""

from collections.abc import Iterator

from mailbot.handlers.view import Notice, View


def notices(view: View) -> Iterator[Notice]:
    """Notice a claim; a question about discounts is a topic instead."""
    for request in view.requests:
        claim = request.asked.discount_claim
        if claim is not None:
            yield Notice(f"claims a discount: {claim.value}", evidence=claim.evidence)
