"""Pure. The objective as the table of docs/solving.md shows it.

python -m server.dispatch.solving.described     writes it there anew
"""

from pathlib import Path

from server.dispatch.rules.objective import GRAIN, TERMS

BEGIN, END = "<!-- objective: generated -->\n", "<!-- /objective -->"
HEAD = "| tier | term | unit | weight | why | |\n| --- | --- | --- | --- | --- | --- |\n"


def objective_table() -> str:
    rows = (
        f"| {term.tier} | `{term.name}` | {term.unit}{_grain(term.tier)} | {term.weight:g} | {term.source}"
        f" | {term.said.zh} · {term.said.en} |\n"
        for term in TERMS
    )
    return HEAD + "".join(rows)


def with_table(text: str) -> str:
    """`text` with the table between its marks as it is now."""
    before, _, rest = text.partition(BEGIN)
    return before + BEGIN + objective_table() + END + rest.partition(END)[2]


def _grain(tier: int) -> str:
    return f" (recommendations: in steps of {GRAIN[tier]:g})" if tier in GRAIN else ""


if __name__ == "__main__":
    page = Path("docs/solving.md")
    page.write_text(with_table(page.read_text("utf-8")), "utf-8")
