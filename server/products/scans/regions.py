"""Opens the file of regions that the settings name."""

import maxminddb

from server.platform.geoip import Whereabouts
from server.platform.startup import CannotStart
from server.settings import Settings


def opened(settings: Settings) -> Whereabouts | None:
    """Raises `CannotStart`."""
    if settings.geoip_database is None:
        return None
    try:
        return Whereabouts(settings.geoip_database)
    except (OSError, maxminddb.InvalidDatabaseError) as fault:
        raise CannotStart(f"ONSITE_GEOIP_DATABASE is {settings.geoip_database}. {fault}") from fault
