/** Short words about what was just done, with a way back while there is one. */
import { signal } from "@preact/signals";

const STAYS_MS = 10_000; // also the time for an undo

export interface Toast {
  readonly id: number;
  readonly tone: "good" | "bad" | "note";
  readonly text: string;
  readonly undo: (() => Promise<void>) | null;
}

let last = 0;

export const toasts = signal<readonly Toast[]>([]);

export function dismiss(id: number): void {
  toasts.value = toasts.value.filter((toast) => toast.id !== id);
}

/** Good news goes by itself; bad news, and a note of what somebody else did for one to see to, stays until it is dismissed
 * or followed by three others. */
export function tell(tone: Toast["tone"], text: string, undo: Toast["undo"] = null): void {
  const id = ++last;
  toasts.value = [...toasts.value.slice(-2), { id, tone, text, undo }];
  if (tone === "good")
    setTimeout(() => {
      dismiss(id);
    }, STAYS_MS);
}
