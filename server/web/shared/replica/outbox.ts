/** The outbox: operations in the order the person worked, until the server has judged them, and 30 days beyond. */
import { Dexie } from "dexie";
import * as apply from "./apply";
import type { DeviceKey } from "./devicekey";
import { NotJson, WrongDevice } from "./faults";
import { isObject, type JsonObject } from "./json";
import type { FieldTime, Operation, Outcome, RecordKey } from "./operation";
import type { Overlaid } from "./overlay";
import { identity, progress, type OperationRow, type Store, type Tables } from "./store";
import { outcomeFrom, type PushAnswer } from "./wire";

const KEPT_MS = 30 * 24 * 60 * 60 * 1000;
const MAX_DEPTH = 32;
export const BATCH_OPERATIONS = 50;
const BATCH_CHARS = 256 * 1024;
/** No operation waits longer for somebody to think again, whatever the wall clock says. */
const UNDO_MOST_MS = 60_000;

/** `last`: nothing is pending beyond it. */
export interface Batch {
  readonly device_id: string;
  readonly last: boolean;
  readonly operations: readonly [Operation, ...Operation[]];
}

// Keeps P-2, P-3, K-1 of docs/sync-protocol.md.
/** Durable when it returns. The sequence number is given in the same transaction, so none is skipped or given twice,
 * by however many tabs. `undoMs`: for so long it can be withdrawn, and is not sent. Throws NotJson when `args` is not
 * JSON that every server takes, StorageFull when there is no room; nothing is kept then. */
export async function enqueue(
  store: Store,
  op_id: string,
  kind: string,
  record: RecordKey,
  args: JsonObject,
  at: FieldTime,
  undoMs = 0,
): Promise<void> {
  check(args);
  const { type, id } = record;
  await store.keeping(async (tables) => {
    const who = await identity(tables);
    await letGo(tables);
    const base = await tables.base.get([type, id]);
    const seq = who.last_seq + 1;
    // What the server last said is what the person was looking at; own operations on top of it are told apart by their
    // writer (merge: a device never conflicts with itself).
    const base_version = base?.version ?? 0;
    const operation: Operation = { op_id, seq, kind, record: { type, id }, base_version, args, at };
    await tables.identity.put({ ...who, last_seq: seq });
    await tables.operation.add({
      op_id,
      device_id: who.device_id,
      seq,
      type,
      id,
      said: JSON.stringify(operation),
      pending: 1,
      settled: 0,
      seen: 0,
      outcome: null,
      version: null,
      acknowledgement: null,
      acknowledged_ms: null,
      epoch: null,
      ...(undoMs > 0 ? { undo_until_ms: at.wall_ms + Math.min(undoMs, UNDO_MOST_MS) } : {}),
    });
  });
}

/** An operation that was kept a moment ago, and can still be withdrawn: until `until_ms` by the wall clock. */
export interface Undoable {
  readonly op_id: string;
  readonly kind: string;
  readonly record: RecordKey;
  readonly until_ms: number;
}

export async function undoable(store: Store, now_ms: number): Promise<Undoable | null> {
  const row = await store.reading(lastGiven);
  if (typeof row?.undo_until_ms !== "number" || !isHeld(row, now_ms)) return null;
  const { op_id, kind, record } = operationOf(row);
  return { op_id, kind, record, until_ms: row.undo_until_ms };
}

// Keeps P-29 of docs/sync-protocol.md.
/** Takes an operation back that no server can have seen, as if it had never been kept: its sequence number is free
 * again. False, and nothing changes, once it may have been sent or something was done after it. */
export function withdraw(store: Store, op_id: string, now_ms: number): Promise<boolean> {
  return store.writing(async (tables) => {
    const row = await lastGiven(tables);
    if (row?.op_id !== op_id || !isHeld(row, now_ms)) return false;
    const who = await identity(tables);
    await tables.operation.where("op_id").equals(op_id).delete();
    await tables.identity.put({ ...who, last_seq: who.last_seq - 1 });
    await apply.removeLeft(tables);
    return true;
  });
}

async function lastGiven(tables: Tables): Promise<OperationRow | undefined> {
  const { device_id, last_seq } = await identity(tables);
  return await tables.operation.where("[device_id+seq]").equals([device_id, last_seq]).first();
}

/** From here on the last operation can be sent, and not be withdrawn. Transactions take turns, so whoever sends it has
 * passed here before anybody could still withdraw it, and nobody can after. */
async function letGo(tables: Tables): Promise<void> {
  const last = await lastGiven(tables);
  if (typeof last?.undo_until_ms === "number") await tables.operation.put({ ...last, undo_until_ms: null });
}

/** A wall clock that was set meanwhile ends the time, too. */
export function isHeld({ pending, undo_until_ms }: OperationRow, now_ms: number): boolean {
  if (pending === 0 || typeof undo_until_ms !== "number") return false;
  return now_ms < undo_until_ms && undo_until_ms - now_ms <= UNDO_MOST_MS;
}

// Keeps P-7 of docs/sync-protocol.md.
/** What no server could read must not enter the queue: it would be refused with all that stands behind it. */
function check(value: unknown, levels = MAX_DEPTH): void {
  if (value === null || typeof value === "boolean") return;
  if (typeof value === "string") checkText(value);
  else if (typeof value === "number") {
    if (!Number.isFinite(value)) throw new NotJson(`${value} has no JSON`);
  } else if (Array.isArray(value)) {
    if (levels === 0) throw new NotJson(`args are nested more than ${MAX_DEPTH} deep`);
    for (const each of value as unknown[]) check(each, levels - 1); // holes come as undefined
  } else if (isObject(value) && isPlain(value)) {
    if (levels === 0) throw new NotJson(`args are nested more than ${MAX_DEPTH} deep`);
    for (const [name, each] of Object.entries(value)) {
      checkText(name);
      check(each, levels - 1);
    }
  } else throw new NotJson(`a ${typeof value} has no JSON`);
}

function checkText(value: string): void {
  // With `u`, halves of a pair are one character; what still matches is a half without its other.
  if (/\p{Surrogate}/u.test(value)) throw new NotJson("half a character has no UTF-8");
}

function isPlain(value: object): boolean {
  const kind: unknown = Object.getPrototypeOf(value);
  return (kind === Object.prototype || kind === null) && typeof (value as { toJSON?: unknown }).toJSON !== "function";
}

// Keeps P-5, P-29 of docs/sync-protocol.md.
/** The next operations to push, the oldest always among them; null when nothing is pending but what may still be
 * withdrawn at `now_ms`. */
export async function batch(
  store: Store,
  operations = BATCH_OPERATIONS,
  chars = BATCH_CHARS,
  now_ms = Infinity,
): Promise<Batch | null> {
  const found = await store.reading((tables) => next(tables, operations, chars, now_ms));
  if (found !== "to be let go") return found;
  await store.quietly(letGo);
  return await batch(store, operations, chars, now_ms);
}

async function next(
  tables: Tables,
  operations: number,
  chars: number,
  now_ms: number,
): Promise<Batch | "to be let go" | null> {
  const { device_id, last_seq } = await identity(tables);
  const rows = await tables.operation
    .where("[pending+seq]")
    .between([1, Dexie.minKey], [1, Dexie.maxKey])
    .limit(operations)
    .toArray();
  const last = rows.at(-1);
  if (typeof last?.undo_until_ms === "number" && last.seq === last_seq) {
    if (!isHeld(last, now_ms)) return "to be let go";
    rows.pop();
  }
  const first = rows[0];
  if (first === undefined) return null;
  const taken = following(rows, chars);
  const waiting = await tables.operation.where("pending").equals(1).count();
  return { device_id, last: waiting === taken.length + 1, operations: [operationOf(first), ...taken] };
}

/** Those behind the first that go with it: without a gap, and not too many characters together. */
function following(rows: readonly OperationRow[], chars: number): Operation[] {
  const taken: Operation[] = [];
  let left = chars;
  for (const [index, row] of rows.entries()) {
    left -= row.said.length;
    if (index === 0) continue;
    if (left < 0 || row.seq !== (rows[index - 1]?.seq ?? 0) + 1) break;
    taken.push(operationOf(row));
  }
  return taken;
}

/** What a server of another epoch made of the outbox. `resend`: operations are pending again. `missing`: the first
 * sequence number that the server lacks and this device no longer keeps. */
export interface Compared {
  readonly resend: boolean;
  readonly missing: number | null;
}

const NOTHING_NEW: Compared = { resend: false, missing: null };

/** `judged`: how many operations an answer judged. */
export interface Taken {
  readonly judged: number;
  readonly compared: Compared;
}

// Keeps P-19, P-21, K-4 of docs/sync-protocol.md.
/** Takes in, durably (guarantee 1), what was answered to `device_id`. Taking it in twice, or in two tabs, changes
 * nothing. What an older epoch's server had judged is compared first, in the same transaction: afterwards it could not
 * be told from what this answer judged. */
export function acknowledge(store: Store, device_id: string, answer: PushAnswer): Promise<Taken> {
  return store.keeping(async (tables) => {
    const before = await identity(tables);
    // Otherwise another tab has enrolled anew meanwhile.
    const mine = device_id === before.device_id;
    const compared = mine ? await compareIn(tables, answer.epoch, answer.last_seq) : NOTHING_NEW;
    const acknowledgement = before.acknowledgements + 1;
    await tables.identity.put({ ...before, acknowledgements: acknowledgement });
    const judged = await record(tables, answer, acknowledgement);
    await apply.removeLeft(tables);
    await forgetOld(tables, answer.server_time);
    return { judged, compared };
  });
}

// Keeps R-4 of docs/sync-protocol.md.
/** Guarantee 11: what this device knows to be judged, against what a server of another epoch says it has judged. */
export async function compare(store: Store, epoch: string, last_seq: number): Promise<Compared> {
  if ((await store.reading(progress)).epoch === epoch) return NOTHING_NEW;
  return await store.writing((tables) => compareIn(tables, epoch, last_seq));
}

async function compareIn(tables: Tables, epoch: string, last_seq: number): Promise<Compared> {
  const known = await progress(tables);
  if (known.epoch === epoch) return NOTHING_NEW;
  const judged = await highestAcknowledged(tables);
  if (judged > last_seq && !(await keeps(tables, last_seq + 1))) {
    await doubt(tables);
    return { resend: false, missing: last_seq + 1 };
  }
  await tables.progress.put({ ...known, epoch });
  // One that the server should know goes with the forgotten ones: a clone may have filled their numbers meanwhile, and
  // only another digest would tell (guarantee 12).
  return { resend: await reopenIn(tables, Math.min(judged, last_seq)), missing: null };
}

/** The server is not the one that acknowledged: it lacks this device, or what it had said of it. */
export function inDoubt(store: Store): Promise<void> {
  return store.writing(doubt);
}

/** The server named its epoch in a refusal; where it is another one, or none, the outbox is in doubt. */
export function metEpoch(store: Store, epoch: string | null): Promise<void> {
  return store.writing(async (tables) => {
    if ((await progress(tables)).epoch !== epoch) await doubt(tables);
  });
}

async function doubt(tables: Tables): Promise<void> {
  await tables.progress.put({ ...(await progress(tables)), epoch: null });
}

async function record(tables: Tables, answer: PushAnswer, acknowledgement: number): Promise<number> {
  const outcomes = new Map(answer.outcomes.map((outcome) => [outcome.op_id, outcome]));
  const named = await tables.operation
    .where("op_id")
    .anyOf([...outcomes.keys()])
    .toArray();
  const rows = named.filter((row) => row.pending === 1);
  const bases = await tables.base.bulkGet(rows.map((row) => [row.type, row.id]));
  const judged = rows.map((row, index): OperationRow => {
    const outcome = outcomes.get(row.op_id);
    if (outcome === undefined) throw new Error("a row that was not asked for");
    const said = JSON.stringify(outcome);
    const { version } = outcome;
    const shown = bases[index]?.version ?? -1;
    return {
      ...row,
      pending: 0,
      // Settled at once: what was rejected, and what the base already contains: a repeat after a lost reply, or work
      // that was reopened for a server that had forgotten it, whatever version it has there.
      settled: outcome.status === "rejected" || version === null || shown >= version || isShown(row) ? 1 : 0,
      seen: row.outcome === said ? row.seen : 0,
      outcome: said,
      version,
      acknowledgement,
      acknowledged_ms: answer.server_time,
      epoch: answer.epoch,
    };
  });
  await tables.operation.bulkPut(judged);
  return judged.length;
}

function isShown(row: OperationRow): boolean {
  return row.settled === 1 && outcomeOf(row)?.status !== "rejected";
}

async function forgetOld(tables: Tables, server_time: number): Promise<void> {
  await tables.operation
    .where("[settled+acknowledged_ms]")
    .between([1, Dexie.minKey], [1, server_time - KEPT_MS], true, false)
    .filter((row) => row.pending === 0)
    .delete();
}

// Keeps P-15 of docs/sync-protocol.md.
/** Makes judged operations from `from_seq` on pending again: the server has forgotten them (guarantee 11). False when
 * `from_seq` is not kept any more. */
export function reopen(store: Store, from_seq: number): Promise<boolean> {
  return store.writing(async (tables) => {
    const kept = await keeps(tables, from_seq);
    if (kept) await reopenIn(tables, from_seq);
    else await doubt(tables);
    return kept;
  });
}

async function keeps(tables: Tables, seq: number): Promise<boolean> {
  const { device_id } = await identity(tables);
  return (await tables.operation.where("[device_id+seq]").equals([device_id, seq]).count()) > 0;
}

async function reopenIn(tables: Tables, from_seq: number): Promise<boolean> {
  const { device_id } = await identity(tables);
  const judged = await tables.operation
    .where("[device_id+seq]")
    .between([device_id, from_seq], [device_id, Dexie.maxKey])
    .filter((row) => row.pending === 0)
    .toArray();
  // `settled` stays: the base that is on view does contain them, until a start afresh replaces it.
  await tables.operation.bulkPut(judged.map((row) => ({ ...row, pending: 1 })));
  return judged.length > 0;
}

export async function isPending(store: Store, op_id: string): Promise<boolean> {
  const row = await store.reading((tables) => tables.operation.where("op_id").equals(op_id).first());
  return row?.pending === 1;
}

/** The last of this identity's sequence numbers known to be judged; 0 when none is kept. */
async function highestAcknowledged(tables: Tables): Promise<number> {
  const { device_id } = await identity(tables);
  const last = await tables.operation
    .where("[device_id+seq]")
    .between([device_id, Dexie.minKey], [device_id, Dexie.maxKey])
    .reverse()
    .filter((row) => row.pending === 0)
    .first();
  return last?.seq ?? 0;
}

// Keeps of docs/sync-protocol.md.
/** The pending operations, in their order and under their op_ids, as the first ones of a new identity; with them, in
 * their place, those that another epoch's server acknowledged: this one may lack them, and it knows the others by their
 * op_ids (push step 13). */
export function renumber(store: Store, device_id: string, key?: DeviceKey): Promise<void> {
  return store.writing(async (tables) => {
    const who = await identity(tables);
    if (who.device_id === device_id) throw new WrongDevice("that is the identity it has");
    const { epoch } = await progress(tables);
    const rows = await tables.operation
      .orderBy(":id")
      .filter((row) => row.pending === 1 || row.epoch !== epoch)
      .toArray();
    await tables.operation.bulkPut(rows.map((row, index) => ({ ...row, device_id, seq: index + 1, pending: 1 })));
    // what waits is signed with the key there is.
    const signing = key === undefined || who.key !== undefined ? {} : { key: key.kept };
    await tables.identity.put({ ...who, device_id, last_seq: rows.length, ...signing });
    // Staged pages speak of the old identity's last_seq.
    await apply.clear(tables);
  });
}

export async function pending(store: Store): Promise<Operation[]> {
  const rows = await store.reading((tables) => tables.operation.where("pending").equals(1).sortBy("place"));
  return rows.map(operationOf);
}

/** What the server said of each operation still kept, in the order the person worked. */
export async function outcomes(store: Store): Promise<Outcome[]> {
  return told(await store.reading((tables) => tables.operation.where("pending").equals(0).sortBy("place")));
}

/** Of those, what the person has not seen. */
export async function unseen(store: Store): Promise<Outcome[]> {
  return told(await store.reading((tables) => tables.operation.where("[pending+seen]").equals([0, 0]).sortBy("place")));
}

/** An operation with what the server said of it. `answered_ms`: when, on the server's clock. `seen`: by the person. */
export interface Judged {
  readonly operation: Operation;
  readonly outcome: Outcome;
  readonly answered_ms: number | null;
  readonly seen: boolean;
}

/** What was judged of all that is still kept, in the order the person worked. */
export async function judged(store: Store): Promise<Judged[]> {
  const rows = await store.reading((tables) => tables.operation.where("pending").equals(0).sortBy("place"));
  return rows.flatMap((row) => {
    const outcome = outcomeOf(row);
    if (outcome === null) return [];
    return [{ operation: operationOf(row), outcome, answered_ms: row.acknowledged_ms, seen: row.seen === 1 }];
  });
}

function told(rows: readonly OperationRow[]): Outcome[] {
  return rows.flatMap((row) => outcomeOf(row) ?? []);
}

export function markSeen(store: Store, op_ids: readonly string[]): Promise<void> {
  return store.writing(async (tables) => {
    await tables.operation.where("op_id").anyOf(op_ids).modify({ seen: 1 });
  });
}

/** The operations whose effect the base does not show yet, of one record or of all of a type, each with its outcome
 * once there is one. */
export async function overlaid(tables: Tables, type: string, id?: string): Promise<Overlaid[]> {
  const found = tables.operation
    .where("[settled+type+id]")
    .between([0, type, id ?? Dexie.minKey], [0, type, id ?? Dexie.maxKey], true, true);
  const rows = await found.sortBy("place");
  return rows.map((row) => [operationOf(row), row.pending === 1 ? null : outcomeOf(row)]);
}

function operationOf(row: OperationRow): Operation {
  return { ...(JSON.parse(row.said) as Operation), seq: row.seq };
}

function outcomeOf(row: OperationRow): Outcome | null {
  return row.outcome === null ? null : outcomeFrom(JSON.parse(row.outcome));
}
