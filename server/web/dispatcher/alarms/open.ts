/** What waits for somebody at the desk and is no record of the feed: read over HTTP, as far as anybody works it off. */
import type { ReadonlySignal } from "@preact/signals";
import { everything, type Page } from "../../shared/api/pages";
import type { Answer } from "../../shared/api/problem";
import { type Loaded, useLoaded } from "../../shared/views/loading";
import { useBeat } from "../beat";
import type { Board } from "../board";

/** Deliberate limit: nobody works off more at a time. */
const MOST = 500;

/** The longest page of these lists. */
export const PAGE = 100;

/** The whole list, and what reads it anew; that happens by itself when something happened on the board. */
export function useOpen<T>(
  board: Board,
  subject: string,
  page: (cursor: string | undefined) => Promise<Answer<Page<T>>>,
): readonly [ReadonlySignal<Loaded<readonly T[]>>, () => void] {
  const beat = useBeat(board);
  return useLoaded<readonly T[]>(() => everything(page, MOST), subject, beat.value);
}
