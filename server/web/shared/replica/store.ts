/** The replica's database: IndexedDB through Dexie, shared by all tabs of one profile, consistent whenever one of them
 * is killed.
 *
 * Every step of the replica is one transaction over all tables. IndexedDB lets one writing transaction at a time have a
 * table, among all tabs; so a step is alone with the data from its first line on, and is whole or has not happened.
 * `strict` durability: when a step returns, it is on the disk.
 *
 * Inside a step nothing but the database may be awaited, and not in long loops: Dexie loses sight of the transaction
 * after 100 awaits that asked the database nothing. Read many at once, work it out, write many at once.
 */
import { Dexie, type Table } from "dexie";
import { DeviceKey, type KeptKey } from "./devicekey";
import { NoStorage, storageFault, StorageFull, Superseded, TooNew, WrongDevice } from "./faults";
import type { JsonObject } from "./json";

/** The installation. `last_seq`: the last sequence number given out. `acknowledgements`: push answers taken in; orders
 * them against pulls. `key`: what it signs with; older apps enrolled without one. */
export interface IdentityRow {
  readonly one: 1;
  readonly device_id: string;
  readonly last_seq: number;
  readonly acknowledgements: number;
  readonly key?: KeptKey;
}

/** The outbox, and for 30 days what came of it. `place` is the order in which the person worked. IndexedDB has no
 * booleans among its keys: 0 and 1 stand for them. */
export interface OperationRow {
  readonly place?: number;
  readonly op_id: string;
  readonly device_id: string;
  readonly seq: number;
  readonly type: string;
  readonly id: string;
  /** The operation's wire JSON; `seq` is the column's. */
  readonly said: string;
  /** Not judged yet, as far as we have heard. */
  readonly pending: 0 | 1;
  /** Its effect, if any, is in the base. */
  readonly settled: 0 | 1;
  readonly seen: 0 | 1;
  readonly outcome: string | null;
  readonly version: number | null;
  readonly acknowledgement: number | null;
  /** On the server's clock. */
  readonly acknowledged_ms: number | null;
  /** Of the server that acknowledged it. Another one may have come back from a backup without it. */
  readonly epoch: string | null;
  /** Not sent before this moment by the wall clock, so that it may be withdrawn; null once it may be sent. */
  readonly undo_until_ms?: number | null;
}

/** What the server said at the last checkpoint. `leaving`: out of scope, kept until operations on it are judged. */
export interface BaseRow {
  readonly type: string;
  readonly id: string;
  readonly version: number;
  readonly body: JsonObject;
  readonly leaving: 0 | 1;
}

export interface MembershipRow {
  readonly type: string;
  readonly id: string;
  readonly stream: string;
}

/** `cursor` is of the last checkpoint; null: nothing read yet. `epoch`: of the server the outbox was last compared with;
 * null: in doubt. */
export interface ProgressRow {
  readonly one: 1;
  readonly cursor: string | null;
  readonly epoch: string | null;
}

/** Pages on their way to the next checkpoint. `afresh`: they replace the base instead of changing it.
 * `acknowledgement`: identity's when the first page was asked for. `last_seq`: the server had judged this device's
 * operations up to here. `complete`: the checkpoint is here, waiting to be applied. */
export interface StagingRow {
  readonly one: 1;
  readonly afresh: boolean;
  readonly cursor: string | null;
  readonly pages: number;
  readonly acknowledgement: number;
  readonly last_seq: number;
  readonly complete: boolean;
}

export interface StagedRow {
  readonly stream: string;
  readonly type: string;
  readonly id: string;
  readonly version: number;
  readonly body: JsonObject | null;
}

/** Streams that a page on the way did not list: what was held from them before, is not held from them any more. */
export interface UnlistedRow {
  readonly stream: string;
}

export interface Tables {
  readonly identity: Table<IdentityRow, number>;
  readonly operation: Table<OperationRow, number>;
  readonly base: Table<BaseRow, [string, string]>;
  readonly membership: Table<MembershipRow, [string, string, string]>;
  readonly progress: Table<ProgressRow, number>;
  readonly staging: Table<StagingRow, number>;
  readonly staged: Table<StagedRow, [string, string, string]>;
  readonly unlisted: Table<UnlistedRow, string>;
}

export type Schema = Readonly<Record<string, string>>;

/** One entry per schema version, each naming what it adds or changes. Never edit one that has shipped. In every version
 * an operation's `op_id`, `device_id`, `seq`, `said` and `pending` keep their meaning, so that an app too old to open
 * the database can still hand in what waits (guarantee 13; `handIn`). */
export const SCHEMA: readonly Schema[] = [
  {
    identity: "one",
    operation:
      "++place, &op_id, &[device_id+seq], pending, [pending+seq], [pending+seen], [settled+type+id], " +
      "[settled+acknowledged_ms], [type+id]",
    base: "[type+id], type, leaving",
    membership: "[type+id+stream], stream",
    progress: "one",
    staging: "one",
    staged: "[stream+type+id], stream",
    unlisted: "stream",
  },
];

export interface StoreParts {
  /** Needed when the database may be new; an existing one keeps the identity it has. */
  readonly deviceId?: string;
  /** The key that was enrolled with it; an existing database keeps the one it has. */
  readonly deviceKey?: DeviceKey;
  readonly indexedDB?: IDBFactory;
  readonly IDBKeyRange?: typeof IDBKeyRange;
  readonly schema?: readonly Schema[];
  /** An older tab holds the database open and has not let go yet; opening goes on once it has. */
  readonly onBlocked?: () => void;
  /** A newer version of the app wants the database: this tab has let go of it and can only reload. */
  readonly onSuperseded?: () => void;
}

// Keeps E-7, K-1, K-2, K-8, K-9 of docs/sync-protocol.md.
export class Store {
  readonly #db: Dexie;
  readonly #tables: Tables;
  readonly #channel: BroadcastChannel | null;
  readonly #watchers = new Set<() => void>();
  #superseded = false;
  #closed = false;

  private constructor(
    readonly name: string,
    db: Dexie,
  ) {
    this.#db = db;
    this.#tables = Object.fromEntries(db.tables.map((table) => [table.name, table])) as unknown as Tables;
    this.#channel = typeof BroadcastChannel === "undefined" ? null : new BroadcastChannel(`onsite-replica:${name}`);
    this.#channel?.addEventListener("message", this.#tellHere);
  }

  /** Throws TooNew, WrongDevice, StorageFull, and NoStorage when this browser keeps nothing for us. */
  static async open(name: string, parts: StoreParts = {}): Promise<Store> {
    const schema = parts.schema ?? SCHEMA;
    const factory = parts.indexedDB ?? (globalThis as { indexedDB?: IDBFactory }).indexedDB;
    if (!factory) throw new NoStorage("no IndexedDB here");
    // Dexie would open a newer database all the same and add to it what it misses; ours is left alone.
    refuseNewer(await installedVersion(factory, name).catch(cannotOpen), schema);
    const db = new Dexie(name, {
      autoOpen: false,
      cache: "disabled",
      chromeTransactionDurability: "strict",
      indexedDB: factory,
      IDBKeyRange: parts.IDBKeyRange ?? globalThis.IDBKeyRange,
    });
    for (const [index, stores] of schema.entries()) db.version(index + 1).stores({ ...stores });
    db.on("blocked", () => {
      parts.onBlocked?.();
      return false; // Dexie's own answer is a line in the console
    });
    const store = await opened(name, db, schema);
    db.on("versionchange", () => {
      store.#superseded = true;
      store.close();
      parts.onSuperseded?.();
      return false; // Dexie's own answer would open it again under the newer app's feet
    });
    try {
      await store.writing((tables) => identify(tables, parts.deviceId, parts.deviceKey));
    } catch (fault) {
      store.close();
      throw fault;
    }
    return store;

    async function opened(name: string, db: Dexie, schema: readonly Schema[]): Promise<Store> {
      try {
        await db.open();
        refuseNewer(db.verno * 10, schema);
        return new Store(name, db);
      } catch (fault) {
        db.close();
        return cannotOpen(fault);
      }
    }
  }

  /** One transaction, alone with the data from its first line on. */
  quietly<T>(step: (tables: Tables) => Promise<T>): Promise<T> {
    return this.#within("rw", step);
  }

  /** The same for what a person may see: tells every tab's watchers once it is on the disk. */
  async writing<T>(step: (tables: Tables) => Promise<T>): Promise<T> {
    const done = await this.quietly(step);
    this.#tellHere();
    if (!this.#closed) this.#channel?.postMessage(null);
    return done;
  }

  // Keeps K-6 and K-7 of docs/sync-protocol.md.
  /** As `writing`, for what a person did or what the server answered: when there is no room, pages that are only on
   * their way make place for it; they can be read again. */
  async keeping<T>(step: (tables: Tables) => Promise<T>): Promise<T> {
    try {
      return await this.writing(step);
    } catch (fault) {
      if (!(fault instanceof StorageFull)) throw fault;
      if (!(await this.quietly(makeRoom))) throw fault;
      return await this.writing(step);
    }
  }

  /** One snapshot for several reads. */
  reading<T>(step: (tables: Tables) => Promise<T>): Promise<T> {
    return this.#within("r", step);
  }

  deviceId(): Promise<string> {
    return this.reading(async (tables) => (await identity(tables)).device_id);
  }

  /** What this device signs with; null when it was enrolled without a key. */
  async deviceKey(): Promise<DeviceKey | null> {
    const { key } = await this.reading((tables) => identity(tables));
    return key === undefined ? null : new DeviceKey(key);
  }

  /** Calls `changed` after every step of any tab that a person may see; the answer ends that. */
  watch(changed: () => void): () => void {
    this.#watchers.add(changed);
    return () => {
      this.#watchers.delete(changed);
    };
  }

  /** Steps under way are finished by the browser. */
  close(): void {
    if (this.#closed) return;
    this.#closed = true;
    this.#channel?.close();
    this.#watchers.clear();
    this.#db.close();
  }

  async #within<T>(mode: "r" | "rw", step: (tables: Tables) => Promise<T>): Promise<T> {
    if (this.#superseded) throw new Superseded("a newer version of the app has taken over");
    try {
      // `async` is how Dexie tells that the step will use `await`.
      return await this.#db.transaction(mode, this.#db.tables, async () => await step(this.#tables));
    } catch (fault) {
      throw this.#wasSuperseded() ? new Superseded("a newer version of the app has taken over") : storageFault(fault);
    }
  }

  #wasSuperseded(): boolean {
    return this.#superseded;
  }

  readonly #tellHere = (): void => {
    for (const changed of this.#watchers) changed();
  };
}

/** The row there always is. */
export async function identity(tables: Tables): Promise<IdentityRow> {
  const row = await tables.identity.get(1);
  if (row === undefined) throw new Error("a replica without an identity");
  return row;
}

export async function progress(tables: Tables): Promise<ProgressRow> {
  return (await tables.progress.get(1)) ?? { one: 1, cursor: null, epoch: null };
}

async function identify(tables: Tables, deviceId: string | undefined, key: DeviceKey | undefined): Promise<void> {
  const row = await tables.identity.get(1);
  const signing = key === undefined ? {} : { key: key.kept };
  if (row === undefined) {
    if (!deviceId) throw new WrongDevice("a new replica needs a device_id");
    await tables.identity.put({ one: 1, device_id: deviceId, last_seq: 0, acknowledgements: 0, ...signing });
  } else if (deviceId !== undefined && deviceId !== row.device_id)
    throw new WrongDevice("the replica belongs to another device");
  else if (row.key === undefined && key !== undefined) await tables.identity.put({ ...row, ...signing });
}

/** Whether there was anything to give up. */
async function makeRoom(tables: Tables): Promise<boolean> {
  const found = await tables.staged.count();
  await Promise.all([tables.staged.clear(), tables.unlisted.clear(), tables.staging.clear()]);
  return found > 0;
}

function refuseNewer(version: number, schema: readonly Schema[]): void {
  if (Math.floor(version / 10) > schema.length)
    throw new TooNew(`schema ${version / 10} of the database; this app knows ${schema.length}`);
}

/** Dexie counts in tens: its version 1 is the browser's 10. 0: there is no database. */
export function installedVersion(factory: IDBFactory, name: string): Promise<number> {
  return new Promise((resolve, reject) => {
    const request = factory.open(name);
    let absent = false;
    request.onupgradeneeded = () => {
      absent = true;
      request.transaction?.abort(); // leaves nothing behind
    };
    request.onerror = (event) => {
      event.preventDefault();
      if (absent) resolve(0);
      else reject(request.error ?? new Error("cannot open"));
    };
    request.onsuccess = () => {
      const { version } = request.result;
      request.result.close();
      resolve(version);
    };
  });
}

function cannotOpen(fault: unknown): never {
  const named = storageFault(fault);
  if (named instanceof StorageFull || named instanceof TooNew) throw named;
  throw new NoStorage("this browser does not open a database", { cause: fault });
}
