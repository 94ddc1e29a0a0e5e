"""`python -m server.demo`: run by `onsite serve --demo` between the migrations and the workers."""

import asyncio
import sys

from server.demo.fill import DemoRefused, fill
from server.platform import db
from server.settings import Settings


async def _run(settings: Settings) -> str:
    await db.open_pool(size=4)
    try:
        return (await fill(settings.data_dir, settings.public_url)).said
    finally:
        await db.close_pool()


def main() -> int:
    settings = Settings.from_environment()
    if settings.database_url is None:
        print("onsite: --demo needs a running database; start it with: onsite serve --demo", file=sys.stderr)
        return 1
    db.use(settings.database_url)
    try:
        print(asyncio.run(_run(settings)), flush=True)
    except DemoRefused as refusal:
        print(f"onsite: {refusal}", file=sys.stderr)
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main())
