"""Plays the plan from its first call to now: through the actions that people and phones use, by the story's clock."""

from collections.abc import AsyncIterator, Awaitable, Callable, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from random import Random
from typing import Any, NamedTuple
from uuid import UUID

from offline_sync.replica import manifest
from schemas.jobs import Assign, JobEdit, NewJob
from server.demo import names, phone, report, standards, store
from server.demo.cast import Cast, day_of
from server.demo.firm import Firm
from server.demo.known import SOURCE
from server.demo.phone import Deed, Phone
from server.demo.places import Place, near
from server.demo.plan import Plan, Task
from server.evidence import actions as evidence
from server.jobs import actions as jobs
from server.jobs import booking
from server.jobs.reviews import settling
from server.jobs.reviews import store as reviews_store
from server.platform import clock
from server.platform.storage import Blobs
from server.products import actions as products
from server.products.rules.entitlement import Repair

_SECOND = timedelta(seconds=1)
_MINUTE = timedelta(minutes=1)
_CALLS_TOGETHER = 30
#: Of so many visits one is not signed for, and to one something is added later.
_REFUSED_EVERY, _ADDED_EVERY = 13, 11


class Event(NamedTuple):
    at: datetime
    order: int
    play: Callable[[], Awaitable[None]]


@dataclass(slots=True)
class Made:
    """A job as it was raised. `photos`: taken at the visit or after it, and still on the phone.
    `signed`: the digest of what the customer signed."""

    id: UUID
    number: int
    photos: list[report.Photo]
    signed: str = ""


class Story:
    def __init__(self, seed: int, cast: Cast, plan: Plan, firm: Firm, blobs: Blobs, now: datetime) -> None:
        self._rng = Random(seed + 2)
        self._cast, self._plan, self._firm, self._blobs, self._now = cast, plan, firm, blobs, now
        self._kinds = {kind.code: kind for kind in standards.procedures().job_type}
        self._made: dict[int, Made] = {}
        self._phones: list[Phone] = []
        self._outboxes: list[list[tuple[datetime, Callable[[], Iterator[Deed]]]]] = [[] for _ in cast.technicians]
        self._received: dict[UUID, datetime] = {}
        self._events: list[Event] = []

    async def play(self) -> None:
        """Inside one transaction. Raises `StoryFault`."""
        await self._enrol()
        self._stage_calls()
        for key, task in enumerate(self._plan.tasks):
            self._stage(key, task)
        self._stage_lost_signals()
        for event in sorted(self._events, key=lambda e: (e.at, e.order)):
            with clock.as_of(event.at):
                await event.play()
        await self._note_repairs()
        await store.age(self._received)

    def job_id(self, key: int) -> UUID:
        """Of the task at `key` of the plan, once it was raised."""
        return self._made[key].id

    def _at(self, at: datetime, play: Callable[[], Awaitable[None]]) -> None:
        self._events.append(Event(at, len(self._events), play))

    async def _enrol(self) -> None:
        for technician, caller in zip(self._cast.technicians, self._firm.phones_of, strict=True):
            enrolled = self._now - timedelta(days=self._rng.uniform(20, 200))
            ahead = self._rng.choice([0, 0, 1, -2, 4, 35]) * _SECOND
            with clock.as_of(enrolled):
                name = f"{technician.person.name_en}'s phone"
                self._phones.append(await phone.enrol(caller, enrolled, ahead, name))

    # ---------------------------------------------------------------------------------------------------- the office

    def _stage_calls(self) -> None:
        """Some calls of one outlet are raised together, at the first of them: it costs as much as one alone.
        `store.age` tells their true times, and numbers still follow the calls closely."""
        tasks = self._plan.tasks
        for start in range(0, len(tasks), _CALLS_TOGETHER):
            window = range(start, min(start + _CALLS_TOGETHER, len(tasks)))
            for outlet in range(len(self._firm.outlets)):
                keys = [key for key in window if tasks[key].outlet == outlet]
                if keys:
                    self._at(tasks[start].opened_at, lambda o=outlet, k=keys: self._raise(o, k))  # type: ignore[misc]

    def _stage(self, key: int, task: Task) -> None:
        if task.technician is None:
            return
        assert task.assigned_at is not None
        assert task.start is not None
        first = task.technician if task.first_technician is None else task.first_technician
        self._at(task.assigned_at, lambda: self._assign(key, task, first))
        if task.moved_at is not None:
            self._at(task.moved_at, lambda: self._move(key, task))
        if task.called_off_at is not None and task.fate != "declined":
            self._at(task.called_off_at, lambda: jobs.cancel(self._office(task), self._made[key].id, task.reason))
        if task.closed_at is not None and task.twist != "settled":
            self._at(self._heard(task, task.closed_at), lambda: self._close(key, task))
        if task.twist == "suspect_time":
            self._at(_between(task, 0.4), lambda: self._correct_phone(key, task))
        if task.twist == "settled" and task.pushed_at is not None:
            self._at(task.pushed_at + 25 * _MINUTE, lambda: self._settle(key, task))
        self._stage_field(key, task)

    def _office(self, task: Task) -> Any:
        return self._firm.dispatchers[task.outlet]

    async def _raise(self, outlet: int, keys: Sequence[int]) -> None:
        tasks = [self._plan.tasks[key] for key in keys]
        wanted = [self._call(task) for task in tasks]
        numbered = [f"{key + 1:03d}" for key in keys]
        user_id = self._firm.dispatchers[outlet].user_id
        with clock.as_of(tasks[-1].opened_at):
            raised = await jobs.raise_jobs(self._firm.outlets[outlet], wanted, user_id, SOURCE, numbered)
        self._made |= {k: Made(UUID(job["id"]), job["number"], []) for k, job in zip(keys, raised, strict=True)}

    def _call(self, task: Task) -> NewJob:
        customer = self._cast.customers[task.customer]
        return NewJob(
            outlet_id=self._firm.outlets[task.outlet]["id"],
            job_type=task.job_type,
            title=task.title,
            contact_name=customer.name,
            contact_phone=customer.phone,
            address=customer.address,
            access_notes=customer.access_notes,
            lat=customer.at.lat,
            lon=customer.at.lon,
            customer_id=self._firm.customer_ids[task.customer],
            unit_id=self._firm.unit_ids[task.unit],
            priority=task.priority,
            opened_at=task.opened_at,
        )

    async def _assign(self, key: int, task: Task, technician: int) -> None:
        assert task.start is not None
        await booking.assign(self._office(task), self._made[key].id, self._booking(technician, task.start))

    async def _move(self, key: int, task: Task) -> None:
        assert task.technician is not None
        assert task.start is not None
        wanted = self._booking(task.technician, task.start)
        if task.second is not None:
            ends = task.second.start + 30 * _MINUTE
            wanted = self._booking(task.second.technician, task.second.start, ends)
        await booking.move(self._office(task), self._made[key].id, wanted)

    def _booking(self, technician: int, start: datetime, ends: datetime | None = None) -> Assign:
        return Assign(technician_id=self._firm.technician_ids[technician], starts_at=start, ends_at=ends)

    async def _close(self, key: int, task: Task) -> None:
        await jobs.close(self._office(task), self._made[key].id)

    async def _correct_phone(self, key: int, task: Task) -> None:
        made = self._made[key]
        version = (await store.versions([made.id]))[made.id]
        edit = JobEdit(base_version=version, contact_phone=names.phone(self._rng))
        await jobs.edit(self._office(task), made.id, edit)

    async def _settle(self, key: int, task: Task) -> None:
        caller = self._office(task)
        for review in await reviews_store.open_reviews([self._made[key].id]):
            await settling.settle(caller, UUID(review["id"]), "accept_work")

    # ----------------------------------------------------------------------------------------------------- the field

    def _stage_field(self, key: int, task: Task) -> None:
        assert task.technician is not None
        mine = task.technician
        if task.fate == "declined" and task.called_off_at is not None:
            self._do(mine, task.called_off_at, lambda: self._decline(key, task), pushed=True)
            return
        over = task.ended_at is not None
        twisted = task.twist in ("done_after_cancel", "settled", "duplicate_visit")
        if task.accepted_at is not None:
            self._do(mine, task.accepted_at, lambda: self._plain(key, "accept", task.accepted_at), pushed=not over)
        if task.twist == "suspect_time":
            at = _between(task, 0.6)
            self._do(mine, at, lambda: self._wrong_clock(key, at), pushed=True)
        if task.set_off_at is None:
            return
        self._do(mine, task.set_off_at, lambda: self._plain(key, "set_off", task.set_off_at), not over or twisted)
        if task.arrived_at is not None:
            self._do(mine, task.arrived_at, lambda: self._arrive(key, task), pushed=not over)
        if task.began_at is not None:
            self._do(mine, task.began_at, lambda: self._begin(key, task), pushed=not over)
        if task.ended_at is not None:
            self._do(mine, task.ended_at, lambda: self._end(key, task), pushed=True)
            self._at(self._heard(task, task.ended_at) + 40 * _SECOND, lambda: self._send_photos(key, task))
            self._stage_addendum(key, task)
        elif task.paused_at is not None:
            args = {"reason": task.reason}
            self._do(mine, task.paused_at, lambda: self._plain(key, "pause", task.paused_at, args), pushed=True)
        if task.second is not None:
            self._stage_second(key, task)

    def _do(self, technician: int, at: datetime, deeds: Callable[[], Iterator[Deed]], pushed: bool) -> None:
        """Into the outbox at `at`; `pushed`: the outbox goes up a few seconds later, or when there is signal again."""
        self._outboxes[technician].append((at, deeds))
        if pushed:
            sent = self._signal(technician, at + self._rng.uniform(1, 4) * _SECOND)
            self._at(min(sent, self._now), lambda: self._push(technician))

    def _signal(self, technician: int, at: datetime) -> datetime:
        for since, until in self._plan.offline.get(technician, ()):
            if since <= at < until:
                return until
        return at

    def _heard(self, task: Task, at: datetime) -> datetime:
        """When the office knows what happened at `at`, and that the visit is over."""
        assert task.technician is not None
        return max(at, self._heard_at(task.technician, task.ended_at or at))

    def _heard_at(self, technician: int, at: datetime) -> datetime:
        told = self._signal(technician, at + 5 * _SECOND)
        return told + 10 * _SECOND if told < self._now else self._now

    def _stage_lost_signals(self) -> None:
        for technician, spans in self._plan.offline.items():
            for since, until in spans:
                self._at(since, self._phones[technician].lose_signal)
                self._at(until, lambda t=technician: self._push(t))  # type: ignore[misc]

    async def _push(self, technician: int) -> None:
        now = clock.now()
        ready = sorted((e for e in self._outboxes[technician] if e[0] <= now), key=lambda e: e[0])
        self._outboxes[technician] = [e for e in self._outboxes[technician] if e[0] > now]
        deeds = sorted((deed for _, made in ready for deed in made()), key=lambda d: d.at)
        if deeds:
            await self._phones[technician].push(deeds, now)
            self._received |= {deed.op_id: now for deed in deeds}

    # ------------------------------------------------------------------------------------------------- single visits

    def _plain(self, key: int, event: str, at: datetime | None, args: dict[str, Any] | None = None) -> Iterator[Deed]:
        assert at is not None
        yield Deed(at, f"job.{event}", self._made[key].id, args or {})

    def _decline(self, key: int, task: Task) -> Iterator[Deed]:
        return self._plain(key, "decline", task.called_off_at, {"reason": task.reason})

    def _wrong_clock(self, key: int, at: datetime) -> Iterator[Deed]:
        args = {"contact_phone": names.phone(self._rng)}
        yield Deed(at, "job.patch", self._made[key].id, args, held=True, clock_ahead=timedelta(days=2))

    def _arrive(self, key: int, task: Task) -> Iterator[Deed]:
        assert task.arrived_at is not None
        at = near(self._rng, Place(*task.at), 18)
        place = {"lat": at.lat, "lon": at.lon, "accuracy_m": float(self._rng.randrange(5, 25))}
        held = task.twist in ("done_after_cancel", "settled")
        yield Deed(task.arrived_at, "job.arrive", self._made[key].id, {"place": place}, held)

    def _begin(self, key: int, task: Task) -> Iterator[Deed]:
        assert task.began_at is not None
        held = task.twist in ("done_after_cancel", "settled")
        made = self._made[key]
        yield Deed(task.began_at, "job.start", made.id, {}, held)
        first, *_ = self._kinds[task.job_type].checklist
        yield Deed(task.began_at + 0.5 * _SECOND, "job.check", made.id, {"item": first.key, "done": True})

    def _end(self, key: int, task: Task) -> Iterator[Deed]:
        """The rest of the checklist, what was found and done, and the signature."""
        assert task.began_at is not None
        assert task.ended_at is not None
        made = self._made[key]
        if task.fate == "cannot_complete":
            yield self._left_undone(key, task)
            return
        kind = self._kinds[task.job_type]
        items = standards.procedures().checklist(kind)
        step = (task.ended_at - task.began_at) / (len(items) + 4)
        for place, item in enumerate(items[1:], 1):
            yield Deed(task.began_at + place * step, "job.check", made.id, {"item": item.key, "done": True})
        last = task.ended_at - step
        for reading, value in task.trouble.readings if task.trouble else ():
            args = {"reading": reading, "value": round(value * self._rng.uniform(0.97, 1.03), 2)}
            yield Deed(last, "job.read", made.id, args)
        if task.trouble and task.trouble.part:
            yield Deed(last, "job.use_part", made.id, {"part": task.trouble.part, "quantity": 1})
        yield Deed(last + _SECOND, "job.patch", made.id, self._findings(task))
        if self._rng.random() < 0.2:
            yield Deed(last + 2 * _SECOND, "job.note", made.id, {"text": self._rng.choice(_NOTES)})
        yield self._completion(key, task)

    def _findings(self, task: Task) -> dict[str, str]:
        if task.trouble is None:
            return {"result": _RESULTS[task.job_type]}
        return {
            "diagnosis": f"{task.trouble.found} / {task.trouble.found_en}",
            "result": f"{task.trouble.done} / {task.trouble.done_en}",
        }

    def _completion(self, key: int, task: Task) -> Deed:
        assert task.ended_at is not None
        args = manifest.complete(self._facts(key, task), self._phone(task).key)
        self._made[key].signed = manifest.digest(args["manifest"])
        if task.twist == "completion_invalid":  # changed after the customer signed it
            args["manifest"]["fees"] = [{"name": "上门费 / call-out fee", "amount_minor": 8000, "currency": "CNY"}]
        held = task.twist in ("done_after_cancel", "settled", "duplicate_visit", "completion_invalid")
        return Deed(task.ended_at, "job.complete", self._made[key].id, args, held)

    def _left_undone(self, key: int, task: Task) -> Deed:
        """The customer signs for that as well."""
        assert task.ended_at is not None
        args = manifest.cannot_complete(self._facts(key, task), task.reason, self._phone(task).key)
        self._made[key].signed = manifest.digest(args["manifest"])
        return Deed(task.ended_at, "job.cannot_complete", self._made[key].id, args)

    def _phone(self, task: Task) -> Phone:
        assert task.technician is not None
        return self._phones[task.technician]

    def _facts(self, key: int, task: Task) -> dict[str, Any]:
        """What was shown, and under it the customer's name, or why it is not there."""
        assert task.arrived_at is not None
        assert task.ended_at is not None
        unit, customer = self._cast.units[task.unit], self._cast.customers[task.customer]
        english, done, trouble = customer.reads_english, task.fate == "visit", task.trouble
        kind, made = self._kinds[task.job_type], self._made[key]
        photos = [self._photo(key, task, task.ended_at - 3 * _MINUTE) for _ in range(kind.photos)]
        made.photos += photos
        items = standards.procedures().checklist(kind) if done else ()
        told = report.Told(
            job_id=str(made.id),
            number=made.number,
            english=english,
            product=unit.model.name_en if english else unit.model.name,
            serial=unit.serial,
            task=task.title.split(" / ")[1 if english else 0],
            diagnosis=(trouble.found_en if english else trouble.found) if trouble else "",
            result=self._said(task)[1 if english else 0],
            parts={trouble.part: 1} if trouble and trouble.part and done else {},
            fees=(),
            arrived_at=task.arrived_at,
            finished_at=task.ended_at,
            checklist={item.key: item.text_en if english else item.text for item in items},
            conduct=kind.conduct and done,
            lat=task.at.lat,
            lon=task.at.lon,
            rating=self._rng.choices([5, 4, 3], [8, 3, 1])[0],
            component=trouble.component if trouble else "",
            done=done,
        )
        phone_of = self._phone(task)
        clocks = {
            "arrival": {"at": task.arrived_at.isoformat(), "reading": phone_of.reading(task.arrived_at)},
            "finish": phone_of.reading(task.ended_at),
            "anchors": phone_of.anchors(),
        }
        return report.facts(self._rng, told, photos) | clocks | self._signature(key, task, customer.name, english)

    def _signature(self, key: int, task: Task, name: str, english: bool) -> dict[str, Any]:
        """Now and then a customer does not sign; sometimes somebody saw it."""
        if task.reason.startswith("顾客不在家"):
            return report.absent(task.reason.split(" / ")[english])
        if key % _REFUSED_EVERY != _REFUSED_EVERY - 1:
            return report.signed(self._rng, name)
        seen = (key // _REFUSED_EVERY) % 2 == 0
        neighbour = self._cast.customers[(key * 7 + 1) % len(self._cast.customers)]
        return report.refused(self._rng, english, neighbour.name if seen else None)

    def _photo(self, key: int, task: Task, taken: datetime) -> report.Photo:
        unit = self._cast.units[task.unit]
        words = (unit.model.name_en.split(" ", 2)[1], f"SN {unit.serial}", f"ORDER {self._made[key].number}")
        return report.photo(self._rng, (*words, f"{taken:%Y-%m-%d}"), taken)

    def _stage_addendum(self, key: int, task: Task) -> None:
        """Some technicians remember a photo when they are back in the van."""
        assert task.technician is not None
        assert task.ended_at is not None
        at = task.ended_at + 12 * _MINUTE
        if key % _ADDED_EVERY == 0 and task.twist is None and at < self._now - _MINUTE:
            self._do(task.technician, at, lambda: self._addendum(key, task, at), pushed=True)
            self._at(self._heard_at(task.technician, at) + 40 * _SECOND, lambda: self._send_photos(key, task))

    def _addendum(self, key: int, task: Task, at: datetime) -> Iterator[Deed]:
        made, phone_of = self._made[key], self._phone(task)
        photo = self._photo(key, task, at)
        made.photos.append(photo)
        said = {
            "job_id": str(made.id),
            "extends": made.signed,
            "note": "补拍铭牌 / rating plate, taken once more",
            "photos": [photo.as_named()],
            "locale": "zh-CN",
            "made_at": at.isoformat(),
            "reading": phone_of.reading(at),
            "anchors": phone_of.anchors(),
        }
        yield Deed(at, "job.addendum", made.id, manifest.addendum(said, phone_of.key))

    def _said(self, task: Task) -> tuple[str, str]:
        if task.fate == "cannot_complete":
            zh, en = task.reason.split(" / ")
            return zh, en
        if task.trouble is not None:
            return task.trouble.done, task.trouble.done_en
        zh, en = _RESULTS[task.job_type].split(" / ")
        return zh, en

    def _stage_second(self, key: int, task: Task) -> None:
        """The other technician arrives after the work is done, and says so."""
        assert task.second is not None
        other, _, arrived, ended = task.second
        self._do(other, arrived, lambda: self._plain(key, "arrive", arrived), pushed=True)
        text = "到场时同事已修好，顾客已签字 / a colleague had already done the work"
        note = ended - 2 * _MINUTE
        self._do(other, note, lambda: self._plain(key, "note", note, {"text": text}), pushed=False)
        args = {"reason": text}
        self._do(other, ended, lambda: self._plain(key, "cannot_complete", ended, args), pushed=True)

    async def _send_photos(self, key: int, task: Task) -> None:
        """Most photos come up after the completion; a few are still on their phone."""
        assert task.technician is not None
        caller = self._firm.phones_of[task.technician]
        made = self._made[key]
        taken, made.photos = made.photos, []
        for photo in taken:
            if self._rng.random() >= 0.93:
                made.photos.append(photo)
            else:
                await evidence.receive_photo(caller, self._blobs, photo.sha256, _chunks(photo.content))

    # -------------------------------------------------------------------------------------------------- what remains

    async def _note_repairs(self) -> None:
        """Repairs of older units, from before the story; those of the story follow from its jobs."""
        old = [i for i, unit in enumerate(self._cast.units) if unit.sold_on and not unit.just_sold]
        for index in self._rng.sample(old, 45):
            unit = self._cast.units[index]
            assert unit.sold_on is not None
            days = (day_of(self._now) - unit.sold_on).days
            if days > 40:
                began = unit.sold_on + timedelta(days=self._rng.randrange(15, days - 12))
                ended = began + timedelta(days=self._rng.choice([0, 0, 0, 1, 3, 9]))
                repair = Repair(component=_OFTEN[unit.model.line], started_on=began, finished_on=ended)
                await products.record_repair(self._firm.unit_ids[index], repair)


def _between(task: Task, share: float) -> datetime:
    """A moment while the task's phone had no signal."""
    assert task.lost_signal_at is not None
    assert task.pushed_at is not None
    return task.lost_signal_at + share * (task.pushed_at - task.lost_signal_at)


async def _chunks(content: bytes) -> AsyncIterator[bytes]:
    yield content


_RESULTS = {
    "delivery": "已送达，外观与附件经顾客确认 / Delivered; appearance and accessories confirmed by the customer",
    "installation": "安装完成，试机正常，已讲解使用方法 / Installed, trial run good, use explained",
    "maintenance": "保养完成，运行数据正常 / Maintained, readings normal",
    "inspection": "检查完成，未发现隐患 / Inspected, no hazard found",
    "removal_refit": "移机完成，检漏合格，试机正常 / Moved and refitted, leak test passed, trial run good",
    "return_pickup": "已取件，附件齐全，已出具凭证 / Picked up complete, receipt handed over",
}
_NOTES = (
    "顾客希望下次上午来 / customer prefers mornings",
    "室外机支架略有锈蚀，建议明年更换 / outdoor bracket slightly rusted, replace next year",
    "插座老化，已提醒顾客请电工更换 / socket is old, customer advised to call an electrician",
    "电梯在修，走楼梯 / lift under repair, took the stairs",
)
_OFTEN = {
    "air_conditioner": "control_board",
    "refrigerator": "thermostat",
    "washing_machine": "drain_pump",
    "television": "power_board",
}
