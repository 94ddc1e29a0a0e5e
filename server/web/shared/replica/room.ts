/** The room a browser gives us, and whether it may take it back. */

/** `persistent`: kept until the person clears it. `evictable`: the browser may clear it when the device is full.
 * `unknown`: this browser does not say. */
export type Keeping = "persistent" | "evictable" | "unknown";

const ASKED = "onsite.asked-to-keep";

/** Asks the browser to keep our data, once: some ask the person, who is not to be asked at every start. `again`: the
 * person has asked for it. */
export async function keepOurData(again = false, storage = ours(), memory = memoryHere()): Promise<Keeping> {
  if (typeof storage?.persisted !== "function") return "unknown";
  try {
    if (await storage.persisted()) return "persistent";
    if (!again && memory?.getItem(ASKED)) return "evictable";
    memory?.setItem(ASKED, "yes");
    return (await storage.persist()) ? "persistent" : "evictable";
  } catch {
    return "unknown";
  }
}

/** Bytes used and allowed, about; null when the browser does not say. */
export async function room(storage = ours()): Promise<{ readonly used: number; readonly allowed: number } | null> {
  try {
    const { usage, quota } = (await storage?.estimate()) ?? {};
    return usage === undefined || quota === undefined ? null : { used: usage, allowed: quota };
  } catch {
    return null;
  }
}

function ours(): StorageManager | undefined {
  return (globalThis.navigator as { readonly storage?: StorageManager } | undefined)?.storage;
}

function memoryHere(): Storage | null {
  try {
    return globalThis.localStorage;
  } catch {
    return null; // closed to us
  }
}
