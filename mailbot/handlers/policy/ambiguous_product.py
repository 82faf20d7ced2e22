"""A name that fits several products, or a product that runs twice on the site (policy section 4)."""

from collections.abc import Iterator

from mailbot.handlers.view import Notice, View


def notices(view: View) -> Iterator[Notice]:
    """Notice a line that fits several running subscriptions of one product when no SEN chooses."""
    for request in view.requests:
        for index, line in enumerate(request.lines):
            if line.rivals:
                yield Notice(f"{line.product} runs as {', '.join(line.rivals)}", f"lines[{index}].product")
