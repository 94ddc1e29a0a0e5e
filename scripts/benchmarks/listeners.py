"""Many idle event streams held by one thread: sockets in one epoll, nothing parsed but the name of an event."""

import contextlib
import resource
import select
import socket
import time
from collections.abc import Iterator, Sequence

_POKE = b"event: poke"
_AT_ONCE = 200
_GIVE_UP = 60.0


class Listeners:
    """Open streams; `heard` waits for the next poke of each."""

    def __init__(self) -> None:
        self.sockets: dict[int, socket.socket] = {}
        self._epoll = select.epoll()

    def open(self, port: int, requests: Sequence[bytes]) -> None:
        """Opens a stream for each request, _AT_ONCE at a time, until each has said its first word."""
        for start in range(0, len(requests), _AT_ONCE):
            waiting = set()
            for request in requests[start : start + _AT_ONCE]:
                made = socket.create_connection(("127.0.0.1", port))
                made.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4096)
                made.sendall(request)
                self.sockets[made.fileno()] = made
                self._epoll.register(made.fileno(), select.EPOLLIN)
                waiting.add(made.fileno())
            self._until(waiting, b"HTTP/1.1 200")

    def heard(self) -> list[float]:
        """Waits until every stream has said `poke`; returns the moments (perf_counter) at which each did, sorted."""
        return sorted(self._until(set(self.sockets), _POKE))

    def drain(self, seconds: float) -> int:
        """Reads what comes for so long; returns how many streams said anything."""
        until, spoke = time.perf_counter() + seconds, set()
        while (left := until - time.perf_counter()) > 0:
            for number, _ in self._epoll.poll(left):
                self._read(number)
                spoke.add(number)
        return len(spoke)

    def _until(self, waiting: set[int], word: bytes) -> list[float]:
        moments = []
        while waiting:
            ready = self._epoll.poll(_GIVE_UP)
            if not ready:
                raise SystemExit(f"{len(waiting)} streams stayed silent for {_GIVE_UP:.0f} s")
            for number, _ in ready:
                if word in self._read(number) and number in waiting:
                    waiting.remove(number)
                    moments.append(time.perf_counter())
        return moments

    def _read(self, number: int) -> bytes:
        data = self.sockets[number].recv(16384)
        if not data:
            raise SystemExit("the server ended a stream")
        return data

    def close(self) -> None:
        self._epoll.close()
        for each in self.sockets.values():
            with contextlib.suppress(OSError):
                each.close()
        self.sockets.clear()


@contextlib.contextmanager
def many_files(count: int) -> Iterator[None]:
    """Lets this process, and the server it starts inside, hold `count` open sockets."""
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    wanted = count + 512
    if hard != resource.RLIM_INFINITY and hard < wanted:
        raise SystemExit(f"this system allows {hard} open files a process; {wanted} are needed (ulimit -Hn)")
    resource.setrlimit(resource.RLIMIT_NOFILE, (max(soft, wanted), hard))
    try:
        yield
    finally:
        resource.setrlimit(resource.RLIMIT_NOFILE, (soft, hard))
