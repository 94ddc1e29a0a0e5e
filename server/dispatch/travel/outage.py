"""Whether the source of travel times answers, what is told about it when it does not, and the lines in the log."""

from collections.abc import Callable
from datetime import datetime

from server.dispatch.travel.breaker import Breaker
from server.dispatch.travel.wire import Fault
from server.platform import clock
from server.platform.logging import log


class Outage:
    """`since`, `fault`: None while the source answers. After each `admits` that says yes comes one of the others."""

    def __init__(self, name: str, monotonic: Callable[[], float]) -> None:
        self.since: datetime | None = None
        self.fault: Fault | None = None
        self._name, self._monotonic, self._breaker = name, monotonic, Breaker()

    def admits(self) -> bool:
        return self._breaker.admits(self._monotonic())

    def released(self) -> None:
        """Nobody waited for the answer."""
        self._breaker.released()

    def answered(self) -> None:
        self._breaker.answered()
        if self.fault is not None:
            log.info("travel_source_is_back", source=self._name, since=self.since)
            self.fault, self.since = None, None

    def failed(self, fault: Fault) -> None:
        """One line when an outage begins, one when the pause does; the metrics count the rest."""
        if self.fault is None:
            self.since = clock.now()
            log.warning("travel_source_fails", source=self._name, code=fault.code, detail=fault.detail)
        self.fault = fault
        was_open = self._breaker.is_open
        self._breaker.failed(self._monotonic())
        if self._breaker.is_open and not was_open:
            log.warning("travel_source_is_paused", source=self._name, code=fault.code, seconds=self._breaker.pause_s)
