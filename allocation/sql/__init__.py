"""The SQL of the method, one SELECT per file: for auditors to read, and to run elsewhere."""

from __future__ import annotations

import pkgutil


def statement(name: str) -> str:
    """Return the text of `name`.sql."""
    text = pkgutil.get_data(__name__, f"{name}.sql")
    assert text is not None, "the packages are installed as files"  # noqa: S101 - our own promise
    return text.decode()
