"""Which store it is, in words: what a process apart is told, so that it opens the same one."""

from pathlib import Path
from urllib.parse import urlsplit

import msgspec

from server.settings import MIB, Settings

FLOOR = 200 * MIB


class Bucket(msgspec.Struct, frozen=True, kw_only=True):
    """S3 or what speaks like it. `prefix`: without slashes around it, may be empty. `endpoint` None: AWS. `key_id` and
    `secret` None: what AWS's own variables, or the machine's role, say. `path_style`: the bucket is named in the path,
    not in the host's name."""

    name: str
    prefix: str = ""
    endpoint: str | None = None
    region: str | None = None
    key_id: str | None = None
    secret: str | None = None
    path_style: bool = True

    def __repr__(self) -> str:
        """Without keys: it may end up in a traceback."""
        return f"Bucket({self.url!r}, endpoint={self.endpoint!r})"

    @property
    def url(self) -> str:
        return f"s3://{self.name}/{self.prefix}".rstrip("/")


class Place(msgspec.Struct, frozen=True, kw_only=True):
    """`folder`: of drafts, and of all blobs when there is no `bucket`. `floor`: bytes of its disk that stay free."""

    folder: str
    floor: int = FLOOR
    bucket: Bucket | None = None

    def __str__(self) -> str:
        return self.folder if self.bucket is None else self.bucket.url


def place_of(settings: Settings) -> Place:
    folder = str(settings.data_dir / "blobs")
    if settings.storage_url is None:
        return Place(folder=folder, floor=settings.storage_floor)
    parts = urlsplit(settings.storage_url)
    path_style = settings.storage_path_style
    bucket = Bucket(
        name=parts.netloc,
        prefix=parts.path.strip("/"),
        endpoint=settings.storage_endpoint,
        region=settings.storage_region,
        key_id=settings.storage_key_id,
        secret=settings.storage_secret,
        path_style=settings.storage_endpoint is not None if path_style is None else path_style,
    )
    return Place(folder=folder, floor=settings.storage_floor, bucket=bucket)


def place_at(place: Place | Path) -> Place:
    return Place(folder=str(place)) if isinstance(place, Path) else place
