"""What the domain tells the engine: the protocol a record type's rules implement, and the words they answer with.

Pure. Rules see one operation and one record and answer with an `Effect` (what should become of the record) or a
`Refusal`. They never merge, count versions or write: the engine does.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import field
from typing import Any, Literal, Protocol

from offline_sync.fieldtime import CorrectedTime
from offline_sync.immutable import immutable
from offline_sync.operation import Operation
from offline_sync.ownership import FieldPolicy
from offline_sync.record import Record

Side = Literal["office", "field"]

UNKNOWN_KIND = "unknown_kind"
UNKNOWN_RECORD = "unknown_record"
OPERATION_FAULTY = "operation_faulty"
OP_ID_REUSED = "op_id_reused"
VERSION_AHEAD = "version_ahead"


@immutable
class Fact:
    """Something that happened and that the record does not say: the server tells other parts of it."""

    name: str
    data: dict[str, Any] = field(default_factory=dict)


@immutable
class ReviewRequest:
    """A question for a dispatcher. `kind` is stable ('duplicate_visit', 'done_after_cancel', …)."""

    kind: str
    detail: dict[str, Any] = field(default_factory=dict)


@immutable
class Effect:
    """What an operation wants. Every field named in set, append, items or add must be in the rules' `fields` policy.

    `set`: scalar fields, merged by their owner. `append`: entries (each with a str `id`) by field. `items`: values by
    key by field. `add`: integer deltas by key by field. `force`: what the domain has decided (state, technician); not
    merged. `review`: ask a dispatcher; with `held`, the operation counts as undecided until then, and what the effect
    names is still applied: name only what may stand meanwhile. `noted`: the history tells of it also where no field
    changes.
    """

    set: dict[str, Any] = field(default_factory=dict)
    append: dict[str, list[dict[str, Any]]] = field(default_factory=dict)
    items: dict[str, dict[str, Any]] = field(default_factory=dict)
    add: dict[str, dict[str, int]] = field(default_factory=dict)
    force: dict[str, Any] = field(default_factory=dict)
    review: ReviewRequest | None = None
    held: bool = False
    facts: tuple[Fact, ...] = ()
    noted: bool = False


@immutable
class Refusal:
    """An expected no: a stable `code`, and a `text` for people who read logs."""

    code: str
    text: str


@immutable
class Actor:
    """Who acts. `device_id` is set for the field, where writes are ordered per device."""

    kind: Side
    user_id: str
    technician_id: str | None = None
    device_id: str | None = None

    @property
    def writer(self) -> str:
        """The name that a record's `field_writers` keeps."""
        return f"{self.kind}:{self.device_id or self.user_id}"


class Rules(Protocol):
    """The rules of one record type. `record` is None when the server holds none, or holds it no longer. What rules are
    given is a copy at its top and shared below it: they only read."""

    @property
    def fields(self) -> FieldPolicy: ...

    def judge(
        self, operation: Operation, record: Record | None, actor: Actor, when: CorrectedTime
    ) -> Effect | Refusal: ...


RulesByType = Mapping[str, Rules]
