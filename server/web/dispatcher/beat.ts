/** When to read anew what the feed only tells of: plans and suggestions poke the board without a record of their own. */
import { useSignal, useSignalEffect, type ReadonlySignal } from "@preact/signals";
import { useEffect, useRef } from "preact/hooks";
import type { Board } from "./board";

const AT_MOST_MS = 4000; // a draft of a thousand jobs is not read anew for every poke
export const SOON_MS = 300; // what belongs together often comes in several pokes

/** Rises soon after the board heard something, and then not again for `atMostMs`, however much it hears; nor in the first
 * `atMostMs`, as whoever asks for it has just read. */
export function useBeat(board: Board, atMostMs = AT_MOST_MS): ReadonlySignal<number> {
  const beat = useSignal(0);
  const timer = useRef<ReturnType<typeof setTimeout> | null>(null);
  const last = useRef(performance.now());
  useSignalEffect(() => {
    if (board.feed.contact.value.last === null || timer.current !== null) return;
    timer.current = setTimeout(
      () => {
        timer.current = null;
        last.current = performance.now();
        beat.value += 1;
      },
      Math.max(SOON_MS, last.current + atMostMs - performance.now()),
    );
  });
  useEffect(
    () => () => {
      if (timer.current !== null) clearTimeout(timer.current);
    },
    [],
  );
  return beat;
}
