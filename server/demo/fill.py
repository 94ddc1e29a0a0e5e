"""`--demo`: fills an empty installation with a believable firm, all of it or nothing, and hands out demo.json."""

import secrets
from pathlib import Path

from server.demo import ahead, copied, handout
from server.demo.cast import gather
from server.demo.firm import fill_files, found, hash_passwords, set_standards
from server.demo.handout import Handout
from server.demo.known import DemoRefused
from server.demo.plan import make_plan
from server.demo.story import Story
from server.network import store as network
from server.platform import clock, db
from server.platform.storage import Blobs
from server.products.rules.serial import SERIAL_BYTES, make_serial

#: The firm is the same each time, apart from secrets, ids and the clock.
SEED = 20240


async def fill(folder: Path, blobs: Blobs, base_url: str, seed: int = SEED) -> str:
    """Makes the firm and says so. `folder`: the data directory, for demo.json. The database pool is open.
    Raises `DemoRefused` when a firm has come into being meanwhile."""
    now = clock.now()
    cast = gather(seed, now, lambda: make_serial(secrets.token_bytes(SERIAL_BYTES)))
    accounts = await hash_passwords(cast)
    plan = make_plan(seed, cast, now)
    async with db.all_or_nothing():
        await network.lock_headquarters()
        if await network.headquarters() is not None:
            raise DemoRefused("Somebody else has just made a firm in this database; start again.")
        with clock.as_of(plan.tasks[0].opened_at):
            firm = await found(cast, accounts)
            await set_standards(now)
            await fill_files(firm, cast, plan)
        story = Story(seed, cast, plan, firm, blobs, now)
        await story.play()
        await ahead.prepare(firm, plan, story, now)
        await copied.copy_one(firm, cast, now)
        units = [handout.named(base_url, u.model.gtin, u.serial) for u in cast.units]
        handout.draft(folder, Handout(base_url, handout.one_of_each_first(firm.accounts), units))
    handout.publish(folder)
    return f"The demonstration firm is made; logins and product codes are in {folder / handout.NAME}."
