"""Plain OR-Tools routing: cheapest insertion in parallel, then guided local search for the rest of the time."""

from collections.abc import Callable
from time import perf_counter

import numpy as np
from ortools.constraint_solver import (  # type: ignore[import-untyped,import-not-found,unused-ignore]
    pywrapcp,
    routing_enums_pb2,
)

from scripts.benchmarks.dispatch.contenders.plain import Plain, Plan

PENALTY = 1_000_000
"""For a job of weight 1 left out, in seconds of travel."""

NOBODY = -1


def plan(problem: Plain, seconds: float) -> Plan:
    began = perf_counter()
    count = len(problem.seconds)
    manager = pywrapcp.RoutingIndexManager(
        count, len(problem.shifts), [shift.start for shift in problem.shifts], [shift.end for shift in problem.shifts]
    )
    routing = pywrapcp.RoutingModel(manager)
    works = {work.place: work for work in problem.works}
    service = np.zeros(count, dtype=np.int64)
    for place, work in works.items():
        service[place] = work.service
    travel, passing = problem.seconds.tolist(), (problem.seconds + service[:, None]).tolist()
    routing.SetArcCostEvaluatorOfAllVehicles(_transit(routing, manager, travel))
    latest = max(shift.closes for shift in problem.shifts)
    routing.AddDimension(_transit(routing, manager, passing), latest, latest, False, "time")
    _limit(problem, routing, manager)
    found = routing.SolveWithParameters(_parameters(seconds - (perf_counter() - began)))
    return {} if found is None else _read(problem, routing, manager, found)


def _transit(routing: pywrapcp.RoutingModel, manager: pywrapcp.RoutingIndexManager, between: list[list[int]]) -> int:
    """As a matrix where the package takes one: a call into Python for every arc would be OR-Tools at its worst."""
    if hasattr(routing, "RegisterTransitMatrix"):
        return int(routing.RegisterTransitMatrix(between))
    node: Callable[[int], int] = manager.IndexToNode
    return int(routing.RegisterTransitCallback(lambda a, b: between[node(a)][node(b)]))


def _limit(problem: Plain, routing: pywrapcp.RoutingModel, manager: pywrapcp.RoutingIndexManager) -> None:
    time = routing.GetDimensionOrDie("time")
    able: dict[frozenset[int], list[int]] = {}
    for work in problem.works:
        index = manager.NodeToIndex(work.place)
        time.CumulVar(index).SetRange(work.opens, work.closes)
        if work.skills not in able:
            able[work.skills] = [v for v, shift in enumerate(problem.shifts) if work.skills <= shift.skills]
        routing.VehicleVar(index).SetValues([NOBODY, *able[work.skills]])
        routing.AddDisjunction([index], PENALTY * work.weight)
    for vehicle, shift in enumerate(problem.shifts):
        time.CumulVar(routing.Start(vehicle)).SetRange(shift.opens, shift.closes)
        time.CumulVar(routing.End(vehicle)).SetRange(shift.opens, shift.closes)
    if any(shift.capacity for shift in problem.shifts):
        loads = [0] * len(problem.seconds)
        for work in problem.works:
            loads[work.place] = work.load
        demand = routing.RegisterUnaryTransitVector(loads)
        routing.AddDimensionWithVehicleCapacity(demand, 0, [s.capacity for s in problem.shifts], True, "load")


def _parameters(seconds: float) -> object:
    parameters = pywrapcp.DefaultRoutingSearchParameters()
    parameters.first_solution_strategy = routing_enums_pb2.FirstSolutionStrategy.PARALLEL_CHEAPEST_INSERTION
    parameters.local_search_metaheuristic = routing_enums_pb2.LocalSearchMetaheuristic.GUIDED_LOCAL_SEARCH
    parameters.time_limit.FromMilliseconds(max(1, round(seconds * 1000)))
    return parameters


def _read(
    problem: Plain,
    routing: pywrapcp.RoutingModel,
    manager: pywrapcp.RoutingIndexManager,
    found: pywrapcp.Assignment,
) -> Plan:
    jobs, routes = {work.place: work.id for work in problem.works}, {}
    for vehicle, shift in enumerate(problem.shifts):
        index, route = found.Value(routing.NextVar(routing.Start(vehicle))), []
        while not routing.IsEnd(index):
            route.append(jobs[manager.IndexToNode(index)])
            index = found.Value(routing.NextVar(index))
        routes[shift.id] = route
    return routes
