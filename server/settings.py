"""What an installation can be told from outside: one frozen struct, read once from the environment.

`SETTINGS` is the whole list: name in the environment, field, how to read it. A bad value is one sentence in
`SettingsError.sentences`, and all bad values are named at once.
"""

import os
import re
from collections.abc import Callable, Mapping
from datetime import timedelta
from pathlib import Path
from typing import Any, NamedTuple
from urllib.parse import urlsplit

import msgspec

KIB = 1024
MIB = 1024 * KIB


class SettingsError(Exception):
    """The environment holds values that cannot be used; `sentences` has one for each."""

    def __init__(self, sentences: list[str]) -> None:
        super().__init__(" ".join(sentences))
        self.sentences = sentences


class Secret(str):
    """A text that no traceback and no log shows."""

    __slots__ = ()

    def __repr__(self) -> str:
        return "'…'"


class Settings(msgspec.Struct, frozen=True, kw_only=True):
    """Everything the server may be told. Sizes in bytes, lifetimes as durations, paths absolute."""

    data_dir: Path = Path("data")
    database_url: str | None = None
    """Another PostgreSQL; None means the embedded one in `data_dir`."""
    host: str = "127.0.0.1"
    port: int = 8000
    """0 lets the system choose a free port."""
    workers: int = 2
    base_url: str | None = None
    """Where people reach this server, without a trailing slash; None means `http://host:port`."""
    access_token_lifetime: timedelta = timedelta(minutes=15)
    refresh_token_lifetime: timedelta = timedelta(days=30)
    json_limit: int = MIB
    push_limit: int = 4 * MIB
    photo_limit: int = 20 * MIB
    upload_lifetime: timedelta = timedelta(days=7)
    """An upload that is not finished by then begins anew."""
    oldest_pull: int = 1
    """Clients of older protocol versions may only push."""
    tombstone_lifetime: timedelta = timedelta(days=30)
    """A device that stays away longer starts afresh."""
    log_level: str = "info"
    trusted_proxy: str | None = None
    """Addresses whose X-Forwarded-* headers are believed, comma-separated; None believes nobody."""

    travel_source: str = "great_circle"
    """Where travel times come from: one of TRAVEL_SOURCES."""
    travel_url: str | None = None
    """Of the OSRM or Valhalla server, without a trailing slash."""
    travel_profile: str | None = None
    """OSRM's profile or Valhalla's costing; None means `driving` or `auto`."""
    travel_timeout: timedelta = timedelta(seconds=3)
    travel_limit: int | None = None
    """The most one request may hold: coordinates for OSRM (100), pairs for Valhalla (2,500)."""
    travel_cache: int = 64 * MIB
    travel_cache_lifetime: timedelta = timedelta(hours=12)
    travel_speeds: Path | None = None
    """A TOML file with detour and speeds by hour and area; see server/dispatch/rules/speeds.py."""

    geoip_database: Path | None = None
    """An MMDB file of cities (MaxMind, DB-IP): the regions of scans are known by it."""

    map_tiles_url: str | None = None
    """Of raster tiles under the desk's map, with {z}, {x} and {y}; None: the map is drawn without."""
    map_credit: str = ""
    """Whose map that is, as its owner wants it said."""

    storage_url: str | None = None
    """`s3://bucket/prefix`: blobs live there; None means `blobs` in `data_dir`."""
    storage_endpoint: str | None = None
    """Of a store that is not AWS's but speaks like it."""
    storage_region: str | None = None
    storage_key_id: str | None = None
    storage_secret: "Secret | None" = None
    storage_path_style: bool | None = None
    """Whether the bucket is named in the path, not in the host's name; None means: with an endpoint."""
    storage_floor: int = 200 * MIB
    """Bytes of the disk that stay free: what would take them is refused."""

    signing_key: "Secret | None" = None
    """PEM, or a file of it, instead of the key in `data_dir`: the private key that countersigns completions, then the
    public keys of those before it."""

    @property
    def public_url(self) -> str:
        """Where people reach this server: `base_url`, or what the listening address says."""
        return self.base_url or http_url(self.host, self.port)

    @classmethod
    def from_environment(cls, environ: Mapping[str, str] = os.environ) -> "Settings":
        """Read once at start. Raises SettingsError with a sentence for each value that cannot be used."""
        values: dict[str, Any] = {}
        sentences: list[str] = []
        for setting in SETTINGS:
            text = environ.get(setting.name, "").strip()
            if not text:
                continue
            try:
                values[setting.field] = setting.read(text)
            except ValueError as refusal:
                sentences.append(f"{setting.name} is {_without_password(text)!r}, but must be {refusal}.")
        source = values.get("travel_source", "great_circle")
        if source != "great_circle" and not environ.get("ONSITE_TRAVEL_URL", "").strip():
            sentences.append(f"ONSITE_TRAVEL_URL must be set, since ONSITE_TRAVEL_SOURCE is {source!r}.")
        sentences += _storage_faults(values)
        if sentences:
            raise SettingsError(sentences)
        values.setdefault("data_dir", Path("data").absolute())
        return cls(**values)

    def to_environment(self) -> dict[str, str]:
        """The same settings as environment variables, for the processes this one starts."""
        written = {setting.name: setting.write(getattr(self, setting.field)) for setting in SETTINGS}
        return {name: text for name, text in written.items() if text}


def _storage_faults(values: Mapping[str, Any]) -> list[str]:
    """What the settings of a bucket lack."""
    told = [setting for setting in SETTINGS if setting.field in values and setting.field in _OF_A_BUCKET]
    if told and "storage_url" not in values:
        return [f"ONSITE_STORAGE_URL must be set, since {told[0].name} is."]
    if ("storage_key_id" in values) != ("storage_secret" in values):
        return ["ONSITE_STORAGE_KEY_ID and ONSITE_STORAGE_SECRET belong together."]
    return []


_OF_A_BUCKET = ("storage_endpoint", "storage_region", "storage_key_id", "storage_secret", "storage_path_style")


def http_url(host: str, port: int) -> str:
    """`http://H:P`, with the brackets an IPv6 address needs."""
    return f"http://[{host}]:{port}" if ":" in host else f"http://{host}:{port}"


def _whole(lowest: int, highest: int) -> Callable[[str], int]:
    def read(text: str) -> int:
        if not text.isascii() or not text.isdecimal() or not lowest <= int(text) <= highest:
            raise ValueError(f"a whole number from {lowest} to {highest}")
        return int(text)

    return read


def _lifetime(unit: timedelta, highest: int) -> Callable[[str], timedelta]:
    whole = _whole(1, highest)
    return lambda text: whole(text) * unit


def _path(text: str) -> Path:
    return Path(text).expanduser().absolute()


def _database_url(text: str) -> str:
    if urlsplit(text).scheme not in {"postgresql", "postgres"}:
        raise ValueError("an address such as postgresql://user:password@host:5432/onsite")
    return text


def _base_url(text: str) -> str:
    parts = urlsplit(text)
    if parts.scheme not in {"http", "https"} or not parts.hostname or parts.query or parts.fragment:
        raise ValueError("an address such as https://service.example.com")
    return text.rstrip("/")


def _without_password(text: str) -> str:
    """An address may hold one, and a refused value is printed."""
    return re.sub(r"//[^/@\s]*@", "//…@", text)


_BUCKET = re.compile(r"s3://[a-z0-9][a-z0-9.-]{1,61}[a-z0-9](/[A-Za-z0-9!_.*'()-]+)*/?")


def _storage_url(text: str) -> str:
    if not _BUCKET.fullmatch(text) or "/../" in f"{text}/" or "/./" in f"{text}/":
        raise ValueError("an address such as s3://bucket or s3://bucket/prefix")
    return text.rstrip("/")


def _yes_or_no(text: str) -> bool:
    if text.lower() not in ("yes", "no"):
        raise ValueError("yes or no")
    return text.lower() == "yes"


def _write_yes_or_no(value: bool | None) -> str:
    return "" if value is None else "yes" if value else "no"


def _log_level(text: str) -> str:
    if text.lower() not in LOG_LEVELS:
        raise ValueError("one of " + ", ".join(LOG_LEVELS))
    return text.lower()


LOG_LEVELS = ("debug", "info", "warning", "error")


def _travel_source(text: str) -> str:
    if text.lower() not in TRAVEL_SOURCES:
        raise ValueError("one of " + ", ".join(TRAVEL_SOURCES))
    return text.lower()


TRAVEL_SOURCES = ("great_circle", "osrm", "valhalla")


def _travel_profile(text: str) -> str:
    if not text.isascii() or not text.replace("_", "").replace("-", "").isalnum() or len(text) > 64:
        raise ValueError("a name such as driving or auto")
    return text


_TILES = re.compile(r"https?://[^/?#{}\s;,'\"]+/[^{}\s;,'\"]*")


def _map_tiles_url(text: str) -> str:
    """What goes into the content policy as well: nothing that would end it early."""
    if not all(text.count(hole) == 1 for hole in _TILE_HOLES) or not _TILES.fullmatch(re.sub(r"\{[zxy]\}", "", text)):
        raise ValueError("an address such as https://tiles.example.com/{z}/{x}/{y}.png")
    return text


_TILE_HOLES = ("{z}", "{x}", "{y}")


def _write_plain(value: object) -> str:
    return "" if value is None else str(value)


def _signing_key(text: str) -> Secret:
    """A path becomes absolute, as workers may stand elsewhere."""
    return Secret(text if "-----BEGIN" in text else _path(text))


class _Setting(NamedTuple):
    name: str
    field: str
    read: Callable[[str], Any]
    write: Callable[[Any], str] = _write_plain


SETTINGS = (
    _Setting("ONSITE_DATA", "data_dir", _path),
    _Setting("DATABASE_URL", "database_url", _database_url),
    _Setting("ONSITE_HOST", "host", str),
    _Setting("ONSITE_PORT", "port", _whole(0, 65535)),
    _Setting("ONSITE_WORKERS", "workers", _whole(1, 64)),
    _Setting("ONSITE_BASE_URL", "base_url", _base_url),
    _Setting(
        "ONSITE_ACCESS_TOKEN_MINUTES",
        "access_token_lifetime",
        _lifetime(timedelta(minutes=1), 24 * 60),
        lambda value: str(value // timedelta(minutes=1)),
    ),
    _Setting(
        "ONSITE_REFRESH_TOKEN_DAYS",
        "refresh_token_lifetime",
        _lifetime(timedelta(days=1), 366),
        lambda value: str(value // timedelta(days=1)),
    ),
    _Setting("ONSITE_JSON_LIMIT", "json_limit", _whole(KIB, 64 * MIB)),
    _Setting("ONSITE_PUSH_LIMIT", "push_limit", _whole(KIB, 256 * MIB)),
    _Setting("ONSITE_PHOTO_LIMIT", "photo_limit", _whole(KIB, 256 * MIB)),
    _Setting(
        "ONSITE_UPLOAD_DAYS",
        "upload_lifetime",
        _lifetime(timedelta(days=1), 366),
        lambda value: str(value // timedelta(days=1)),
    ),
    _Setting("ONSITE_OLDEST_PULL", "oldest_pull", _whole(1, 1000)),
    _Setting(
        "ONSITE_TOMBSTONE_DAYS",
        "tombstone_lifetime",
        _lifetime(timedelta(days=1), 3660),
        lambda value: str(value // timedelta(days=1)),
    ),
    _Setting("ONSITE_LOG_LEVEL", "log_level", _log_level),
    _Setting("ONSITE_TRUSTED_PROXY", "trusted_proxy", str),
    _Setting("ONSITE_TRAVEL_SOURCE", "travel_source", _travel_source),
    _Setting("ONSITE_TRAVEL_URL", "travel_url", _base_url),
    _Setting("ONSITE_TRAVEL_PROFILE", "travel_profile", _travel_profile),
    _Setting(
        "ONSITE_TRAVEL_TIMEOUT_SECONDS",
        "travel_timeout",
        _lifetime(timedelta(seconds=1), 60),
        lambda value: str(value // timedelta(seconds=1)),
    ),
    _Setting("ONSITE_TRAVEL_LIMIT", "travel_limit", _whole(2, 1_000_000)),
    _Setting("ONSITE_TRAVEL_CACHE", "travel_cache", _whole(MIB, 4096 * MIB)),
    _Setting(
        "ONSITE_TRAVEL_CACHE_MINUTES",
        "travel_cache_lifetime",
        _lifetime(timedelta(minutes=1), 31 * 24 * 60),
        lambda value: str(value // timedelta(minutes=1)),
    ),
    _Setting("ONSITE_TRAVEL_SPEEDS", "travel_speeds", _path),
    _Setting("ONSITE_GEOIP_DATABASE", "geoip_database", _path),
    _Setting("ONSITE_MAP_TILES_URL", "map_tiles_url", _map_tiles_url),
    _Setting("ONSITE_MAP_CREDIT", "map_credit", str),
    _Setting("ONSITE_STORAGE_URL", "storage_url", _storage_url),
    _Setting("ONSITE_STORAGE_ENDPOINT", "storage_endpoint", _base_url),
    _Setting("ONSITE_STORAGE_REGION", "storage_region", str),
    _Setting("ONSITE_STORAGE_KEY_ID", "storage_key_id", str),
    _Setting("ONSITE_STORAGE_SECRET", "storage_secret", Secret),
    _Setting("ONSITE_STORAGE_PATH_STYLE", "storage_path_style", _yes_or_no, _write_yes_or_no),
    _Setting("ONSITE_STORAGE_FLOOR", "storage_floor", _whole(0, 1024 * 1024 * MIB)),
    _Setting("ONSITE_SIGNING_KEY", "signing_key", _signing_key),
)
