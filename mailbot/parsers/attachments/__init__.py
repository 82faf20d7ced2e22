"""Attachments: bytes -> text. `read` is pure; `pool.ReaderPool` runs it in limited child processes."""

from mailbot.parsers.attachments.dispatch import read

__all__ = ["read"]
