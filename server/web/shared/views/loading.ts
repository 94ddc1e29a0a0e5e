/** Fetching something for a view, and fetching it anew when what it depends on changes. */
import { useSignal, type ReadonlySignal } from "@preact/signals";
import { useCallback, useEffect, useRef } from "preact/hooks";
import type { Answer, Problem } from "../api/problem";

export type Loaded<T> =
  | { readonly kind: "loading" }
  | { readonly kind: "failed"; readonly problem: Problem }
  | { readonly kind: "ready"; readonly data: T };

export function dataOr<T, O>(loaded: Loaded<T>, otherwise: O): T | O {
  return loaded.kind === "ready" ? loaded.data : otherwise;
}

/** While a newer answer for the same `subject` is under way the old one stays; another subject starts empty.
 * Answers that come after they were overtaken are dropped. */
export function useLoaded<T>(
  load: () => Promise<Answer<T>>,
  subject: string,
  version: string | number,
): readonly [ReadonlySignal<Loaded<T>>, () => void] {
  const state = useSignal<Loaded<T>>({ kind: "loading" });
  const latest = useRef({ load, asked: 0 });
  latest.current.load = load;
  const fetchNow = useCallback(() => {
    const asked = ++latest.current.asked;
    void latest.current.load().then((answer) => {
      if (asked !== latest.current.asked) return;
      if (answer.ok) state.value = { kind: "ready", data: answer.data };
      else if (state.peek().kind !== "ready") state.value = { kind: "failed", problem: answer.problem };
    });
  }, [state]);
  useEffect(() => {
    state.value = { kind: "loading" };
  }, [state, subject]);
  useEffect(fetchNow, [fetchNow, subject, version]);
  useEffect(() => {
    const current = latest.current;
    return () => {
      current.asked += 1;
    };
  }, []);
  return [state, fetchNow];
}
