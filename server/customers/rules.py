"""Who owns which field of a customer, and what a technician's operation does to one. Pure: no I/O, no clock."""

from collections.abc import Mapping
from dataclasses import dataclass

import msgspec

from offline_sync.fieldtime import CorrectedTime
from offline_sync.operation import Operation
from offline_sync.ownership import FieldPolicy, Ownership
from offline_sync.record import Record
from offline_sync.rules import Actor, Effect, Refusal
from schemas.errors import Code
from schemas.operations import CustomerPatch

#: Contact and access notes are what both sides learn: the later corrected time wins, the other value is kept. Where the
#: address lies on the map is the office's to say.
OWNERSHIP: Mapping[str, Ownership] = {
    "name": Ownership.SHARED,
    "phone": Ownership.SHARED,
    "address": Ownership.SHARED,
    "access_notes": Ownership.SHARED,
    "lat": Ownership.OFFICE,
    "lon": Ownership.OFFICE,
}

PATCH = "customer.patch"


@dataclass(frozen=True, slots=True)
class CustomerRules:
    """What the engine asks about operations on customers."""

    @property
    def fields(self) -> FieldPolicy:
        return OWNERSHIP

    def judge(self, operation: Operation, record: Record | None, actor: Actor, when: CorrectedTime) -> Effect | Refusal:
        if operation.kind != PATCH:
            return Refusal(Code.UNKNOWN_KIND, f"No operation {operation.kind!r} on a customer.")
        if record is None:
            return Refusal(Code.UNKNOWN_RECORD, "No such customer among those you have or had.")
        try:
            patch = msgspec.convert(operation.args, CustomerPatch)
        except msgspec.ValidationError as fault:
            return Refusal(Code.ARGUMENTS_INVALID, str(fault))
        return Effect(set=msgspec.to_builtins(patch))
