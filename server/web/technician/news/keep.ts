/** Keeps what the office changed, as the phone finds it: each job as it was last told is kept beside, so that also what
 * came while the app was closed is told. Shared by all tabs. */
import { computed, effect, signal, type ReadonlySignal } from "@preact/signals";
import { Dexie, type Table } from "dexie";
import type { Job } from "../../shared/api/types";
import type { Operation } from "../../shared/replica";
import type { Phone } from "../phone/phone";
import { isMine, newsOf, watched, type Watched } from "./changes";
import { markOf, newsItems, type NewsItem, type StoredNews } from "./items";

interface MarkRow {
  readonly id: string;
  readonly at_ms: number;
}

/** One entry per schema version. Never edit one that has shipped. */
const SCHEMA = [{ told: "id", news: "id, at_ms", mark: "id, at_ms" }] as const;

/** Set once the first jobs were there: what a phone begins with is no news. */
const BEGUN = "begun";
const KEPT_MS = 30 * 24 * 60 * 60 * 1000;

export interface News {
  readonly items: ReadonlySignal<readonly NewsItem[]>;
  /** How many of them are new. */
  readonly count: ReadonlySignal<number>;
  /** All that is there now has been seen. */
  markSeen(): Promise<void>;
  close(): void;
}

export type Source = Pick<
  Phone,
  "user" | "jobs" | "reviews" | "judged" | "waiting" | "complete" | "markSeen" | "closed"
>;

export interface KeepParts {
  readonly indexedDB?: IDBFactory;
  readonly IDBKeyRange?: typeof IDBKeyRange;
}

const ofPhones = new WeakMap<Source, News>();

/** The news of a phone; the same for all who ask, until it is closed. */
export function newsOfPhone(phone: Source, parts: KeepParts = {}): News {
  const known = ofPhones.get(phone);
  if (known !== undefined) return known;
  const made = new Keeper(phone, parts);
  ofPhones.set(phone, made);
  phone.closed.addEventListener("abort", () => {
    ofPhones.delete(phone);
    made.close();
  });
  made.start();
  return made;
}

class Keeper implements News {
  readonly items: ReadonlySignal<readonly NewsItem[]>;
  readonly count: ReadonlySignal<number>;
  readonly #phone: Source;
  readonly #db: Dexie;
  readonly #told: Table<Watched, string>;
  readonly #news: Table<StoredNews, string>;
  readonly #marks: Table<MarkRow, string>;
  readonly #stored = signal<readonly StoredNews[]>([]);
  readonly #marked = signal<ReadonlySet<string> | null>(null);
  readonly #channel: BroadcastChannel | null;
  #stop: () => void = () => undefined;
  #comparing: Promise<void> = Promise.resolve();

  constructor(phone: Source, { indexedDB, IDBKeyRange }: KeepParts) {
    this.#phone = phone;
    this.#db = new Dexie(`onsite-news-${phone.user.id}`, {
      cache: "disabled",
      ...(indexedDB === undefined ? {} : { indexedDB }),
      ...(IDBKeyRange === undefined ? {} : { IDBKeyRange }),
    });
    for (const [index, stores] of SCHEMA.entries()) this.#db.version(index + 1).stores({ ...stores });
    [this.#told, this.#news, this.#marks] = [this.#db.table("told"), this.#db.table("news"), this.#db.table("mark")];
    this.#channel = typeof BroadcastChannel === "undefined" ? null : new BroadcastChannel(this.#db.name);
    this.#channel?.addEventListener("message", () => void this.#show());
    this.items = computed(() => {
      const marks = this.#marked.value;
      if (marks === null) return []; // not read yet: everything would be new
      const reviews = phone.reviews.value.values();
      return newsItems({ judged: phone.judged.value, reviews, stored: this.#stored.value, marks }, Date.now());
    });
    this.count = computed(() => this.items.value.filter(({ unseen }) => unseen).length);
  }

  start(): void {
    void this.#show();
    this.#stop = effect(() => {
      const { jobs, complete, waiting, judged } = this.#phone;
      if (!complete.value) return;
      const [held, own] = [
        jobs.value,
        stepsByJob([...judged.value.map(({ operation }) => operation), ...waiting.value]),
      ];
      this.#comparing = this.#comparing.then(() => this.#compare(held, own)).catch(() => undefined); // the next one does
    });
  }

  async markSeen(): Promise<void> {
    const unseen = this.items.peek().filter((item) => item.unseen);
    await this.#phone.markSeen(unseen.flatMap((item) => ("judged" in item ? [item.judged.operation.op_id] : [])));
    const at_ms = Date.now();
    await this.#marks.bulkPut(
      unseen.flatMap((item) => (item.kind === "review" ? [{ id: markOf(item.review), at_ms }] : [])),
    );
    await this.#news
      .where("id")
      .anyOf(unseen.flatMap((item) => (item.kind === "job" ? [item.news.id] : [])))
      .modify({
        seen: 1,
      });
    await this.#changed();
  }

  close(): void {
    this.#stop();
    this.#channel?.close();
    this.#db.close();
  }

  /** In one transaction, so that two tabs tell nothing twice. */
  async #compare(jobs: ReadonlyMap<string, Job>, own: ReadonlyMap<string, readonly Operation[]>): Promise<void> {
    const { technician_id } = this.#phone.user;
    const at_ms = Date.now();
    const told = await this.#db.transaction("rw", this.#db.tables, async () => {
      const before = new Map((await this.#told.toArray()).map((one) => [one.id, one]));
      const begun = (await this.#marks.get(BEGUN)) !== undefined;
      const mine = [...jobs.values()].filter((job) => isMine(job, technician_id));
      const found = [...new Set([...before.keys(), ...mine.map(({ id }) => id)])].flatMap((id) => {
        const news = newsOf(before.get(id), jobs.get(id), technician_id, own.get(id) ?? []);
        return news === null ? [] : [{ ...news, id: `${id} ${at_ms}`, at_ms, seen: 0 as const }];
      });
      if (begun) await this.#news.bulkPut(found);
      await this.#told.bulkPut(mine.map(watched));
      const still = new Set(mine.map(({ id }) => id));
      await this.#told.bulkDelete([...before.keys()].filter((id) => !still.has(id)));
      await this.#marks.put({ id: BEGUN, at_ms });
      await this.#news
        .where("at_ms")
        .below(at_ms - KEPT_MS)
        .delete();
      await this.#marks
        .where("at_ms")
        .below(at_ms - 4 * KEPT_MS)
        .delete();
      return begun && found.length > 0;
    });
    if (told) await this.#changed();
  }

  async #changed(): Promise<void> {
    this.#channel?.postMessage(null);
    await this.#show();
  }

  async #show(): Promise<void> {
    try {
      const [stored, marks] = await Promise.all([this.#news.toArray(), this.#marks.toArray()]);
      this.#stored.value = stored;
      this.#marked.value = new Set(marks.map(({ id }) => id));
    } catch {
      this.#marked.value ??= new Set(); // closed, or no room: what the replica knows is told all the same
    }
  }
}

function stepsByJob(operations: readonly Operation[]): Map<string, Operation[]> {
  const found = new Map<string, Operation[]>();
  for (const operation of operations) {
    if (operation.record.type !== "job") continue;
    found.set(operation.record.id, [...(found.get(operation.record.id) ?? []), operation]);
  }
  return found;
}
