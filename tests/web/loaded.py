"""All that a worker loads before it serves. Imported once per run, in the process of which each server is a fork."""

import importlib

from server.app import FEATURES

for feature in FEATURES:
    importlib.import_module(f"server.{feature}.routes")
