"""Where the service's log goes, and in which form: text for people, JSON lines for machines."""

import logging
from typing import TextIO

import structlog

from mailbot.settings import LogSettings


def write_log(settings: LogSettings, stream: TextIO) -> None:
    """From now on the service and its libraries log to the stream, from the level of the settings on."""
    level = logging.getLevelNamesMapping()[settings.level.upper()]
    as_json = settings.format == "json"
    renderer = structlog.processors.JSONRenderer() if as_json else structlog.dev.ConsoleRenderer(colors=False)
    structlog.configure(
        processors=[
            structlog.processors.add_log_level,
            structlog.processors.TimeStamper(fmt="iso", utc=True),
            structlog.processors.format_exc_info,
            renderer,
        ],
        wrapper_class=structlog.make_filtering_bound_logger(level),
        logger_factory=structlog.PrintLoggerFactory(stream),
        cache_logger_on_first_use=False,
    )
    # Libraries say at level info what is of no concern to an operator (each tick of the scheduler).
    logging.basicConfig(
        stream=stream, level=max(level, logging.WARNING), format="%(asctime)s %(levelname)s %(message)s"
    )
