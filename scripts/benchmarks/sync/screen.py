"""From a technician's push to the dispatcher's screen: push, poke over whichever worker, pull answered."""

import select
import socket
import statistics
import time

from scripts.benchmarks import load, sheet
from scripts.benchmarks.load import Connection
from scripts.benchmarks.scene import Phone, answered
from scripts.benchmarks.server import Server
from scripts.benchmarks.sheet import Goal

ROUNDS = 60
EARS = 4


def measure(server: Server, phone: Phone, dispatcher_token: str) -> None:
    """The clock runs from before the push is sent until the pull that the poke caused is answered whole."""
    sheet.head("Another client's screen", f"{EARS} dispatchers listen, spread over the workers")
    pusher = server.connect(1)[0]
    ears = _ears(server, dispatcher_token)
    readers = server.connect(EARS)
    cursors = [_cursor(reader, dispatcher_token) for reader in readers]
    heard: list[float] = []
    shown: list[float] = []
    for number in range(ROUNDS):
        mine = number % EARS
        message = phone.push(1)
        began = time.perf_counter()
        pusher.socket.sendall(message)
        _poked(ears[mine])
        heard.append(time.perf_counter() - began)
        page = readers[mine].ask(_pull(dispatcher_token, cursors[mine]))
        shown.append(time.perf_counter() - began)
        assert answered(page)["changes"], "the poke came before its change could be pulled"
        cursors[mine] = answered(page)["cursor"]
        _finish(pusher)
        for ear in ears:
            _drain(ear)
    sheet.row("write to another client's screen, median", statistics.median(shown) * 1000, "ms", Goal(most=100))
    sheet.row("  of it until the poke is heard", statistics.median(heard) * 1000, "ms")
    sheet.row("  worst of all", max(shown) * 1000, "ms", beside=f"{ROUNDS} rounds, {len(server.workers())} workers")
    for connection in (pusher, *readers, *ears):
        connection.close()


def _ears(server: Server, token: str) -> list[Connection]:
    ears = server.connect(EARS)
    for ear in ears:
        ear.socket.sendall(load.request("GET", "/sync/stream", token))
        while b": listening" not in ear.socket.recv(4096):
            pass
    return ears


def _cursor(reader: Connection, token: str) -> str:
    cursor = ""
    while True:
        page = answered(reader.ask(_pull(token, cursor)))
        cursor = page["cursor"]
        if page["checkpoint"]:
            return str(cursor)


def _pull(token: str, cursor: str) -> bytes:
    return load.request("GET", f"/sync/pull?limit=500&cursor={cursor}" if cursor else "/sync/pull?limit=500", token)


def _poked(ear: Connection) -> None:
    ear.socket.settimeout(30)
    while b"event: poke" not in ear.socket.recv(4096):
        pass


def _finish(pusher: Connection) -> None:
    answer = load.Answer()
    while not answer.feed(pusher.socket.recv(65536)):
        pass
    if answer.status != 200:
        raise load.Refused(f"answered {answer.status}")


def _drain(ear: Connection) -> None:
    while select.select([ear.socket], [], [], 0.005)[0]:
        if not ear.socket.recv(4096, socket.MSG_DONTWAIT):
            raise load.Refused("the server ended a stream")
