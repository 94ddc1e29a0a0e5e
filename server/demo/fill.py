"""`--demo`: fills an empty installation with a believable firm, all of it or nothing, and hands out demo.json."""

import secrets
from pathlib import Path
from typing import NamedTuple

from server.demo import handout, store
from server.demo.cast import gather
from server.demo.firm import fill_files, found, hash_passwords, set_standards
from server.demo.handout import Handout
from server.demo.plan import make_plan
from server.demo.story import Story
from server.network import store as network
from server.platform import clock, db
from server.platform.storage import Blobs
from server.products.rules.serial import SERIAL_BYTES, make_serial

#: The firm is the same each time, apart from secrets, ids and the clock.
SEED = 20240


class DemoRefused(Exception):
    """The installation cannot take the demonstration; the text is a sentence for the person who asked for it."""


class Filled(NamedTuple):
    """`made`: False when the firm was there already. `said`: a sentence about what was done."""

    made: bool
    said: str


async def fill(folder: Path, base_url: str, seed: int = SEED) -> Filled:
    """`folder`: the data directory, for photos and demo.json. Raises `DemoRefused`; the database pool is open."""
    if await network.headquarters() is not None:
        return await _already_there(folder, base_url)
    now = clock.now()
    cast = gather(seed, now, lambda: make_serial(secrets.token_bytes(SERIAL_BYTES)))
    accounts = await hash_passwords(cast)
    plan = make_plan(seed, cast, now)
    async with db.all_or_nothing():
        await network.lock_headquarters()
        if await network.headquarters() is not None:
            raise DemoRefused("Another server is filling this database at this moment; start again.")
        with clock.as_of(plan.tasks[0].opened_at):
            firm = await found(cast, accounts, now)
            await set_standards(now)
            await fill_files(firm, cast, plan)
        await Story(seed, cast, plan, firm, Blobs(folder / "blobs"), now).play()
        units = [
            handout.Unit(handout.link(base_url, u.model.gtin, u.serial), u.model.gtin, u.serial) for u in cast.units
        ]
        handout.draft(folder, Handout(base_url, handout.one_of_each_first(firm.accounts), units))
    handout.publish(folder)
    return Filled(True, f"The demonstration firm is made; logins and product codes are in {folder / handout.NAME}.")


async def _already_there(folder: Path, base_url: str) -> Filled:
    if not await store.is_demonstration():
        raise DemoRefused(
            "This installation holds a firm of its own, so --demo changes nothing. "
            "Start without --demo, or with another --data directory or database."
        )
    told = handout.read(folder / handout.NAME)
    if not await _speaks_of_this_firm(told):
        told = handout.read(folder / handout.DRAFT)
        if not await _speaks_of_this_firm(told):
            return Filled(
                False,
                f"The demonstration firm is there already, but {folder / handout.NAME} with its passwords is not. "
                "To get in: onsite admin create --username NAME --name 'FULL NAME'",
            )
    assert told is not None
    handout.draft(folder, told.moved_to(base_url))
    handout.publish(folder)
    return Filled(False, f"The demonstration firm is there already; its logins are in {folder / handout.NAME}.")


async def _speaks_of_this_firm(told: Handout | None) -> bool:
    """Serials cannot be guessed, so a file that knows one of them knows the firm."""
    return told is not None and bool(told.units) and await store.unit_exists(told.units[0].gtin, told.units[0].serial)
