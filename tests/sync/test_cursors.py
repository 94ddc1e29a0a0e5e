"""Cursors that are cut, forged, another's or from elsewhere: never a fault, never somebody else's records."""

import base64
import json
from typing import Any

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from offline_sync.cursor import MAX_CHARS, Cursor
from offline_sync.rules import Refusal
from tests.journeys.firm import Firm
from tests.sync.follower import Follower

EPOCH = "0197a0d6-0000-7000-8000-0000000000e1"


def raw_cursor(content: Any) -> str:
    said = content if isinstance(content, bytes) else json.dumps(content, separators=(",", ":")).encode()
    return base64.urlsafe_b64encode(said).rstrip(b"=").decode()


class TestACursorThatIsNotTheReaders:
    async def test_tells_nothing_of_others(self, firm: Firm) -> None:
        desk, mine, theirs = await firm.login("desk"), await firm.phone(0), await firm.phone(1)
        await firm.assigned(desk, 0)
        secret = await firm.assigned(desk, 1)
        board, other = Follower(desk), Follower(theirs.person)
        await board.read()
        await other.read()
        reader = Follower(mine.person)
        fresh = await reader.read()
        for stolen in (board.cursor, other.cursor):
            thief = Follower(mine.person, cursor=stolen)
            await thief.read()
            assert set(thief.held) <= {"catalogue", f"technician:{firm.technicians[0]}"}
            assert ("job", secret["id"]) not in thief.records()
        assert await Follower(mine.person).read() == fresh

    async def test_is_refused_or_expired_when_it_is_spoilt(self, firm: Firm) -> None:
        phone = await firm.phone(0)
        await firm.assigned(await firm.login("desk"), 0)
        reader = Follower(phone.person)
        fresh = await reader.read()
        assert reader.cursor is not None
        known = Cursor.decode(reader.cursor)
        assert isinstance(known, Cursor)
        mine = f"technician:{firm.technicians[0]}"
        # (each the status and code it is answered with)
        spoilt = {
            "cut": (reader.cursor[:-2], 400),
            "padded": (reader.cursor + "=", 400),
            "not base64": ("%%%", 400),
            "no JSON": (raw_cursor(b"\xff\xfe"), 400),
            "nested": (raw_cursor(b"[" * 8000), 400),
            "too long": ("A" * (MAX_CHARS + 1), 400),
            "another shape": (raw_cursor({"e": 1, "p": {}}), 400),
            "negative": (raw_cursor({"e": known.epoch, "p": {mine: -1}}), 400),
            "a fraction": (raw_cursor({"e": known.epoch, "p": {mine: 1.5}}), 400),
            "endless": (raw_cursor({"e": known.epoch, "p": {mine: 2**63}}), 400),
            "of another database": (Cursor(EPOCH, known.positions).encode(), 410),
            "ahead": (Cursor(known.epoch, known.positions | {mine: 2**63 - 1}).encode(), 410),
        }
        codes = {400: "cursor_invalid", 410: "cursor_expired"}
        for what, (cursor, status) in spoilt.items():
            answer = await Follower(phone.person, cursor=cursor).ask()
            assert (answer.status_code, answer.json()["code"]) == (status, codes[status]), what
        behind = Follower(phone.person, cursor=Cursor(known.epoch, {}, {mine: 2**40}).encode())
        assert await behind.read() == fresh  # lies about the past harm nobody but the liar
        for limit in ("0", "-1", "2001", "x", str(2**70)):
            answer = await phone.person.get("/sync/pull", limit=limit)
            assert (answer.status_code, answer.json()["code"]) == (400, "invalid"), limit
        for device in ("x", "1", firm.outlet_id, (await firm.phone(1)).device_id):
            answer = await phone.person.get("/sync/pull", device_id=device)
            assert (answer.status_code, answer.json()["code"]) in ((400, "invalid"), (404, "device_unknown")), device


_NAMES = st.one_of(st.text(max_size=20), st.sampled_from(["catalogue", "board:x", "technician:y", 'a"b']))
_NUMBERS = st.one_of(st.integers(0, 2**63 - 1), st.integers(), st.floats(), st.booleans(), st.none())
_CONTENT = st.one_of(
    st.fixed_dictionaries(
        {"e": st.one_of(st.text(), st.none()), "p": st.dictionaries(_NAMES, _NUMBERS, max_size=5)},
        optional={"b": st.dictionaries(_NAMES, _NUMBERS, max_size=5)},
    ),
    st.recursive(st.one_of(_NUMBERS, st.text()), lambda inner: st.lists(inner) | st.dictionaries(st.text(), inner)),
)


class TestAnyTextAsACursor:
    @settings(max_examples=60, suppress_health_check=[HealthCheck.too_slow])
    @given(st.one_of(st.text(), st.binary().map(raw_cursor), _CONTENT.map(raw_cursor)))
    def test_is_read_as_it_was_written_or_not_at_all(self, text: str) -> None:
        read = Cursor.decode(text)
        if isinstance(read, Refusal):
            assert read.code == "cursor_invalid"
        else:
            assert read.encode() == text
