"""How long a recommendation takes: `python -m tests.dispatch.time_recommend`. Not a test: machines differ.

To hold on two cores (commitments.md): at most 10 ms at 25 technicians and 200 jobs, 50 ms at 100 and 1,000.
"""

from statistics import median
from time import perf_counter
from zoneinfo import ZoneInfo

from server.dispatch.rules.recommendation import recommend
from tests.dispatch.builders import at, city


def main() -> None:
    for technicians, jobs in ((25, 200), (100, 1_000), (400, 4_000)):
        people, new, travel = city(jobs, technicians, seed=1)
        took = []
        for job in new:
            started = perf_counter()
            answer = recommend(job, people, travel, at("09:00"), ZoneInfo("Asia/Shanghai"))
            took.append((perf_counter() - started) * 1000)
        took.sort()
        print(
            f"{technicians:4} technicians {jobs:5} jobs: median {median(took):6.2f} ms, p95 {took[47]:6.2f} ms,"
            f" most {took[-1]:6.2f} ms; last: {answer.positions} positions, {len(answer.proposals)} proposals"
        )


if __name__ == "__main__":
    main()
