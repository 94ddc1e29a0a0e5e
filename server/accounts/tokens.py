"""Refresh tokens: 256 random bits for the client, their SHA-256 for us. A stolen database lets nobody in."""

import hashlib
import secrets


def new_refresh_token() -> str:
    return secrets.token_urlsafe(32)


def digest(refresh_token: str) -> str:
    return hashlib.sha256(refresh_token.encode()).hexdigest()
