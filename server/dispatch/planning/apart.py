"""Pure. All the thinking of a plan in one go, for the worker process: search, completion, measuring, the draft.

A question travels as a pickle, from this program to itself; the answer is JSON. A search that fails for a mistake of
ours costs the better plan, not the plan: what people were told, completed by insertion, stands in for it.
"""

import pickle
import time
from collections.abc import Mapping, Sequence
from functools import partial
from itertools import pairwise
from typing import Any, NamedTuple

import msgspec
import numpy as np
from numpy.typing import NDArray

from schemas.dispatch import PlanItem, PlanTerm, PlanTotals
from server.dispatch.planning.drafting import Draft, draft
from server.dispatch.planning.filling import fill, overlaps
from server.dispatch.planning.kept import INSERTION, SEARCH
from server.dispatch.planning.measure import measure
from server.dispatch.planning.posing import pose, problem, visits_of
from server.dispatch.planning.scene import Scene, Visit
from server.dispatch.rules.problem import Place
from server.dispatch.rules.travel import Matrix, TravelModel
from server.dispatch.solving import first_answer, solve

FILLING_SECONDS = 10.0
"""What the search leaves is put in one by one, the most urgent first, for so long."""


class Question(NamedTuple):
    """`seconds`, `metres`: of travel between `places`."""

    scene: Scene
    places: Sequence[Place]
    seconds: NDArray[Any]
    metres: NDArray[Any]


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
    question: Question = pickle.loads(body)  # noqa: S301 - from this program to itself, over a pipe of its own
    return msgspec.json.encode(answered(question, seconds, seed))


def answered(question: Question, seconds: float, seed: int = 1) -> Answered:
    found, method, fault = _searched(question, seconds, seed)
    drafted = finish(question.scene, found, Tabled(question), time.monotonic() + FILLING_SECONDS)
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
    asked = problem(posed, question.seconds)
    ways = [(SEARCH, partial(solve, asked, seconds, seed))] if seconds else []
    for method, way in [*ways, (INSERTION, partial(first_answer, asked))]:
        try:
            return visits_of(posed, way()), method, faults
        except MemoryError:
            raise
        except Exception as fault:  # noqa: BLE001 - told in the answer, and logged where there is a log
            faults += f"{fault!r} "
    return question.scene.told, INSERTION, faults


class Tabled:
    """A travel model that knows the places of one question, at one time of the day."""

    def __init__(self, question: Question) -> None:
        self._index = {place: n for n, place in enumerate(question.places)}
        self._seconds: list[list[int]] = np.asarray(question.seconds).tolist()
        self._metres = question.metres

    def period(self, depart_at: int) -> int:
        return 0

    def matrix(self, origins: Sequence[Place], destinations: Sequence[Place], depart_at: int) -> Matrix:
        rows, columns = self._at(origins), self._at(destinations)
        seconds = [[self._seconds[r][c] for c in columns] for r in rows]
        return Matrix(seconds, [[int(self._metres[r, c]) for c in columns] for r in rows])

    def legs(self, places: Sequence[Place], depart_at: int) -> list[int]:
        at = self._at(places)
        return [self._seconds[a][b] for a, b in pairwise(at)]

    def _at(self, places: Sequence[Place]) -> list[int]:
        return [self._index[Place(*place)] for place in places]
