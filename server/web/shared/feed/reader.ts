/** Keeps a replica of the feed up to date: pulls when poked, when the page is looked at again, and now and then anyway.
 *
 * A poke carries no data and losing one loses nothing: after each (re)connection of the stream we pull, and we pull on
 * a slow clock even when nothing was heard.
 */
import { batch, signal, type ReadonlySignal } from "@preact/signals";
import type { Answer, Problem } from "../api/problem";
import type { PullAnswer } from "../api/types";
import { backoff } from "./backoff";
import { heedNetwork } from "./network";
import type { Ear } from "./pokes";
import { EMPTY, receive, startAfresh, type Replica } from "./records";

const CALM_MS = 60_000; // while the poke stream is open
const WATCHFUL_MS = 5_000; // while it is not

/** The truth about the connection, as people may be told. `last`: epoch ms of the last answer of the server. */
export interface Contact {
  readonly state: "connecting" | "online" | "offline";
  readonly last: number | null;
  /** Why the last pull failed, when the server did answer. */
  readonly problem: Problem | null;
}

export interface FeedParts {
  readonly pull: (cursor: string | null) => Promise<Answer<PullAnswer>>;
  readonly listen: (ear: Ear, stop: AbortSignal) => Promise<void>;
  readonly clock?: () => number;
  readonly chance?: () => number;
}

export class FeedReader {
  readonly #replica = signal<Replica>(EMPTY);
  readonly #contact = signal<Contact>({ state: "connecting", last: null, problem: null });
  readonly #stop = new AbortController();
  readonly #parts: Required<FeedParts>;
  #pulling = false;
  #wanted = false;
  #failures = 0;
  #open = false;
  #timer: ReturnType<typeof setTimeout> | undefined;

  constructor(parts: FeedParts) {
    this.#parts = { clock: Date.now, chance: Math.random, ...parts };
  }

  get replica(): ReadonlySignal<Replica> {
    return this.#replica;
  }

  get contact(): ReadonlySignal<Contact> {
    return this.#contact;
  }

  start(): void {
    const soon = (): void => {
      this.pullSoon();
    };
    heedNetwork(this.#stop.signal, soon, this.#lost);
    soon();
    void this.#keepListening();
  }

  stop(): void {
    this.#stop.abort();
    clearTimeout(this.#timer);
  }

  /** Pulls now; while a pull is under way, once more after it. */
  pullSoon(): void {
    this.#wanted = true;
    if (!this.#pulling) void this.#pull();
  }

  readonly #lost = (): void => {
    this.#contact.value = { ...this.#contact.value, state: "offline", problem: null };
  };

  async #pull(): Promise<void> {
    this.#pulling = true;
    clearTimeout(this.#timer);
    let good = true;
    while (this.#wanted && good && !this.#stop.signal.aborted) {
      this.#wanted = false;
      good = await this.#pullToCheckpoint();
    }
    this.#pulling = false;
    this.#failures = good ? 0 : this.#failures + 1;
    this.#pullLater(good);
  }

  #pullLater(good: boolean): void {
    if (this.#stop.signal.aborted) return;
    const calm = this.#open ? CALM_MS : WATCHFUL_MS;
    this.#timer = setTimeout(
      () => {
        this.pullSoon();
      },
      good ? calm : backoff(this.#failures, this.#parts.chance()),
    );
  }

  /** False when it broke off; what was staged so far stays, and the next pull goes on from there. */
  async #pullToCheckpoint(): Promise<boolean> {
    for (;;) {
      const answer = await this.#parts.pull(this.#replica.value.cursor);
      if (this.#stop.signal.aborted) return false;
      if (!answer.ok) return this.#refused(answer.problem);
      batch(() => {
        this.#replica.value = receive(this.#replica.value, answer.data);
        this.#contact.value = { state: "online", last: this.#parts.clock(), problem: null };
      });
      if (answer.data.checkpoint) return true;
    }
  }

  #refused(problem: Problem): boolean {
    if (problem.code === "offline") {
      this.#lost();
      return false;
    }
    this.#contact.value = { state: "online", last: this.#parts.clock(), problem };
    const lost = problem.code === "cursor_expired" || problem.code === "cursor_invalid";
    if (!lost || this.#replica.value.cursor === null) return false;
    this.#replica.value = startAfresh(this.#replica.value);
    this.#wanted = true;
    return true;
  }

  async #keepListening(): Promise<void> {
    let failures = 0;
    const ear: Ear = {
      opened: () => {
        failures = 0;
        this.#open = true;
        this.pullSoon();
      },
      poked: () => {
        this.pullSoon();
      },
    };
    while (!this.#stop.signal.aborted) {
      await this.#parts.listen(ear, this.#stop.signal).catch(() => undefined);
      if (this.#open) this.pullSoon(); // did only the stream end, or the network?
      this.#open = false;
      await this.#pause(backoff(failures++, this.#parts.chance()));
    }
  }

  /** Cut short when the network returns. */
  #pause(ms: number): Promise<void> {
    return new Promise((resume) => {
      const done = (): void => {
        clearTimeout(timer);
        removeEventListener("online", done);
        this.#stop.signal.removeEventListener("abort", done);
        resume();
      };
      const timer = setTimeout(done, ms);
      addEventListener("online", done);
      this.#stop.signal.addEventListener("abort", done);
    });
  }
}
