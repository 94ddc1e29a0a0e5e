/** When the phone hands in and catches up, and what it says of it: after an act, on a poke, at the front, with the
 * network back, now and then; with growing pauses when that fails (docs/sync-protocol.md, "Stream" and W-6).
 *
 * A device that the server does not know, or that forked, enrols anew by itself (no work is lost by it). One that was
 * revoked does not: it says so, and hands in what waits once the office allows a last upload.
 */
import { signal, type ReadonlySignal } from "@preact/signals";
import { OFFLINE, readProblem, type Problem } from "../../shared/api/problem";
import { backoff } from "../../shared/feed/backoff";
import { heedNetwork } from "../../shared/feed/network";
import type { Ear } from "../../shared/feed/pokes";
import { Forked, ServerProblem, StorageFull, Superseded, Unreachable } from "../../shared/replica";
import type { Contact, Trouble } from "./phone";

const CALM_MS = 60_000; // while the poke stream is open, and while nothing can be done but wait for the office
const WATCHFUL_MS = 5_000; // while it is not
const NEW_IDENTITIES = 3; // in a row; beyond that something is wrong with the server

export interface Synced {
  sync(): Promise<unknown>;
  lastUpload(): Promise<unknown>;
  anchor(): Promise<void>;
  pending(): Promise<readonly unknown[]>;
}

export interface SyncingParts {
  readonly replica: Synced;
  /** Null once this device goes on under a new identity. */
  readonly enrolAnew: () => Promise<Problem | null>;
  readonly listen: (ear: Ear, stop: AbortSignal) => Promise<void>;
  /** False while the login has ended: asking would only be refused. */
  readonly mayTry: () => boolean;
  /** Epoch ms of the last answer before this start. */
  readonly last?: number | null;
  readonly remember?: (last: number) => void;
  readonly noteFault?: (fault: unknown) => void;
  readonly clock?: () => number;
  readonly chance?: () => number;
}

type Round = "well" | "again" | "later";

export class Syncing {
  readonly #parts: SyncingParts;
  readonly #contact: ReturnType<typeof signal<Contact>>;
  readonly #trouble = signal<Exclude<Trouble, "login"> | null>(null);
  readonly #ahead = signal<number | null>(null);
  readonly #stop = new AbortController();
  #running = false;
  #wanted = false;
  #failures = 0;
  #identities = 0;
  #revoked = false;
  #anchored = false;
  #open = false;
  #timer: ReturnType<typeof setTimeout> | undefined;

  constructor(parts: SyncingParts) {
    this.#parts = parts;
    this.#contact = signal<Contact>({ state: "connecting", last: parts.last ?? null, problem: null });
  }

  get contact(): ReadonlySignal<Contact> {
    return this.#contact as ReadonlySignal<Contact>;
  }

  get trouble(): ReadonlySignal<Exclude<Trouble, "login"> | null> {
    return this.#trouble;
  }

  get clockAhead(): ReadonlySignal<number | null> {
    return this.#ahead;
  }

  start(): void {
    const soon = (): void => {
      this.soon();
    };
    heedNetwork(this.#stop.signal, soon, this.silent);
    soon();
    void this.#keepListening();
  }

  stop(): void {
    this.#stop.abort();
    clearTimeout(this.#timer);
  }

  /** Now; while an exchange is under way, once more after it. */
  soon(): void {
    this.#wanted = true;
    if (!this.#running && this.#mayGo()) void this.#run();
  }

  /** The database has gone to a newer version of the app: the last word, whatever is under way. */
  superseded(): void {
    this.#trouble.value = "superseded";
    this.stop();
  }

  /** The device has a new identity: its own doing, the person's, or another tab's. */
  enrolled(): void {
    this.#revoked = false;
    this.#tell(null);
    this.soon();
  }

  /** The server has answered something. `ahead`: our clock against its in ms, where it told the time. */
  readonly answered = (ahead: number | null): void => {
    const last = this.#now();
    this.#contact.value = { ...this.contact.peek(), state: "online", last };
    if (ahead !== null) this.#ahead.value = ahead;
    this.#parts.remember?.(last);
  };

  readonly silent = (): void => {
    this.#contact.value = { ...this.contact.peek(), state: "offline", problem: null };
  };

  #mayGo(): boolean {
    return !this.#stop.signal.aborted && this.#parts.mayTry();
  }

  #now(): number {
    return (this.#parts.clock ?? Date.now)();
  }

  async #run(): Promise<void> {
    this.#running = true;
    clearTimeout(this.#timer);
    let round: Round = "well";
    while (this.#wanted && round !== "later" && this.#mayGo()) {
      this.#wanted = false;
      round = await this.#round();
      if (round === "again") this.#wanted = true;
    }
    this.#running = false;
    this.#failures = round === "later" ? this.#failures + 1 : 0;
    this.#later(round);
  }

  #later(round: Round): void {
    if (this.#stop.signal.aborted) return;
    const calm = this.#open || this.#revoked ? CALM_MS : WATCHFUL_MS;
    const pause = round !== "later" || this.#revoked ? calm : backoff(this.#failures, this.#chance());
    this.#timer = setTimeout(() => {
      this.soon();
    }, pause);
  }

  #chance(): number {
    return (this.#parts.chance ?? Math.random)();
  }

  async #round(): Promise<Round> {
    try {
      await this.#exchange();
    } catch (fault) {
      return await this.#failed(fault);
    }
    this.#identities = 0;
    this.#contact.value = { ...this.contact.peek(), problem: null };
    return "well";
  }

  async #exchange(): Promise<void> {
    if (this.#revoked) {
      await this.#lastUpload();
      return;
    }
    await this.#parts.replica.sync();
    this.#tell(null);
    await this.#anchor();
  }

  /** What is done on this page, and sent from another one, can then be timed exactly. */
  async #anchor(): Promise<void> {
    if (this.#anchored) return;
    this.#anchored = true;
    await this.#parts.replica.anchor().catch(() => {
      this.#anchored = false; // next time
    });
  }

  // Keeps of docs/sync-protocol.md.
  async #lastUpload(): Promise<void> {
    const { replica } = this.#parts;
    if ((await replica.pending()).length > 0) await replica.lastUpload();
    this.#tell((await replica.pending()).length > 0 ? "revoked" : "handed_in");
  }

  async #failed(fault: unknown): Promise<Round> {
    if (fault instanceof Unreachable) {
      this.silent();
      return "later";
    }
    if (fault instanceof Forked) return await this.#anew();
    if (fault instanceof ServerProblem) return await this.#refused(fault);
    if (fault instanceof Superseded) this.superseded();
    else if (fault instanceof StorageFull) this.#tell("full");
    else this.#say(readProblem(0, null));
    this.#parts.noteFault?.(fault);
    return "later";
  }

  async #refused(refusal: ServerProblem): Promise<Round> {
    switch (refusal.code) {
      case "device_unknown":
        return await this.#anew();
      case "device_revoked":
      case "last_upload_only":
        return this.#wasRevoked();
      case "client_outdated":
        this.#tell("outdated");
        return "well";
    }
    // A login that has ended is told by itself.
    if (refusal.status !== 401) this.#say(readProblem(refusal.status, refusal.detail));
    this.#parts.noteFault?.(refusal);
    return "later";
  }

  #wasRevoked(): Round {
    if (!this.#revoked) {
      this.#revoked = true;
      return "again"; // a last upload may be allowed already
    }
    this.#tell("revoked");
    return "later";
  }

  async #anew(): Promise<Round> {
    this.#identities += 1;
    if (this.#identities > NEW_IDENTITIES) return "later";
    const problem = await this.#parts.enrolAnew();
    if (problem === null) return "again";
    if (problem.code === OFFLINE.code) this.silent();
    else this.#say(problem);
    return "later";
  }

  #tell(trouble: Exclude<Trouble, "login"> | null): void {
    if (!this.#stop.signal.aborted) this.#trouble.value = trouble;
  }

  #say(problem: Problem): void {
    this.#contact.value = { ...this.contact.peek(), problem };
  }

  async #keepListening(): Promise<void> {
    let failures = 0;
    const ear: Ear = {
      opened: () => {
        failures = 0;
        this.#open = true;
        this.soon();
      },
      poked: () => {
        this.soon();
      },
    };
    while (!this.#stop.signal.aborted) {
      if (this.#mayGo()) await this.#parts.listen(ear, this.#stop.signal).catch(() => undefined);
      if (this.#open) this.soon(); // did only the stream end, or the network?
      this.#open = false;
      await this.#pause(backoff(failures++, this.#chance()));
    }
  }

  /** Cut short when the network returns. */
  #pause(ms: number): Promise<void> {
    return new Promise((resume) => {
      const over = new AbortController();
      const done = (): void => {
        clearTimeout(timer);
        over.abort();
        resume();
      };
      const timer = setTimeout(done, ms);
      addEventListener("online", done, { signal: over.signal });
      this.#stop.signal.addEventListener("abort", done, { signal: over.signal });
    });
  }
}
