/** A profile whose app can be killed, and whose disk can be full, at a chosen write. Nothing of IndexedDB is replaced:
 * what is written goes to the real database; a kill is what the browser does when a page dies, an abort. */

/** A moment of the app's life: "put operation", "delete staged", "before push" … Throws to end it there. */
export type Fate = (moment: string) => void;

/** The app is no more. */
export class Killed extends Error {
  override readonly name = "Killed";
}

/** Kills at the `nth` time a moment begins with these words; dead is dead. Also counts, to see what there is to kill. */
export class Reaper {
  readonly seen: string[] = [];
  dead = false;
  #left: number;

  constructor(
    readonly words: string | null,
    nth = 1,
  ) {
    this.#left = nth;
  }

  readonly fate: Fate = (moment) => {
    this.seen.push(moment);
    if (this.words !== null && moment.startsWith(this.words)) {
      this.#left -= 1;
      this.dead ||= this.#left === 0;
    }
    if (this.dead) throw new Killed(moment);
  };
}

const WRITES = ["add", "put", "delete", "clear"] as const;

/** The same databases, with every write told to `fate` first. */
export function mortal(factory: IDBFactory, fate: Fate): IDBFactory {
  const open = (name: string, version?: number): IDBOpenDBRequest => {
    const request = version === undefined ? factory.open(name) : factory.open(name, version);
    request.addEventListener("success", () => {
      watchOver(request.result, fate);
    });
    return request;
  };
  return Object.assign(Object.create(factory) as IDBFactory, { open });
}

function watchOver(database: IDBDatabase, fate: Fate): void {
  const begin = database.transaction.bind(database);
  database.transaction = (...how: Parameters<IDBDatabase["transaction"]>) => {
    if (how[1] === "readwrite") fate("begin");
    const transaction = begin(...how);
    const objectStore = transaction.objectStore.bind(transaction);
    const watched = new WeakSet<IDBObjectStore>();
    transaction.objectStore = (name) => {
      const store = objectStore(name);
      if (watched.has(store)) return store;
      watched.add(store);
      for (const deed of WRITES) {
        const real = store[deed].bind(store) as (...args: unknown[]) => IDBRequest;
        Object.assign(store, {
          [deed]: (...args: unknown[]) => {
            try {
              fate(`${deed} ${name}`);
            } catch (fault) {
              transaction.abort();
              throw fault;
            }
            return real(...args);
          },
        });
      }
      return store;
    };
    return transaction;
  };
}
