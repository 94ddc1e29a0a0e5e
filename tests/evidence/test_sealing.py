"""Sealing: each completion once, on however many workers, as soon as its photos are here."""

import asyncio
import subprocess
import sys
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any
from uuid import uuid4

import asyncpg
import pytest

from server.evidence.sealing import actions, store
from server.evidence.sealing.checking import Check
from server.evidence.sealing.entries import (
    CompletionEntry,
    Head,
    KeyEntry,
    ReportEntry,
    RestoredEntry,
    Written,
    read,
    write,
)
from server.evidence.sealing.keys import Keys
from server.evidence.sealing.running import Sealer
from server.evidence.sealing.sealing import seal_ready
from server.evidence.sealing.trailer import read_trailer, sealed_pdf
from server.platform import clock, db
from server.platform.secrets import Secrets
from tests.evidence.held import Held

URL = "https://service.example.com"


@pytest.fixture
async def held(database: str, emptied: None) -> AsyncIterator[Held]:
    db.use(database)
    await db.open_pool()
    held = await Held.opened(database)
    yield held
    await held.close()
    await db.close_pool()


@pytest.fixture
def keys(tmp_path: Path) -> Keys:
    return Keys.of(tmp_path)


async def ledger() -> list[Written]:
    return [row async for rows in store.entries(0, 10**6, 1000) for row in rows]


async def wrong(keys: Keys, **asked: Any) -> list[tuple[int, str]]:
    return [(seq, found.code) async for seq, found in Check(keys.known, **asked).findings()]


class TestACompletionWithoutPhotos:
    async def test_is_sealed_at_once_behind_the_entry_that_names_the_key(self, held: Held, keys: Keys) -> None:
        completion_id = await held.completion()
        assert await seal_ready(keys) == 1
        first, second = await ledger()
        assert isinstance(read(first.text), KeyEntry)
        entry = read(second.text)
        assert isinstance(entry, CompletionEntry)
        assert (entry.completion_id, entry.seq, entry.kid) == (str(completion_id), 2, keys.signer.kid)
        assert await wrong(keys) == []

    async def test_is_sealed_once(self, held: Held, keys: Keys) -> None:
        await held.completion()
        assert [await seal_ready(keys) for _ in range(3)] == [1, 0, 0]
        assert len(await ledger()) == 2

    async def test_tells_its_seal(self, held: Held, keys: Keys) -> None:
        completion_id = await held.completion()
        assert await actions.sealed(completion_id, URL) is None
        await seal_ready(keys)
        sealed = await actions.sealed(completion_id, URL)
        assert sealed is not None
        assert sealed.verify_url == f"{URL}/verify/{sealed.code}"
        assert [one.completion_id for one in await actions.sealed_after(0, 10, URL)] == [completion_id]
        assert (await actions.seals([completion_id]))[completion_id].code == sealed.code


class TestACompletionWithPhotos:
    async def test_waits_for_the_last_of_them(self, held: Held, keys: Keys) -> None:
        completion_id = await held.completion(photos=3, received=False)
        assert await seal_ready(keys) == 0
        await held.photos_arrive(completion_id)
        assert await seal_ready(keys) == 1
        sealed = await actions.sealed(completion_id, URL)
        assert sealed is not None
        assert len(sealed.photos) == 3


class TestTheWatch:
    async def test_seals_when_it_is_woken_and_says_so(self, held: Held, keys: Keys) -> None:
        told, stopping = asyncio.Event(), asyncio.Event()
        sealer = Sealer(keys, told.set)
        watching = asyncio.create_task(sealer.watch(stopping))
        completion_id = await held.completion(photos=1, received=False)
        await held.photos_arrive(completion_id)
        sealer.wake()
        await told.wait()
        assert await actions.sealed(completion_id, URL) is not None
        stopping.set()
        await watching


class TestWhatDoesNotHold:
    async def test_is_not_sealed(self, held: Held, keys: Keys) -> None:
        await held.completion(valid=False)
        assert await seal_ready(keys) == 0

    @pytest.mark.parametrize(
        "change",
        [
            "UPDATE completion SET manifest = replace(manifest, '更换', '检查')",
            "UPDATE completion SET signature = 'eyJhbGciOiJFUzI1NiJ9..AAAA'",
            "DELETE FROM completion_photo",
        ],
    )
    async def test_was_changed_before_it_was_sealed_and_holds_up_nobody(
        self, held: Held, keys: Keys, change: str
    ) -> None:
        await held.completion(photos=1)
        await held.change(change)
        sound = await held.completion()
        assert [await seal_ready(keys) for _ in range(2)] == [2, 0]
        assert [one.completion_id for one in await actions.sealed_after(0, 10, URL)] == [sound]
        assert await wrong(keys) == [(0, "not_sealed")]


class TestSeveralWorkers:
    async def test_seal_each_once_in_one_chain(self, held: Held, keys: Keys) -> None:
        for _ in range(24):
            await held.completion()

        async def work() -> None:
            while await seal_ready(keys, limit=3):
                pass

        await asyncio.gather(*(work() for _ in range(6)))
        rows = await ledger()
        assert [row.seq for row in rows] == list(range(1, 26))
        assert len({row.subject for row in rows}) == 25
        assert await wrong(keys) == []

    @pytest.mark.deep
    async def test_in_processes_of_their_own_too(
        self, held: Held, keys: Keys, database: str, tmp_path: Path, project: Path
    ) -> None:
        for _ in range(30):
            await held.completion()
        other = await asyncio.create_subprocess_exec(
            sys.executable, "-c", _SEALS, database, str(tmp_path), cwd=project, stdout=subprocess.PIPE
        )
        assert other.stdout is not None
        await other.stdout.readline()  # it has begun
        while await seal_ready(keys, limit=1):
            pass
        assert await other.wait() == 0
        assert len(await ledger()) == 31
        assert await wrong(keys) == []

    async def test_write_reports_and_seals_side_by_side(self, held: Held, keys: Keys) -> None:
        ids = [await held.completion() for _ in range(5)]
        await seal_ready(keys)
        sealed = [await actions.sealed(completion_id, URL) for completion_id in ids]
        for _ in range(10):
            await held.completion()

        async def report(of: Any) -> None:
            async with db.transaction():
                await actions.append_report(keys, of, "a" * 64, 10)

        await asyncio.gather(*(report(of) for of in sealed), *(seal_ready(keys, limit=2) for _ in range(5)))
        assert await wrong(keys) == []
        assert sum(row.kind == "report" for row in await ledger()) == 5


#: Of what is needed by two at once, each seals a part.
_SEALS = """
import asyncio, os, sys
from pathlib import Path
os.environ["PICCOLO_CONF"] = "server.piccolo_conf"
from server.evidence.sealing.keys import Keys
from server.evidence.sealing.sealing import seal_ready
from server.platform import db
from server.platform.secrets import Secrets
async def main():
    db.use(sys.argv[1])
    await db.open_pool(2)
    keys = Keys.of(Path(sys.argv[2]))
    print(await seal_ready(keys, limit=1), flush=True)
    while await seal_ready(keys, limit=1):
        pass
    await db.close_pool()
asyncio.run(main())
"""


class TestAReport:
    async def test_is_noted_once_for_the_same_bytes(self, held: Held, keys: Keys) -> None:
        completion_id = await held.completion()
        await seal_ready(keys)
        sealed = await actions.sealed(completion_id, URL)
        assert sealed is not None
        pdf = sealed_pdf(b"%PDF-1.7\n...\n%%EOF", sealed, keys)
        trailer, found = read_trailer(pdf, keys.known)
        assert trailer is not None
        assert (trailer.code, trailer.seq, found) == (sealed.code, sealed.seq, [])
        async with db.transaction():
            seq = await actions.append_report(keys, sealed, "b" * 64, len(pdf))
        async with db.transaction():
            assert await actions.append_report(keys, sealed, "b" * 64, len(pdf)) == seq
        entry = read((await ledger())[-1].text)
        assert isinstance(entry, ReportEntry)
        assert (entry.seq, entry.sha256, entry.of) == (seq, "b" * 64, sealed.seq)

    async def test_leaves_nothing_when_its_transaction_fails(self, held: Held, keys: Keys) -> None:
        completion_id = await held.completion()
        await seal_ready(keys)
        sealed = await actions.sealed(completion_id, URL)
        assert sealed is not None

        async def failing() -> None:
            async with db.transaction():
                await actions.append_report(keys, sealed, "b" * 64, 1)
                raise ZeroDivisionError

        with pytest.raises(ZeroDivisionError):
            await failing()
        assert len(await ledger()) == 2


class TestAnotherKey:
    async def test_is_named_by_the_one_before_and_both_are_known(self, held: Held, keys: Keys, tmp_path: Path) -> None:
        await held.completion()
        await seal_ready(keys)
        before, new = await actions.rotate(tmp_path)
        await held.completion()
        await seal_ready(keys)  # a worker that was running
        kids = [row.kid for row in await ledger()]
        assert kids == [before, before, before, new]
        named = read((await ledger())[2].text)
        assert isinstance(named, KeyEntry)
        assert (named.key["kid"], named.follows) == (new, before)
        assert await wrong(Keys.of(tmp_path)) == []

    async def test_that_was_set_names_itself(self, held: Held, keys: Keys, tmp_path: Path) -> None:
        await held.completion()
        await seal_ready(keys)
        pem = Secrets.load_or_make(tmp_path / "elsewhere").server_signing_key
        given = Keys.of(tmp_path, pem)
        await held.completion()
        await seal_ready(given)
        kids = [row.kid for row in await ledger()]
        assert kids == [keys.signer.kid] * 2 + [given.signer.kid] * 2
        assert await wrong(given) == []

    async def test_that_signs_no_more_is_found_when_it_does(self, held: Held, keys: Keys, tmp_path: Path) -> None:
        leaked = Keys(Secrets.load_or_make(tmp_path))
        await held.completion()
        await seal_ready(keys)
        await actions.rotate(tmp_path)
        body = {"before": "00000000-0000-7000-8000-000000000000"}
        forged = write(await store.head(), "restored", body, clock.now(), "x", leaked.signer)
        await store.append([forged])
        assert await wrong(keys.fresh()) == [(4, "key_not_in_force")]
        assert await wrong(keys, since=2) == [(4, "key_not_in_force")]


class TestAfterARestore:
    async def test_the_ledger_says_so_and_the_same_completion_gets_the_same_code(self, held: Held, keys: Keys) -> None:
        completion_id = await held.completion()
        await seal_ready(keys)
        before = await actions.sealed(completion_id, URL)
        assert before is not None
        noted = (await ledger())[-1].head
        # The backup knew nothing of it; the phone hands it in again.
        await held.change("DELETE FROM ledger WHERE seq > 1")
        await held.change("DELETE FROM seal")
        await held.change("UPDATE completion SET sealed_at = NULL")
        await held.change("UPDATE installation SET epoch = $1", uuid4())
        await seal_ready(keys)
        after = await actions.sealed(completion_id, URL)
        assert after is not None
        assert after.code == before.code
        assert isinstance(read((await ledger())[1].text), RestoredEntry)
        assert await wrong(keys) == []
        assert await wrong(keys, noted=noted) == [(3, "head_differs")]


class TestTheDatabaseItself:
    """Without the application."""

    @pytest.mark.parametrize(
        "sql",
        [
            "UPDATE ledger SET kid = 'x'",
            "DELETE FROM ledger WHERE seq = 2",
            "TRUNCATE ledger",
            "UPDATE seal SET code = 'x'",
            "DELETE FROM seal",
            "INSERT INTO ledger SELECT (jsonb_populate_record(l, '{\"seq\": 9}')).* FROM ledger l WHERE seq = 2",
        ],
    )
    async def test_refuses_what_is_no_next_entry(self, held: Held, keys: Keys, sql: str) -> None:
        await held.completion()
        await seal_ready(keys)
        with pytest.raises(asyncpg.RaiseError):
            await db.execute(sql)


class TestTheCheck:
    async def test_names_each_place_that_was_tampered_with(self, held: Held, keys: Keys) -> None:
        for _ in range(9):
            await held.completion(photos=1)
        await seal_ready(keys)
        changes = {
            2: ("completion SET manifest = replace(manifest, '更换', '检查')", ["manifest_altered"]),
            3: ("completion SET signature = signature || 'A'", ["signature_altered"]),
            4: ("completion SET received_at = 'infinity'", ["record_altered"]),
            5: ("completion_photo SET received_at = 'infinity'", ["photos_altered"]),
            6: (
                'ledger SET entry = replace(entry, \'"outcome":"completed\', \'"outcome":"Completed\')',
                ["entry_altered"],
            ),
            7: ("ledger SET at = 'infinity'", ["entry_column"]),
            8: ("seal SET device_key = '[]'", ["device_key_altered"]),
            9: ("ledger SET chain = repeat('0', 64)", ["entry_column"]),
            10: ("seal SET code = 'x'", ["code_altered"]),
        }
        ids = {one.seq: one.completion_id for one in await actions.sealed_after(0, 20, URL)}
        of = {"completion": "id", "completion_photo": "completion_id", "ledger": "subject", "seal": "completion_id"}
        expected = []
        for seq, (change, found) in changes.items():
            await held.change(f"UPDATE {change} WHERE {of[change.partition(' ')[0]]} = $1", ids[seq])
            expected += [(seq, code) for code in found]
        assert await wrong(keys) == sorted([*expected, (10, "chain_broken")])

    async def test_believes_what_was_checked_before(self, held: Held, keys: Keys) -> None:
        for _ in range(3):
            await held.completion()
        await seal_ready(keys)
        await held.change("UPDATE ledger SET kid = 'x' WHERE seq = 2")
        assert await wrong(keys) == [(2, "entry_column")]
        assert await wrong(keys, since=2) == []


class TestANotedEnd:
    async def test_shows_that_entries_were_taken_away(self, held: Held, keys: Keys) -> None:
        for _ in range(3):
            await held.completion()
        await seal_ready(keys)
        head = await actions.head(keys)
        noted = Head(head.seq, head.chain)
        assert await wrong(keys, noted=noted) == []
        await held.change("DELETE FROM ledger WHERE seq = 4")
        await held.change("DELETE FROM seal WHERE seq = 4")
        await held.change("UPDATE completion SET sealed_at = NULL WHERE id NOT IN (SELECT completion_id FROM seal)")
        assert await wrong(keys) == []  # alone, the chain cannot tell
        assert await wrong(keys, noted=noted) == [(3, "head_missing")]
