"""How this installation signs access tokens, and how long both kinds of tokens live."""

from typing import Any

from litestar import Request

from server.accounts.actions import TokenTerms


def terms_of(request: Request[Any, Any, Any]) -> TokenTerms:
    state = request.app.state
    return TokenTerms(
        key=state.secrets.token_key,
        access_lifetime=state.settings.access_token_lifetime,
        refresh_lifetime=state.settings.refresh_token_lifetime,
    )
