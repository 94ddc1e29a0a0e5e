"""What a firm measures about its own promises: figures by outlet, nothing about persons."""

from uuid import UUID

from schemas.base import Answer


class KeptCounts(Answer, frozen=True, kw_only=True):
    """Of one clock: how many were kept, how many missed, and how many still run or stand still."""

    met: int
    missed: int
    open: int


class OutletMeasures(Answer, frozen=True, kw_only=True):
    """Of the jobs opened in the period that were promised something. `jobs`: all of them, void ones not counted.
    `slack_seconds`: mean time to spare at arrival, negative when late; null without an arrival that was promised.
    `finished`: completed or closed; `first_time`: of these, with a single visit."""

    outlet_id: UUID
    centre_id: UUID
    name: str
    name_en: str
    jobs: int
    response: KeptCounts
    resolution: KeptCounts
    slack_seconds: float | None
    finished: int
    first_time: int
