"""Pure. All the thinking of a plan in one go, for the worker process: search, completion, measuring, the draft.

A question travels as a pickle, from this program to itself; the answer is JSON. A search that fails for a mistake of
ours costs the better plan, not the plan: what people were told, completed by insertion, stands in for it.
"""

import pickle
import time
from collections.abc import Mapping, Sequence
from functools import partial
from typing import NamedTuple

import msgspec

from schemas.dispatch import PlanItem, PlanTerm, PlanTotals
from server.dispatch.planning.drafting import Draft, draft
from server.dispatch.planning.filling import fill, overlaps
from server.dispatch.planning.kept import INSERTION, SEARCH
from server.dispatch.planning.measure import measure
from server.dispatch.planning.posing import pose, problem, visits_of
from server.dispatch.planning.scene import Scene, Visit
from server.dispatch.rules.problem import Place
from server.dispatch.rules.squares import InSquare, Square
from server.dispatch.rules.travel import GreatCircle, TravelModel
from server.dispatch.solving import first_answer, solve

FILLING_SECONDS = 10.0
"""What the search leaves is put in one by one, the most urgent first, for so long."""


class Question(NamedTuple):
    """`square`: travel between `places`."""

    scene: Scene
    places: Sequence[Place]
    square: Square


class Answered(msgspec.Struct, frozen=True):
    """`fault`: why it is not a search, when one was wanted."""

    items: list[PlanItem]
    objective: list[PlanTerm]
    before: PlanTotals
    after: PlanTotals
    method: str
    fault: str = ""


def answer(body: bytes, seconds: float, seed: int) -> bytes:
    """`solving.workers.Work`. `body`: a pickled `Question`; `seconds` 0: by insertion alone."""
    question: Question = pickle.loads(body)  # noqa: S301 - from this program to itself, in memory of its own
    return msgspec.json.encode(answered(question, seconds, seed))


def answered(question: Question, seconds: float, seed: int = 1) -> Answered:
    found, method, fault = _searched(question, seconds, seed)
    travel = InSquare(question.places, question.square, GreatCircle())
    drafted = finish(question.scene, found, travel, time.monotonic() + FILLING_SECONDS)
    return Answered(drafted.items, drafted.objective, drafted.before, drafted.after, method, fault)


def finish(scene: Scene, found: Mapping[str, Visit], travel: TravelModel, until: float = float("inf")) -> Draft:
    """What a search found, held against every hard rule and completed. `until`: of the monotonic clock."""
    visits = dict(found)
    while clashing := {later for _, later in overlaps(scene, visits) if later in visits}:
        visits = {job_id: visit for job_id, visit in visits.items() if job_id not in clashing}
    filled = fill(scene, visits, travel, until=until)
    return draft(
        scene, filled.visits, filled.unplaced, measure(scene, scene.told, travel), measure(scene, filled.visits, travel)
    )


def _searched(question: Question, seconds: float, seed: int) -> tuple[Mapping[str, Visit], str, str]:
    """The visits found, how, and why not by a search."""
    posed, faults = pose(question.scene), ""
    asked = problem(posed, question.square.seconds)
    ways = [(SEARCH, partial(solve, asked, seconds, seed))] if seconds else []
    for method, way in [*ways, (INSERTION, partial(first_answer, asked))]:
        try:
            return visits_of(posed, way()), method, faults
        except MemoryError:
            raise
        except Exception as fault:  # noqa: BLE001 - told in the answer, and logged where there is a log
            faults += f"{fault!r} "
    return question.scene.told, INSERTION, faults
