"""What edits have in common: they say what they change, and name the version that the person was looking at."""

from typing import Any

import msgspec

from schemas.errors import Code
from server.platform.errors import Refused


def given(edit: msgspec.Struct) -> dict[str, Any]:
    """What an edit says, by field, as it is kept: days as days."""
    said = {name: getattr(edit, name) for name in edit.__struct_fields__}
    return {name: value for name, value in said.items() if value is not msgspec.UNSET and name != "base_version"}


def hold_version(base_version: int, version: int) -> None:
    """Nobody changes what they have not seen as it is. Raises `Refused(version_stale)`."""
    if base_version != version:
        raise Refused(Code.VERSION_STALE, f"it is at version {version}", version=version)
