"""Jobs of another system, from a CSV file."""

from server.jobs.importing.refusals import ImportRefused
from server.jobs.importing.run import import_jobs

__all__ = ["ImportRefused", "import_jobs"]
