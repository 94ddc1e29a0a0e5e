/** What is typed and drawn and not handed in yet, kept on this phone at every change: over a reload, a crash, an app
 * update. A database of its own, apart from the replica's: what is here was signed by nobody, and may be dropped. */
import { Dexie, liveQuery, type Table } from "dexie";
import { NoStorage, StorageFull, type StoreParts } from "../../shared/replica";
import { storageFault } from "../../shared/replica/faults";
import type { Json } from "../../shared/replica/json";

/** `finish:<job id>`; other screens have beginnings of their own. */
export interface Drafts {
  /** Null: nothing is kept. */
  read(key: string): Promise<Json | null>;
  /** Durable when it answers. False: there is no room, or the database is gone; what was kept before still is. */
  keep(key: string, value: Json): Promise<boolean>;
  drop(key: string): Promise<void>;
  /** Everything whose key begins so. */
  kept(prefix: string): Promise<ReadonlyMap<string, Json>>;
  /** Told of every change, another tab's as well; the answer ends it. */
  watch(key: string, changed: (value: Json | null) => void): () => void;
  close(): void;
}

interface Row {
  readonly key: string;
  readonly value: Json;
}

/** Throws NoStorage and StorageFull, as the replica's store does. `parts`: another IndexedDB, for tests. */
export async function openDrafts(
  userId: string,
  parts: Pick<StoreParts, "indexedDB" | "IDBKeyRange"> = {},
): Promise<Drafts> {
  const db = new Dexie(`onsite-drafts-${userId}`, { chromeTransactionDurability: "strict", ...parts });
  db.version(1).stores({ draft: "key" });
  try {
    await db.open();
  } catch (fault) {
    const named = storageFault(fault);
    throw named instanceof StorageFull ? named : new NoStorage("no drafts can be kept", { cause: fault });
  }
  return new DexieDrafts(db);
}

class DexieDrafts implements Drafts {
  readonly #db: Dexie;

  constructor(db: Dexie) {
    this.#db = db;
  }

  get #rows(): Table<Row, string> {
    return this.#db.table("draft");
  }

  async read(key: string): Promise<Json | null> {
    return (await this.#rows.get(key))?.value ?? null;
  }

  async keep(key: string, value: Json): Promise<boolean> {
    try {
      await this.#rows.put({ key, value });
      return true;
    } catch {
      return false; // whatever it was: the caller tells the person that this is on the screen only
    }
  }

  async drop(key: string): Promise<void> {
    await this.#rows.delete(key);
  }

  async kept(prefix: string): Promise<ReadonlyMap<string, Json>> {
    const rows = await this.#rows.where("key").startsWith(prefix).toArray();
    return new Map(rows.map(({ key, value }) => [key, value]));
  }

  watch(key: string, changed: (value: Json | null) => void): () => void {
    const told = liveQuery(() => this.read(key)).subscribe({
      next: changed,
      error: () => undefined, // the database was closed under us: nothing more is to be told
    });
    return () => {
      told.unsubscribe();
    };
  }

  close(): void {
    this.#db.close();
  }
}
