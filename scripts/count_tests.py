"""`count_tests.py REPORT.xml`: prints how many tests passed, failed and were skipped, from pytest's JUnit report."""

import sys
from pathlib import Path
from xml.etree import ElementTree

report = Path(sys.argv[1])
if not report.exists():
    print(0, 1, 0)  # pytest did not get as far as a report
    sys.exit()
suites = list(ElementTree.parse(report).iter("testsuite"))
total, failures, errors, skipped = (
    sum(int(suite.get(name, "0")) for suite in suites) for name in ("tests", "failures", "errors", "skipped")
)
print(total - failures - errors - skipped, failures + errors, skipped)
