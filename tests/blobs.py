"""A local S3 server for the whole run, fresh places in its one bucket, and a look at what stands in a store."""

import logging
from collections.abc import Iterator
from contextlib import contextmanager
from secrets import token_hex
from urllib.request import Request, urlopen

import obstore

from server.platform.storage import Blobs, Bucket
from server.platform.storage.shelves import Side, client_of

NAME = "onsite-photos"


class Server:
    """`url`: of moto's server, which checks no signature."""

    def __init__(self, url: str) -> None:
        self.url = url

    def bucket(self) -> Bucket:
        """A place that nobody else writes to."""
        return Bucket(
            name=NAME,
            prefix=f"tests/{token_hex(6)}",
            endpoint=self.url,
            region="us-east-1",
            key_id="key",
            secret="secret",
        )

    def write(self, bucket: Bucket, path: str, content: bytes) -> None:
        """Behind the back of whoever uses the bucket."""
        obstore.put(client_of(bucket), path, content)

    def make(self, name: str) -> None:
        with urlopen(Request(f"{self.url}/{name}", method="PUT"), timeout=10):
            pass


def digests_in(blobs: Blobs, side: Side = "kept") -> list[str]:
    """Digests, without asking for them, which would bring them back."""
    return [each.digest for some in blobs.shelf.standing(side, "") for each in some]


@contextmanager
def serving() -> Iterator[Server]:
    from moto.server import ThreadedMotoServer  # slow to load, and most runs need none

    logging.getLogger("werkzeug").setLevel(logging.ERROR)
    moto = ThreadedMotoServer("127.0.0.1", 0, verbose=False)
    moto.start()
    try:
        host, port = moto.get_host_and_port()
        server = Server(f"http://{host}:{port}")
        server.make(NAME)
        yield server
    finally:
        moto.stop()
