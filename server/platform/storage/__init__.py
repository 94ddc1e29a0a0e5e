"""Where bytes live: content-addressed blobs in a local folder or a bucket. `Blobs` is all that features use.

`collecting` is not among what is exported: it asks the database, and processes apart have none.
"""

from server.platform.storage.blobs import Blobs, Kept
from server.platform.storage.faults import (
    Damaged,
    DigestMismatch,
    StorageFault,
    StorageFull,
    TooLong,
    Unreachable,
    os_faults,
)
from server.platform.storage.place import Bucket, Place, place_of

__all__ = [
    "Blobs",
    "Bucket",
    "Damaged",
    "DigestMismatch",
    "Kept",
    "Place",
    "StorageFault",
    "StorageFull",
    "TooLong",
    "Unreachable",
    "os_faults",
    "place_of",
]
