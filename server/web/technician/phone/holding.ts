/** What the replica holds, as signals: read once at the start, and again after every change of any tab. */
import { batch, signal, type ReadonlySignal, type Signal } from "@preact/signals";
import type { Judged, Operation, Outcome, Replica, Store, SyncRecord, Undoable } from "../../shared/replica";
import { progress } from "../../shared/replica/store";
import type { Bodies } from "./bodies";
import { listOf, mapOf } from "./changed";

const TYPES = ["job", "customer", "unit", "unit_card", "job_type", "fault_code", "review"] as const;
type Type = (typeof TYPES)[number];
type Held = { readonly [T in Type]: Signal<ReadonlyMap<string, Bodies[T]>> };

export class Holding {
  readonly #replica: Replica;
  readonly #store: Store;
  readonly #held: Held = {
    job: signal(new Map()),
    customer: signal(new Map()),
    unit: signal(new Map()),
    unit_card: signal(new Map()),
    job_type: signal(new Map()),
    fault_code: signal(new Map()),
    review: signal(new Map()),
  };
  readonly #complete = signal(false);
  readonly #waiting = signal<readonly Operation[]>([]);
  readonly #judged = signal<readonly Judged[]>([]);
  readonly #outcomes = signal<readonly Outcome[]>([]);
  readonly #news = signal<readonly Outcome[]>([]);
  readonly #undoable = signal<Undoable | null>(null);
  readonly #failed: (fault: unknown) => void;
  #reading: Promise<void> | null = null;
  #stale = false;

  /** `failed`: told when the database cannot be read any more. */
  constructor(replica: Replica, store: Store, failed: (fault: unknown) => void) {
    this.#replica = replica;
    this.#store = store;
    this.#failed = failed;
    replica.watch(() => void this.read());
  }

  of<T extends Type>(type: T): ReadonlySignal<ReadonlyMap<string, Bodies[T]>> {
    return this.#held[type];
  }

  get complete(): ReadonlySignal<boolean> {
    return this.#complete;
  }

  get waiting(): ReadonlySignal<readonly Operation[]> {
    return this.#waiting;
  }

  get judged(): ReadonlySignal<readonly Judged[]> {
    return this.#judged;
  }

  get outcomes(): ReadonlySignal<readonly Outcome[]> {
    return this.#outcomes;
  }

  get news(): ReadonlySignal<readonly Outcome[]> {
    return this.#news;
  }

  get undoable(): ReadonlySignal<Undoable | null> {
    return this.#undoable;
  }

  /** Answers when the signals show what is there now. Many changes at once are read once. */
  read(): Promise<void> {
    this.#stale = true;
    this.#reading ??= this.#readAll().finally(() => {
      this.#reading = null;
    });
    return this.#reading;
  }

  async #readAll(): Promise<void> {
    while (this.#stale) {
      this.#stale = false;
      try {
        await this.#readOnce();
      } catch (fault) {
        this.#failed(fault);
      }
    }
  }

  async #readOnce(): Promise<void> {
    const [records, waiting, judged, undoable, { cursor }] = await Promise.all([
      Promise.all(TYPES.map((type) => this.#replica.records(type))),
      this.#replica.pending(),
      this.#replica.judged(),
      this.#replica.undoable(),
      this.#store.reading(progress),
    ]);
    batch(() => {
      for (const [index, type] of TYPES.entries()) this.#show(type, records[index] ?? []);
      this.#complete.value = cursor !== null;
      this.#waiting.value = listOf(this.#waiting.peek(), waiting);
      this.#judged.value = listOf(this.#judged.peek(), judged);
      this.#outcomes.value = listOf(
        this.#outcomes.peek(),
        judged.map(({ outcome }) => outcome),
      );
      this.#news.value = listOf(
        this.#news.peek(),
        judged.flatMap(({ outcome, seen }) => (seen ? [] : [outcome])),
      );
      this.#undoable.value = undoable;
    });
  }

  #show(type: Type, records: readonly SyncRecord[]): void {
    const shown = this.#held[type] as Signal<ReadonlyMap<string, object>>;
    shown.value = mapOf(shown.peek(), records, type === "job_type" ? "code" : "id");
  }
}
