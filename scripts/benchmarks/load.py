"""A small HTTP load that costs its own process little: every byte to be sent is made before the clock starts, and of an
answer only status and length are read.

One thread, one epoll, blocking nowhere. A connection sends its next request when it has the whole answer to the last.
"""

import select
import socket
import statistics
import time
from collections.abc import Generator, Iterable, Mapping, Sequence
from dataclasses import dataclass
from types import MappingProxyType

_CHUNK = 1 << 20
_GIVE_UP = 120.0  # seconds without any answer


ROUNDS = 3
"""Two things to be compared are measured in so many turns, so that a machine that slows down slows both."""


class Refused(Exception):
    """An answer that is no success: the figures would mean nothing."""


@dataclass(frozen=True)
class Load:
    """`seconds`: wall time of the whole; `times`: seconds of every answer, sorted; `size`: bytes of a body, on average;
    `wire`: bytes of an answer with its head, on average."""

    seconds: float
    times: Sequence[float]
    size: float
    wire: float

    @property
    def rate(self) -> float:
        return len(self.times) / self.seconds

    @property
    def median_ms(self) -> float:
        return statistics.median(self.times) * 1000

    @property
    def p99_ms(self) -> float:
        return self.times[int(len(self.times) * 0.99)] * 1000


def joined(loads: Sequence[Load]) -> Load:
    """Several of the same, one after the other."""
    return Load(
        sum(each.seconds for each in loads),
        sorted(time for each in loads for time in each.times),
        loads[0].size,
        loads[0].wire,
    )


def request(
    method: str, path: str, token: str = "", body: bytes = b"", headers: Mapping[str, str] = MappingProxyType({})
) -> bytes:
    lines = [f"{method} {path} HTTP/1.1", "host: bench", f"content-length: {len(body)}"]
    if body and "content-type" not in headers:
        lines.append("content-type: application/json")
    if token:
        lines.append(f"authorization: Bearer {token}")
    lines += [f"{name}: {value}" for name, value in headers.items()]
    return "\r\n".join([*lines, "", ""]).encode() + body


class Answer:
    """What has come of one answer; `feed` says whether it is whole."""

    __slots__ = ("_chunked", "_head", "_missing", "_parts", "received", "status")

    def __init__(self) -> None:
        self._parts: list[bytes] = []
        self._head = -1
        self._chunked = False
        self._missing = 0
        self.received = 0
        self.status = 0

    def feed(self, data: bytes) -> bool:
        self._parts.append(data)
        self.received += len(data)
        if self._head < 0 and not self._read_head():
            return False
        if self._chunked:
            return self._tail().endswith(b"0\r\n\r\n")
        return self.received >= self._head + self._missing

    def _read_head(self) -> bool:
        start = self._parts[0] if len(self._parts) == 1 else b"".join(self._parts)
        end = start.find(b"\r\n\r\n")
        if end < 0:
            return False
        self._head = end + 4
        self.status = int(start[9:12])
        head = start[:end].lower()
        at = head.find(b"\r\ncontent-length:")
        if at >= 0:
            self._missing = int(head[at + 17 : (head + b"\r").index(b"\r", at + 2)])
        else:
            self._chunked = b"\r\ntransfer-encoding: chunked" in head
        return True

    def _tail(self) -> bytes:
        last = self._parts[-1]
        return last if len(last) >= 5 else b"".join(self._parts)[-5:]

    def header(self, name: str) -> str:
        """Its value; empty when the answer has none of that name (lower case)."""
        for line in b"".join(self._parts)[: self._head].split(b"\r\n")[1:]:
            named, _, value = line.partition(b":")
            if named.lower() == name.encode():
                return value.strip().decode("latin-1")
        return ""

    @property
    def body_size(self) -> int:
        return self.received - self._head

    def body(self) -> bytes:
        """Of an answer that was not sent in chunks, or with their frames taken off."""
        raw = b"".join(self._parts)[self._head :]
        return _unchunked(raw) if self._chunked else raw


def _unchunked(raw: bytes) -> bytes:
    parts: list[bytes] = []
    at = 0
    while True:
        line = raw.index(b"\r\n", at)
        size = int(raw[at:line].split(b";")[0], 16)
        if not size:
            return b"".join(parts)
        parts.append(raw[line + 2 : line + 2 + size])
        at = line + 4 + size


class Connection:
    """One keep-alive connection to loopback."""

    def __init__(self, port: int) -> None:
        self.socket = socket.create_connection(("127.0.0.1", port))
        self.socket.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        self.port: int = self.socket.getsockname()[1]

    def ask(self, message: bytes, accept: Iterable[int] = ()) -> Answer:
        """One exchange, blocking. Raises `Refused` unless the answer is a success or in `accept`."""
        self.socket.sendall(message)
        answer = Answer()
        while True:
            data = self.socket.recv(_CHUNK)
            if not data:
                raise Refused("the server hung up")
            if answer.feed(data):
                _check(answer, accept)
                return answer

    def close(self) -> None:
        self.socket.close()


def _check(answer: Answer, accept: Iterable[int] = ()) -> None:
    if not 200 <= answer.status < 300 and answer.status not in accept:
        raise Refused(f"answered {answer.status}: {answer.body()[:300]!r}")


Script = Generator[bytes, Answer, None]
"""What one client does: it yields a request and is given its answer."""


def reading(messages: Iterable[bytes]) -> Script:
    """Requests that stand before the clock starts."""
    for message in messages:  # noqa: UP028  # `yield from` would send the answers on to an iterator that takes none
        yield message


def while_time(messages: Iterable[bytes], seconds: float) -> Script:
    """As `reading`, until so much time has passed since the first."""
    until = time.perf_counter() + seconds
    for message in messages:
        yield message
        if time.perf_counter() > until:
            return


@dataclass(slots=True)
class _Player:
    connection: Connection
    script: Script
    answer: Answer | None
    began: float


def play(connections: Sequence[Connection], scripts: Sequence[Iterable[bytes] | Script]) -> Load:
    """Every connection plays its own script, all at once. Raises `Refused` at the first answer that is no success."""
    players = {
        c.socket.fileno(): _Player(c, script if isinstance(script, Generator) else reading(script), None, 0.0)
        for c, script in zip(connections, scripts, strict=True)
    }
    poll = select.epoll()
    times: list[float] = []
    size = wire = 0
    for number, player in players.items():
        player.connection.socket.setblocking(False)
        poll.register(number, select.EPOLLIN)
    began = time.perf_counter()
    going = sum(_send(player) for player in players.values())
    while going:
        ready = poll.poll(_GIVE_UP)
        if not ready:
            raise Refused(f"no answer for {_GIVE_UP:.0f} s")
        for number, _ in ready:
            player = players[number]
            data = player.connection.socket.recv(_CHUNK)
            if not data:
                raise Refused("the server hung up")
            answer = player.answer
            assert answer is not None
            if answer.feed(data):
                times.append(time.perf_counter() - player.began)
                _check(answer)
                size += answer.body_size
                wire += answer.received
                going -= not _send(player)
    seconds = time.perf_counter() - began
    poll.close()
    for player in players.values():
        player.connection.socket.setblocking(True)
    return Load(seconds, sorted(times), size / len(times), wire / len(times))


def _send(player: _Player) -> bool:
    """The player's next request; False when its script is over."""
    try:
        message = next(player.script) if player.answer is None else player.script.send(player.answer)
    except StopIteration:
        return False
    player.answer = Answer()
    player.began = time.perf_counter()
    sent = player.connection.socket.send(message)
    if sent < len(message):  # the kernel's buffer is full: rare, so it may wait
        player.connection.socket.setblocking(True)
        player.connection.socket.sendall(message[sent:])
        player.connection.socket.setblocking(False)
    return True
