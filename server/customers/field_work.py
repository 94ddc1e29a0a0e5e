"""What a technician's operation does to a customer's file. Pure: no I/O, no clock."""

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

#: Both sides know a customer: the later corrected time wins and the other value is kept.
OWNERSHIP: Mapping[str, Ownership] = {
    "name": Ownership.SHARED,
    "phone": Ownership.SHARED,
    "address": Ownership.SHARED,
    "access_notes": Ownership.SHARED,
}


@dataclass(frozen=True, slots=True)
class CustomerRules:
    @property
    def fields(self) -> FieldPolicy:
        return OWNERSHIP

    def judge(self, operation: Operation, record: Record | None, actor: Actor, when: CorrectedTime) -> Effect | Refusal:
        if record is None:
            return Refusal(Code.UNKNOWN_RECORD, "No such customer among those of your jobs.")
        if operation.kind != "customer.patch":
            return Refusal(Code.UNKNOWN_KIND, f"No operation {operation.kind!r} on a customer.")
        try:
            patch = msgspec.convert(operation.args, CustomerPatch)
        except msgspec.ValidationError as fault:
            return Refusal(Code.ARGUMENTS_INVALID, str(fault))
        return Effect(set=msgspec.to_builtins(patch))
