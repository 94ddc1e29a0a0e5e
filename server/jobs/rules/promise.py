"""Judging the response promise on a job's own fields. Pure."""

from datetime import datetime


def judge_response(respond_by: str | None, arrived_at: str) -> str:
    """`met` or `missed` by the corrected arrival; `void` when nothing was promised. Instants in ISO 8601."""
    if respond_by is None:
        return "void"
    return "met" if datetime.fromisoformat(arrived_at) <= datetime.fromisoformat(respond_by) else "missed"
