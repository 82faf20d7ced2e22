"""More users than the largest tier, or fewer than 1 (policy section 4)."""

from collections.abc import Iterator

from mailbot.domain.tiers import tiers_of
from mailbot.handlers.view import Notice, View


def notices(view: View) -> Iterator[Notice]:
    """Notice a number of users that no tier covers."""
    for request in view.requests:
        for index, line in enumerate(request.lines):
            users = line.resolved.users
            tiers = tiers_of(view.records.price_book, line.product, line.plan) if line.product else ()
            if users is not None and (users.value < 1 or (tiers and users.value > tiers[-1])):
                yield Notice(f"no tier covers {users.value} users", f"lines[{index}].users", users.evidence)
