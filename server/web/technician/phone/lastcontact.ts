/** When the server was last heard, remembered over a restart: it is what an app without network has to tell. */

const nameOf = (userId: string): string => `onsite.contact.${userId}`;

/** Epoch ms on this device's clock; null: never, or not remembered. */
export function lastContact(userId: string, memory: Storage): number | null {
  const last = Number(memory.getItem(nameOf(userId)) ?? "");
  return last > 0 ? last : null;
}

export function rememberContact(userId: string, last: number, memory: Storage): void {
  try {
    memory.setItem(nameOf(userId), String(last));
  } catch {
    // No room: it is only told as unknown after the next start.
  }
}
