/** A device's replica: work offline, hand in, catch up. Step numbers are those of docs/sync-protocol.md.
 *
 * Several tabs may each have one over the same database.
 */
import * as apply from "./apply";
import type { DeviceKey } from "./devicekey";
import { Forked, NoKey, ServerProblem, Unreachable } from "./faults";
import { at, isObject, type JsonObject } from "./json";
import * as manifest from "./manifest";
import type { Addition, Anchor, Facts } from "./manifest";
import { NO_MARKS, type FieldTime, type Operation, type Outcome, type RecordKey, type SyncRecord } from "./operation";
import * as outbox from "./outbox";
import type { Judged, Undoable } from "./outbox";
import { overlay, type Overlaid } from "./overlay";
import type { Actor, RulesByType } from "./rules";
import { identity, type BaseRow, type Store } from "./store";
import type { Transport } from "./transport";
import { turnsAmongTabs, type Turns } from "./turns";
import { uuid7 } from "./uuid7";
import { pageFrom, pushAnswerFrom, type PushAnswer } from "./wire";

const PAGE_LIMIT = 500;
const STARTS_AFRESH = 3;
/** Statuses that may be one operation's fault: a smaller batch lets those before it through. */
const BATCH_REFUSED: ReadonlySet<number> = new Set([400, 413, 422]);

/** `judged`: operations whose outcome arrived. `changes`: rows of the pages read. */
export interface Synced {
  readonly judged: number;
  readonly changes: number;
}

/** `rules`: by record type, the same as the server's. `actor`: whom the rules are told, for the view only. */
export interface ReplicaParts {
  readonly store: Store;
  readonly transport: Transport;
  readonly rules: RulesByType;
  readonly clock: () => FieldTime;
  readonly newId?: () => string;
  readonly actor?: Omit<Actor, "device_id">;
  readonly pageLimit?: number;
  readonly turns?: Turns;
}

/** What may be left out: then it is now. */
type Untimed<T, Name extends keyof T> = Omit<T, Name> & Partial<Pick<T, Name>>;

interface Clocks {
  readonly at: string;
  readonly reading: FieldTime;
  readonly anchors: readonly Anchor[];
}

const SOMEBODY: Omit<Actor, "device_id"> = { kind: "field", user_id: "", technician_id: null };

export class Replica {
  readonly #parts: ReplicaParts;
  readonly #store: Store;
  readonly #turns: Turns;
  #forked = false;
  #heard: Anchor | null = null;

  constructor(parts: ReplicaParts) {
    this.#parts = parts;
    this.#store = parts.store;
    this.#turns = parts.turns ?? turnsAmongTabs();
  }

  // ---- the person's side: never touches the network

  // Keeps K-5 of docs/sync-protocol.md.
  /** Keeps an operation, durably before it answers with its op_id. `undoMs`: for so long it can be withdrawn, if nothing
   * follows it, and is not pushed. Throws NotJson and StorageFull; nothing is kept then. */
  async enqueue(kind: string, record: RecordKey, args: JsonObject, { undoMs = 0 } = {}): Promise<string> {
    const op_id = (this.#parts.newId ?? uuid7)();
    await outbox.enqueue(this.#store, op_id, kind, record, args, this.#parts.clock(), undoMs);
    return op_id;
  }

  /** Takes back what was just kept, as if it had never been. False: too late, it stands. */
  withdraw(op_id: string): Promise<boolean> {
    return outbox.withdraw(this.#store, op_id, this.#parts.clock().wall_ms);
  }

  /** What `withdraw` would take back now. It is for the app to push once its time is over. */
  undoable(): Promise<Undoable | null> {
    return outbox.undoable(this.#store, this.#parts.clock().wall_ms);
  }

  /** Completes a job with what the customer signed, or would not: builds the manifest, signs it with this device's key
   * and keeps the operation, as `enqueue` does. The raw clocks are put in, and the time by them unless it is said.
   * Throws ManifestRefused and NoKey as well. */
  complete(facts: Untimed<Facts, "finished_at">): Promise<string> {
    return this.#signed("job.complete", facts.job_id, (key, { at: finished_at, reading: finish, anchors }) =>
      manifest.complete({ finished_at, finish, anchors, ...facts }, key),
    );
  }

  /** The same for work that cannot be done. `cause`: what stops the promise's clock. */
  cannotComplete(facts: Untimed<Facts, "finished_at">, reason: string, cause?: string): Promise<string> {
    return this.#signed("job.cannot_complete", facts.job_id, (key, { at: finished_at, reading: finish, anchors }) =>
      manifest.cannotComplete({ finished_at, finish, anchors, ...facts }, reason, key, cause),
    );
  }

  /** Adds photos or a note to what was signed. */
  addendum(facts: Untimed<Addition, "made_at">): Promise<string> {
    return this.#signed("job.addendum", facts.job_id, (key, { at: made_at, reading, anchors }) =>
      manifest.addendum({ made_at, reading, anchors, ...facts }, key),
    );
  }

  /** The record as the person sees it: own operations included (guarantee 6). */
  async view({ type, id }: RecordKey): Promise<SyncRecord | null> {
    const [row, operations, device_id] = await this.#store.reading(async (tables) => {
      const base = await tables.base.get([type, id]);
      return [base, await outbox.overlaid(tables, type, id), (await identity(tables)).device_id] as const;
    });
    return this.#overlaid(type, row, operations, device_id);
  }

  /** Every record of a type as the person sees it, by id. */
  async records(type: string): Promise<SyncRecord[]> {
    const [rows, operations, device_id] = await this.#store.reading(async (tables) => {
      const bases = await tables.base.where("type").equals(type).toArray();
      return [bases, await outbox.overlaid(tables, type), (await identity(tables)).device_id] as const;
    });
    const bases = new Map(rows.map((row) => [row.id, row]));
    const mine = new Map<string, Overlaid[]>();
    for (const each of operations) {
      const { id } = each[0].record;
      mine.set(id, [...(mine.get(id) ?? []), each]);
    }
    const ids = [...new Set([...bases.keys(), ...mine.keys()])].sort();
    return ids.flatMap((id) => this.#overlaid(type, bases.get(id), mine.get(id) ?? [], device_id) ?? []);
  }

  /** Operations whose outcome this device has not heard, oldest first. */
  pending(): Promise<Operation[]> {
    return outbox.pending(this.#store);
  }

  /** What the server said, of the last 30 days, in the order the person worked. */
  outcomes(): Promise<Outcome[]> {
    return outbox.outcomes(this.#store);
  }

  /** The same with the operations they are about. */
  judged(): Promise<Judged[]> {
    return outbox.judged(this.#store);
  }

  /** Outcomes the person has not seen; they stay news until `markSeen`, also over a crash. */
  news(): Promise<Outcome[]> {
    return outbox.unseen(this.#store);
  }

  markSeen(op_ids: readonly string[]): Promise<void> {
    return outbox.markSeen(this.#store, op_ids);
  }

  /** Calls `changed` after every change, whichever tab made it; the answer ends that. */
  watch(changed: () => void): () => void {
    return this.#store.watch(changed);
  }

  // ---- the network's side: throws Unreachable, ServerProblem or Forked; whatever was reached by then, stays

  /** Hands in everything, then catches up to a checkpoint. A refused push does not keep the replica from reading: its
   * ServerProblem is thrown at the end. */
  async sync(): Promise<Synced> {
    let refused: ServerProblem | null = null;
    let judged = 0;
    try {
      judged = await this.push();
    } catch (fault) {
      if (!(fault instanceof ServerProblem)) throw fault;
      refused = fault;
    }
    const changes = await this.pull();
    if (refused !== null) throw refused;
    return { judged, changes };
  }

  /** Sends the outbox until it is empty, but for what may still be withdrawn; answers how many operations were judged.
   * Safe to run twice at once. */
  push(): Promise<number> {
    return this.#turns(`onsite-push:${this.#store.name}`, () => this.#push({}));
  }

  // Keeps R-7 of docs/sync-protocol.md.
  /** The last push of a device that was revoked, once a dispatcher allows it; the server takes no other after it. */
  lastUpload(): Promise<number> {
    return this.#turns(`onsite-push:${this.#store.name}`, () => this.#push({ drained: true, all: true }));
  }

  /** A push of nothing: gives the server an anchor for this page's clock, so that what is done on this page, and sent
   * from another, can be timed exactly. Once per page is enough. */
  async anchor(): Promise<void> {
    const device_id = await this.#store.deviceId();
    await this.#parts.transport.push({ device_id, sent_at: this.#parts.clock(), operations: [] });
  }

  /** Reads up to a checkpoint and applies it; answers how many rows were read. */
  pull(): Promise<number> {
    return this.#turns(`onsite-pull:${this.#store.name}`, () => this.#pull());
  }

  /** Goes on under a new identity after `Forked`, or when the server does not know or revoked this one: pending
   * operations keep their op_ids and get new sequence numbers from 1, so that none can take effect twice (guarantee 12).
   * So do those of the last 30 days that only another epoch's server acknowledged (guarantee 11); where no refusal has
   * just named the epoch, that is all of them. `key`: of a device that had none; one that has a key goes on with it. */
  async adoptIdentity(device_id: string, key?: DeviceKey): Promise<void> {
    if (!this.#forked) await outbox.inDoubt(this.#store);
    await outbox.renumber(this.#store, device_id, key);
    this.#forked = false;
  }

  close(): void {
    this.#store.close();
  }

  // ----

  async #signed(kind: string, job_id: string, made: (key: DeviceKey, clocks: Clocks) => Promise<JsonObject>) {
    const key = await this.#store.deviceKey();
    if (key === null) throw new NoKey("this device was enrolled without a key");
    const reading = this.#parts.clock();
    const heard = this.#heard;
    const clocks = { at: instant(reading, heard), reading, anchors: heard === null ? [] : [heard] };
    return await this.enqueue(kind, { type: "job", id: job_id }, await made(key, clocks));
  }

  /** `all`: also what could still be withdrawn. */
  async #push({ drained = false, all = false }): Promise<number> {
    let judged = 0;
    let limit = outbox.BATCH_OPERATIONS;
    for (;;) {
      const now_ms = all ? Infinity : this.#parts.clock().wall_ms;
      const batch = await outbox.batch(this.#store, limit, undefined, now_ms);
      if (batch === null) return judged;
      let answer: PushAnswer;
      try {
        answer = await this.#send(batch, drained && batch.last);
      } catch (fault) {
        if (!(fault instanceof ServerProblem)) throw fault;
        if (BATCH_REFUSED.has(fault.status) && batch.operations.length > 1)
          limit = Math.floor(batch.operations.length / 2);
        else if ((await this.#store.deviceId()) === batch.device_id) throw await this.#refusal(fault, batch);
        continue; // in smaller pieces, or under the identity that another tab has taken meanwhile
      }
      const taken = await outbox.acknowledge(this.#store, batch.device_id, answer);
      judged += taken.judged;
      if ((await this.#store.deviceId()) === batch.device_id) await this.#takeUp(answer, batch, taken.compared);
    }
  }

  async #send({ device_id, operations }: outbox.Batch, drained: boolean): Promise<PushAnswer> {
    // Push step 1 (P-6): the clock is read anew for every attempt.
    const sent_at = this.#parts.clock();
    const body = { device_id, sent_at, operations };
    const answer = pushAnswerFrom(await this.#parts.transport.push(drained ? { ...body, drained } : body));
    this.#heard = { server_ms: answer.server_time, reading: sent_at };
    return answer;
  }

  /** What to throw for a refused push, once what it tells of the server is taken in. */
  async #refusal(problem: ServerProblem, batch: outbox.Batch): Promise<ServerProblem | Forked> {
    await this.#takeRefusal(problem);
    if (problem.code !== "forked") return problem;
    const seq = at(extraOf(problem), "seq");
    this.#forked = true;
    return new Forked(typeof seq === "number" ? seq : batch.operations[0].seq);
  }

  /** Whether the server can be the one that acknowledged (guarantee 11). */
  async #takeRefusal(problem: ServerProblem): Promise<void> {
    const epoch = at(extraOf(problem), "epoch");
    // It may have come back from a backup, and would not say so.
    const stranger = problem.code === "device_unknown" || problem.code === "device_revoked";
    if (stranger) await outbox.inDoubt(this.#store);
    else if (problem.code === "forked") await outbox.metEpoch(this.#store, typeof epoch === "string" ? epoch : null);
  }

  /** A checkpoint that was still waiting to be applied is as old as it is, so that reading goes on behind it. */
  async #pull(): Promise<number> {
    let changes = 0;
    let asked = false;
    let afreshLeft = STARTS_AFRESH;
    for (;;) {
      const ask = await apply.nextAsk(this.#store);
      if (ask.complete) {
        if ((await this.#applyCheckpoint()) && asked) return changes;
        continue;
      }
      asked = true;
      const page = await this.#read(ask, afreshLeft > 0);
      if (page === null) {
        afreshLeft -= 1;
        await this.#pushWhatIsTaken(); // step 9: hand in first, then start afresh
        await apply.startAfresh(this.#store, ask);
        continue;
      }
      if (page.last_seq !== null && (await this.#resendForgotten(page.epoch, page.last_seq))) {
        // What was read so far is older than what the server has just been taught again.
        await this.#pushWhatIsTaken();
        await apply.startAfresh(this.#store, ask);
        continue;
      }
      await apply.stage(this.#store, ask, page);
      changes += page.changes.length;
    }
  }

  /** A page; null when the cursor has expired and it is worth starting afresh. */
  async #read(ask: apply.Ask, mayStartAfresh: boolean): Promise<ReturnType<typeof pageFrom> | null> {
    try {
      const limit = this.#parts.pageLimit ?? PAGE_LIMIT;
      return pageFrom(await this.#parts.transport.pull(ask.cursor, limit, ask.device_id));
    } catch (fault) {
      const expired = fault instanceof ServerProblem && fault.code === "cursor_expired";
      if (expired && ask.cursor !== null && mayStartAfresh) return null;
      if (fault instanceof ServerProblem) await this.#takeRefusal(fault);
      throw fault;
    }
  }

  /** After an answer: send again what the server lacks (push step 6), and never spin on a server that judges nothing. */
  async #takeUp(answer: PushAnswer, batch: outbox.Batch, compared: outbox.Compared): Promise<void> {
    const oldest = batch.operations[0];
    if (compared.missing !== null) throw new Forked(compared.missing);
    if (answer.expected_seq !== null && answer.expected_seq < oldest.seq) {
      if (!(await outbox.reopen(this.#store, answer.expected_seq))) throw new Forked(answer.expected_seq);
    } else if (!compared.resend && (await outbox.isPending(this.#store, oldest.op_id)))
      throw new Unreachable("the server judged nothing of what it was sent");
  }

  /** Whether operations are pending again because a server of another epoch may lack them (pull step 10). */
  async #resendForgotten(epoch: string, last_seq: number): Promise<boolean> {
    const compared = await outbox.compare(this.#store, epoch, last_seq);
    if (compared.missing !== null) throw new Forked(compared.missing);
    return compared.resend;
  }

  /** A push whose refusal must not keep the replica from reading; `push` itself will tell of it again. */
  async #pushWhatIsTaken(): Promise<void> {
    try {
      await this.push();
    } catch (fault) {
      if (!(fault instanceof ServerProblem)) throw fault;
    }
  }

  /** Applies the waiting checkpoint; where it shows operations whose outcome was never heard, hears it first. */
  async #applyCheckpoint(): Promise<boolean> {
    if (await apply.checkpoint(this.#store)) return true;
    try {
      await this.push();
      if (await apply.checkpoint(this.#store)) return true;
      // The server has judged what was only kept a moment ago: somebody else speaks under this identity.
      await this.#turns(`onsite-push:${this.#store.name}`, () => this.#push({ all: true }));
    } catch (fault) {
      if (!(fault instanceof ServerProblem)) throw fault;
      if (!(await apply.checkpoint(this.#store))) throw fault;
      return true;
    }
    return apply.checkpoint(this.#store);
  }

  #overlaid(
    type: string,
    row: BaseRow | undefined,
    operations: readonly Overlaid[],
    device_id: string,
  ): SyncRecord | null {
    const base = row === undefined ? null : recordOf(row);
    const rules = this.#parts.rules.get(type);
    if (rules === undefined || operations.length === 0) return base;
    return overlay(base, operations, rules, { ...(this.#parts.actor ?? SOMEBODY), device_id });
  }
}

/** Of the year 9999: a clock may show anything. */
const LAST_MS = 253_402_300_799_999;

/** By the server's clock where it was heard in this boot, else by our own. */
function instant(now: FieldTime, heard: Anchor | null): string {
  const same = heard?.reading.boot_id === now.boot_id;
  const ms = same ? heard.server_ms + now.monotonic_ms - heard.reading.monotonic_ms : now.wall_ms;
  return new Date(Math.min(Math.max(ms, 0), LAST_MS)).toISOString().replace("Z", "+00:00");
}

function extraOf(problem: ServerProblem): JsonObject {
  const extra: unknown = problem.detail["extra"];
  return isObject(extra) ? extra : {};
}

function recordOf({ type, id, version, body }: BaseRow): SyncRecord {
  const fields = Object.fromEntries(Object.entries(body).filter(([name]) => name !== "id" && name !== "version"));
  return { type, id, version, fields, marks: NO_MARKS };
}
