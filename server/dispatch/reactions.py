"""What people do with reactions: look at them, take or dismiss what is suggested, say who looks into them meanwhile,
and set how their outlet reacts."""

from uuid import UUID

from schemas.errors import Code
from schemas.hands import Give
from schemas.reactions import (
    DismissReaction,
    Reaction,
    ReactionKind,
    ReactionMode,
    ReactionRule,
    ReactionState,
    RuleTerms,
    TakeReaction,
)
from server.accounts import hands
from server.accounts.hands import Hands
from server.dispatch.planning.running import tell
from server.dispatch.reacting import saying, store
from server.dispatch.reacting.carrying_out import carry_out
from server.dispatch.reacting.kept import Kept, sentence, wire
from server.dispatch.reacting.kinds import KINDS
from server.network import store as network
from server.platform import clock, db
from server.platform.auth import Caller, Scope
from server.platform.edits import hold_version
from server.platform.errors import Refused


async def read(caller: Caller, reaction_id: UUID) -> Reaction:
    """Raises `Refused(not_found)`."""
    return wire(await _kept(caller, reaction_id))


async def page(
    caller: Caller,
    outlet_id: UUID | None,
    state: ReactionState,
    kind: ReactionKind | None,
    before: UUID | None,
    limit: int,
) -> list[Reaction]:
    """The newest first."""
    return [wire(each) for each in await store.page(caller.scope, outlet_id, state, kind, before, limit)]


async def take(caller: Caller, reaction_id: UUID, wanted: TakeReaction) -> Reaction:
    """Carries out what is suggested, all of it or nothing. Raises `Refused`: `not_found`, `reaction_not_open`,
    `version_stale` (another suggestion than the one looked at, or something moved: a new one follows at once),
    `reaction_empty`, `consent_needed`, and what booking refuses."""
    try:
        async with db.transaction():
            kept = await _open(caller, reaction_id)
            if kept.suggested is None or kept.revision != wanted.revision:
                raise Refused(Code.VERSION_STALE, "there is a newer suggestion", revision=kept.revision)
            await carry_out(kept, kept.suggested, caller.scope, caller.user_id, frozenset(wanted.consent))
            await store.end(kept.id, ReactionState.TAKEN, clock.now(), caller.user_id)
            await tell(kept.centre_id, kept.outlet_id)
    except Refused as refusal:
        if refusal.code in (Code.VERSION_STALE, Code.DOUBLE_BOOKED):
            await store.look_again(reaction_id, clock.now())
        raise
    await store.look_around(kept.outlet_id, clock.now())
    return await read(caller, reaction_id)


async def dismiss(caller: Caller, reaction_id: UUID, wanted: DismissReaction) -> Reaction:
    """Nothing is changed, and the event is not told again. Raises `Refused`: `not_found`, `reaction_not_open`."""
    async with db.transaction():
        kept = await _open(caller, reaction_id)
        await store.end(kept.id, ReactionState.DISMISSED, clock.now(), caller.user_id, wanted.reason)
        await tell(kept.centre_id, kept.outlet_id)
    return await read(caller, reaction_id)


async def see_to(caller: Caller, reaction_id: UUID, version: int) -> Reaction:
    """The caller looks into it; what is suggested stands until somebody decides about it, and the outlet's rule holds
    as before. Raises `Refused`: `not_found`, `reaction_not_open`; `version_stale`: it has changed hands meanwhile."""
    async with db.transaction():
        kept = await _as_seen(caller, reaction_id, version)
        if kept.seen_to_by != caller.user_id:
            await _hand(kept, hands.taken(caller, clock.now()))
    return await read(caller, reaction_id)


async def give(caller: Caller, reaction_id: UUID, wanted: Give) -> Reaction:
    """To a colleague, who is told by the board. Raises `Refused` as `see_to` does, and `colleague_unknown`: nobody who
    may see to matters of its outlet (`accounts.hands`)."""
    async with db.transaction():
        kept = await _as_seen(caller, reaction_id, wanted.version)
        given = await hands.given(caller, wanted.to, Scope(kept.centre_id, kept.outlet_id), clock.now())
        if kept.seen_to_by != wanted.to:
            await _hand(kept, given)
    return await read(caller, reaction_id)


async def put_back(caller: Caller, reaction_id: UUID, version: int) -> Reaction:
    """Nobody looks into it any more. Raises `Refused` as `see_to` does."""
    async with db.transaction():
        kept = await _as_seen(caller, reaction_id, version)
        if kept.seen_to_by is not None:
            await _hand(kept, hands.NOBODYS)
    return await read(caller, reaction_id)


async def rules(caller: Caller, outlet_id: UUID) -> list[ReactionRule]:
    """One for each kind, the usual ones included. Raises `Refused(outlet_unknown)`."""
    await _outlet(caller, outlet_id)
    found = await store.rules(outlet_id)
    return [_rule(outlet_id, kind, found.get(kind, {})) for kind in KINDS]


async def set_rule(caller: Caller, outlet_id: UUID, kind: ReactionKind, wanted: RuleTerms) -> ReactionRule:
    """From now on. Raises `Refused`: `outlet_unknown`, `invalid` (minutes for a kind that takes none)."""
    outlet = await _outlet(caller, outlet_id)
    if wanted.minutes is not None and KINDS[kind].minutes is None:
        raise Refused(Code.INVALID, f"minutes: {kind.value} takes none")
    await store.set_rule(outlet["centre_id"], outlet_id, kind, wanted, caller.user_id, clock.now())
    return _rule(outlet_id, kind, (await store.rules(outlet_id))[kind])


def _rule(outlet_id: UUID, kind: ReactionKind, row: network.Row) -> ReactionRule:
    usual = RuleTerms()
    mode = ReactionMode(row.get("mode", usual.mode))
    changes, shift = (row.get(name, getattr(usual, name)) for name in ("most_changes", "most_shift_minutes"))
    return ReactionRule(
        outlet_id=outlet_id,
        kind=kind,
        mode=mode,
        minutes=KINDS[kind].minutes if row.get("minutes") is None else row["minutes"],
        most_changes=changes,
        most_shift_minutes=shift,
        set_by=row.get("set_by"),
        set_at=row.get("set_at"),
        sentence=sentence(saying.rule(mode, changes, shift)),
    )


async def _kept(caller: Caller, reaction_id: UUID, *, lock: bool = False) -> Kept:
    found = await store.reaction(caller.scope, reaction_id, lock=lock)
    if found is None:
        raise Refused(Code.NOT_FOUND)
    return found


async def _open(caller: Caller, reaction_id: UUID) -> Kept:
    """Locked."""
    kept = await _kept(caller, reaction_id, lock=True)
    if kept.state is not ReactionState.OPEN:
        raise Refused(Code.REACTION_NOT_OPEN, f"the reaction is {kept.state.value}", state=kept.state)
    return kept


async def _as_seen(caller: Caller, reaction_id: UUID, version: int) -> Kept:
    """Locked."""
    kept = await _open(caller, reaction_id)
    hold_version(version, kept.version)
    return kept


async def _hand(kept: Kept, to: Hands) -> None:
    await store.hand(kept.id, to.holder, to.since, to.given_by)
    await tell(kept.centre_id, kept.outlet_id)


async def _outlet(caller: Caller, outlet_id: UUID) -> network.Row:
    found = await network.outlet(outlet_id, caller.scope)
    if found is None:
        raise Refused(Code.OUTLET_UNKNOWN)
    return found
