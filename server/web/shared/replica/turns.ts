/** Tabs take turns at the network, so that one outbox is sent once; a matter of thrift, not of safety. The database
 * guards every step, and the server knows what it has judged (guarantee 2): two at once have one effect all the same. */

/** Does the work when its turn has come. */
export type Turns = <T>(name: string, work: () => Promise<T>) => Promise<T>;

const PATIENCE_MS = 30_000; // a tab that hangs in its turn must not keep the others from handing in

/** By Web Locks among tabs, where there are any (https and localhost), and one after the other within this one. */
export function turnsAmongTabs(locks = ourLocks(), patience_ms = PATIENCE_MS): Turns {
  const here = turnsHere();
  if (locks === null) return here;
  return (name, work) => here(name, () => inTurn(locks, name, work, patience_ms));
}

/** Within this tab alone. */
export function turnsHere(): Turns {
  const last = new Map<string, Promise<unknown>>();
  return (name, work) => {
    const mine = (last.get(name) ?? Promise.resolve()).then(work, work);
    last.set(name, mine);
    return mine;
  };
}

async function inTurn<T>(locks: LockManager, name: string, work: () => Promise<T>, patience_ms: number): Promise<T> {
  const turn: { begun?: Promise<T> } = {};
  const waiting = new AbortController();
  const timer = setTimeout(() => {
    waiting.abort();
  }, patience_ms);
  try {
    return await locks.request(name, { signal: waiting.signal }, () => {
      clearTimeout(timer);
      turn.begun = work();
      return turn.begun;
    });
  } catch {
    // Its own fault, or no turn in time: then without one.
    return await (turn.begun ?? work());
  } finally {
    clearTimeout(timer);
  }
}

function ourLocks(): LockManager | null {
  return (globalThis.navigator as { readonly locks?: LockManager } | undefined)?.locks ?? null;
}
