"""Pushes of every shape: never a fault of ours, never a code that is not documented, never a good operation lost.

Hypothesis runs in a thread of its own, the application in the test's event loop.
"""

import asyncio
import gzip
import json
from collections.abc import Awaitable, Callable
from typing import Any

import msgspec
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from schemas.errors import Code
from tests.journeys.firm import Firm, Phone

EXAMPLES = max(20, settings.default.max_examples // 4) if settings.default else 25
MSGPACK = "application/vnd.msgpack"

#: What docs/sync-protocol.md lists: of whole requests by status, and of operations.
OF_REQUESTS = {
    400: {Code.MALFORMED, Code.INVALID, Code.SEQ_INVALID, Code.NESTED_TOO_DEEP},
    404: {Code.DEVICE_UNKNOWN},
    409: {Code.FORKED},
    413: {Code.BODY_TOO_LARGE, Code.BATCH_TOO_LARGE},
}
OF_OPERATIONS = {
    *(Code.MALFORMED, Code.OP_ID_INVALID, Code.OP_ID_REUSED, Code.UNKNOWN_KIND, Code.UNKNOWN_RECORD),
    *(Code.ARGUMENTS_INVALID, Code.TEXT_FORBIDDEN_CHARACTER, Code.NESTED_TOO_DEEP, Code.NUMBER_NOT_FINITE),
    *(Code.TRANSITION_ILLEGAL, Code.JOB_REASSIGNED, Code.VERSION_AHEAD, Code.TIME_OUT_OF_RANGE),
}

_TEXT = st.text(st.characters(codec=None), max_size=8)  # lone surrogates and control characters among them
_LEAVES = st.one_of(st.none(), st.booleans(), st.integers(), st.floats(), _TEXT, st.just(10**400), st.just(2**63))
_VALUES = st.recursive(_LEAVES, lambda inner: st.lists(inner, max_size=3) | st.dictionaries(_TEXT, inner, max_size=3))
_KINDS = st.sampled_from(
    ["job.note", "job.arrive", "job.complete", "job.use_part", "job.read", "job.patch", "customer.patch", "job.check"]
)
_ARGS = st.dictionaries(
    st.sampled_from(["text", "place", "manifest", "signature", "part", "quantity", "reading", "value", "item", "done"]),
    _VALUES,
    max_size=4,
)
_MEMBERS = st.sampled_from(["op_id", "seq", "kind", "record", "base_version", "args", "at", "more"])
#: How one operation is spoilt: members that get another value.
_SPOILT = st.one_of(
    st.dictionaries(_MEMBERS, _VALUES, min_size=1, max_size=3),
    st.fixed_dictionaries({"kind": _KINDS, "args": _ARGS}),
)


async def hypothetically(example: Callable[[Any], Awaitable[None]], strategy: st.SearchStrategy[Any]) -> None:
    loop = asyncio.get_running_loop()

    @settings(max_examples=EXAMPLES, deadline=None, database=None, suppress_health_check=list(HealthCheck))
    @given(strategy)
    def run(drawn: Any) -> None:
        asyncio.run_coroutine_threadsafe(_awaited(example(drawn)), loop).result()

    await asyncio.to_thread(run)


async def _awaited(work: Awaitable[None]) -> None:
    await work


class _Sender:
    """A phone on the road, whose every answer is checked."""

    def __init__(self, phone: Phone, job: Any) -> None:
        self.phone, self.job = phone, job
        self.good = 0

    def note(self) -> dict[str, Any]:
        return dict(self.phone.operation("job.note", self.job, {"text": "好"}))

    async def send(self, body: bytes, kind: str = "application/json", **headers: str) -> Any:
        named = {"content-type": kind, **headers}
        return await self.phone.person.client.post(
            "/sync/push", content=body, headers=self.phone.person.headers | named
        )

    def check(self, answer: Any) -> list[Any]:
        """The outcomes; none when the request was refused, for a documented reason."""
        said = answer.json()
        if answer.status_code != 200:
            assert said["code"] in OF_REQUESTS.get(answer.status_code, ()), answer.text
            return []
        outcomes: list[Any] = said["outcomes"]
        assert {o["code"] for o in outcomes if o["status"] == "rejected"} <= OF_OPERATIONS, outcomes
        return outcomes

    async def catch_up(self) -> None:
        """Goes on after what the server has judged; a good operation is taken at once, and its note is there."""
        self.phone.seq = (await self.phone.push()).json()["last_seq"]
        assert [o["status"] for o in await self.phone.outcomes(self.note())] == ["applied"]


async def on_the_road(firm: Firm) -> _Sender:
    return _Sender(await firm.phone(0), await firm.assigned(await firm.login("desk"), 0))


class TestOperationsOfEveryShape:
    async def test_spoil_nothing_but_themselves(self, firm: Firm) -> None:
        sender = await on_the_road(firm)

        async def example(spoilt: list[dict[str, Any]]) -> None:
            batch, good = [sender.note()], [sender.phone.seq]
            for members in spoilt:
                batch += [sender.note() | members, sender.note()]
                good.append(sender.phone.seq)
            answer = await sender.send(json.dumps(sender.phone.batch(*batch)).encode())
            outcomes = sender.check(answer)
            if answer.status_code == 200:
                judged = {o["seq"]: o["status"] for o in outcomes}
                before_gap = (answer.json()["expected_seq"] or good[-1] + 1) - 1
                assert all(judged[seq] == "applied" for seq in good if seq <= before_gap)
                in_order = all("seq" not in members for members in spoilt)
                assert not in_order or before_gap >= good[-1]
            await sender.catch_up()

        await hypothetically(example, st.lists(_SPOILT, max_size=4))


class TestBytesOfEveryShape:
    async def test_are_answered_by_a_documented_code(self, firm: Firm) -> None:
        sender = await on_the_road(firm)

        async def example(drawn: tuple[bool, bool, list[tuple[int, int, bytes]]]) -> None:
            packed, zipped, cuts = drawn
            batch = sender.phone.batch(sender.note(), sender.note())
            body = msgspec.msgpack.encode(batch) if packed else json.dumps(batch).encode()
            for start, length, put in cuts:
                at = start % (len(body) + 1)
                body = body[:at] + put + body[at + length :]
            headers = {"content-encoding": "gzip"} if zipped else {}
            sent = gzip.compress(body) if zipped else body
            sender.check(await sender.send(sent, MSGPACK if packed else "application/json", **headers))
            await sender.catch_up()

        cut = st.tuples(st.integers(0, 2000), st.integers(0, 40), st.binary(max_size=6))
        await hypothetically(example, st.tuples(st.booleans(), st.booleans(), st.lists(cut, min_size=1, max_size=3)))

        await self.refused_at_random(sender)

    async def refused_at_random(self, sender: "_Sender") -> None:
        async def example(drawn: tuple[bytes, str, str]) -> None:
            body, kind, encoding = drawn
            answer = await sender.send(body, kind, **({"content-encoding": encoding} if encoding else {}))
            assert answer.status_code in OF_REQUESTS
            assert answer.json()["code"] in OF_REQUESTS[answer.status_code]

        jsons = _VALUES.map(lambda value: json.dumps(value).encode())
        kinds, encodings = (
            st.sampled_from(["application/json", MSGPACK]),
            st.sampled_from(["", "", "gzip", "br", "zstd"]),
        )
        await hypothetically(example, st.tuples(st.one_of(st.binary(), jsons), kinds, encodings))
