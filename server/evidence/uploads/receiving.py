"""The body of a request, piece by piece, from a sender who may fall silent, hang up, or be replaced."""

import asyncio
from collections.abc import AsyncIterator
from typing import Any

from litestar.types import Receive


class Stalled(Exception):
    """No byte came for too long."""


class Replaced(Exception):
    """Somebody else goes on with this."""


class Body:
    """`silence`: seconds without a byte after which the connection counts as dead. `whole`: it came to its end; False
    when the sender hung up before."""

    def __init__(self, receive: Receive, silence: float) -> None:
        self._receive, self._silence = receive, silence
        self._patience: asyncio.Timeout | None = None
        self._replaced = False
        self.whole = False

    def replace(self) -> None:
        """Whoever reads stops at once."""
        self._replaced = True
        if self._patience is not None:
            self._patience.reschedule(asyncio.get_running_loop().time())

    async def pieces(self) -> AsyncIterator[bytes]:
        """Never more than what the server holds back anyway (64 to 300 kB): it reads on when we ask. Raises `Stalled`,
        `Replaced`."""
        while not self.whole:
            message = await self._next()
            if message["type"] == "http.disconnect":
                return
            self.whole = not message.get("more_body", False)
            if piece := message.get("body", b""):
                yield piece

    async def _next(self) -> Any:
        if self._replaced:
            raise Replaced
        try:
            async with asyncio.timeout(self._silence) as self._patience:
                return await self._receive()
        except TimeoutError:
            raise (Replaced if self._replaced else Stalled) from None
        finally:
            self._patience = None
