"""Column kinds that every feature's tables share."""

from typing import Any

from piccolo.columns import UUID, ForeignKey, LazyTableReference
from piccolo.columns.base import OnDelete


def identity() -> UUID:
    """Primary key: a UUIDv7 made by the writer, so that a record has its id before it has a row."""
    return UUID(primary_key=True, default=None, null=False)


def refers_to(table: str, *, null: bool = False, index: bool = True) -> ForeignKey[Any]:
    """A foreign key named by class, so that no feature has to import another feature's tables. Rows that others refer
    to are ended, never deleted, hence RESTRICT."""
    return ForeignKey(
        LazyTableReference(table, app_name="onsite"),
        null=null,
        default=None,
        index=index,
        on_delete=OnDelete.restrict,
    )
