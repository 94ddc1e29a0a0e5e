"""What all tests share: one PostgreSQL per run, a fresh database per module, the settings and the app over it.

ONSITE_TEST_DATABASE_URL names another server (its user must be allowed to create databases); otherwise the embedded one
runs in a temporary folder. Tests that use `database` get the mark `database` by themselves.
"""

import asyncio
import os
import secrets
import signal
import threading
from collections.abc import AsyncIterator, Callable, Coroutine, Iterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any, cast
from urllib.parse import urlsplit, urlunsplit

import asyncpg
import httpx
import hypothesis
import pytest
from argon2 import PasswordHasher
from litestar import Litestar

from server.accounts import passwords
from server.platform.embedded import EmbeddedPostgres
from server.platform.migrate import migrate
from server.settings import Settings
from tests.blobs import Server, serving
from tests.journeys.firm import Firm, found_firm

os.environ.setdefault("PICCOLO_CONF", "server.piccolo_conf")

#: Hashing a password is slow on purpose. Here thousands of people log in, so it takes the least work argon2 has.
passwords.HASHER = PasswordHasher(time_cost=1, memory_cost=8, parallelism=1)

EXTERNAL = os.environ.get("ONSITE_TEST_DATABASE_URL")

hypothesis.settings.register_profile("default", deadline=None)
hypothesis.settings.register_profile("fast", deadline=None, max_examples=25)
hypothesis.settings.register_profile("deep", deadline=None, max_examples=2000)
hypothesis.settings.load_profile("default")


def pytest_configure(config: pytest.Config) -> None:
    """A run that is ended (`timeout`, a cancelled CI job) stops its PostgreSQL, as after Ctrl-C."""
    signal.signal(signal.SIGTERM, signal.default_int_handler)
    config.pluginmanager.register(LongFirst())


@pytest.hookimpl(tryfirst=True)  # before pytest chooses by mark
def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    for item in items:
        if "database" in getattr(item, "fixturenames", ()):
            item.add_marker("database")


class LongFirst:
    """Files with a test marked `long` begin first, whatever order chance has given."""

    @pytest.hookimpl(trylast=True)
    def pytest_collection_modifyitems(self, items: list[pytest.Item]) -> None:
        long = {item.path for item in items if item.get_closest_marker("long")}
        items.sort(key=lambda item: item.path not in long)


@pytest.fixture(scope="session")
def postgres(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """The address of a PostgreSQL on which databases may be made."""
    if EXTERNAL:
        yield EXTERNAL
        return
    embedded = EmbeddedPostgres(tmp_path_factory.mktemp("postgres"), options={"fsync": "off"})
    try:
        yield embedded.start()
    finally:
        embedded.stop()


@pytest.fixture(scope="session")
def migrated_template(postgres: str) -> Iterator[str]:
    """The name of an empty database with all tables, to be copied."""
    name = _fresh_name()
    _run(postgres, f'CREATE DATABASE "{name}"')
    try:
        migrate(with_database(postgres, name))
        yield name
    finally:
        _run(postgres, f'DROP DATABASE "{name}" WITH (FORCE)')


@pytest.fixture(scope="module")
def database(postgres: str, migrated_template: str) -> Iterator[str]:
    """The address of an empty database with all tables, for this module alone."""
    name = _fresh_name()
    _run(postgres, f'CREATE DATABASE "{name}" TEMPLATE "{migrated_template}"')
    try:
        yield with_database(postgres, name)
    finally:
        _run(postgres, f'DROP DATABASE "{name}" WITH (FORCE)')


@pytest.fixture(scope="session")
def s3() -> Iterator[Server]:
    """A local S3 server; most runs need none."""
    with serving() as server:
        yield server


@pytest.fixture(scope="module")
def settings(database: str, tmp_path_factory: pytest.TempPathFactory) -> Settings:
    return Settings(data_dir=tmp_path_factory.mktemp("data"), database_url=database, base_url="http://testserver.local")


@pytest.fixture(scope="module")
def app(settings: Settings) -> Litestar:
    """Built once per module: that takes longer than most tests. It starts and ends with every `client`."""
    from server.app import create_app

    return create_app(settings)


@pytest.fixture
async def client(app: Litestar) -> AsyncIterator[httpx.AsyncClient]:
    """The whole application on the module's database, in the test's own event loop: a test may use `db` as well.
    (Litestar's AsyncTestClient runs the application in another thread, and a pool belongs to one loop.)"""
    app.state["rate_limits"] = {}
    transport = httpx.ASGITransport(app=cast("Any", app), raise_app_exceptions=False)
    async with running(app), httpx.AsyncClient(transport=transport, base_url="http://testserver.local") as client:
        yield client


#: Rows and numbers of all tables but those of the installation itself. Without triggers, which costs a tenth of what
#: TRUNCATE does; pages that workers keep are out of date.
_EMPTYING = """
DO $$ DECLARE name text; BEGIN
  SET LOCAL session_replication_role = replica;
  FOR name IN SELECT tablename FROM pg_tables
    WHERE schemaname = 'public' AND tablename NOT IN ('migration', 'installation')
  LOOP EXECUTE format('DELETE FROM %I', name); END LOOP;
  PERFORM setval(s.seqrelid, s.seqstart, false) FROM pg_sequence s JOIN pg_depend d
    ON d.classid = 'pg_class'::regclass AND d.objid = s.seqrelid AND d.deptype IN ('a', 'i')
    WHERE d.refobjid NOT IN ('migration'::regclass, 'installation'::regclass);
  PERFORM nextval('page_generation');
END $$
"""


@pytest.fixture(scope="session")
def aside() -> Iterator[asyncio.AbstractEventLoop]:
    """A loop in a thread of its own: for what outlives a test, whose loop ends with it."""
    loop = asyncio.new_event_loop()
    thread = threading.Thread(target=loop.run_forever)
    thread.start()
    yield loop
    loop.call_soon_threadsafe(loop.stop)
    thread.join()
    loop.close()


@pytest.fixture(scope="module")
def emptying(database: str, aside: asyncio.AbstractEventLoop) -> Iterator[Callable[[], None]]:
    """Over one connection: a new one would have to learn of every table first, which takes most of the time."""

    def wait_for(work: Coroutine[Any, Any, Any]) -> Any:
        return asyncio.run_coroutine_threadsafe(work, aside).result()

    async def connect() -> Any:
        return await asyncpg.connect(database)

    connection = wait_for(connect())
    yield lambda: wait_for(connection.execute(_EMPTYING))
    wait_for(connection.close())


@pytest.fixture
def emptied(emptying: Callable[[], None]) -> None:
    """Nothing is left of the test before. Done before the application starts, whose watches would be in the way."""
    emptying()


@pytest.fixture
async def firm(emptied: None, client: httpx.AsyncClient) -> Firm:
    """A firm in an otherwise empty database, served by the whole application."""
    return await found_firm(client)


@asynccontextmanager
async def running(app: Litestar) -> AsyncIterator[None]:
    """The application's lifespan in one task, as it must end in the task it began in, which fixtures do not."""
    started, stopping = asyncio.Event(), asyncio.Event()

    async def live() -> None:
        async with app.lifespan():
            started.set()
            await stopping.wait()

    life = asyncio.create_task(live())
    waiting = asyncio.create_task(started.wait())
    await asyncio.wait({life, waiting}, return_when=asyncio.FIRST_COMPLETED)
    try:
        if not life.done():
            yield
    finally:
        waiting.cancel()
        stopping.set()
        await life


def with_database(dsn: str, name: str) -> str:
    """The same server, another database."""
    return urlunsplit(urlsplit(dsn)._replace(path=f"/{name}"))


def _fresh_name() -> str:
    return f"onsite_test_{secrets.token_hex(6)}"


def _run(dsn: str, sql: str) -> None:
    async def inside() -> None:
        connection: Any = await asyncpg.connect(dsn)
        try:
            await connection.execute(sql)
        finally:
            await connection.close()

    asyncio.run(inside())


@pytest.fixture(scope="session")
def project() -> Path:
    """The root of the project."""
    return Path(__file__).parent.parent
