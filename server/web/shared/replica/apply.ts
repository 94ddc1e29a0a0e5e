/** Pages into the base: staged as they come, applied together at a checkpoint, in one transaction with the cursor.
 *
 * Step numbers are those of docs/sync-protocol.md, "Pull".
 */
import { Dexie } from "dexie";
import { identity, progress, type BaseRow, type OperationRow, type StagingRow, type Store, type Tables } from "./store";
import type { Page } from "./wire";

/** What to pull next. `complete`: nothing, a checkpoint is waiting to be applied. */
export interface Ask {
  readonly cursor: string | null;
  readonly afresh: boolean;
  readonly complete: boolean;
  readonly begun: number;
  readonly device_id: string;
}

/** Where reading goes on: after the last staged page, else after the last checkpoint. */
export async function nextAsk(store: Store): Promise<Ask> {
  return (
    (await store.reading(under)) ?? (await store.quietly(async (tables) => (await under(tables)) ?? beginning(tables)))
  );
}

async function under(tables: Tables): Promise<Ask | null> {
  const staging = await tables.staging.get(1);
  return staging === undefined || staging.pages === 0 ? null : askOf(staging, (await identity(tables)).device_id);
}

/** Begun as late as can be: whatever was answered before the first page is asked for, is in the checkpoint. */
async function beginning(tables: Tables): Promise<Ask> {
  const staging = await tables.staging.get(1);
  return askOf(await begin(tables, staging?.afresh === true), (await identity(tables)).device_id);
}

// Keeps L-13 of docs/sync-protocol.md.
/** Forgets staged pages and reads from the start (step 9). The base stays on view until a checkpoint replaces it. */
export function startAfresh(store: Store, ask: Ask): Promise<void> {
  return store.quietly(async (tables) => {
    if (await isCurrent(tables, ask)) await begin(tables, true);
  });
}

/** Forgets the pages on their way. */
export async function clear(tables: Tables): Promise<void> {
  await tables.staged.clear();
  await tables.unlisted.clear();
  await tables.staging.clear();
}

async function begin(tables: Tables, afresh: boolean): Promise<StagingRow> {
  await clear(tables);
  const { cursor } = await progress(tables);
  const { acknowledgements } = await identity(tables);
  const begun: StagingRow = {
    one: 1,
    afresh: afresh || cursor === null,
    cursor: afresh ? null : cursor,
    pages: 0,
    acknowledgement: acknowledgements,
    last_seq: 0,
    complete: false,
  };
  await tables.staging.put(begun);
  return begun;
}

function askOf({ cursor, afresh, complete, acknowledgement }: StagingRow, device_id: string): Ask {
  return { cursor, afresh, complete, begun: acknowledgement, device_id };
}

/** Whether the answer to `ask` still fits: another tab may have moved on meanwhile. */
async function isCurrent(tables: Tables, ask: Ask): Promise<boolean> {
  const staging = await tables.staging.get(1);
  return (
    staging?.cursor === ask.cursor &&
    staging.afresh === ask.afresh &&
    staging.complete === ask.complete &&
    staging.acknowledgement === ask.begun
  );
}

// Keeps L-8, L-9 of docs/sync-protocol.md.
/** Keeps a page until its checkpoint (step 5). A page that no longer continues what is staged is dropped. */
export function stage(store: Store, ask: Ask, page: Page): Promise<void> {
  return store.quietly(async (tables) => {
    const staging = await tables.staging.get(1);
    if (staging === undefined || !(await isCurrent(tables, ask))) return;
    await forgetUnlisted(tables, page.streams);
    // Per stream and record the latest row says all; an earlier page's row for it is history.
    await tables.staged.bulkPut(
      page.changes.map(({ stream, type, id, version, body }) => ({ stream, type, id, version, body })),
    );
    await tables.staging.put({
      ...staging,
      pages: staging.pages + 1,
      cursor: page.cursor,
      last_seq: Math.max(staging.last_seq, page.last_seq ?? 0),
      complete: page.checkpoint,
    });
  });
}

/** A stream that is not listed is lost whole (step 7), even if a later page lists it again: it is read from its start
 * then, and that tells of no removal. */
async function forgetUnlisted(tables: Tables, streams: readonly string[]): Promise<void> {
  const held = (await tables.membership.orderBy("stream").uniqueKeys()) as string[];
  const lost = held.filter((stream) => !streams.includes(stream));
  await tables.unlisted.bulkPut(lost.map((stream) => ({ stream })));
  await tables.staged.where("stream").noneOf(streams).delete();
}

// Keeps L-10, L-11 of docs/sync-protocol.md.
/** Applies the staged pages (steps 6 to 8). False: the pages may contain operations whose outcome this device has not
 * heard; push first, or they would be shown twice. */
export function checkpoint(store: Store): Promise<boolean> {
  return store.writing(async (tables) => {
    const staging = await tables.staging.get(1);
    if (staging?.complete !== true) return true;
    const { device_id } = await identity(tables);
    const unheard = await tables.operation
      .where("[pending+seq]")
      .between([1, Dexie.minKey], [1, staging.last_seq], true, true)
      .filter((row) => row.device_id === device_id)
      .first();
    if (unheard !== undefined) return false;
    await changeBase(tables, staging.afresh);
    await settle(tables, staging);
    await removeLeft(tables);
    await tables.progress.put({ ...(await progress(tables)), cursor: staging.cursor });
    await clear(tables);
    return true;
  });
}

async function changeBase(tables: Tables, afresh: boolean): Promise<void> {
  const staged = await tables.staged.toArray();
  const left = await endedMemberships(tables, afresh);
  for (const row of staged) if (row.body === null) left.push([row.type, row.id, row.stream]);
  await tables.membership.bulkDelete(left);
  const held = staged.filter((row) => row.body !== null).sort((one, other) => one.version - other.version);
  await tables.membership.bulkPut(held.map(({ type, id, stream }) => ({ type, id, stream })));
  // At a checkpoint all streams agree on a record. Its version may be lower than what is held: the server may be
  // another epoch's.
  const latest = new Map<string, BaseRow>();
  for (const { type, id, version, body } of held)
    if (body !== null) latest.set(nameOf({ type, id }), { type, id, version, body, leaving: 0 });
  await tables.base.bulkPut([...latest.values()]);
  await markLeaving(tables, left);
}

async function endedMemberships(tables: Tables, afresh: boolean): Promise<Membership[]> {
  if (afresh) return tables.membership.toCollection().primaryKeys();
  const unlisted = await tables.unlisted.toCollection().primaryKeys();
  return tables.membership.where("stream").anyOf(unlisted).primaryKeys();
}

/** Of the records that a stream let go, those that no other stream holds. */
async function markLeaving(tables: Tables, left: readonly Membership[]): Promise<void> {
  if (left.length === 0) return;
  const held = new Set(
    (await tables.membership.toCollection().primaryKeys()).map(([type, id]) => nameOf({ type, id })),
  );
  const keys = new Map(left.map(([type, id]) => [nameOf({ type, id }), [type, id] as Key]));
  const gone = [...keys].filter(([name]) => !held.has(name)).map(([, key]) => key);
  const rows = (await tables.base.bulkGet(gone)).filter((row) => row !== undefined);
  await tables.base.bulkPut(rows.map((row) => ({ ...row, leaving: 1 })));
}

// Keeps L-12 of docs/sync-protocol.md.
/** Removes what is out of scope, except where operations are not judged yet (step 8, guarantee 7). With the record goes
 * the sight of what was judged on it: on top of nothing it would be a ghost. */
export async function removeLeft(tables: Tables): Promise<void> {
  const leaving = (await tables.base.where("leaving").equals(1).primaryKeys()) as Key[];
  if (leaving.length === 0) return;
  const worked = await workedOn(tables);
  const left = leaving.filter(([type, id]) => !worked.has(nameOf({ type, id })));
  const names = new Set(left.map(([type, id]) => nameOf({ type, id })));
  const ghosts = (await unsettled(tables)).filter((row) => names.has(nameOf(row)));
  await tables.operation.bulkPut(ghosts.map((row) => ({ ...row, settled: 1 })));
  await tables.base.bulkDelete(left);
}

/** Which operations the base now shows: those whose version it has reached, and those answered before the first page
 * was asked for. The latter not on a kept copy (step 8): it stays as the person knows it. After a start afresh,
 * operations that are pending again are no longer in the base. */
async function settle(tables: Tables, { afresh, acknowledgement }: StagingRow): Promise<void> {
  const rows = afresh ? await tables.operation.toArray() : await unsettled(tables);
  const keys = new Map(rows.map((row) => [nameOf(row), [row.type, row.id] as Key]));
  const bases = (await tables.base.bulkGet([...keys.values()])).filter((row) => row !== undefined);
  const sight: Sight = {
    ...{ afresh, asked: acknowledgement, worked: await workedOn(tables) },
    base: new Map(bases.map((row) => [nameOf(row), row])),
  };
  const after = rows.map((row) => ({ ...row, settled: settledAfter(row, sight) }));
  await tables.operation.bulkPut(after.filter((row, index) => row.settled !== rows[index]?.settled));
}

/** What a checkpoint shows. `asked`: the acknowledgements when its first page was asked for. `worked`: the records with
 * operations that are not judged yet. */
interface Sight {
  readonly afresh: boolean;
  readonly asked: number;
  readonly base: ReadonlyMap<string, BaseRow>;
  readonly worked: ReadonlySet<string>;
}

function settledAfter(row: OperationRow, { afresh, asked, base, worked }: Sight): 0 | 1 {
  if (row.pending === 1) return afresh ? 0 : row.settled;
  const answered = row.acknowledgement !== null && row.acknowledgement <= asked;
  if (row.settled === 1 && answered) return 1;
  if (wasRejected(row)) return row.settled;
  if (row.version === null) return 1;
  const shown = base.get(nameOf(row));
  if (shown !== undefined && shown.version >= row.version) return 1;
  return answered && (shown?.leaving === 0 || !worked.has(nameOf(row))) ? 1 : 0;
}

type Key = [type: string, id: string];
type Membership = [type: string, id: string, stream: string];

export function nameOf({ type, id }: { readonly type: string; readonly id: string }): string {
  return JSON.stringify([type, id]);
}

/** The records with operations that are not judged yet. */
async function workedOn(tables: Tables): Promise<Set<string>> {
  const rows = await tables.operation.where("pending").equals(1).toArray();
  return new Set(rows.map(nameOf));
}

function unsettled(tables: Tables): Promise<OperationRow[]> {
  return tables.operation
    .where("[settled+type+id]")
    .between([0, Dexie.minKey, Dexie.minKey], [0, Dexie.maxKey, Dexie.maxKey])
    .toArray();
}

function wasRejected(row: OperationRow): boolean {
  return row.outcome !== null && (JSON.parse(row.outcome) as { status: unknown }).status === "rejected";
}
