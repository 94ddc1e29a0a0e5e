"""What routes with a JSON body take: `application/json`, not nested beyond what a parser can follow.

Litestar parses such a body whatever its media type says, but the search for forbidden characters (`text`) looks only at
what says it is JSON. Taking nothing else closes that gap, and keeps out forms that other sites could submit.
"""

from typing import Any

from litestar import Request, Response
from litestar.connection import ASGIConnection
from litestar.handlers import BaseRouteHandler
from litestar.handlers.http_handlers import HTTPRouteHandler
from litestar.types import ExceptionHandlersMap

from schemas.errors import Code
from server.platform.errors import Refused, problem

JSON = "application/json"


async def json_only(connection: ASGIConnection[Any, Any, Any, Any], handler: BaseRouteHandler) -> None:
    """A guard: 415 when the route takes a body and what came does not say that it is JSON."""
    if not isinstance(handler, HTTPRouteHandler) or handler.parsed_data_field is None:
        return
    if connection.headers.get("content-type", "").partition(";")[0].strip() != JSON:
        raise Refused(Code.UNSUPPORTED_MEDIA_TYPE, f"send {JSON}")


def _too_deep(request: Request[Any, Any, Any], _: RecursionError) -> Response[bytes]:
    return problem(request, Code.MALFORMED, "nested too deeply")


#: No code of ours recurses but over what came in: only a hostile body can go that deep.
TOO_DEEP: ExceptionHandlersMap = {RecursionError: _too_deep}
