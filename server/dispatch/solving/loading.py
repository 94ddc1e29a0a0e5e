"""VROOM, loaded without pandas: pyvroom wants that for a table of its answers which nobody here asks for, and it takes
half a second to load, a quarter of what a plan of 200 visits may take."""

import sys
from importlib import import_module
from types import ModuleType
from typing import Any


class _Later(ModuleType):
    """Stands for a module until somebody uses it."""

    ready = False

    def __getattr__(self, name: str) -> Any:
        if not self.ready:
            return object  # in annotations, while pyvroom loads
        return getattr(import_module(self.__name__), name)


def load_vroom() -> Any:
    """The module; it has no types."""
    if "vroom" in sys.modules or "pandas" in sys.modules:
        return import_module("vroom")
    later = sys.modules["pandas"] = _Later("pandas")
    try:
        return import_module("vroom")
    finally:
        if sys.modules.get("pandas") is later:
            del sys.modules["pandas"]
        later.ready = True
