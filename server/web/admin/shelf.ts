/** Lists of the managers' desk: fetched when first looked at, kept while people go to and fro, fetched anew after a
 * change. */
import { signal, type ReadonlySignal } from "@preact/signals";
import { useEffect } from "preact/hooks";
import type { Answer } from "../shared/api/problem";
import { dataOr, type Loaded } from "../shared/views/loading";

export class Shelf<T> {
  readonly #load: () => Promise<Answer<T>>;
  readonly #state = signal<Loaded<T>>({ kind: "loading" });
  #asked = 0;

  constructor(load: () => Promise<Answer<T>>) {
    this.#load = load;
  }

  get state(): ReadonlySignal<Loaded<T>> {
    return this.#state;
  }

  /** What is on it; undefined before it came. */
  get data(): T | undefined {
    return dataOr(this.#state.value, undefined);
  }

  /** Fetches unless that has begun. */
  want(): void {
    if (this.#asked === 0) void this.again();
  }

  /** What is there stays while the newer is under way; an answer that was overtaken is dropped. */
  async again(): Promise<void> {
    const asked = ++this.#asked;
    if (this.#state.peek().kind === "failed") this.#state.value = { kind: "loading" };
    const answer = await this.#load();
    if (asked !== this.#asked) return;
    if (answer.ok) this.#state.value = { kind: "ready", data: answer.data };
    else if (this.#state.peek().kind !== "ready") this.#state.value = { kind: "failed", problem: answer.problem };
  }
}

export function useShelf<T>(shelf: Shelf<T>): Loaded<T> {
  useEffect(() => {
    shelf.want();
  }, [shelf]);
  return shelf.state.value;
}

/** Has a list fetched anew after `done`, which changed it, or was refused because somebody else had. */
export async function renewed<T>(done: Answer<T>, again: () => Promise<void>): Promise<Answer<T>> {
  if (done.ok || done.problem.code === "version_stale") await again();
  return done;
}
