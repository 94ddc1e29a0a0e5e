"""What a customer writes in the forms of a service request, of a wish about a job, and of a judgement: read, or every
fault named by its field. Pure. Characters that no text may hold were refused before (`forms`).

A fault is the key of a text of the catalogue; a form is shown again with each fault beside its field.
"""

import re
from collections.abc import Collection, Mapping
from datetime import date, timedelta
from typing import Final, Literal, get_args

import msgspec

from server.portal.rules.phone import normal_phone

Part = Literal["any", "morning", "afternoon", "evening"]
Wish = Literal["other_time", "cancel"]
Answer = Literal["yes", "no", "unsure"]

#: Field → key of the text that says what is wrong with it.
Faults = Mapping[str, str]
Fields = Mapping[str, str]

#: The version of the text that a customer agrees to; a new text is a new version.
CONSENT: Final = "2026-11"
#: How far ahead a day may be preferred: beyond it the desk should be spoken to.
DAYS_AHEAD: Final = 14
#: What a customer may choose when no symptom of the list is theirs.
OTHER: Final = "other"

_MOST: Final[Mapping[str, int]] = {"words": 2000, "name": 80, "address": 300}
_SPACE: Final = re.compile(r"\s+")


class Asked(msgspec.Struct, frozen=True, kw_only=True):
    """A request for service as it was written. `symptom`: a fault code of the product's line, or `OTHER`; `phone`:
    digits."""

    symptom: str
    words: str
    name: str
    phone: str
    address: str
    day: date | None
    part: Part


def read_request(form: Fields, symptoms: Collection[str], today: date) -> Asked | Faults:
    """`symptoms`: the codes that were offered; `today`: where the product's outlet is."""
    faults: dict[str, str] = {}
    symptom = form.get("symptom", "").strip() or OTHER
    if symptom != OTHER and symptom not in symptoms:
        faults["symptom"] = "fault_choice"
    words, name, address = several_lines(form, "words"), one_line(form, "name"), one_line(form, "address")
    if symptom == OTHER and not words:
        faults["words"] = "fault_words_needed"
    for field, text in (("name", name), ("address", address)):
        if not text:
            faults[field] = f"fault_{field}_needed"
    faults |= {f: "fault_too_long" for f, text in _texts(words, name, address) if len(text) > _MOST[f]}
    phone = normal_phone(one_line(form, "phone"))
    if phone is None:
        faults["phone"] = "fault_phone"
    day, part = _when(form, today, faults)
    if form.get("consent") != "yes":
        faults["consent"] = "fault_consent"
    if faults or phone is None:
        return faults
    return Asked(symptom=symptom, words=words, name=name, phone=phone, address=address, day=day, part=part)


def _texts(words: str, name: str, address: str) -> tuple[tuple[str, str], ...]:
    return ("words", words), ("name", name), ("address", address)


class Wished(msgspec.Struct, frozen=True, kw_only=True):
    """What a customer asks of the desk about a job."""

    kind: Wish
    words: str
    day: date | None
    part: Part


def read_wish(form: Fields, today: date) -> Wished | Faults:
    faults: dict[str, str] = {}
    kind, words = form.get("kind", ""), several_lines(form, "words")
    if kind not in get_args(Wish):
        return {"kind": "fault_choice"}
    if len(words) > _MOST["words"]:
        faults["words"] = "fault_too_long"
    day, part = _when(form, today, faults)
    if kind == "other_time" and day is None and part == "any" and not words:
        faults["day"] = "fault_day_needed"
    if faults:
        return faults
    return Wished(kind="cancel" if kind == "cancel" else "other_time", words=words, day=day, part=part)


class Judged(msgspec.Struct, frozen=True, kw_only=True):
    """`rating`: 1 to 5; None only where it is not solved. `conduct`: checklist key → answer, of those answered."""

    solved: bool
    rating: int | None
    conduct: dict[str, Answer]
    words: str


def read_judgement(form: Fields, points: Collection[str]) -> Judged | Faults:
    """`points`: the keys of the conduct standard that were asked about."""
    faults: dict[str, str] = {}
    solved, rating, words = form.get("solved", ""), form.get("rating", ""), several_lines(form, "words")
    if solved not in ("yes", "no"):
        faults["solved"] = "fault_choice"
    if rating not in ("", "1", "2", "3", "4", "5") or (solved == "yes" and not rating):
        faults["rating"] = "fault_rating"
    if len(words) > _MOST["words"]:
        faults["words"] = "fault_too_long"
    if solved == "no" and not words:
        faults["words"] = "fault_not_solved_words"
    conduct: dict[str, Answer] = {}
    for key in points:
        match form.get(f"conduct.{key}", ""):
            case "yes" | "no" | "unsure" as answer:
                conduct[key] = answer
            case "":
                pass
            case _:
                faults["conduct"] = "fault_choice"
    if faults:
        return faults
    return Judged(solved=solved == "yes", rating=int(rating) if rating else None, conduct=conduct, words=words)


def _when(form: Fields, today: date, faults: dict[str, str]) -> tuple[date | None, Part]:
    """The day preferred and the part of it; what is wrong goes into `faults`."""
    text, part = form.get("day", "").strip(), form.get("part", "any")
    day: date | None = None
    if text:
        try:
            day = date.fromisoformat(text)
        except ValueError:
            faults["day"] = "fault_choice"
        else:
            if not today <= day <= today + timedelta(DAYS_AHEAD):
                faults["day"] = "fault_day"
    match part:
        case "any" | "morning" | "afternoon" | "evening":
            return day, part
        case _:
            faults["part"] = "fault_choice"
            return day, "any"


def one_line(form: Fields, field: str) -> str:
    """Line breaks and runs of space become one space: what goes into a heading or a message must not break it."""
    return _SPACE.sub(" ", form.get(field, "")).strip()


def several_lines(form: Fields, field: str) -> str:
    """Line ends as one character, no space at the ends, at most one empty line in a row."""
    lines = [line.rstrip() for line in form.get(field, "").replace("\r\n", "\n").replace("\r", "\n").split("\n")]
    return re.sub(r"\n{3,}", "\n\n", "\n".join(lines)).strip()
