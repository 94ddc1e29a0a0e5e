"""The firm's file of speeds, read at the start."""

from pathlib import Path

from server.dispatch.rules import speeds
from server.dispatch.rules.travel import GreatCircle
from server.platform.startup import CannotStart

MOST_BYTES = 1024 * 1024


def read_speeds(path: Path | None) -> GreatCircle:
    """The model of the file; the usual one without a file. Raises CannotStart with what is wrong with it."""
    if path is None:
        return GreatCircle()
    try:
        with path.open("rb") as file:
            text = file.read(MOST_BYTES + 1)
        if len(text) > MOST_BYTES:
            raise CannotStart(f"ONSITE_TRAVEL_SPEEDS is {path}. It is longer than a mebibyte.")
        model = speeds.read(text.decode())
    except (OSError, UnicodeDecodeError) as fault:
        raise CannotStart(f"ONSITE_TRAVEL_SPEEDS is {path}. It cannot be read: {fault}.") from fault
    if isinstance(model, str):
        raise CannotStart(f"ONSITE_TRAVEL_SPEEDS is {path}. {model}")
    return model
