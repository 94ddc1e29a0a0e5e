"""The whole application on PostgreSQL as the other peer: the same words as the office in memory, over HTTP.

It runs in this process, on an event loop of its own that turns only while a request is under way; so a test is one
sequence of events, as with the office in memory. Backups are copies of all tables in one transaction, as `onsite
backup` makes them; a restore puts them back and changes the epoch, as `onsite restore` does.
"""

from __future__ import annotations

import asyncio
import logging
import time
import uuid
from collections.abc import Coroutine, Iterator, Mapping
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any, TypeVar, cast

import asyncpg
import httpx
from uuid_utils.compat import uuid7

from offline_sync.operation import RecordKey
from offline_sync.replica import Problem
from offline_sync.rules import Rules
from schemas.accounts import NewUser, Role
from schemas.network import NewTechnician
from server.accounts.actions import create_user
from server.app import create_app
from server.customers.field_work import CustomerRules
from server.jobs.rules.field_work import JobRules
from server.network import actions as network
from server.platform import db
from server.platform.purge import purge_all
from server.settings import Settings
from tests.conftest import running
from tests.journeys.firm import PASSWORD, Firm, Key, Person, found_firm

T = TypeVar("T")

#: At the COMMIT of a push, while `machine.crash` holds a row: this connection of the server's is cut.
_CRASHING = """
CREATE SCHEMA IF NOT EXISTS machine;
CREATE TABLE machine.crash (at timestamptz);
CREATE FUNCTION machine.maybe_crash() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF EXISTS (SELECT FROM machine.crash) THEN
        PERFORM pg_terminate_backend(pg_backend_pid());
        PERFORM pg_sleep(1);
    END IF;
    RETURN NULL;
END $$;
CREATE CONSTRAINT TRIGGER crash AFTER INSERT ON sync_operation DEFERRABLE INITIALLY DEFERRED
    FOR EACH ROW EXECUTE FUNCTION machine.maybe_crash();
"""

_IN_SCOPE = """
WITH held AS (
    SELECT j.* FROM job j JOIN device d ON d.technician_id = j.technician_id
    WHERE d.id = $1 AND j.state <> 'closed' AND (j.deleted_at IS NULL OR j.billing_held)
)
SELECT 'job' AS type, id, version FROM held
UNION SELECT 'customer', id, version FROM customer WHERE id IN (SELECT customer_id FROM held)
UNION SELECT 'unit', id, version FROM product_unit WHERE id IN (SELECT unit_id FROM held)
UNION SELECT 'review', r.id, r.version FROM review r JOIN device d USING (technician_id) WHERE d.id = $1
UNION SELECT 'job_type', id, version FROM job_type
"""


class Application:
    """`technicians`: their ids, two in different outlets. `desk`: a person who may do all that an office does."""

    kinds = ("job", "customer", "unit", "job_type", "review")
    rules: Mapping[str, Rules] = {"job": JobRules(), "customer": CustomerRules()}

    def __init__(self, dsn: str, data_dir: Path) -> None:
        self.owners: dict[str, str] = {}
        self.keys: dict[str, Key] = {}
        settings = Settings(
            data_dir=data_dir,
            database_url=dsn,
            base_url="http://testserver.local",
            access_token_lifetime=timedelta(days=1),
            log_level="critical",
        )
        app = create_app(settings)
        self.loop = asyncio.new_event_loop()
        self._life = running(app)
        self.do(self._life.__aenter__())
        for chatter in ("httpx", "httpcore"):  # a line per request, and a day has thousands
            logging.getLogger(chatter).setLevel(logging.WARNING)
        transport = httpx.ASGITransport(app=cast("Any", app), raise_app_exceptions=False)
        self.client = httpx.AsyncClient(transport=transport, base_url="http://testserver.local")
        self._connection: Any = self.do(asyncpg.connect(dsn))
        self.do(self._connection.execute(_CRASHING))
        self.firm, self.people, self.desk = self.do(self._found())
        self.technicians = list(self.people)
        self.back_up("firm")

    def do(self, deed: Coroutine[Any, Any, T]) -> T:
        return self.loop.run_until_complete(deed)

    def close(self) -> None:
        self.do(self.client.aclose())
        self.do(self._connection.close())
        self.do(self._life.__aexit__(None, None, None))
        self.loop.close()

    async def _found(self) -> tuple[Firm, dict[str, Person], Person]:
        firm = await found_firm(self.client)
        async with db.transaction():
            worker = NewTechnician(
                outlet_id=uuid.UUID(firm.other_outlet_id),
                name="技师3",
                skills=["repair"],
                home_lat=31.2,
                home_lon=121.4,
            )
            centre = await self._connection.fetchval("SELECT id FROM service_centre")
            other = await network.create_technician(worker, centre)
            user = NewUser(
                username="tech3",
                name="tech3",
                password=PASSWORD,
                role=Role.TECHNICIAN,
                centre_id=centre,
                outlet_id=uuid.UUID(firm.other_outlet_id),
                technician_id=other,
            )
            await create_user(user)
        people = {firm.technicians[0]: await firm.login("tech0"), str(other): await firm.login("tech3")}
        return firm, people, await firm.login("hq")

    # ---- backups

    def back_up(self, name: str) -> None:
        self.do(self._back_up(name))

    async def _back_up(self, name: str) -> None:
        tables = await self._tables()
        copies = "".join(f"CREATE TABLE {name}.{table} AS TABLE public.{table};" for table in tables)
        await self._connection.execute(
            f"SET client_min_messages = warning; DROP SCHEMA IF EXISTS {name} CASCADE; CREATE SCHEMA {name}; {copies}"
        )

    def restore(self, name: str, another_epoch: bool = True) -> None:
        self.do(self._restore(name))
        if another_epoch:
            self.execute("UPDATE installation SET epoch = gen_random_uuid()")

    async def _restore(self, name: str) -> None:
        put_back = []
        for table, columns in (await self._tables()).items():
            put_back.append(f"DELETE FROM public.{table};")
            put_back.append(
                f"INSERT INTO public.{table} ({columns}) OVERRIDING SYSTEM VALUE SELECT {columns} FROM {name}.{table};"
            )
        script = "BEGIN; SET LOCAL session_replication_role = replica;" + "".join(put_back) + "COMMIT;"
        for _ in range(3):
            try:
                await self._connection.execute(script)
                return
            except asyncpg.DeadlockDetectedError:  # the watch of deadlines was at work
                await self._connection.execute("ROLLBACK")
        raise AssertionError("the tables are never free")

    async def _tables(self) -> dict[str, str]:
        """Table → its columns that can be written."""
        rows = await self._connection.fetch(
            "SELECT c.relname, string_agg(quote_ident(a.attname), ', ') AS columns FROM pg_class c"
            " JOIN pg_attribute a ON a.attrelid = c.oid AND a.attnum > 0 AND NOT a.attisdropped AND a.attgenerated = ''"
            " WHERE c.relnamespace = 'public'::regnamespace AND c.relkind = 'r' AND c.relname <> 'migration'"
            " GROUP BY 1 ORDER BY 1"
        )
        return {row["relname"]: row["columns"] for row in rows}

    def purge(self) -> None:
        """All tombstones, however young."""
        self.do(purge_all(timedelta(0)))

    # ---- a server, as `Line` knows it

    def now(self) -> int:
        return time.time_ns() // 1_000_000

    def new_id(self) -> str:
        return str(uuid7())

    def enrol_anew(self, technician: str) -> str:
        key = self.keys.setdefault(technician, Key())  # the same pair for every identity: signatures go on holding
        body = {"public_key": key.jwk, "name": "phone"}
        answer = self.said(self.do(self.people[technician].post("/devices", body)))
        device_id = str(answer["id"])
        self.owners[device_id] = technician
        return device_id

    def push(self, body: dict[str, Any]) -> dict[str, Any]:
        person = self.people[self.owners[body["device_id"]]]
        return self.said(self.do(person.post("/sync/push", body)))

    def push_and_crash(self, body: dict[str, Any]) -> None:
        """Everything is written, and the connection is cut before it is committed."""
        self.execute("INSERT INTO machine.crash VALUES (now())")
        try:
            self.push(body)
        except Problem as problem:
            if problem.status < 500:
                raise
        finally:
            self.execute("DELETE FROM machine.crash")

    def pull(self, device_id: str, cursor: str | None, limit: int) -> dict[str, Any]:
        query = {"limit": limit, "device_id": device_id} | ({"cursor": cursor} if cursor else {})
        return self.said(self.do(self.people[self.owners[device_id]].get("/sync/pull", **query)))

    def in_scope(self, device_id: str) -> dict[RecordKey, int]:
        """By the tables, not by the feed: what this device's technician is to hold."""
        rows = self.fetch(_IN_SCOPE, uuid.UUID(device_id))
        return {RecordKey(row["type"], str(row["id"])): row["version"] for row in rows}

    def said(self, answer: httpx.Response) -> dict[str, Any]:
        content: dict[str, Any] = answer.json() if answer.content else {}
        if answer.is_success:
            return content
        raise Problem(content["code"], answer.status_code, content)

    # ---- what people at the desk do

    def desk_does(self, method: str, path: str, body: Any = None) -> dict[str, Any] | None:
        """The answer; None when the desk was told no."""
        deed = self.desk.patch(path, body) if method == "patch" else self.desk.post(path, body)
        try:
            return self.said(self.do(deed))
        except Problem as problem:
            if problem.status not in (404, 409, 422):
                raise
            return None

    def move(self, technician: str, outlet: str) -> None:
        (known,) = self.fetch("SELECT version FROM technician WHERE id = $1", uuid.UUID(technician))
        body = {"base_version": known["version"], "outlet_id": outlet}
        self.said(self.do(self.desk.patch(f"/technicians/{technician}", body)))

    def raise_job(self, customer: str | None, unit: str | None = None, outlet: str | None = None) -> str:
        asked = {
            "outlet_id": outlet or self.firm.outlet_id,
            "job_type": "repair",
            "title": "冰箱不制冷",
            "contact_name": "李梅",
            "lat": 31.23,
            "lon": 121.47,
            "customer_id": customer,
            "unit_id": unit,
        }
        raised = self.desk_does("post", "/jobs", asked)
        assert raised is not None
        return str(raised["id"])

    def window(self, number: int) -> dict[str, str]:
        """The number-th window from now on, so that none is booked twice."""
        return {"starts_at": (datetime.now(UTC) + timedelta(hours=2 * number)).isoformat()}

    # ---- looking inside

    def fetch(self, sql: str, *args: Any) -> list[Any]:
        return list(self.do(self._connection.fetch(sql, *args)))

    def execute(self, sql: str) -> None:
        self.do(self._connection.execute(sql))


@contextmanager
def opened(dsn: str, data_dir: Path) -> Iterator[Application]:
    application = Application(dsn, data_dir)
    try:
        yield application
    finally:
        application.close()
