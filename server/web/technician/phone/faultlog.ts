/** The last things that went wrong on this phone, for the diagnostics a person may share. Names and codes only: no
 * record, no text anybody typed, no address. */

export interface NotedFault {
  /** Epoch ms. */
  readonly at: number;
  readonly what: string;
}

const KEPT_AS = "onsite.faults";
const MOST = 20;
const LONGEST = 120;

export function noteFault(fault: unknown, store: Storage = localStorage, now = Date.now()): void {
  const kept = [...faults(store), { at: now, what: named(fault) }].slice(-MOST);
  try {
    store.setItem(KEPT_AS, JSON.stringify(kept));
  } catch {
    // No room for it: the fault itself is more important.
  }
}

export function faults(store: Storage = localStorage): readonly NotedFault[] {
  try {
    const kept: unknown = JSON.parse(store.getItem(KEPT_AS) ?? "[]");
    return Array.isArray(kept) ? kept.filter(isNoted) : [];
  } catch {
    return [];
  }
}

/** Its kind and its stable code; a message may quote what somebody typed, and is left out. */
function named(fault: unknown): string {
  if (!(fault instanceof Error)) return "fault";
  const { code, status } = fault as { code?: unknown; status?: unknown };
  const words = [fault.name, typeof status === "number" ? String(status) : "", typeof code === "string" ? code : ""];
  return words
    .filter((word) => word !== "")
    .join(" ")
    .slice(0, LONGEST);
}

function isNoted(said: unknown): said is NotedFault {
  const noted = said as Partial<NotedFault> | null;
  return typeof noted?.at === "number" && typeof noted.what === "string";
}
