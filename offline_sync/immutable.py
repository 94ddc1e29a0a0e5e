"""`immutable`: a dataclass that is immutable to the type checker, and costs what a plain one does.

`frozen=True` guards every field of every instance at run time, which makes it cost several times as much to make one;
judging one operation makes a dozen. mypy guards instead.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TypeVar, dataclass_transform

T = TypeVar("T")


@dataclass_transform(frozen_default=True, field_specifiers=(field,))
def immutable(cls: type[T]) -> type[T]:
    """Compared and hashed by its fields. Nobody assigns to a field of an instance."""
    return dataclass(slots=True, unsafe_hash=True)(cls)
