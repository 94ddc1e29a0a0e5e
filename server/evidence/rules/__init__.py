"""What was signed: its forms, its bytes, and whether it holds. Pure."""

from server.evidence.rules.forms import addendum_of, manifest_of
from server.evidence.rules.judgement import (
    KINDS,
    Held,
    Kind,
    Statement,
    attributed,
    compared,
    fault,
    read,
    read_addendum,
    read_manifest,
    verified,
)
from server.evidence.rules.proof import canonical, digest, signed_by

__all__ = [
    "KINDS",
    "Held",
    "Kind",
    "Statement",
    "addendum_of",
    "attributed",
    "canonical",
    "compared",
    "digest",
    "fault",
    "manifest_of",
    "read",
    "read_addendum",
    "read_manifest",
    "signed_by",
    "verified",
]
