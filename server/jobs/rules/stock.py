"""Which parts are where: on the vans as counted and used since, at the depot as counted. Pure.

Deliberate limit: parts of the depot are loaded when a shift begins; in a shift that runs they cannot be had, as nobody
drives back for them. Until vans and depot are counted anew, what was loaded still counts as at the depot, and as
promised from there, which comes to the same.
"""

from collections.abc import Iterable, Mapping

Parts = Mapping[str, int]


def minus(stock: Parts, taken: Parts) -> dict[str, int]:
    """What is left, down to nothing: a count that was wrong is no debt."""
    return {part: max(0, quantity - taken.get(part, 0)) for part, quantity in stock.items()}


def short(stock: Parts, needed: Parts) -> dict[str, int]:
    """What is missing, part → quantity above zero."""
    return {part: n - stock.get(part, 0) for part, n in needed.items() if n > stock.get(part, 0)}


def together(several: Iterable[Parts]) -> dict[str, int]:
    total: dict[str, int] = {}
    for parts in several:
        for part, quantity in parts.items():
            total[part] = total.get(part, 0) + quantity
    return total


def free_at_depot(depot: Parts, vans: Mapping[str, Parts], promised: Mapping[str, Parts]) -> dict[str, int]:
    """What no visit to come waits for. `vans`, `promised`: technician → part → quantity."""
    return minus(depot, together(short(vans.get(who, {}), needed) for who, needed in promised.items()))
