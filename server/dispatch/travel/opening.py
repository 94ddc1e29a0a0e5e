"""From the settings to the travel times of this process."""

from server.dispatch.speeds import read_speeds
from server.dispatch.travel.osrm import MAX_TABLE_SIZE, Osrm
from server.dispatch.travel.source import Travel, use
from server.dispatch.travel.valhalla import MAX_LOCATION_PAIRS, Valhalla
from server.dispatch.travel.wire import Source
from server.settings import Settings


def opened(settings: Settings) -> Travel:
    """In use from now on. Raises CannotStart when the file of speeds cannot be used. Nothing is asked yet: a source
    that is down does not keep the server from starting."""
    travel = Travel(
        read_speeds(settings.travel_speeds),
        source_of(settings),
        timeout_s=settings.travel_timeout.total_seconds(),
        cache_bytes=settings.travel_cache,
        cache_ttl_s=settings.travel_cache_lifetime.total_seconds(),
    )
    use(travel)
    return travel


async def close(travel: Travel) -> None:
    use(Travel())
    await travel.close()


def source_of(settings: Settings) -> Source | None:
    """None: the great circle."""
    url, profile, limit = settings.travel_url, settings.travel_profile, settings.travel_limit
    if settings.travel_source == "great_circle" or url is None:
        return None
    if settings.travel_source == "osrm":
        return Osrm(url, profile or "driving", limit or MAX_TABLE_SIZE)
    return Valhalla(url, profile or "auto", limit or MAX_LOCATION_PAIRS)
