"""The dispatcher's day: raises jobs as callers call, takes the first recommendation, and changes things that somebody
in the field is just working on."""

import random
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any

from scripts.fieldday.calls import Refusal, Uncertain
from scripts.fieldday.firm import Firm
from scripts.fieldday.reader import Held, Reader, differences, fresh
from scripts.fieldday.source import Request

EDITS, MOVES, CANCELS, CLOSES = 0.35, 0.10, 0.07, 0.5  # shares of the jobs
_CUSTOMERS = 0.4
_ASK_AGAIN = timedelta(minutes=25)
_A_TURN = 12  # assignments at most, so that nothing else waits for long
_SAMPLE_EVERY = 8  # turns
_WAITING = frozenset({"new", "declined"})
_EDITABLE = ("contact_phone", "access_notes", "priority", "diagnosis")


@dataclass(frozen=True, slots=True)
class Entered:
    """A value that somebody at the desk typed into a record."""

    record: str
    field: str
    value: Any


@dataclass(order=True, frozen=True, slots=True)
class Whim:
    """Something the office will do to a job, whatever the field is doing. `version`: what it was looking at."""

    at: datetime
    kind: str
    job_id: str
    version: int


@dataclass
class Office:
    firm: Firm
    requests: list[Request]
    dice: random.Random
    board: Reader = field(init=False)
    decoy: str = ""
    raised: dict[str, str] = field(default_factory=dict)
    customers: list[str] = field(default_factory=list)
    entered: list[Entered] = field(default_factory=list)
    did: Counter[str] = field(default_factory=Counter)
    settled: Counter[str] = field(default_factory=Counter)
    violations: list[tuple[str, str]] = field(default_factory=list)
    samples: int = 0
    _whims: list[Whim] = field(default_factory=list)
    _ask_at: dict[str, datetime] = field(default_factory=dict)
    _whimmed: set[str] = field(default_factory=set)
    _closed: set[str] = field(default_factory=set)
    _turns: int = 0

    def __post_init__(self) -> None:
        self.requests = list(self.requests)
        self.board = Reader(self.firm.dispatcher)
        self.board.catch_up()

    def raise_decoy(self, opened_at: datetime) -> str:
        """A job that nobody is ever given: whoever touches it, must not."""
        request = self.requests[0]
        self.decoy = self._raise({**request.fields, "title": "Decoy"}, request.job_type, opened_at, "decoy")
        return self.decoy

    def turn(self, now: datetime) -> None:
        """One round at the desk; `now` is virtual."""
        self._turns += 1
        self._take_calls(now)
        self.board.catch_up()
        held = self.board.held()
        self._assign_waiting(now, held)
        self._give_in_to_whims(now, held)
        self.settle(held, now)
        self._close_some(held)
        if self._turns % _SAMPLE_EVERY == 0:
            self._sample()

    @property
    def calls_taken(self) -> bool:
        return not self.requests

    # ---- callers

    def _take_calls(self, now: datetime) -> None:
        while self.requests and self.requests[0].opened_at <= now:
            request = self.requests.pop(0)
            fields = dict(request.fields)
            if self.dice.random() < _CUSTOMERS:
                fields["customer_id"] = self._customer(fields)
            self.raised[request.key] = self._raise(fields, request.job_type, request.opened_at, request.key)

    def _customer(self, fields: dict[str, Any]) -> str:
        """A new one, or one who calls again."""
        if self.customers and self.dice.random() < 0.3:
            return self.dice.choice(self.customers)
        new = {
            "outlet_id": self.firm.outlet_id,
            "name": f"Caller {len(self.customers) + 1}",
            "address": fields["address"],
        }
        made: str = self.firm.dispatcher.post("/customers", new, repeatable=True)["id"]
        self.customers.append(made)
        return made

    def _raise(self, fields: dict[str, Any], job_type: str, opened_at: datetime, key: str) -> str:
        """Once, also when the answer is lost: the title names the request."""
        mark = f"[{self.firm.run} {key}]"
        new = {
            **fields,
            "title": f"{fields['title'][:300]} {mark}",
            "outlet_id": self.firm.outlet_id,
            "job_type": job_type,
            "opened_at": opened_at.isoformat(),
        }
        while True:
            try:
                made: str = self.firm.dispatcher.post("/jobs", new)["id"]
                return made
            except Uncertain:
                known = list(self.firm.dispatcher.pages("/jobs", outlet_id=self.firm.outlet_id, q=mark))
                if known:
                    return str(known[0]["id"])

    # ---- assigning

    def _assign_waiting(self, now: datetime, held: Held) -> None:
        waiting = [
            body
            for (type_, _), (_, body) in held.items()
            if type_ == "job" and body["state"] in _WAITING and body["id"] != self.decoy
        ]
        due = [job for job in waiting if self._ask_at.get(job["id"], now) <= now]
        for job in sorted(due, key=lambda job: (job["respond_by"] or "", job["id"]))[:_A_TURN]:
            self._ask_at[job["id"]] = now + _ASK_AGAIN
            booked = self._book(job, now, "assign")
            if booked is not None:
                self._plan_whims(booked)

    def _book(
        self, job: dict[str, Any], now: datetime, how: str, other_than: str | None = None
    ) -> dict[str, Any] | None:
        """The first recommendation that still holds when it is taken; the job as booked, None when there is none."""
        path = f"/dispatch/jobs/{job['id']}/recommendations"
        try:
            offered = self.firm.dispatcher.get(path, at=now.isoformat())["recommendations"]
        except Refusal as refusal:
            if refusal.status == 409:  # somebody changed the job meanwhile
                return None
            raise
        for offer in offered:
            if offer["technician_id"] == other_than:
                continue
            try:
                booked: dict[str, Any] = self.firm.dispatcher.post(f"/jobs/{job['id']}/{how}", offer["booking"])
                self.did[how] += 1
                return booked
            except Uncertain:
                return None  # the board will tell
            except Refusal as refusal:
                if refusal.status not in (409, 422):
                    raise
                self.did[f"{how} refused: {refusal.code}"] += 1
                if refusal.code == "transition_illegal":
                    return None
                # double_booked, version_stale: the day moved on; the next best may still hold
        return None

    # ---- whims

    def _plan_whims(self, job: dict[str, Any]) -> None:
        """Most strike when the technician should be on the way or on site, and may not hear of it."""
        if job["id"] in self._whimmed:
            return
        self._whimmed.add(job["id"])
        starts = datetime.fromisoformat(job["window_start"])
        for kind, share in (("edit", EDITS), ("move", MOVES), ("cancel", CANCELS)):
            if self.dice.random() < share:
                at = starts + timedelta(minutes=self.dice.uniform(-20, 45))
                self._whims.append(Whim(at, kind, job["id"], job["version"]))

    def _give_in_to_whims(self, now: datetime, held: Held) -> None:
        due = sorted(whim for whim in self._whims if whim.at <= now)
        self._whims = [whim for whim in self._whims if whim.at > now]
        for whim in due:
            version, job = held.get(("job", whim.job_id), (0, None))
            if job is not None:
                try:
                    getattr(self, f"_{whim.kind}")(whim, version, job, now)
                except Refusal as refusal:
                    if refusal.status not in (409, 422):
                        raise
                    self.did[f"{whim.kind} refused: {refusal.code}"] += 1
                except Uncertain:
                    self.did[f"{whim.kind} uncertain"] += 1

    def _edit(self, whim: Whim, version: int, job: dict[str, Any], _: datetime) -> None:
        """Half of the edits look at the job as it was when it was assigned."""
        names = self.dice.sample(_EDITABLE, self.dice.randint(1, 2))
        values: dict[str, Any] = {name: f"desk {name} {self.dice.randint(1, 10**6)}" for name in names}
        if "priority" in values:
            values["priority"] = self.dice.randint(1, 5)
        base = whim.version if self.dice.random() < 0.5 else version
        self.firm.dispatcher.patch(f"/jobs/{job['id']}", {**values, "base_version": base})
        self.did["edit"] += 1
        self.entered += [Entered(job["id"], name, value) for name, value in values.items()]
        if job["customer_id"] is not None:
            self._edit_customer(job["customer_id"])

    def _edit_customer(self, customer_id: str) -> None:
        known = self.firm.dispatcher.get(f"/customers/{customer_id}")
        value = f"desk knows {self.dice.randint(1, 10**6)}"
        base = max(1, known["version"] - self.dice.randint(0, 2))
        self.firm.dispatcher.patch(f"/customers/{customer_id}", {"access_notes": value, "base_version": base})
        self.did["customer edit"] += 1

    def _move(self, _: Whim, __: int, job: dict[str, Any], now: datetime) -> None:
        self._book(job, now, "move", other_than=job["technician_id"])

    def _cancel(self, _: Whim, __: int, job: dict[str, Any], ___: datetime) -> None:
        self.firm.dispatcher.post(f"/jobs/{job['id']}/cancel", {"reason": "caller no longer needs it"})
        self.did["cancel"] += 1

    def _close_some(self, held: Held) -> None:
        for (type_, id_), (_, body) in held.items():
            if type_ == "job" and body["state"] in ("completed", "cannot_complete") and id_ not in self._closed:
                self._closed.add(id_)
                if self.dice.random() < CLOSES:
                    self._quietly(f"/jobs/{id_}/close", {}, "close")

    # ---- reviews

    def settle(self, held: Held, now: datetime | None = None) -> int:
        """Settles open reviews, by day only some of them at a time; returns how many were open."""
        open_ = [body for (type_, _), (_, body) in held.items() if type_ == "review" and body["settled_at"] is None]
        for review in open_:
            if now is None or self.dice.random() < 0.3:
                choice = self.dice.choice(sorted(review["choices"]))
                if self._quietly(f"/reviews/{review['id']}/settle", {"choice": choice}, "settle"):
                    self.settled[f"{review['kind']}: {choice}"] += 1
        return len(open_)

    def _quietly(self, path: str, body: dict[str, Any], what: str) -> bool:
        """A deed that somebody else may have done already."""
        try:
            self.firm.dispatcher.post(path, body)
        except Refusal as refusal:
            if refusal.status != 409:
                raise
            return False
        except Uncertain:
            return False
        self.did[what] += 1
        return True

    # ---- guarantee 5, in the middle of the day

    def _sample(self) -> None:
        """Where nothing was written meanwhile, the reader kept from the start holds what a fresh one holds."""
        self.board.catch_up()
        before = self.board.cursor
        newcomer = fresh(self.firm.dispatcher)
        if self.board.catch_up() == 0 and self.board.cursor == before:
            self.samples += 1
            for difference in differences(self.board.held(), newcomer):
                self.violations.append(("5", f"at {datetime.now(UTC):%H:%M:%S}: {difference}"))


def settle_all(office: Office, rounds: int = 20) -> int:
    """After the day: until no review is open. Returns how many stayed open."""
    for _ in range(rounds):
        office.board.catch_up()
        if not office.settle(office.board.held()):
            return 0
    office.board.catch_up()
    return sum(1 for (t, _), (_, b) in office.board.held().items() if t == "review" and b["settled_at"] is None)


def open_work(held: Held, states: Sequence[str]) -> int:
    return sum(1 for (type_, _), (_, body) in held.items() if type_ == "job" and body["state"] in states)
