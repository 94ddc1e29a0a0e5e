"""`python -m server.demo`: run by `onsite serve --demo` between the migrations and the workers."""

import asyncio
import gc
import sys

from server.demo.known import DemoRefused, known
from server.settings import Settings


def main() -> int:
    settings = Settings.from_environment()
    if settings.database_url is None:
        print("onsite: the demonstration is made by: onsite serve --demo", file=sys.stderr)
        return 1
    try:
        said = asyncio.run(known(settings.database_url, settings.data_dir, settings.public_url))
        print(said or _fill(settings, settings.database_url), flush=True)
    except DemoRefused as refusal:
        print(f"onsite: {refusal}", file=sys.stderr)
        return 1
    return 0


def _fill(settings: Settings, dsn: str) -> str:
    import uvloop  # all of this is slow to load, and needed only once in the life of an installation

    from server.demo.fill import fill
    from server.platform import db
    from server.platform.storage import Blobs, place_of

    async def inside() -> str:
        await db.open_pool(size=4)
        try:
            return await fill(settings.data_dir, Blobs(place_of(settings)), settings.public_url)
        finally:
            await db.close_pool()

    db.use(dsn)
    gc.disable()  # a short life in which hardly anything becomes garbage
    with asyncio.Runner(loop_factory=uvloop.new_event_loop) as runner:
        return runner.run(inside())


if __name__ == "__main__":
    sys.exit(main())
