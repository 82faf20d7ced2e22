"""A line while it is being read."""

from dataclasses import dataclass, field

from mailbot.domain.evidence import Evidence, Extracted
from mailbot.domain.request import Quantity


@dataclass(slots=True)
class Draft:
    """A line while it is being read."""

    product: Extracted[str] | None = None
    plan: Extracted[str] | None = None
    quantity: Extracted[Quantity] | None = None
    from_users: Extracted[int] | None = None
    from_plan: Extracted[str] | None = None
    unknown: Extracted[str] | None = None
    sen: Extracted[str] | None = None
    app: bool = False  # `unknown` is known as something that is sold elsewhere
    plan_shared: bool = False
    context: bool = False  # told as what the customer has
    quantity_conflict: list[Evidence] = field(default_factory=list)
    plan_conflict: list[Evidence] = field(default_factory=list)
