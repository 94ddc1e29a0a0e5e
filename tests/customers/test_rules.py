from typing import Any

import pytest

from offline_sync.fieldtime import CorrectedTime
from offline_sync.operation import FieldTime, Operation, RecordKey
from offline_sync.record import Record
from offline_sync.rules import Actor, Effect, Refusal
from server.customers.field_work import CustomerRules
from server.customers.rules import OWNERSHIP

AT = FieldTime(0, 0, "boot")
RECORD = Record("customer", "c", 3, {"name": "张三", "phone": ""})


def judge(args: dict[str, Any], kind: str = "customer.patch", record: Record | None = RECORD) -> Effect | Refusal:
    operation = Operation(
        op_id="o", seq=1, kind=kind, record=RecordKey("customer", "c"), base_version=3, args=args, at=AT
    )
    return CustomerRules().judge(operation, record, Actor("field", "u", "t", "d"), CorrectedTime(0, "exact", AT))


class TestAPatchFromTheField:
    def test_sets_what_it_names_and_nothing_else(self) -> None:
        assert judge({"phone": "138"}) == Effect(set={"phone": "138"})

    def test_touches_only_fields_with_an_owner(self) -> None:
        effect = judge({"name": "李四", "phone": "1", "address": "a", "access_notes": "b"})
        assert isinstance(effect, Effect)
        assert set(effect.set) <= set(OWNERSHIP)

    @pytest.mark.parametrize(
        "args", [{"outlet_id": "x"}, {"lat": 1.0}, {"name": ""}, {"phone": 1}, {"phone": "1" * 41}]
    )
    def test_refuses_arguments_that_are_none(self, args: dict[str, Any]) -> None:
        refusal = judge(args)
        assert isinstance(refusal, Refusal)
        assert refusal.code == "arguments_invalid"

    def test_refuses_other_kinds_and_unknown_records(self) -> None:
        for refusal, wanted in (
            (judge({}, "customer.delete"), "unknown_kind"),
            (judge({}, record=None), "unknown_record"),
        ):
            assert isinstance(refusal, Refusal)
            assert refusal.code == wanted
