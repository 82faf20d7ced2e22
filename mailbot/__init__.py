"""mailbot runs a software vendor's reseller quote desk by e-mail."""

__version__ = "0.1.0"
