"""What people open in a spreadsheet must not run there. Pure."""

_BEGINS_A_FORMULA = ("=", "+", "-", "@", "\t", "\r")


def harmless(cell: str) -> str:
    """The text, after an apostrophe when a spreadsheet would take it for a formula (CWE-1236)."""
    return f"'{cell}" if cell.startswith(_BEGINS_A_FORMULA) else cell
