"""Reactions over HTTP."""

from typing import Annotated
from uuid import UUID

from litestar import get, post, put
from litestar.di import NamedDependency
from litestar.params import FromPath, FromQuery, JSONBody, QueryParameter
from litestar.status_codes import HTTP_200_OK

from schemas.base import Page
from schemas.errors import Code
from schemas.hands import Give, PutBack, SeeTo
from schemas.reactions import (
    DismissReaction,
    Reaction,
    ReactionKind,
    ReactionRule,
    ReactionState,
    RuleTerms,
    TakeReaction,
)
from server.dispatch import reactions
from server.platform.auth import MANAGERS, OFFICE_READERS, OFFICE_WRITERS, Caller, only
from server.platform.errors import Refused
from server.platform.paging import decode_cursor, encode_cursor

READ, WRITE = only(*OFFICE_READERS), only(*OFFICE_WRITERS)


@get("/reactions", summary="What happened and calls for a change of plan, the newest first", guards=[READ])
async def list_reactions(
    caller: NamedDependency[Caller],
    outlet_id: FromQuery[UUID | None] = None,
    reaction_state: Annotated[ReactionState, QueryParameter(name="state")] = ReactionState.OPEN,
    kind: FromQuery[ReactionKind | None] = None,
    cursor: FromQuery[str | None] = None,
    limit: Annotated[int, QueryParameter(ge=1, le=100)] = 20,
) -> Page[Reaction]:
    """`state`: those that wait for a dispatcher when left out."""
    before = decode_cursor(cursor, tuple[UUID])[0] if cursor else None
    found = await reactions.page(caller, outlet_id, reaction_state, kind, before, limit + 1)
    more = encode_cursor(found[limit - 1].id) if len(found) > limit else None
    return Page(items=found[:limit], next_cursor=more)


@get("/reactions/{reaction_id:uuid}", summary="What happened, and what is suggested", guards=[READ])
async def read_reaction(caller: NamedDependency[Caller], reaction_id: FromPath[UUID]) -> Reaction:
    return await reactions.read(caller, reaction_id)


@post(
    "/reactions/{reaction_id:uuid}/take",
    summary="Carry out what is suggested, at once or not at all",
    guards=[WRITE],
    status_code=HTTP_200_OK,
)
async def take_reaction(
    caller: NamedDependency[Caller], reaction_id: FromPath[UUID], data: JSONBody[TakeReaction]
) -> Reaction:
    return await reactions.take(caller, reaction_id, data)


@post(
    "/reactions/{reaction_id:uuid}/dismiss",
    summary="Leave everything as it is",
    guards=[WRITE],
    status_code=HTTP_200_OK,
)
async def dismiss_reaction(
    caller: NamedDependency[Caller], reaction_id: FromPath[UUID], data: JSONBody[DismissReaction]
) -> Reaction:
    return await reactions.dismiss(caller, reaction_id, data)


@post(
    "/reactions/{reaction_id:uuid}/see-to",
    summary="Look into it: its outlet is told who does",
    guards=[WRITE],
    status_code=HTTP_200_OK,
)
async def see_to_reaction(
    caller: NamedDependency[Caller], reaction_id: FromPath[UUID], data: JSONBody[SeeTo]
) -> Reaction:
    return await reactions.see_to(caller, reaction_id, data.version)


@post(
    "/reactions/{reaction_id:uuid}/give",
    summary="Give it to a colleague who may look into it and is told",
    guards=[WRITE],
    status_code=HTTP_200_OK,
)
async def give_reaction(caller: NamedDependency[Caller], reaction_id: FromPath[UUID], data: JSONBody[Give]) -> Reaction:
    return await reactions.give(caller, reaction_id, data)


@post(
    "/reactions/{reaction_id:uuid}/put-back",
    summary="Put it back: nobody looks into it",
    guards=[WRITE],
    status_code=HTTP_200_OK,
)
async def put_back_reaction(
    caller: NamedDependency[Caller], reaction_id: FromPath[UUID], data: JSONBody[PutBack]
) -> Reaction:
    return await reactions.put_back(caller, reaction_id, data.version)


@get("/reactions/rules", summary="How an outlet reacts to each kind of event", guards=[READ])
async def list_rules(caller: NamedDependency[Caller], outlet_id: FromQuery[UUID]) -> list[ReactionRule]:
    return await reactions.rules(caller, outlet_id)


@put(
    "/outlets/{outlet_id:uuid}/reactions/{kind:str}",
    summary="Set how an outlet reacts to one kind of event",
    guards=[only(*MANAGERS)],
)
async def set_rule(
    caller: NamedDependency[Caller], outlet_id: FromPath[UUID], kind: FromPath[str], data: JSONBody[RuleTerms]
) -> ReactionRule:
    if kind not in {each.value for each in ReactionKind}:
        raise Refused(Code.NOT_FOUND)
    return await reactions.set_rule(caller, outlet_id, ReactionKind(kind), data)


ROUTES = (
    *(list_reactions, read_reaction, take_reaction, dismiss_reaction),
    *(see_to_reaction, give_reaction, put_back_reaction),
    *(list_rules, set_rule),
)
