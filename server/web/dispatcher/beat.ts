/** When to read anew what the feed only tells of: plans and suggestions poke the board without a record of their own. */
import { useSignal, useSignalEffect, type ReadonlySignal } from "@preact/signals";
import { useEffect } from "preact/hooks";
import type { Board } from "./board";

const AT_MOST_MS = 4000; // a draft of a thousand jobs is not read anew for every poke

/** Rises some time after the board heard something, but not for each thing it heard. */
export function useBeat(board: Board, atMostMs = AT_MOST_MS): ReadonlySignal<number> {
  const beat = useSignal(0);
  const timer = useSignal<ReturnType<typeof setTimeout> | null>(null);
  useSignalEffect(() => {
    if (board.feed.contact.value.last === null || timer.peek() !== null) return;
    timer.value = setTimeout(() => {
      timer.value = null;
      beat.value += 1;
    }, atMostMs);
  });
  useEffect(
    () => () => {
      if (timer.value !== null) clearTimeout(timer.value);
    },
    [timer],
  );
  return beat;
}
