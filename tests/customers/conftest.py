"""`firm`: as in the tests of accounts."""

from tests.accounts.conftest import firm

__all__ = ["firm"]
