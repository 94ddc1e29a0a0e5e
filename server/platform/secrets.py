"""The installation's own secrets: made at the first start, kept in the data directory for its owner alone.

They are one JSON file, `DATA/secrets.json` (0600). It appears by link(2), which never replaces: of two processes that
start at once, one makes the file and both read the same secrets. Losing the file logs everybody out; it belongs into
the backup.
"""

import os
import secrets as randomness
import stat
import tempfile
from pathlib import Path

import msgspec
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat

from server.platform.startup import CannotStart

FILE_NAME = "secrets.json"


class SecretsError(CannotStart):
    """The secrets file is there but cannot be used."""


class Secrets(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """`token_key`: 32 random bytes, signs access tokens. `server_signing_key`: Ed25519 private key, PKCS#8 PEM."""

    token_key: bytes
    server_signing_key: str

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


def _make() -> Secrets:
    signing_key = Ed25519PrivateKey.generate().private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption())
    return Secrets(token_key=randomness.token_bytes(32), server_signing_key=signing_key.decode("ascii"))


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
    handle, draft = tempfile.mkstemp(dir=path.parent, prefix=f".{path.name}.")  # mkstemp makes it 0600
    try:
        with os.fdopen(handle, "wb") as file:
            file.write(content)
            file.flush()
            os.fsync(file.fileno())
        os.link(draft, path)
    except FileExistsError:
        pass
    finally:
        Path(draft).unlink()
    folder = os.open(path.parent, os.O_RDONLY)
    try:
        os.fsync(folder)
    finally:
        os.close(folder)
