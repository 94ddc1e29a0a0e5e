"""Is there a firm already, and is it the demonstration's? Asked at every start with --demo, so it loads next to
nothing: one connection, three small questions."""

from pathlib import Path
from typing import Any

import asyncpg

from server.demo import handout
from server.demo.handout import Handout

#: The `source` of every job of the demonstration: by it the firm is known again.
SOURCE = "demo"


class DemoRefused(Exception):
    """The installation cannot take the demonstration; the text is a sentence for the person who asked for it."""


async def known(dsn: str, folder: Path, base_url: str) -> str | None:
    """A sentence about the demonstration firm that is there, after demo.json names `base_url`; None when there is no
    firm at all. Raises `DemoRefused` when there is another."""
    connection: Any = await asyncpg.connect(dsn)
    try:
        if not await connection.fetchval("SELECT EXISTS (SELECT FROM headquarters)"):
            return None
        if not await connection.fetchval("SELECT EXISTS (SELECT FROM job WHERE source = $1)", SOURCE):
            raise DemoRefused(
                "This installation holds a firm of its own, so --demo changes nothing. "
                "Start without --demo, or with another --data directory or database."
            )
        told = await _told(connection, folder)
    finally:
        await connection.close()
    if told is None:
        return (
            f"The demonstration firm is there already, but {folder / handout.NAME} with its passwords is not. "
            "To get in: onsite admin create --username NAME --name 'FULL NAME'"
        )
    if told != handout.read(folder / handout.NAME) or told.base_url != base_url:
        handout.draft(folder, told.moved_to(base_url))
        handout.publish(folder)
    return f"The demonstration firm is there already; its logins are in {folder / handout.NAME}."


async def _told(connection: Any, folder: Path) -> Handout | None:
    """The file, else the draft that a crash left behind; whichever speaks of the firm in this database. Serials cannot
    be guessed, so a file that knows one of them knows the firm."""
    for name in (handout.NAME, handout.DRAFT):
        told = handout.read(folder / name)
        if told is None or not told.units:
            continue
        one = told.units[0]
        if await connection.fetchval(
            "SELECT EXISTS (SELECT FROM product_unit WHERE gtin = $1 AND serial = $2)", one.gtin, one.serial
        ):
            return told
    return None
