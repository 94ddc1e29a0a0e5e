"""The device side: a replica that works offline and survives being killed."""

from offline_sync.replica.clock import system_clock
from offline_sync.replica.http import HttpTransport
from offline_sync.replica.replica import Replica, Synced
from offline_sync.replica.store import Store, TooNew
from offline_sync.replica.transport import Forked, Problem, Transport, Unreachable

__all__ = [
    "Forked",
    "HttpTransport",
    "Problem",
    "Replica",
    "Store",
    "Synced",
    "TooNew",
    "Transport",
    "Unreachable",
    "system_clock",
]
