/** One tab at a time sends photos. The server bears two (docs/uploads.md: the newer goes on); it is for thrift. */

/** Does the work when no other tab is at it; null when one is. */
export type Alone = <T>(work: () => Promise<T>) => Promise<T | null>;

/** By a Web Lock, where there are any (https and localhost). `hung`: whether the tab that has it has not moved for so
 * long that it is taken from it: a phone may freeze a page with all it holds. */
export function aloneAmongTabs(name: string, hung: () => boolean = () => false, locks = ourLocks()): Alone {
  return async (work) => {
    if (locks === null) return await work();
    const options: LockOptions = hung() ? { steal: true } : { ifAvailable: true };
    return await locks.request(name, options, async (lock) => (lock === null ? null : await work()));
  };
}

function ourLocks(): LockManager | null {
  return (globalThis.navigator as { readonly locks?: LockManager } | undefined)?.locks ?? null;
}
