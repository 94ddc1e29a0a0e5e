/** Pictures behind a login: fetched with the user's token, shown from memory, given back when the view goes. */
import { useSignal, type ReadonlySignal } from "@preact/signals";
import { useEffect, useRef } from "preact/hooks";
import type { Answer } from "../api/problem";
import type { Loaded } from "./loading";

export interface Kept {
  /** `blob:` address, good while the view is there. */
  readonly url: string;
  readonly mediaType: string;
}

/** Fetched once for each `subject`. */
export function useBlob(load: () => Promise<Answer<Blob>>, subject: string): ReadonlySignal<Loaded<Kept>> {
  const state = useSignal<Loaded<Kept>>({ kind: "loading" });
  const latest = useRef(load);
  latest.current = load;
  useEffect(() => {
    let url: string | null = null;
    let gone = false;
    state.value = { kind: "loading" };
    void latest.current().then((answer) => {
      if (gone) return;
      if (!answer.ok) {
        state.value = { kind: "failed", problem: answer.problem };
        return;
      }
      url = URL.createObjectURL(answer.data);
      state.value = { kind: "ready", data: { url, mediaType: answer.data.type } };
    });
    return () => {
      gone = true;
      if (url !== null) URL.revokeObjectURL(url);
    };
  }, [state, subject]);
  return state;
}
