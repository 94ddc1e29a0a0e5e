"""What routes with a JSON body take: `application/json`, not nested beyond what a parser can follow.

Litestar parses such a body whatever its media type says, but the search for forbidden characters (`text`) looks only at
what says it is JSON. Taking nothing else closes that gap, and keeps out forms that other sites could submit.
"""

from typing import Any

from litestar import Request, Response
from litestar.handlers import BaseRouteHandler
from litestar.handlers.http_handlers import HTTPRouteHandler
from litestar.types import ExceptionHandlersMap

from schemas.errors import Code
from server.platform.errors import Refused, problem
from server.platform.text import refuse_forbidden_body

JSON = "application/json"


async def judge_body(request: Request[Any, Any, Any]) -> None:
    """`before_request` of the whole app: 415 when the route takes a body and what came does not say that it is JSON;
    422 when it holds a character no text may hold. No guard: for each guard of a request Litestar copies the handler,
    which takes as long as all of this."""
    if _takes_json(request.route_handler) and not _says_json(request):
        raise Refused(Code.UNSUPPORTED_MEDIA_TYPE, f"send {JSON}")
    await refuse_forbidden_body(request)


def _takes_json(handler: BaseRouteHandler) -> bool:
    return isinstance(handler, HTTPRouteHandler) and handler.parsed_data_field is not None


def _says_json(request: Request[Any, Any, Any]) -> bool:
    return request.headers.get("content-type", "").partition(";")[0].strip() == JSON


def _too_deep(request: Request[Any, Any, Any], _: RecursionError) -> Response[bytes]:
    return problem(request, Code.MALFORMED, "nested too deeply")


#: No code of ours recurses but over what came in: only a hostile body can go that deep.
TOO_DEEP: ExceptionHandlersMap = {RecursionError: _too_deep}
