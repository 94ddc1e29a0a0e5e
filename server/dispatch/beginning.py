"""How the planner's process begins. Outside `solving`, which loads half of it: manners come first."""

from server.platform.manners import behave


def begin(memory: int, warm: bool) -> None:
    """`memory`: bytes of address space; `warm`: what is slow to load is there before the first problem."""
    behave(memory, leaves_core=True)
    if warm:
        from server.dispatch.solving import improving  # noqa: F401 - and PyVRP with it
        from server.dispatch.solving.loading import load_vroom

        load_vroom()
