"""Device keys: what a phone may enrol as its public key. Pure."""

from joserfc.errors import JoseError
from joserfc.jwk import ECKey

from schemas.accounts import PublicKey

_PURPOSE = {"alg": "ES256", "use": "sig", "key_ops": ["verify"]}


# Keeps E-5 of docs/sync-protocol.md.
def enrollable(key: PublicKey) -> dict[str, str | list[str]] | None:
    """The JWK to keep (kty, crv, x, y and nothing else); None when it is no ES256 key: the point is not on P-256, or
    the key says that it is for something else."""
    for name, purpose in _PURPOSE.items():
        if getattr(key, name) not in (None, purpose):
            return None
    jwk: dict[str, str | list[str]] = {"kty": key.kty, "crv": key.crv, "x": key.x, "y": key.y}
    try:
        ECKey.import_key(jwk)
    except (JoseError, ValueError):
        return None
    return jwk
