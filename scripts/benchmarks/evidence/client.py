"""The client of all contenders, in a process of its own: `python -m scripts.benchmarks.evidence.client`.

Reads what to upload from its standard input, tells how it went on its standard output, both JSON. One thread, one
epoll; every byte stands before the clock starts, and is given to the kernel in as large pieces as it takes.
"""

import base64
import hashlib
import select
import socket
import sys
import time
from collections.abc import Generator, Iterator, Sequence
from dataclasses import dataclass, field
from functools import cache
from random import Random
from urllib.parse import urlsplit

import msgspec

from scripts.benchmarks.load import Answer, Refused

_GIVE_UP = 120.0
_STAMP = 8  # bytes at the start of each upload that are its own


class Work(msgspec.Struct, frozen=True, kw_only=True):
    """`clients` upload at once, each its own numbers one after the other. `names`: number → SHA-256 as the server is to
    be told; none: it asks for none. `tokens`: one for each client; none: nobody logs in."""

    port: int
    how: str
    path: str
    size: int
    clients: list[list[int]]
    tokens: list[str] = []
    names: dict[int, str] = {}


class Done(msgspec.Struct, frozen=True, kw_only=True):
    """`seconds`: from the first byte to the last answer; `times`: seconds of each upload; `cpu`: of this process."""

    seconds: float
    cpu: float
    times: list[float]


@cache
def _rest(size: int) -> bytes:
    return Random(size).randbytes(size - _STAMP)


def content(number: int, size: int) -> tuple[bytes, bytes]:
    """What is uploaded under this number, in two pieces; bytes that do not compress."""
    return number.to_bytes(_STAMP), _rest(size)


def name_of(number: int, size: int) -> str:
    seen = hashlib.sha256()
    for piece in content(number, size):
        seen.update(piece)
    return seen.hexdigest()


Message = tuple[bytes, ...]
Script = Generator[Message, Answer, None]


def _head(method: str, target: str, token: str, **more: str) -> bytes:
    lines = [f"{method} {target} HTTP/1.1", "host: bench"]
    lines += [f"authorization: Bearer {token}"] if token else []
    lines += [f"{name.replace('_', '-')}: {value}" for name, value in more.items()]
    return "\r\n".join([*lines, "", ""]).encode()


def _by_tus(work: Work, token: str, number: int) -> Script:
    """Two requests: the upload is made, then it is given all its bytes."""
    made = yield (_head("POST", work.path, token, **_new(work, number), content_length="0"),)
    _expect(made, 201)
    target = urlsplit(made.header("location")).path
    more = {"tus_resumable": "1.0.0", "upload_offset": "0", **_chunk(work)}
    kept = yield (_head("PATCH", target, token, **more), *content(number, work.size))
    _expect(kept, 204)
    _whole(work, kept)


def _by_tus_at_once(work: Work, token: str, number: int) -> Script:
    """One request: the bytes come with the creation."""
    kept = yield (_head("POST", work.path, token, **_new(work, number), **_chunk(work)), *content(number, work.size))
    _expect(kept, 201)
    _whole(work, kept)


def _new(work: Work, number: int) -> dict[str, str]:
    metadata = {"filename": f"{number}.jpg", "filetype": "image/jpeg"}
    if number in work.names:
        metadata["sha256"] = work.names[number]
    told = ",".join(f"{name} {base64.b64encode(value.encode()).decode()}" for name, value in metadata.items())
    return {"tus_resumable": "1.0.0", "upload_length": str(work.size), "upload_metadata": told}


def _chunk(work: Work) -> dict[str, str]:
    return {"content_type": "application/offset+octet-stream", "content_length": str(work.size)}


def _whole(work: Work, kept: Answer) -> None:
    if kept.header("upload-offset") != str(work.size):
        raise Refused(f"kept {kept.header('upload-offset')} of {work.size} bytes")


def _by_put(work: Work, token: str, number: int) -> Script:
    kept = yield (
        _head("PUT", f"{work.path}/{number}", token, content_length=str(work.size)),
        *content(number, work.size),
    )
    _expect(kept, 204)


_WAYS = {"tus": _by_tus, "tus at once": _by_tus_at_once, "put": _by_put}


def _expect(answer: Answer, status: int) -> None:
    if answer.status != status:
        raise Refused(f"{answer.status} instead of {status}: {answer.body()[:300]!r}")


@dataclass(slots=True)
class _Client:
    """One kept-alive connection and the uploads still to make."""

    socket: socket.socket
    waiting: Iterator[Script]
    script: Script | None = None
    unsent: list[memoryview] = field(default_factory=list)
    answer: Answer = field(default_factory=Answer)
    began: float = 0.0

    def begin(self) -> bool:
        """The next upload; False when there is none."""
        self.script = next(self.waiting, None)
        if self.script is None:
            return False
        self.began = time.perf_counter()
        self._ask(next(self.script))
        return True

    def heard(self, data: bytes) -> bool:
        """Takes a piece of an answer; True when the upload is through."""
        if not data:
            raise Refused("the server hung up")
        if not self.answer.feed(data):
            return False
        assert self.script is not None
        try:
            self._ask(self.script.send(self.answer))
        except StopIteration:
            return True
        return False

    def _ask(self, message: Message) -> None:
        self.answer, self.unsent = Answer(), [memoryview(piece) for piece in message if piece]

    def send(self) -> None:
        while self.unsent:
            try:
                sent = self.socket.sendmsg(self.unsent)
            except BlockingIOError:
                return
            while self.unsent and sent >= len(self.unsent[0]):
                sent -= len(self.unsent.pop(0))
            if self.unsent:
                self.unsent[0] = self.unsent[0][sent:]


def play(work: Work) -> Done:
    """Raises `Refused` at the first answer that is no success."""
    way = _WAYS[work.how]
    _rest(work.size)
    clients = {}
    for place, numbers in enumerate(work.clients):
        token = work.tokens[place] if work.tokens else ""
        made = socket.create_connection(("127.0.0.1", work.port))
        made.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        made.setblocking(False)
        clients[made.fileno()] = _Client(made, iter([way(work, token, number) for number in numbers]))
    cpu, began = time.process_time(), time.perf_counter()
    times = _run(clients)
    seconds, cpu = time.perf_counter() - began, time.process_time() - cpu
    for client in clients.values():
        client.socket.close()
    return Done(seconds=seconds, cpu=cpu, times=times)


def _run(clients: dict[int, _Client]) -> list[float]:
    times: list[float] = []
    poll = select.epoll()
    for number, client in clients.items():
        client.begin()
        poll.register(number, select.EPOLLIN | select.EPOLLOUT)
    going = len(clients)
    while going:
        ready = poll.poll(_GIVE_UP)
        if not ready:
            raise Refused(f"no answer for {_GIVE_UP:.0f} s")
        for number, events in ready:
            client = clients[number]
            if events & ~select.EPOLLOUT and client.heard(client.socket.recv(65536)):
                times.append(time.perf_counter() - client.began)
                if not client.begin():
                    poll.unregister(number)
                    going -= 1
                    continue
            client.send()
            poll.modify(number, select.EPOLLIN | (select.EPOLLOUT if client.unsent else 0))
    poll.close()
    return times


def shares(numbers: Sequence[int], clients: int) -> list[list[int]]:
    return [list(numbers[place::clients]) for place in range(clients)]


if __name__ == "__main__":
    wanted = msgspec.json.decode(sys.stdin.buffer.read(), type=Work)
    try:
        sys.stdout.buffer.write(msgspec.json.encode(play(wanted)))
    except (Refused, OSError) as fault:
        sys.exit(f"upload: {fault}")
