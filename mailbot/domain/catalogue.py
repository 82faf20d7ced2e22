"""The keys under which price books and records name products and plans (contract, data files)."""

PRODUCTS = (
    "jira",
    "confluence",
    "jira-service-management",
    "jira-product-discovery",
    "jira-work-management",
    "bitbucket",
    "trello",
    "guard",
    "statuspage",
    "opsgenie",
    "compass",
    "loom",
)

PLANS = ("standard", "premium", "enterprise")
"""Lowest first."""


def plan_rank(plan: str) -> int:
    """Return how high the plan is; ValueError for a plan that is not in PLANS."""
    return PLANS.index(plan)
