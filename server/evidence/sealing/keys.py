"""The installation's signing keys: one signs, those before it are still known.

They come from `secrets.json` of the data directory (made at the first start, 0600), or from ONSITE_SIGNING_KEY: PEM, or
a file of it, first the private key that signs, then the public keys of those before it. `onsite keys rotate` may change
the file under a running server: `fresh` looks at its age, which costs one `stat`.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from pathlib import Path
from typing import Final

from joserfc.errors import JoseError
from joserfc.jwk import OKPKey

from server.evidence.sealing.signing import Signer, known_of, signer_of
from server.platform import secrets
from server.platform.secrets import Secrets
from server.platform.startup import CannotStart

_BLOCK: Final = re.compile(r"-----BEGIN ([A-Z ]+)-----.+?-----END \1-----", re.DOTALL)
_FAULTS: Final = (ValueError, JoseError)


class KeysError(CannotStart):
    """The keys that are set cannot be used; the text is a sentence."""


class Keys:
    """`signer` signs; `known` are all whose signatures count, kid → public key."""

    def __init__(self, kept: Secrets, data_dir: Path | None = None, given: str | None = None) -> None:
        """`given`: what ONSITE_SIGNING_KEY says. `data_dir`: where `kept` came from; None when it may not change.
        Raises KeysError."""
        self.given = bool(given)
        self.signer: Signer
        self.known: Mapping[str, OKPKey]
        self._data_dir = data_dir
        self._given = _given(given) if given else ()
        self._take(kept)
        self._age = self._file_age()

    @classmethod
    def of(cls, data_dir: Path, given: str | None = None) -> Keys:
        """Those of an installation, made when there are none."""
        return cls(Secrets.load_or_make(data_dir), data_dir, given)

    def fresh(self) -> Keys:
        """Itself, with the keys as they are on the disk now."""
        age = self._file_age()
        if age != self._age and self._data_dir is not None:
            self._take(Secrets.load_or_make(self._data_dir))
            self._age = age
        return self

    def _take(self, kept: Secrets) -> None:
        try:
            own = signer_of(kept.server_signing_key)
            known = known_of([*kept.retired_signing_keys, secrets.public_half(kept.server_signing_key)])
        except _FAULTS as fault:
            raise KeysError(f"The signing keys in {secrets.FILE_NAME} cannot be used: {fault}.") from fault
        if not self._given:
            self.signer, self.known = own, known
            return
        try:
            private, *public = self._given
            self.signer = signer_of(private)
            self.known = {**known, **known_of([*public, secrets.public_half(private)])}
        except _FAULTS as fault:
            raise KeysError(f"ONSITE_SIGNING_KEY cannot be used: {fault}.") from fault

    def _file_age(self) -> tuple[int, int] | None:
        if self._data_dir is None:
            return None
        try:
            found = (self._data_dir / secrets.FILE_NAME).stat()
        except OSError:
            return None
        return found.st_mtime_ns, found.st_ino


def _given(text: str) -> tuple[str, ...]:
    """The PEM blocks of a setting, or of the file it names."""
    if "-----BEGIN" not in text:
        try:
            text = Path(text).expanduser().read_text("ascii")
        except (OSError, UnicodeDecodeError) as fault:
            raise KeysError(f"ONSITE_SIGNING_KEY names a file that cannot be read: {fault}.") from fault
    blocks = tuple(block[0] + "\n" for block in _BLOCK.finditer(text))
    if not blocks:
        raise KeysError("ONSITE_SIGNING_KEY holds no key in PEM.")
    return blocks
