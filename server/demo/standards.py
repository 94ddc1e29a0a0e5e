"""The standards the firm works by: kinds of jobs with their checklists, calendars and promises. The data is TOML beside
this file, so that another firm's standard can replace it; here it is read and checked. No database."""

from __future__ import annotations

import tomllib
from functools import cache
from importlib import resources
from typing import Any

import msgspec

from schemas.accounts import Role
from schemas.commitments import EscalationStep, NewCalendar


class Item(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    key: str
    text: str
    text_en: str
    required: bool = True


class JobKind(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """`checklist`: without the conduct standard; `Procedures.checklist` has it whole."""

    code: str
    name: str
    name_en: str
    skill: str
    minutes: int
    photos: int
    checklist: tuple[Item, ...]
    conduct: bool = False


class Procedures(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    conduct: tuple[Item, ...]
    job_type: tuple[JobKind, ...]

    def checklist(self, kind: JobKind) -> tuple[Item, ...]:
        return kind.checklist + (self.conduct if kind.conduct else ())


class CalendarText(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """`hours`: the windows of every day in `weekdays` (0 = Monday), and of the country's make-up days."""

    key: str
    name: str
    name_en: str
    always_open: bool = False
    holidays_of: str = ""
    hours: list[list[str]] = []
    weekdays: tuple[int, ...] = ()

    def as_new(self) -> NewCalendar:
        plain: dict[str, Any] = {
            "code": self.key,
            "name": self.name,
            "name_en": self.name_en,
            "always_open": self.always_open,
            "weekly": {str(day): self.hours for day in self.weekdays},
            "holidays_of": self.holidays_of,
        }
        return msgspec.convert(plain, NewCalendar)


class PromiseText(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    code: str
    name: str
    name_en: str
    job_type: str
    calendar: str
    region_grade: str | None = None
    respond_hours: int | None = None
    respond_day: int | None = None
    resolve_hours: int | None = None


class EscalationText(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    key: str
    minutes: int
    tell: Role

    def as_step(self) -> EscalationStep:
        return EscalationStep(key=self.key, offset_seconds=self.minutes * 60, tell=self.tell)


class Promises(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    calendar: tuple[CalendarText, ...]
    escalation: tuple[EscalationText, ...]
    policy: tuple[PromiseText, ...]

    def respond_hours(self, job_type: str, grade: str) -> int | None:
        """Hours around the clock until somebody is on site; None where the promise counts working days."""
        fitting = [p for p in self.policy if p.job_type == job_type and p.region_grade in (None, grade)]
        return max(fitting, key=lambda p: p.region_grade is not None).respond_hours


@cache
def procedures() -> Procedures:
    return msgspec.convert(_read("procedures.toml"), Procedures)


@cache
def promises() -> Promises:
    return msgspec.convert(_read("promises.toml"), Promises)


def _read(name: str) -> dict[str, Any]:
    return tomllib.loads((resources.files("server.demo") / name).read_text("utf-8"))
