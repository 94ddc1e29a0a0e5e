"""What is said of a visit before the customer signs, in the words of the wire."""

from __future__ import annotations

from typing import Any

FINISHED = "2026-11-23T08:00:00+00:00"
SIGNER = {"name": "李梅", "role": "customer"}
STROKES = [[[0, 0, 0, 500], [100, 120, 30, 700]], [[200, 10, 90, 400]]]
REFUSAL = {"reason": "客户不同意收费", "witness": {"name": "王强", "role": "neighbour", "strokes": [[[5, 5, 0, 600]]]}}


def facts(job_id: str, **more: Any) -> dict[str, Any]:
    """Signed by the customer, unless `more` says otherwise."""
    said = {
        "job_id": job_id,
        "text": "压缩机已更换，运行正常。",
        "locale": "zh-CN",
        "signer": SIGNER,
        "strokes": STROKES,
        "finished_at": FINISHED,
        "photos": [],
        "rating": 5,
    }
    return said | more


def refused(job_id: str, **more: Any) -> dict[str, Any]:
    return facts(job_id, **{"signer": None, "strokes": None, "refusal": REFUSAL, **more})


def added(job_id: str, extends: str, **more: Any) -> dict[str, Any]:
    return {
        "job_id": job_id,
        "extends": extends,
        "note": "补拍铭牌",
        "locale": "zh-CN",
        "made_at": FINISHED,
        "photos": [],
    } | more
