"""Every stable error code, in one place. Clients may rely on a code for ever; titles are for people."""

from enum import StrEnum

import msgspec


class Code(StrEnum):
    # the request itself
    MALFORMED = "malformed"
    INVALID = "invalid"
    BODY_TOO_LARGE = "body_too_large"
    NOT_FOUND = "not_found"
    METHOD_NOT_ALLOWED = "method_not_allowed"
    UNSUPPORTED_MEDIA_TYPE = "unsupported_media_type"
    TOO_MANY_REQUESTS = "too_many_requests"
    CURSOR_INVALID = "cursor_invalid"
    TEXT_FORBIDDEN_CHARACTER = "text_forbidden_character"
    TIME_OUT_OF_RANGE = "time_out_of_range"
    NESTED_TOO_DEEP = "nested_too_deep"
    NUMBER_NOT_FINITE = "number_not_finite"
    CONTENT_ENCODING_UNKNOWN = "content_encoding_unknown"
    # who is asking
    NOT_AUTHENTICATED = "not_authenticated"
    TOKEN_EXPIRED = "token_expired"
    TOKEN_INVALID = "token_invalid"
    CREDENTIALS_WRONG = "credentials_wrong"
    LOCKED_OUT = "locked_out"
    REFRESH_REUSED = "refresh_reused"
    FORBIDDEN = "forbidden"
    # devices and sync
    DEVICE_UNKNOWN = "device_unknown"
    DEVICE_REVOKED = "device_revoked"
    DEVICE_ACTIVE = "device_active"
    LAST_UPLOAD_ONLY = "last_upload_only"
    CLIENT_OUTDATED = "client_outdated"
    KEY_INVALID = "key_invalid"
    CURSOR_EXPIRED = "cursor_expired"
    TOO_MANY_BOARDS = "too_many_boards"
    FORKED = "forked"
    BATCH_TOO_LARGE = "batch_too_large"
    SEQ_INVALID = "seq_invalid"
    OP_ID_INVALID = "op_id_invalid"
    VERSION_AHEAD = "version_ahead"
    UNKNOWN_KIND = "unknown_kind"
    UNKNOWN_RECORD = "unknown_record"
    OP_ID_REUSED = "op_id_reused"
    OPERATION_FAULTY = "operation_faulty"
    ARGUMENTS_INVALID = "arguments_invalid"
    # jobs and dispatch
    TRANSITION_ILLEGAL = "transition_illegal"
    JOB_REASSIGNED = "job_reassigned"
    VERSION_STALE = "version_stale"
    DOUBLE_BOOKED = "double_booked"
    OUTSIDE_SHIFT = "outside_shift"
    SKILL_MISSING = "skill_missing"
    TECHNICIAN_UNKNOWN = "technician_unknown"
    OUTLET_UNKNOWN = "outlet_unknown"
    JOB_TYPE_UNKNOWN = "job_type_unknown"
    UNIT_UNKNOWN = "unit_unknown"
    CUSTOMER_UNKNOWN = "customer_unknown"
    REVIEW_SETTLED = "review_settled"
    REVIEW_NOT_SETTLED = "review_not_settled"
    UNDO_TOO_LATE = "undo_too_late"
    UNDO_BLOCKED = "undo_blocked"
    CHOICE_UNKNOWN = "choice_unknown"
    USERNAME_TAKEN = "username_taken"
    # commitments
    NO_POLICY = "no_policy"
    CALENDAR_NEVER_OPEN = "calendar_never_open"
    # planning problems that come from outside (docs/solving.md)
    DUPLICATE_ID = "duplicate_id"
    DURATION_NEGATIVE = "duration_negative"
    LOCATION_INVALID = "location_invalid"
    LOCATION_MISSING = "location_missing"
    MATRIX_INVALID = "matrix_invalid"
    MATRIX_MISSING = "matrix_missing"
    MATRIX_NOT_SQUARE = "matrix_not_square"
    MATRIX_TOO_SMALL = "matrix_too_small"
    NO_VEHICLES = "no_vehicles"
    PROBLEM_TOO_LARGE = "problem_too_large"
    SHIFT_INVALID = "shift_invalid"
    STEPS_INVALID = "steps_invalid"
    UNSUPPORTED = "unsupported"
    VALUE_OUT_OF_RANGE = "value_out_of_range"
    WINDOW_INVALID = "window_invalid"
    WINDOWS_OVERLAP = "windows_overlap"
    SOLVER_BUSY = "solver_busy"
    SOLVER_FAILED = "solver_failed"
    SOLVER_OUT_OF_MEMORY = "solver_out_of_memory"
    SOLVER_TIMEOUT = "solver_timeout"
    # products
    GTIN_INVALID = "gtin_invalid"
    SERIAL_INVALID = "serial_invalid"
    CODE_INVALID = "code_invalid"
    LINE_UNKNOWN = "line_unknown"
    LINE_TAKEN = "line_taken"
    MODEL_UNKNOWN = "model_unknown"
    GTIN_TAKEN = "gtin_taken"
    SERIAL_TAKEN = "serial_taken"
    POLICY_TAKEN = "policy_taken"
    # evidence
    MANIFEST_INVALID = "manifest_invalid"
    SIGNATURE_INVALID = "signature_invalid"
    DIGEST_MISMATCH = "digest_mismatch"
    SIZE_MISMATCH = "size_mismatch"
    PHOTO_NOT_EXPECTED = "photo_not_expected"
    STORAGE_FULL = "storage_full"
    # the server
    NOT_READY = "not_ready"
    INTERNAL = "internal"


class Problem(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """RFC 9457 problem details, sent as `application/problem+json`. `code` is the stable part."""

    type: str
    title: str
    status: int
    code: Code
    detail: str = ""
    instance: str = ""
    extra: dict[str, object] | None = None
