"""Units from CSV files."""

from server.products.importing.refusals import ImportRefused
from server.products.importing.run import import_file

__all__ = ["ImportRefused", "import_file"]
