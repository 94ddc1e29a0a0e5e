"""Passwords as Argon2id hashes. Hashing takes tens of milliseconds and 19 MiB, so it runs in few threads, not here."""

import functools
import os
import secrets

import anyio
from anyio import to_thread
from argon2 import PasswordHasher
from argon2.exceptions import InvalidHashError, VerificationError

#: OWASP's first choice for Argon2id (password storage cheat sheet): 19 MiB, two passes, one lane.
HASHER = PasswordHasher(time_cost=2, memory_cost=19 * 1024, parallelism=1)

_threads: anyio.CapacityLimiter | None = None


async def hash_password(password: str) -> str:
    return await to_thread.run_sync(HASHER.hash, password, limiter=_limiter())


async def verify(password_hash: str | None, password: str) -> bool:
    """Whether the password is the one hashed. None (no such user) takes the same work and is never right."""
    return await to_thread.run_sync(_verify, password_hash, password, limiter=_limiter())


def outdated(password_hash: str) -> bool:
    """Whether it was made with other parameters than today's."""
    return HASHER.check_needs_rehash(password_hash)


def _verify(password_hash: str | None, password: str) -> bool:
    try:
        HASHER.verify(password_hash or _nobodys_hash(), password)
    except (VerificationError, InvalidHashError):
        return False
    return password_hash is not None


@functools.cache
def _nobodys_hash() -> str:
    return HASHER.hash(secrets.token_urlsafe(32))


def _limiter() -> anyio.CapacityLimiter:
    """As many threads as processors: more would only queue in the memory instead of here."""
    global _threads
    if _threads is None:
        _threads = anyio.CapacityLimiter(os.cpu_count() or 2)
    return _threads
