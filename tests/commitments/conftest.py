"""Hypothesis measures no time here: two busy cores are no reason for a promise to be wrong."""

from hypothesis import settings

settings.register_profile("untimed", deadline=None)
settings.load_profile("untimed")
