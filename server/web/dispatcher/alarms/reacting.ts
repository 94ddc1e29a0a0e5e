/** What happened in the field and what could be done about it: suggestions of the server, for a dispatcher to take, and
 * in the hands of whoever looks into it meanwhile. */
import type { ReadonlySignal } from "@preact/signals";
import { answer } from "../../shared/api/client";
import { paging } from "../../shared/api/pages";
import { sentence, type Problem } from "../../shared/api/problem";
import type { Reaction } from "../../shared/api/types";
import { tell } from "../../shared/news/news";
import { inLanguage, t } from "../../shared/text/language";
import { dataOr, type Loaded } from "../../shared/views/loading";
import type { Board } from "../board";
import type { Matter } from "./hands";
import { PAGE, useOpen } from "./open";

export type Suggestions = ReadonlySignal<Loaded<readonly Reaction[]>>;

/** The open ones, the newest first; read anew when something happened on the board. */
export function useSuggestions(board: Board): readonly [Suggestions, () => void] {
  return useOpen(board, "reactions", (cursor) =>
    answer(board.api.GET("/dispatch/reactions", { params: { query: paging(cursor, PAGE) } })),
  );
}

export function openIn(suggestions: Suggestions): readonly Reaction[] {
  return dataOr(suggestions.value, []);
}

/** Those that nobody looks into yet. */
export function unseenIn(suggestions: Suggestions): readonly Reaction[] {
  return openIn(suggestions).filter((reaction) => reaction.seen_to_by === null);
}

/** `again` reads the list anew. */
export function reactionMatter(board: Board, reaction: Reaction, again: () => void): Matter {
  const { id, version, outlet_id: outletId, seen_to_by: holder, seen_to_at: since, given_by: givenBy } = reaction;
  const path = { params: { path: { reaction_id: id } } };
  const body = { version };
  return {
    id,
    outletId,
    holder,
    since,
    givenBy,
    what: t("react.what", { n: reaction.number ?? t("value.none") }),
    taking: t("react.see_to"),
    news: inLanguage(reaction.event),
    asking: {
      take: () => answer(board.api.POST("/dispatch/reactions/{reaction_id}/see-to", { ...path, body })),
      give: (to) =>
        answer(board.api.POST("/dispatch/reactions/{reaction_id}/give", { ...path, body: { to, version } })),
      putBack: () => answer(board.api.POST("/dispatch/reactions/{reaction_id}/put-back", { ...path, body })),
      again,
    },
  };
}

/** All of the suggestion, as it was shown, or nothing. Null when it is done. */
export async function takeSuggestion(
  board: Board,
  reaction: Reaction,
  consent: readonly string[],
): Promise<Problem | null> {
  const path = { params: { path: { reaction_id: reaction.id } } };
  const body = { revision: reaction.revision, consent: [...consent] };
  const done = await answer(board.api.POST("/dispatch/reactions/{reaction_id}/take", { ...path, body }));
  board.feed.pullSoon();
  if (!done.ok) return done.problem;
  tell("good", t("react.taken"));
  return null;
}

export async function dismissSuggestion(board: Board, reaction: Reaction): Promise<void> {
  const path = { params: { path: { reaction_id: reaction.id } } };
  const body = { reason: "" };
  const done = await answer(board.api.POST("/dispatch/reactions/{reaction_id}/dismiss", { ...path, body }));
  if (done.ok) tell("good", t("react.dismissed"));
  else tell("bad", sentence(done.problem));
}
