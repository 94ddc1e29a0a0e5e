"""What the supervisor does before its workers serve: secrets, database, migrations, the demonstration firm."""

import asyncio
import contextlib
import subprocess
import sys
import threading
from collections.abc import Callable, Iterator
from concurrent.futures import Future

import asyncpg
import structlog

from server.dispatch.speeds import read_speeds
from server.evidence.sealing.keys import Keys
from server.platform import logging
from server.platform.embedded import EmbeddedPostgres
from server.platform.migrate import migrate
from server.platform.restore import refuse_unfinished
from server.platform.secrets import Secrets
from server.platform.storage import Blobs, Unreachable, place_of
from server.settings import Settings
from server.workers import ServeError, environment

DATABASE_LIMIT = 1.0  # seconds; then at once: nothing is lost, but the next start replays the log

log = structlog.get_logger()


@contextlib.contextmanager
def database(settings: Settings) -> Iterator[str]:
    """The address of DATABASE_URL, or of the embedded PostgreSQL, which ends with the context."""
    logging.configure(settings.log_level)
    read_speeds(settings.travel_speeds)  # the workers read it again; here the person who starts them is told
    refuse_unfinished(settings.data_dir)
    Secrets.load_or_make(settings.data_dir)
    if settings.signing_key is not None:
        Keys.of(settings.data_dir, settings.signing_key)  # likewise
    _probe(settings)
    if settings.database_url is not None:
        yield settings.database_url
        return
    embedded = EmbeddedPostgres(settings.data_dir)
    try:
        yield embedded.start()
    finally:
        embedded.stop(patience=DATABASE_LIMIT)


def prepare(settings: Settings, dsn: str, demo: bool) -> None:
    """Bring the database to this release, and fill it when asked to."""
    _interruptible(lambda: _migrate(dsn))
    if demo:
        _fill_demo(settings, dsn)


def greet(dsn: str) -> None:
    """An installation nobody can log in to yet: say how to make the first administrator."""
    _interruptible(lambda: _greet(dsn))


def _probe(settings: Settings) -> None:
    """Raises ServeError for a bucket that there is not or that refuses us. One that is away may come back."""
    blobs = Blobs(place_of(settings))
    try:
        blobs.probe()
    except Unreachable as fault:
        if fault.for_good:
            raise ServeError(f"{blobs.place} (ONSITE_STORAGE_URL) cannot be used: {fault.strerror}.") from fault
        log.warning("storage away", storage=str(blobs.place), fault=fault.strerror)


def report_death(facts: dict[str, object]) -> None:
    log.error("worker died", **facts)


def _migrate(dsn: str) -> None:
    ran = migrate(dsn)
    if ran:
        log.info("migrated", migrations=ran)


def _fill_demo(settings: Settings, dsn: str) -> None:
    """Let `server.demo` fill an empty installation, or say in a moment what is there already."""
    variables = {**environment(settings), "DATABASE_URL": dsn}
    done = subprocess.run([sys.executable, "-m", "server.demo"], env=variables, check=False)
    if done.returncode != 0:
        raise ServeError("The demonstration data could not be made (see above).")


def _greet(dsn: str) -> None:
    if not asyncio.run(_has_users(dsn)):
        print("No user exists yet. Make the first administrator with:", flush=True)
        print("  onsite admin create --username NAME --name 'FULL NAME'", flush=True)


async def _has_users(dsn: str) -> bool:
    connection = await asyncpg.connect(dsn)
    try:
        return bool(await connection.fetchval("SELECT EXISTS (SELECT FROM app_user)"))
    except asyncpg.UndefinedTableError:
        return True
    finally:
        await connection.close()


def _interruptible(work: Callable[[], None]) -> None:
    """Do it in a thread of its own, so that a signal raises Stopped here and never inside an event loop."""
    outcome: Future[None] = Future()

    def inside() -> None:
        try:
            work()
            outcome.set_result(None)
        except Exception as error:  # noqa: BLE001  # raised again by whoever waits
            outcome.set_exception(error)

    threading.Thread(target=inside, daemon=True).start()
    outcome.result()
