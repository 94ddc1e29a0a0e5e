"""First come, first served: the oldest call that somebody free can take goes to whoever of them is nearest."""

from collections.abc import Iterator, Sequence

from scripts.benchmarks.dispatch.week.world import Call, View


class FirstCome:
    def called(self, view: View, calls: Sequence[Call]) -> None:
        """They wait in the order in which they came."""

    def send(self, view: View, ticked: bool) -> Iterator[tuple[int, int]]:
        free = view.free()
        for call in list(view.waiting.values()):
            able = [one for one in free if view.can(one, call)]
            if able:
                nearest = min(able, key=lambda one: (view.seconds(one.place, call.place), one.person.id))
                free.remove(nearest)
                yield nearest.person.id, call.id
