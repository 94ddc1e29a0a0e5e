"""What a dispatcher may choose in a review, and what each choice does. Pure.

A settlement is an ordinary change of the record: it reaches everyone by the feed. Every choice is a plan that is made
from the record as it stands; the same plan tells a dispatcher beforehand what will happen and then makes it happen. An
undo is made from what the settlement changed, and only where nothing of it has been changed since.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from offline_sync.rules import Effect
from schemas.jobs import JobState
from server.jobs.rules.promise import counts_first, judged

#: Reviews that ask what of the work counts: until the last of them is settled, nothing of the job is billed.
BILLING = frozenset(
    {
        "done_after_cancel",
        "done_after_delete",
        "duplicate_visit",
        "second_completion",
        "completion_invalid",
        "product_mismatch",
        "other_price",
    }
)


#: Reviews about what the server does not hold, or not as this technician's: no record is shown, locked or changed.
DETACHED = frozenset({"unknown_job"})


@dataclass(frozen=True, slots=True)
class Case:
    """A review and what it is about. `sides`: as the review keeps them; `record`: the record's fields; `visits`: every
    visit of the job, {id, technician_id, state} each; `others_open`: another review holds back the bill as well."""

    kind: str
    sides: Mapping[str, Any]
    record: Mapping[str, Any]
    visits: Sequence[Mapping[str, Any]] = ()
    others_open: bool = False

    @property
    def technician(self) -> str | None:
        """Whose work the review is about."""
        return self.sides.get("technician_id")

    @property
    def theirs(self) -> bool:
        return bool(self.record.get("technician_id") == self.technician)

    def is_visit(self, visit_id: str | None, *states: str) -> bool:
        return any(v["id"] == visit_id and v["state"] in states for v in self.visits)


@dataclass(frozen=True, slots=True)
class Plan:
    """`effect`: on the record. `visits`: visit id → its new state. `makes_visit`: (technician, instant) of a visit that
    is on record from now on."""

    effect: Effect = field(default_factory=Effect)
    visits: Mapping[str, str] = field(default_factory=dict)
    makes_visit: tuple[str, str] | None = None


@dataclass(frozen=True, slots=True)
class Choice:
    """`zh`, `en`: what it will do. `plan`: the same as a plan."""

    zh: str
    en: str
    plan: Callable[[Case], Plan]


# Plans


def _released(case: Case) -> dict[str, Any]:
    """With the last question about the work settled, the bill is free."""
    return {} if case.others_open or case.kind not in BILLING else {"billing_held": False}


def _leave(case: Case) -> Plan:
    return Plan(Effect(force=_released(case)))


def _count_completion(case: Case) -> Plan:
    """The field's completion counts. Somebody else's booking is withdrawn, unless they were there: that was a visit."""
    job, sides = case.record, case.sides
    arrival = _arrival(case)
    fields = {
        "state": job["state"] if job["state"] == JobState.CLOSED else JobState.COMPLETED.value,
        "technician_id": case.technician,
        "visit_id": job["visit_id"] if case.theirs else None,
        "finished_at": sides.get("at") or job["finished_at"],
        "completion_id": sides.get("completion_id") or job["completion_id"],
        "sign_again": None,
        "deleted_at": None,
        **arrival,
        **_released(case),
    }
    booked = job["visit_id"]
    done = case.theirs or case.is_visit(booked, "active", "done")
    moves = {booked: "done" if done else "withdrawn"} if booked is not None else {}
    kept = case.theirs and booked is not None
    kept = kept or any(v["technician_id"] == case.technician and v["state"] == "done" for v in case.visits)
    made = None if kept or case.technician is None else (case.technician, str(fields["finished_at"]))
    return Plan(Effect(force=fields), _really(case, moves), made)


def _go_on(case: Case) -> Plan:
    """Work that was begun goes on, by whoever began it."""
    arrival = _arrival(case)
    event = _last_step(case.sides)
    assert event is not None
    visit_id = next((v["id"] for v in case.visits if v["technician_id"] == case.technician), None)
    fields = {
        "state": _STATE_AFTER[event].value,
        "technician_id": case.technician,
        "visit_id": visit_id,
        "deleted_at": None,
        **arrival,
        **_released(case),
    }
    over = event == "cannot_complete"
    return Plan(Effect(force=fields), _really(case, {visit_id: "done" if over else "active"}))


def _restore(case: Case) -> Plan:
    """Nothing was begun: the job waits for a dispatcher to give it to somebody."""
    job = case.record
    promised = job["promise_state"] == "void" and job["respond_by"] is not None
    fields = {
        **dict.fromkeys(("technician_id", "visit_id", "window_start", "window_end", "deleted_at")),
        "state": JobState.NEW.value,
        **({"promise_state": "running"} if promised else {}),
        **_released(case),
    }
    return Plan(Effect(force=fields))


def _accept(case: Case) -> Plan:
    event = _last_step(case.sides)
    if event is None:
        return _restore(case)
    return _count_completion(case) if event == "complete" else _go_on(case)


def _sign_again(case: Case) -> Plan:
    """Who holds the job is asked for a new signature; the phone shows it until a completion holds."""
    wanted = {"sign_again": case.sides.get("completion_id")} if case.theirs else {}
    return Plan(Effect(force=wanted | _released(case)))


def _take_disputed(case: Case) -> Plan:
    force: dict[str, Any] = {}
    items: dict[str, dict[str, Any]] = {}
    for path, values in case.sides.get("disputed", {}).items():
        name, inner, key = path.partition("/")
        if inner:
            items.setdefault(name, {})[key] = values["field"]
        else:
            force[name] = values["field"]
    return Plan(Effect(force=force, items=items))


def _set_to_zero(case: Case) -> Plan:
    parts = case.record.get("parts_used") or {}
    missing = {part: -count for part, count in parts.items() if count < 0}
    return Plan(Effect(add={"parts_used": missing} if missing else {}))


def _take_product(case: Case) -> Plan:
    return Plan(Effect(force={"unit_id": case.sides["products"]["field"]["unit_id"]} | _released(case)))


def _office_price(case: Case) -> Plan:
    return Plan(Effect(force={"price_minor": case.sides["price"]["office"]} | _released(case)))


def _really(case: Case, moves: Mapping[str | None, str]) -> dict[str, str]:
    """Without the moves that change nothing."""
    return {i: state for i, state in moves.items() if i is not None and not case.is_visit(i, state)}


_STATE_AFTER: Mapping[str, JobState] = {
    "arrive": JobState.ON_SITE,
    "start": JobState.WORKING,
    "resume": JobState.WORKING,
    "pause": JobState.PAUSED,
    "cannot_complete": JobState.CANNOT_COMPLETE,
    "complete": JobState.COMPLETED,
}


def _steps(sides: Mapping[str, Any]) -> list[Mapping[str, Any]]:
    """What was done at the customer's, in the order in which it was handed in."""
    return [o for o in sides.get("operations", []) if o["kind"].removeprefix("job.") in _STATE_AFTER]


def _last_step(sides: Mapping[str, Any]) -> str | None:
    events = [o["kind"].removeprefix("job.") for o in _steps(sides)]
    return "complete" if "complete" in events else (events[-1] if events else None)


def _arrival(case: Case) -> dict[str, Any]:
    """The fields that change when work counts whose arrival did not."""
    job, steps = case.record, _steps(case.sides)
    if not steps:
        return {}
    first = min(steps, key=lambda o: datetime.fromisoformat(o["at"]))
    if not counts_first(job.get("arrival"), first["at"], first["grade"]):
        return {}
    arrival = {"at": first["at"], "grade": first["grade"], "technician_id": case.technician, "raw": None}
    return {"arrival": arrival, "promise_state": judged(job["respond_by"], job.get("resolve_by"), first["at"])}


# Choices


def _accepting(sides: Mapping[str, Any]) -> Choice:
    event = _last_step(sides)
    if event == "complete":
        return Choice(
            "承认现场工作；工单按已完工处理，可以结算",
            "Accept the work: the job counts as completed and may be billed",
            _accept,
        )
    if event is None:
        return Choice(
            "恢复工单，等待重新派工；现场填写的内容保留",
            "Bring the job back to the queue; what the field entered stays",
            _accept,
        )
    return Choice("承认现场工作；工单由该技师继续", "Accept the work: the job goes on with this technician", _accept)


_ACCEPT_UNSIGNED = Choice(
    "在签名无效的情况下承认完工", "Accept the work although the signature does not hold", _count_completion
)
_KEEP_ON_FILE = Choice(
    "该次完工仅留档；工单已不在该技师处",
    "Keep this completion on file only; the job is no longer this technician's",
    _leave,
)

_CHOICES: Mapping[str, Mapping[str, Choice]] = {
    "duplicate_visit": {
        "count_both": Choice(
            "两次上门都保留；工单仍归现在的技师，以其结果为准",
            "Keep both visits; the job stays with the technician it was given to, and their result counts",
            _leave,
        ),
        "first_completes": Choice(
            "两次上门都保留；以原技师的这次完工为准",
            "Keep both visits; this completion, by the technician who had the job before, counts",
            _count_completion,
        ),
    },
    "second_completion": {
        "keep_first": Choice(
            "以第一次完工为准，第二次留档", "The first completion counts; the second is kept on file", _leave
        ),
        "use_second": Choice(
            "以第二次完工为准，第一次留档", "The second completion counts; the first is kept on file", _count_completion
        ),
    },
    "completion_invalid": {
        "accept_unsigned": _ACCEPT_UNSIGNED,
        "return_to_field": Choice(
            "退回技师，请顾客重新签字；工单在此之前不算完工",
            "Send it back: the technician is asked to have it signed again, and until then the job is not completed",
            _sign_again,
        ),
    },
    "suspect_time": {
        "keep_office": Choice(
            "保持办公室的值；现场填写的值保留在记录中", "Keep the office's values; the field's stay on record", _leave
        ),
        "take_field": Choice(
            "采用现场填写的值；办公室的值保留在记录中",
            "Take the field's values; the office's stay on record",
            _take_disputed,
        ),
    },
    "counter_below_zero": {
        "set_zero": Choice("将负数配件数量更正为零", "Correct the counts below zero to zero", _set_to_zero),
        "keep_count": Choice("保留原数量，另行核实", "Keep the counts as they are, to be cleared up", _leave),
    },
    "unknown_job": {
        "note": Choice(
            "存档：签字完工单和照片保留；不改动任何工单",
            "Keep it on file: what was signed and its photos stay; no job is changed",
            _leave,
        ),
    },
    "other_price": {
        "signed_price": Choice("以顾客签字的价格为准", "The price that the customer signed holds", _leave),
        "office_price": Choice(
            "以办公室的价格为准；须另行征得顾客同意",
            "The office's price holds; the customer has to agree to it anew",
            _office_price,
        ),
    },
}

_KEEP_CANCELLED = Choice(
    "工单保持取消，不结算；现场工作保留在记录中",
    "Keep it cancelled and unbilled; the field work stays on record",
    _leave,
)
_KEEP_DELETED = Choice(
    "工单保持删除，不结算；现场工作保留在记录中", "Keep it deleted and unbilled; the field work stays on record", _leave
)
_OFFICE_PRODUCT = Choice(
    "以办公室登记的产品为准，按其保修处理", "The product the office has on file is right; its warranty applies", _leave
)
_FIELD_PRODUCT = Choice(
    "以现场处理的产品为准，按其保修处理", "The product that was worked on is right; its warranty applies", _take_product
)
_NEW_PRODUCT = Choice(
    "以现场扫描的产品为准；该产品尚未登记，将按其编码新建，按其保修处理",
    "The product that was scanned is right; it is not on file yet, is added by its code, and its warranty applies",
    _take_product,
)
_NO_PRODUCT = Choice("不更改工单；工单仍未登记产品", "The job stays as it is, for no product", _leave)
_ACKNOWLEDGE = {"acknowledge": Choice("已知悉，不作改动", "Noted; nothing is changed", _leave)}


def _still_theirs(sides: Mapping[str, Any]) -> bool:
    """Whether the technician held the job when the question was asked: only then can they be asked to sign again."""
    office = sides.get("office") or {}
    live = office.get("state") not in ("cancelled", "closed", "completed")
    return live and office.get("technician_id", sides.get("technician_id")) == sides.get("technician_id")


def offered(kind: str, sides: Mapping[str, Any]) -> Mapping[str, Choice]:
    """Choice → what it does, in the order in which they are shown."""
    if kind == "done_after_cancel":
        return {"accept_work": _accepting(sides), "keep_cancelled": _KEEP_CANCELLED}
    if kind == "done_after_delete":
        return {"accept_work": _accepting(sides), "keep_deleted": _KEEP_DELETED}
    if kind == "completion_invalid" and not _still_theirs(sides):
        return {"accept_unsigned": _ACCEPT_UNSIGNED, "keep_on_file": _KEEP_ON_FILE}
    if kind == "product_mismatch":
        products = sides.get("products") or {}
        known = products.get("field")
        field = {} if known is None else {"field_product": _NEW_PRODUCT if known.get("new") else _FIELD_PRODUCT}
        return {"office_product": _OFFICE_PRODUCT if products.get("office") else _NO_PRODUCT} | field
    return _CHOICES.get(kind, _ACKNOWLEDGE)


# Undoing


def in_the_way(
    changes: Mapping[str, Sequence[Any]], version: int, fields: Mapping[str, Any], written: Mapping[str, int]
) -> list[dict[str, Any]]:
    """What was changed since the settlement that `changes` and `version` describe. `written`: path → the version at
    which it was last written. Differences and the hold on the bill are never in the way: they can be taken back beside
    those of others; nor is how the promise stands, as that is judged anew."""
    found = []
    for path, (_, settled) in changes.items():
        name, inner, key = path.partition("/")
        if name in ("parts_used", "billing_held", "promise_state"):
            continue
        if written.get(path, 0) > version:
            now = (fields.get(name) or {}).get(key) if inner else fields.get(name)
            found.append({"field": path, "settled": settled, "now": now})
    return found


def undoing(kind: str, changes: Mapping[str, Sequence[Any]]) -> Effect:
    """The way back. The question is open again, so the bill is held again."""
    force: dict[str, Any] = {"billing_held": True} if kind in BILLING else {}
    items: dict[str, dict[str, Any]] = {}
    add: dict[str, dict[str, int]] = {}
    for path, (before, after) in changes.items():
        name, inner, key = path.partition("/")
        if name == "parts_used":
            add.setdefault(name, {})[key] = (before or 0) - after
        elif inner:
            items.setdefault(name, {})[key] = before
        elif name != "billing_held":
            force[name] = before
    return Effect(force=force, items=items, add=add)
