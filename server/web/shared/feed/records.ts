/** What a reader of the feed holds. Pure: pages in, records out; no network, no clock.
 *
 * Records change only at a checkpoint (a consistent point of all streams), all at once. One record may come by several
 * streams; it is held as long as one of them has it, at the newest version any of them sent. A pull from the start
 * replaces everything at its checkpoint; until then the old records stay visible.
 */
import type { Change, PullAnswer } from "../api/types";

export interface Held {
  readonly type: string;
  readonly id: string;
  readonly version: number;
  readonly body: Readonly<Record<string, unknown>>;
  readonly streams: readonly string[];
}

export interface Replica {
  /** Where the next pull starts; null: from the start. */
  readonly cursor: string | null;
  /** True until the first checkpoint of a pull from the start. */
  readonly fresh: boolean;
  readonly staged: readonly Change[];
  /** `type:id` → record, as of the last checkpoint. */
  readonly records: ReadonlyMap<string, Held>;
  /** True once a checkpoint was reached: an empty list now means there is nothing. */
  readonly complete: boolean;
}

export const EMPTY: Replica = { cursor: null, fresh: true, staged: [], records: new Map(), complete: false };

export const keyOf = (type: string, id: string): string => `${type}:${id}`;

/** The server no longer knows our cursor: pull from the start, and show what we have until that is done. */
export function startAfresh(replica: Replica): Replica {
  return { ...replica, cursor: null, fresh: true, staged: [] };
}

export function receive(replica: Replica, page: PullAnswer): Replica {
  const staged = [...replica.staged, ...page.changes];
  if (!page.checkpoint) return { ...replica, cursor: page.cursor, staged };
  const base = replica.fresh ? new Map<string, Held>() : replica.records;
  return {
    cursor: page.cursor,
    fresh: false,
    staged: [],
    records: leaveStreams(apply(base, staged), page.streams),
    complete: true,
  };
}

function apply(records: ReadonlyMap<string, Held>, changes: readonly Change[]): ReadonlyMap<string, Held> {
  if (changes.length === 0) return records;
  const next = new Map(records);
  for (const change of changes) {
    const key = keyOf(change.type, change.id);
    const held = settle(next.get(key), change);
    if (held === null) next.delete(key);
    else next.set(key, held);
  }
  return next;
}

function settle(held: Held | undefined, change: Change): Held | null {
  const others = held?.streams.filter((stream) => stream !== change.stream) ?? [];
  if (change.body === null) return held === undefined || others.length === 0 ? null : { ...held, streams: others };
  const streams = [...others, change.stream];
  if (held !== undefined && held.version > change.version) return { ...held, streams };
  return { type: change.type, id: change.id, version: change.version, body: change.body, streams };
}

/** A change of scope: what came only by streams we no longer have is gone. */
function leaveStreams(records: ReadonlyMap<string, Held>, streams: readonly string[]): ReadonlyMap<string, Held> {
  const mine = new Set(streams);
  const foreign = [...records].filter(([, held]) => !held.streams.every((stream) => mine.has(stream)));
  if (foreign.length === 0) return records;
  const next = new Map(records);
  for (const [key, held] of foreign) {
    const left = held.streams.filter((stream) => mine.has(stream));
    if (left.length === 0) next.delete(key);
    else next.set(key, { ...held, streams: left });
  }
  return next;
}
