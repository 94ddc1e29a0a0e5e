/** Looking again while something is under way. */
import { useEffect, useRef } from "preact/hooks";

const EVERY_MS = 1_500;

/** Calls `look` every so often while `going`, and not while the page is hidden. */
export function usePoll(going: boolean, look: () => void): void {
  const latest = useRef(look);
  latest.current = look;
  useEffect(() => {
    if (!going) return undefined;
    const timer = setInterval(() => {
      if (!document.hidden) latest.current();
    }, EVERY_MS);
    return () => {
      clearInterval(timer);
    };
  }, [going]);
}
