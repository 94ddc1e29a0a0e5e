"""`firm`: as in the tests of accounts."""

from tests.accounts.conftest import app, emptied, firm

__all__ = ["app", "emptied", "firm"]
