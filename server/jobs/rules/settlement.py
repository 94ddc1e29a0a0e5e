"""What a dispatcher may choose in a review, and what each choice does to the job. Pure.

A settlement is an ordinary change of the job: it reaches everyone by the feed.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from schemas.jobs import JobState


@dataclass(frozen=True, slots=True)
class Choice:
    """`zh`, `en`: what it will do. `completes`: the held completion now counts."""

    zh: str
    en: str
    completes: bool = False


_KEEP_OFFICE = Choice(
    "保持办公室的决定；现场工作保留在记录中", "Keep the office's decision; the field work stays on record"
)

CHOICES: Mapping[str, Mapping[str, Choice]] = {
    "done_after_cancel": {
        "accept_work": Choice(
            "承认现场工作；工单按已完工处理", "Accept the work; the job counts as completed", completes=True
        ),
        "keep_cancelled": Choice(
            "工单保持取消；现场工作保留在记录中", "Keep it cancelled; the field work stays on record"
        ),
    },
    "duplicate_visit": {
        "count_both": Choice("两次上门都保留，工单不变", "Keep both visits; the job stays as it is"),
        "first_completes": Choice(
            "以较早到达者的完工为准", "The earlier technician's completion counts for the job", completes=True
        ),
    },
    "second_completion": {
        "keep_first": Choice("以第一次完工为准，第二次留档", "The first completion counts; the second is kept on file"),
        "use_second": Choice("以第二次完工为准", "The second completion counts", completes=True),
    },
    "completion_invalid": {
        "accept_unsigned": Choice(
            "在签名无效的情况下承认完工", "Accept the work although the signature does not hold", completes=True
        ),
        "return_to_field": Choice("退回技师重新签字", "Send it back to the technician to be signed again"),
    },
    "suspect_time": {
        "keep_office": _KEEP_OFFICE,
        "take_field": Choice("采用现场填写的值", "Take the values from the field"),
    },
}
_ANY = {"acknowledge": Choice("已知悉", "Acknowledge")}


def choices(kind: str) -> Mapping[str, Choice]:
    return CHOICES.get(kind, _ANY)


def effect(kind: str, choice: str, sides: Mapping[str, Any], job: Mapping[str, Any]) -> dict[str, Any]:
    """The fields of the job that the choice changes. `sides`: as the review keeps them."""
    if choices(kind)[choice].completes:
        technician = sides.get("technician_id")
        fields = {
            "state": JobState.COMPLETED,
            "technician_id": technician,
            "visit_id": job["visit_id"] if job["technician_id"] == technician else None,
            "finished_at": sides.get("at") or job["finished_at"],
        }
        completion = sides.get("completion_id")
        return fields | ({"completion_id": completion} if completion else {})
    if kind == "suspect_time" and choice == "take_field":
        return {path: values["field"] for path, values in sides.get("disputed", {}).items() if "/" not in path}
    return {}
