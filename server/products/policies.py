"""Policy documents as files: reading, checking, and the ones shipped as defaults."""

from __future__ import annotations

import tomllib
from functools import cache
from importlib import resources

import msgspec

from server.products.rules.policy import Policy
from server.products.rules.policy_check import faults_of
from server.products.rules.refusal import Refusal

SHIPPED = ("cn_three_guarantees.toml", "company_promise.toml")


def read_policy(document: str) -> Policy | tuple[Refusal, ...]:
    """One policy version from TOML, or everything that is wrong with it (one fault while it cannot be read)."""
    try:
        policy = msgspec.convert(tomllib.loads(document), Policy)
    except (tomllib.TOMLDecodeError, msgspec.ValidationError) as fault:
        return (Refusal("policy_unreadable", f"政策文件无法读取：{fault}", f"The policy cannot be read: {fault}"),)
    return faults_of(policy) or policy


@cache
def shipped() -> tuple[Policy, ...]:
    """The policies a new installation starts with."""
    folder = resources.files("server.products") / "defaults"
    return tuple(_shipped(folder.joinpath(name).read_text("utf-8")) for name in SHIPPED)


def _shipped(document: str) -> Policy:
    policy = read_policy(document)
    if isinstance(policy, tuple):
        raise ValueError("; ".join(fault.text_en for fault in policy))
    return policy
