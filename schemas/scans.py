"""Wire types of alarms about scans: signs that more than one product carries a code."""

from datetime import date
from enum import StrEnum
from typing import Annotated, Literal
from uuid import UUID

import msgspec

from schemas.base import Answer, Instant, Request
from schemas.commitments import Sentence


class ScanSignal(StrEnum):
    """`travel`: at two places in too short a time. `regions`: in too many within 30 days. `networks`: from too many a
    day. `before_sale`: widely before it was sold. `unknown_codes`: many codes of a model that are not on record.
    `invented_serial`: one of these, from many networks."""

    TRAVEL = "travel"
    REGIONS = "regions"
    NETWORKS = "networks"
    BEFORE_SALE = "before_sale"
    UNKNOWN_CODES = "unknown_codes"
    INVENTED_SERIAL = "invented_serial"


class ScanAlarmState(StrEnum):
    """`taken`: somebody looks into it."""

    OPEN = "open"
    TAKEN = "taken"
    CLOSED = "closed"


class ScanFinding(StrEnum):
    COUNTERFEIT = "counterfeit"
    FALSE_ALARM = "false_alarm"


class ScanPlace(Answer, frozen=True, kw_only=True):
    """Scans within the hour from `at` on; place in whole degrees. `source`: `visit` by a technician on site. `name`: of
    the region, empty where it is not known."""

    at: Instant
    lat: int
    lon: int
    source: Literal["page", "visit"]
    name: str = ""
    name_en: str = ""
    scans: int = 1


class ScanDay(Answer, frozen=True, kw_only=True):
    day: date
    scans: int
    networks: int


class ScanTrip(Answer, frozen=True, kw_only=True):
    """`km` at least, in `hours` at most."""

    start: ScanPlace
    end: ScanPlace
    km: float
    hours: float


class ScanEvidence(Answer, frozen=True, kw_only=True):
    """What the signal was seen in; of each kind at most 30, the last ones."""

    places: list[ScanPlace] = []
    days: list[ScanDay] = []
    trips: list[ScanTrip] = []


class PastFinding(Answer, frozen=True, kw_only=True):
    """What was found when the alarm was raised before."""

    finding: ScanFinding
    note: str
    closed_by: UUID | None
    closed_at: Instant


class ScanAlarm(Answer, frozen=True, kw_only=True):
    """`serial` empty: about the model as a whole. `unit_id` null: not on record; such alarms are for headquarters.
    `rule`: what the signal means; `found`: what was seen. `times`: how often it was raised.
    `taken_by`: who looks into it; `given_by`: who gave it to them, null: they took it themselves."""

    id: UUID
    signal: ScanSignal
    state: ScanAlarmState
    version: int
    gtin: str
    serial: str
    unit_id: UUID | None
    outlet_id: UUID | None
    model_name: str
    model_name_en: str
    sold_on: date | None
    rule: Sentence
    found: Sentence
    evidence: ScanEvidence
    raised_at: Instant
    times: int
    taken_by: UUID | None
    taken_at: Instant | None
    given_by: UUID | None
    closed_by: UUID | None
    closed_at: Instant | None
    finding: ScanFinding | None
    note: str
    past: list[PastFinding]


class TakeScanAlarm(Request, frozen=True, kw_only=True):
    """`version`: of the alarm that was looked at."""

    version: Annotated[int, msgspec.Meta(ge=1)]


class CloseScanAlarm(Request, frozen=True, kw_only=True):
    version: Annotated[int, msgspec.Meta(ge=1)]
    finding: ScanFinding
    note: Annotated[str, msgspec.Meta(max_length=400)] = ""
