"""`firm`: as in the tests of accounts."""

from tests.accounts.conftest import emptied, firm

__all__ = ["emptied", "firm"]
