/** The last resort of an app too old to open its own database (`TooNew`): it may still hand in (guarantee 13). */
import { Dexie } from "dexie";
import type { FieldTime, Operation } from "./operation";
import { BATCH_OPERATIONS, isHeld } from "./outbox";
import { installedVersion, type IdentityRow, type OperationRow } from "./store";
import type { Transport } from "./transport";
import { pushAnswerFrom } from "./wire";

/** Sends what a newer app's database has waiting, and answers how many operations the server has judged. Nothing is
 * written: the newer app will send them again, and be told the same outcomes (guarantee 2). Throws Unreachable and
 * ServerProblem. */
export async function handIn(
  name: string,
  transport: Transport,
  clock: () => FieldTime,
  parts: { readonly indexedDB?: IDBFactory; readonly IDBKeyRange?: typeof IDBKeyRange } = {},
): Promise<number> {
  const { device_id, operations } = await waiting(name, clock().wall_ms, parts);
  let judged = 0;
  for (let next = 0; next < operations.length; next += BATCH_OPERATIONS) {
    const batch = operations.slice(next, next + BATCH_OPERATIONS);
    const answer = pushAnswerFrom(await transport.push({ device_id, sent_at: clock(), operations: batch }));
    judged += answer.outcomes.length;
    // What the server lacks besides, only the newer app can find.
    if (answer.expected_seq !== null) break;
  }
  return judged;
}

async function waiting(
  name: string,
  now_ms: number,
  { indexedDB = globalThis.indexedDB, IDBKeyRange = globalThis.IDBKeyRange }: Parameters<typeof handIn>[3] & object,
): Promise<{ device_id: string; operations: Operation[] }> {
  if ((await installedVersion(indexedDB, name)) === 0) return { device_id: "", operations: [] };
  // Without a schema of its own Dexie reads what is there, and changes nothing.
  const db = new Dexie(name, { indexedDB, IDBKeyRange, cache: "disabled" });
  try {
    await db.open();
    const identity = (await db.table<IdentityRow, number>("identity").get(1))?.device_id ?? "";
    const rows = await db.table<OperationRow, number>("operation").toArray();
    const mine = rows.filter((row) => row.pending === 1 && row.device_id === identity && !isHeld(row, now_ms));
    const operations = mine
      .sort((one, other) => one.seq - other.seq)
      .map((row) => ({ ...(JSON.parse(row.said) as Operation), seq: row.seq }));
    return { device_id: identity, operations };
  } finally {
    db.close();
  }
}
