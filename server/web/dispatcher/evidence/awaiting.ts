/** Completions whose photos have not all come for some time, over all jobs of the desk. */
import { answer } from "../../shared/api/client";
import type { AwaitedPhotos } from "../../shared/api/types";
import { useLoaded, type Loaded } from "../../shared/views/loading";
import { useBeat } from "../beat";
import type { Board } from "../board";

/** Photos follow within minutes where there is a network; after this somebody may want to ask. */
export const AWAITED_HOURS = 2;
const LISTED = 50;

export interface Awaited {
  /** The oldest first. */
  readonly items: readonly AwaitedPhotos[];
  readonly more: boolean;
}

export function useAwaited(board: Board): Loaded<Awaited> {
  const beat = useBeat(board).value;
  const query = { hours: AWAITED_HOURS, limit: LISTED };
  const [state] = useLoaded<Awaited>(
    async () => {
      const page = await answer(board.api.GET("/evidence/awaited", { params: { query } }));
      if (!page.ok) return page;
      const { items, next_cursor: next } = page.data;
      return { ok: true, data: { items, more: typeof next === "string" } };
    },
    "awaited",
    beat,
  );
  return state.value;
}
