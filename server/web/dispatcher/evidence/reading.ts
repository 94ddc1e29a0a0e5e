/** Signed completions of a job: read when its drawer opens, and again as long as something is still to come. */
import { useComputed, type ReadonlySignal } from "@preact/signals";
import { useEffect } from "preact/hooks";
import { answer } from "../../shared/api/client";
import type { Answer } from "../../shared/api/problem";
import type { Completion, CompletionPhoto, Job } from "../../shared/api/types";
import type { Language } from "../../shared/text/language";
import { now } from "../../shared/time/now";
import { useBlob, type Kept } from "../../shared/views/blob";
import { useLoaded, type Loaded } from "../../shared/views/loading";
import { useBeat } from "../beat";
import type { Board } from "../board";
import { isWaiting } from "./standing";

const AGAIN_MS = 30_000; // where no poke tells of a photo

export function useCompletions(board: Board, job: Job): ReadonlySignal<Loaded<readonly Completion[]>> {
  const path = { params: { path: { job_id: job.id } } };
  const [state, again] = useLoaded<readonly Completion[]>(
    () => answer(board.api.GET("/evidence/jobs/{job_id}/completions", path)),
    job.id,
    job.version,
  );
  const beat = useBeat(board).value;
  const turn = useComputed(() => Math.floor(now.value / AGAIN_MS)).value;
  useEffect(() => {
    const loaded = state.peek();
    if (loaded.kind === "ready" && loaded.data.some(isWaiting)) again();
  }, [state, again, beat, turn]);
  return state;
}

export type Copy = "thumbnail" | "shown";

/** A copy without metadata; asked for anew when the server may have made one. */
export function useCopy(board: Board, photo: CompletionPhoto, copy: Copy): Loaded<Kept> {
  const { sha256, state } = photo;
  return useBlob(() => copyOf(board, sha256, copy), `${copy} ${sha256} ${state}`).value;
}

function copyOf(board: Board, sha256: string, copy: Copy): Promise<Answer<Blob>> {
  const asked = { params: { path: { sha256 } }, parseAs: "blob" } as const;
  return copy === "thumbnail"
    ? answer(board.api.GET("/evidence/photos/{sha256}/thumbnail", asked))
    : answer(board.api.GET("/evidence/photos/{sha256}/shown", asked));
}

/** Byte for byte as it was signed. That somebody took it is kept on record. */
export function originalOf(board: Board, sha256: string): Promise<Answer<Blob>> {
  const asked = { params: { path: { sha256 } }, parseAs: "blob" } as const;
  return answer(board.api.GET("/evidence/photos/{sha256}", asked));
}

/** The newest edition. In a language it was not signed in, it is made now, which takes a moment. */
export function reportOf(board: Board, completionId: string, lang: Language): Promise<Answer<Blob>> {
  const path = { completion_id: completionId };
  const asked = { params: { path, query: { lang } }, parseAs: "blob" } as const;
  return answer(board.api.GET("/evidence/completions/{completion_id}/report", asked));
}

/** All that it takes to verify it without this server: `onsite verify FILE`. */
export function bundleOf(board: Board, completionId: string): Promise<Answer<Blob>> {
  const asked = { params: { path: { completion_id: completionId } }, parseAs: "blob" } as const;
  return answer(board.api.GET("/evidence/completions/{completion_id}/bundle", asked));
}
