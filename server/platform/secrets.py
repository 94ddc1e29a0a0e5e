"""The installation's own secrets: made at the first start, kept in the data directory for its owner alone.

They are one JSON file, `DATA/secrets.json` (0600). It appears by link(2), which never replaces: of two processes that
start at once, one makes the file and both read the same secrets. Losing the file logs everybody out, and nobody could
sign with the same key again; it belongs into the backup.

The signing key may be followed by another one (`with_new_signing_key`). Of those before it the file keeps the public
half, for what they signed; a restore of an older file keeps those that it has not heard of (`with_known_keys`).
"""

import os
import secrets as randomness
import stat
import tempfile
from pathlib import Path

import msgspec
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from cryptography.hazmat.primitives.serialization import (
    Encoding,
    NoEncryption,
    PrivateFormat,
    PublicFormat,
    load_pem_private_key,
)

from server.platform.startup import CannotStart

FILE_NAME = "secrets.json"


class SecretsError(CannotStart):
    """The secrets file is there but cannot be used."""


class Secrets(msgspec.Struct, frozen=True, forbid_unknown_fields=True, omit_defaults=True):
    """`token_key`: 32 random bytes, signs access tokens. `server_signing_key`: Ed25519 private key, PKCS#8 PEM.
    `retired_signing_keys`: public halves (PEM) of those that signed before, the oldest first."""

    token_key: bytes
    server_signing_key: str
    retired_signing_keys: tuple[str, ...] = ()

    @classmethod
    def load_or_make(cls, data_dir: Path) -> "Secrets":
        """Read the installation's secrets, making them (and `data_dir`) first if there are none.

        Raises SecretsError when the file is damaged or readable by others.
        """
        path = data_dir / FILE_NAME
        if not path.exists():
            data_dir.mkdir(mode=0o700, parents=True, exist_ok=True)
            _write_once(path, msgspec.json.encode(_make()))
        return _load(path)

    def __repr__(self) -> str:
        return "Secrets(…)"  # secrets must not reach a log through a traceback or a debug line


def with_new_signing_key(kept: Secrets) -> Secrets:
    """The same with another key to sign by; of the one so far only the public half stays."""
    retired = (*kept.retired_signing_keys, public_half(kept.server_signing_key))
    return msgspec.structs.replace(kept, server_signing_key=_signing_key(), retired_signing_keys=retired)


def replace(data_dir: Path, kept: Secrets) -> None:
    """Puts `kept` in the place of what is there, whole or not at all, on the disk for good."""
    path = data_dir / FILE_NAME
    draft = _draft(path, msgspec.json.encode(kept))
    draft.replace(path)
    _sync(path.parent)


def with_known_keys(restored: bytes, data_dir: Path) -> bytes:
    """The content of a secrets file out of a backup, with the public keys added that only the present file knows: what
    they signed after the backup is on paper in other people's hands."""
    try:
        there = _load(data_dir / FILE_NAME)
        back = msgspec.json.decode(restored, type=Secrets)
        known = (*back.retired_signing_keys, public_half(back.server_signing_key))
        present = (*there.retired_signing_keys, public_half(there.server_signing_key))
    except (OSError, SecretsError, msgspec.DecodeError, ValueError):
        return restored
    added = tuple(key for key in present if key not in known)
    if not added:
        return restored
    return msgspec.json.encode(msgspec.structs.replace(back, retired_signing_keys=(*back.retired_signing_keys, *added)))


def public_half(private_pem: str) -> str:
    """PEM of a private key → PEM of its public key. Raises ValueError."""
    public = load_pem_private_key(private_pem.encode(), None).public_key()
    return public.public_bytes(Encoding.PEM, PublicFormat.SubjectPublicKeyInfo).decode("ascii")


def _make() -> Secrets:
    return Secrets(token_key=randomness.token_bytes(32), server_signing_key=_signing_key())


def _signing_key() -> str:
    key = Ed25519PrivateKey.generate().private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption())
    return key.decode("ascii")


def _load(path: Path) -> Secrets:
    with path.open("rb") as file:
        if stat.S_IMODE(os.fstat(file.fileno()).st_mode) & 0o077:
            raise SecretsError(f"Others may read {path}; make it private again with: chmod 600 {path}")
        try:
            loaded = msgspec.json.decode(file.read(), type=Secrets)
        except msgspec.DecodeError as error:
            raise SecretsError(f"{path} is damaged ({error}); restore it from a backup.") from error
    if len(loaded.token_key) != 32:
        raise SecretsError(f"{path} is damaged (the token key is not 32 bytes long); restore it from a backup.")
    return loaded


def _write_once(path: Path, content: bytes) -> None:
    """Put `content` at `path` for good, whole or not at all; somebody else's file of that name stays."""
    draft = _draft(path, content)
    try:
        os.link(draft, path)
    except FileExistsError:
        pass
    finally:
        draft.unlink()
    _sync(path.parent)


def _draft(path: Path, content: bytes) -> Path:
    """Beside `path`, on the disk."""
    handle, draft = tempfile.mkstemp(dir=path.parent, prefix=f".{path.name}.")  # mkstemp makes it 0600
    try:
        with os.fdopen(handle, "wb") as file:
            file.write(content)
            file.flush()
            os.fsync(file.fileno())
    except BaseException:
        Path(draft).unlink()
        raise
    return Path(draft)


def _sync(path: Path) -> None:
    folder = os.open(path, os.O_RDONLY)
    try:
        os.fsync(folder)
    finally:
        os.close(folder)
