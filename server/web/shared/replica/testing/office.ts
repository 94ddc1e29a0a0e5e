/** The other peer, in memory (tests/offline_sync/pair.py): a server that is only `decide` and a feed, and a line to it
 * that fails on command. */
import { ServerProblem, Unreachable } from "../faults";
import { copied, type JsonObject } from "../json";
import type { Mark, Operation, RecordKey, SyncRecord } from "../operation";
import type { Actor } from "../rules";
import type { Transport } from "../transport";
import type { PushAnswer, PushRequest } from "../wire";
import { NOON } from "./builders";
import { decide, keyOf, type Recorded } from "./decide";
import { RULES } from "./rules";

interface Row {
  readonly key: RecordKey;
  readonly position: number;
  readonly version: number;
  readonly body: JsonObject | null;
}

/** One row per record. Tombstones up to `floor` have been purged. */
interface Stream {
  head: number;
  floor: number;
  readonly rows: Map<string, Row>;
}

interface Device {
  readonly technician: string;
  last_seq: number;
  readonly recorded: Map<number, Recorded>;
  readonly extraStreams: Set<string>;
}

interface Position {
  readonly epoch: string;
  readonly positions: Readonly<Record<string, number>>;
  readonly begun: Readonly<Record<string, number>>;
}

/** Everything the server holds. */
export class Office {
  now = NOON;
  epoch = "epoch-1";
  records = new Map<string, SyncRecord>();
  devices = new Map<string, Device>();
  byOpId = new Map<string, Recorded>();
  streams = new Map<string, Stream>();
  /** op_ids in the order they took effect, with the device and seq they came under. */
  judged: { readonly op_id: string; readonly device_id: string; readonly seq: number }[] = [];
  duplicates = 0;
  #buried = new Map<string, number>();
  #reviews = 0;

  enrol(device_id: string, technician: string): void {
    this.devices.set(device_id, { technician, last_seq: 0, recorded: new Map(), extraStreams: new Set() });
  }

  /** A decision of the office that no rule questions: assign, cancel, price. */
  put(key: RecordKey, fields: JsonObject): void {
    const record = this.records.get(keyOf(key));
    const version = (record?.version ?? this.#buried.get(keyOf(key)) ?? 0) + 1;
    const mark: Mark = { version, at_ms: this.now, writer: "office:desk" };
    const marks = new Map([...(record?.marks ?? []), ...Object.keys(fields).map((name) => [name, mark] as const)]);
    this.#save({ ...key, version, fields: { ...record?.fields, ...fields }, marks });
  }

  delete(key: RecordKey): void {
    const record = this.records.get(keyOf(key));
    if (record === undefined) return;
    this.records.delete(keyOf(key));
    this.#buried.set(keyOf(key), record.version + 1);
    this.#publish(key, record.version + 1, null, new Set());
  }

  purge(): void {
    for (const stream of this.streams.values())
      for (const [key, row] of stream.rows)
        if (row.body === null) {
          stream.floor = Math.max(stream.floor, row.position);
          stream.rows.delete(key);
        }
  }

  /** The same office, going its own way from here. */
  backup(): Office {
    const copy = new Office();
    copy.#takeFrom(this);
    return copy;
  }

  /** The server comes back from an older backup, under a new epoch. */
  restore(backup: Office, epoch: string): void {
    this.#takeFrom(backup);
    this.epoch = epoch;
  }

  push({ device_id, sent_at, operations }: PushRequest): PushAnswer {
    const device = this.#known(device_id);
    const { last_seq } = device;
    const actor: Actor = { kind: "field", user_id: "somebody", technician_id: device.technician, device_id };
    const decision = decide(
      { last_seq, bySeq: device.recorded, byOpId: this.byOpId, records: this.records },
      { operations, sent_at, received_ms: this.now, rules: RULES, actor, newId: () => `review-${++this.#reviews}` },
    );
    if (typeof decision === "number")
      throw new ServerProblem("forked", 409, { code: "forked", extra: { seq: decision, epoch: this.epoch } });
    device.last_seq = decision.last_seq;
    this.duplicates += decision.duplicates;
    for (const recorded of decision.fresh) {
      const { op_id, seq } = recorded.operation;
      device.recorded.set(seq, recorded);
      this.byOpId.set(op_id, recorded);
      this.judged.push({ op_id, device_id, seq });
    }
    for (const record of decision.changed.values()) this.#save(record);
    const { outcomes, expected_seq } = decision;
    return { outcomes, last_seq: device.last_seq, expected_seq, epoch: this.epoch, server_time: this.now };
  }

  pull(device_id: string, cursor: string | null, limit: number): JsonObject {
    const device = this.#known(device_id);
    const streams = [...this.scope(device_id)].sort();
    const read = this.#over(cursor, streams);
    const rows = streams
      .flatMap((name) => [...this.#stream(name).rows.values()].map((row) => ({ name, ...row })))
      .filter((row) => row.position > (read.positions[row.name] ?? 0))
      .sort((one, other) => one.position - other.position || (one.name < other.name ? -1 : 1));
    const page = rows.slice(0, limit);
    const checkpoint = page.length < limit;
    const positions: Record<string, number> = { ...read.positions };
    for (const row of page) positions[row.name] = row.position;
    if (checkpoint) for (const name of streams) positions[name] = this.#stream(name).head;
    return {
      changes: page.map(({ name, key, version, position, body }) => ({
        stream: name,
        ...key,
        version,
        position,
        body,
      })),
      cursor: JSON.stringify({ epoch: this.epoch, positions, begun: ahead(read.begun, positions) }),
      checkpoint,
      streams,
      last_seq: device.last_seq,
      epoch: this.epoch,
      server_time: this.now,
    };
  }

  scope(device_id: string): Set<string> {
    const device = this.#known(device_id);
    return new Set([`technician:${device.technician}`, "catalogue", ...device.extraStreams]);
  }

  /** The records a fresh pull would give, with their versions. */
  inScope(device_id: string): Record<string, number> {
    const scope = this.scope(device_id);
    const held = [...this.records].filter(([, record]) => [...audience(record)].some((stream) => scope.has(stream)));
    return Object.fromEntries(held.map(([key, record]) => [key, record.version]));
  }

  #known(device_id: string): Device {
    const device = this.devices.get(device_id);
    if (device === undefined) throw new ServerProblem("device_unknown", 404, { code: "device_unknown" });
    return device;
  }

  #over(cursor: string | null, streams: readonly string[]): Position {
    const read: Position =
      cursor === null ? { epoch: this.epoch, positions: {}, begun: {} } : (JSON.parse(cursor) as Position);
    const positions: Record<string, number> = {};
    const begun: Record<string, number> = {};
    let expired = read.epoch !== this.epoch;
    for (const name of streams) {
      const { head, floor } = this.#stream(name);
      const position = read.positions[name];
      const start = position === undefined ? head : (read.begun[name] ?? 0);
      expired ||= position !== undefined && (position > head || Math.max(position, start) < floor);
      positions[name] = position ?? 0;
      begun[name] = start;
    }
    if (expired) throw new ServerProblem("cursor_expired", 410, { code: "cursor_expired" });
    return { epoch: this.epoch, positions, begun: ahead(begun, positions) };
  }

  #stream(name: string): Stream {
    const stream = this.streams.get(name) ?? { head: 0, floor: 0, rows: new Map() };
    this.streams.set(name, stream);
    return stream;
  }

  #save(record: SyncRecord): void {
    this.records.set(keyOf(record), record);
    const { type, id, version } = record;
    this.#publish({ type, id }, version, { id, ...copied(record.fields), version }, audience(record));
  }

  #publish(key: RecordKey, version: number, body: JsonObject | null, readers: ReadonlySet<string>): void {
    const held = [...this.streams].filter(([, stream]) => (stream.rows.get(keyOf(key))?.body ?? null) !== null);
    const holders = held.map(([name]) => name);
    for (const name of [...readers].sort()) this.#write(name, key, version, body);
    for (const name of holders.sort()) if (!readers.has(name)) this.#write(name, key, version, null);
  }

  #write(name: string, key: RecordKey, version: number, body: JsonObject | null): void {
    const stream = this.#stream(name);
    stream.head += 1;
    stream.rows.set(keyOf(key), { key, position: stream.head, version, body });
  }

  /** What is never changed in place is shared. */
  #takeFrom(other: Office): void {
    this.now = other.now;
    this.epoch = other.epoch;
    this.records = new Map(other.records);
    this.devices = new Map(
      [...other.devices].map(([id, { recorded, extraStreams, ...device }]) => [
        id,
        { ...device, recorded: new Map(recorded), extraStreams: new Set(extraStreams) },
      ]),
    );
    this.byOpId = new Map(other.byOpId);
    this.streams = new Map([...other.streams].map(([name, { rows, ...s }]) => [name, { ...s, rows: new Map(rows) }]));
    this.judged = [...other.judged];
    this.duplicates = other.duplicates;
    this.#buried = new Map(other.#buried);
    this.#reviews = other.#reviews;
  }
}

/** Of the streams being read from their start, those that have not come to where their head was then. */
function ahead(begun: Position["begun"], positions: Position["positions"]): Position["begun"] {
  return Object.fromEntries(Object.entries(begun).filter(([name, head]) => head > (positions[name] ?? 0)));
}

/** The streams that hold a record. */
function audience({ type, fields }: SyncRecord): Set<string> {
  if (type !== "job") return new Set(["catalogue"]);
  const { technician, area } = fields as { technician?: string | null; area?: string | null };
  return new Set([...(technician ? [`technician:${technician}`] : []), ...(area ? [`area:${area}`] : [])]);
}

export type LineFault = "" | "lost_request" | "lost_reply" | "twice" | "late";

/** A transport to the office. `faults` names what happens to the next exchanges, one each; then all goes well. */
export class Line implements Transport {
  faults: LineFault[] = [];
  readonly said: PushRequest[] = [];
  pulls = 0;
  /** Called when an exchange comes by: "before" it reaches the office, "after" it did. May throw, or never answer. */
  at: (moment: string) => Promise<void> = () => Promise.resolve();

  constructor(
    public office: Office,
    public refusal: ServerProblem | null = null,
  ) {}

  async push(body: PushRequest): Promise<unknown> {
    const sent = JSON.parse(JSON.stringify(body)) as PushRequest;
    this.said.push(sent);
    const fault = await this.#begin("push");
    if (this.refusal !== null) throw this.refusal;
    let answer = this.office.push(sent);
    if (fault === "twice") answer = this.office.push(sent);
    if (fault === "late" && this.said[0]?.device_id === sent.device_id) this.office.push(this.said[0]);
    return await this.#end("push", fault, answer);
  }

  async pull(cursor: string | null, limit: number, device_id: string): Promise<unknown> {
    this.pulls += 1;
    const fault = await this.#begin("pull");
    return await this.#end("pull", fault, this.office.pull(device_id, cursor, limit));
  }

  async #begin(deed: string): Promise<LineFault> {
    const fault = this.faults.shift() ?? "";
    await this.at(`before ${deed}`);
    if (fault === "lost_request") throw new Unreachable(fault);
    return fault;
  }

  async #end(deed: string, fault: LineFault, answer: unknown): Promise<unknown> {
    await this.at(`after ${deed}`);
    if (fault === "lost_reply") throw new Unreachable(fault);
    return JSON.parse(JSON.stringify(answer)) as unknown;
  }
}

export function operationsOf(line: Line): readonly Operation[] {
  return line.said.flatMap((body) => body.operations);
}
