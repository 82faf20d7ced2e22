"""The points of the catalogue (failures, section 2) at which the program is killed, and how often each is tried."""

import os

RUNS = int(os.environ.get("FAULT_RUNS", "1"))
"""How often each point is tried; `make faults` tries more often, on PostgreSQL too, at random passages."""

CHOSEN = [name for name in os.environ.get("FAULT_POINTS", "").split(",") if name]
"""The names of the points that are tried; all when none is named."""

WORKERS = 4
"""How many run on one PostgreSQL database where there are several."""

DESKS = {"sqlite": ("sqlite", 1)}
"""Desks that are tried: database and number of workers, by a name."""

if RUNS > 1:
    DESKS |= {"postgres": ("postgres", 1), "four workers": ("postgres", WORKERS)}

SERVICE = {
    "K1": "listed",
    "K9": "claimed",
    "K2": "fetched",
    "K3": "committing:2",  # the mail's row is written; the first commit of a start is the cursor's
    "K10": "read",
    "K4": "stored",
    "K5": "filing_away",
    "K12": "decided",
    "K7": "filed_away",
    "K8": "marked_filed",
    "K13": "recorded",
    "K15": "sending_connected",
    "K16": "sending_data",
    "K14": "processed",  # K11 as well: reading and deciding have no commit of their own
    "K17": "dot_written",
    "K18": "taken",
    "K19": "sent",
    "K21": "archived",
}
"""Passages of the service that every answered mail takes, in an order that kills few mails twice."""

ON_THE_WIRE = {"K6": b" MOVE ", "K20": b" APPEND "}
"""Commands that were given and whose answer was not yet read, as the proxy sees them."""


def chosen(points: list[str]) -> list[str]:
    """Return those of the points that are to be tried."""
    return [point for point in points if not CHOSEN or point in CHOSEN]
