"""Texts that a spreadsheet would run as a formula."""

from __future__ import annotations

#: The first characters of a formula in Excel, LibreOffice or Google Sheets (OWASP, "CSV
#: Injection"), each ASCII character also in full width.
FORMULA_STARTS = tuple("=+-@\t\r\n\0\uff1d\uff0b\uff0d\uff20")


def escape_formula(text: str) -> str:
    """Put an apostrophe before a text that a spreadsheet would run as a formula."""
    return f"'{text}" if text.lstrip(" ").startswith(FORMULA_STARTS) else text
