/** The JSON shapes of push and pull, read for the device (docs/sync-protocol.md, "Wire shapes"). Pure.
 *
 * Answers of another shape throw Unreachable: whoever gave them, it was not our server. Unknown members are ignored.
 */
import { Unreachable } from "./faults";
import { isObject, type Json, type JsonObject } from "./json";
import type { FieldMerge, FieldTime, Operation, Outcome, Side } from "./operation";

export interface PushRequest {
  readonly device_id: string;
  readonly sent_at: FieldTime;
  readonly operations: readonly Operation[];
  /** The outbox is empty after these; ends the last upload of a revoked device. */
  readonly drained?: true;
}

export interface PushAnswer {
  readonly outcomes: readonly Outcome[];
  readonly last_seq: number;
  readonly expected_seq: number | null;
  readonly epoch: string;
  readonly server_time: number;
}

/** `body` null: the record has left the stream. */
export interface Change {
  readonly stream: string;
  readonly type: string;
  readonly id: string;
  readonly version: number;
  readonly body: JsonObject | null;
}

export interface Page {
  readonly changes: readonly Change[];
  readonly cursor: string;
  readonly checkpoint: boolean;
  readonly streams: readonly string[];
  readonly last_seq: number | null;
  readonly epoch: string;
}

// Keeps W-1, P-20 of docs/sync-protocol.md.
export function pushAnswerFrom(said: unknown): PushAnswer {
  return reading("push", () => {
    const answer = object(said);
    return {
      outcomes: list(answer["outcomes"]).map(outcomeFrom),
      last_seq: whole(answer["last_seq"]),
      expected_seq: orNull(answer["expected_seq"], whole),
      epoch: text(answer["epoch"]),
      server_time: whole(answer["server_time"]),
    };
  });
}

export function pageFrom(said: unknown): Page {
  return reading("pull", () => {
    const page = object(said);
    return {
      changes: list(page["changes"]).map(changeFrom),
      cursor: text(page["cursor"]),
      checkpoint: truth(page["checkpoint"]),
      streams: list(page["streams"]).map(text),
      last_seq: orNull(page["last_seq"], whole),
      epoch: text(page["epoch"]),
    };
  });
}

/** An outcome in its own members and order only, so that one outcome has one text. */
export function outcomeFrom(said: unknown): Outcome {
  const outcome = object(said);
  return {
    op_id: text(outcome["op_id"]),
    seq: whole(outcome["seq"]),
    status: text(outcome["status"]),
    version: orNull(outcome["version"], whole),
    merges: (orNull(outcome["merges"], list) ?? []).map(mergeFrom),
    review_id: orNull(outcome["review_id"], text),
    code: orNull(outcome["code"], text),
    text: orNull(outcome["text"], text),
  };
}

function mergeFrom(said: unknown): FieldMerge {
  const merged = object(said);
  return {
    field: text(merged["field"]),
    winner: text(merged["winner"]) as Side,
    won: json(merged["won"]),
    lost: json(merged["lost"]),
  };
}

function changeFrom(said: unknown): Change {
  const change = object(said);
  return {
    stream: text(change["stream"]),
    type: text(change["type"]),
    id: text(change["id"]),
    version: whole(change["version"]),
    body: orNull(json(change["body"]), object), // a missing body must not pass for a removal
  };
}

class Misshapen extends Error {}

function reading<T>(deed: string, read: () => T): T {
  try {
    return read();
  } catch (fault) {
    if (fault instanceof Misshapen)
      throw new Unreachable(`the answer to a ${deed} has another shape`, { cause: fault });
    throw fault;
  }
}

function object(value: unknown): JsonObject {
  if (!isObject(value)) throw new Misshapen("no object");
  return value;
}

function list(value: unknown): unknown[] {
  if (!Array.isArray(value)) throw new Misshapen("no list");
  return value;
}

function text(value: unknown): string {
  if (typeof value !== "string") throw new Misshapen("no text");
  return value;
}

function whole(value: unknown): number {
  if (!Number.isSafeInteger(value)) throw new Misshapen("no whole number");
  return value as number;
}

function truth(value: unknown): boolean {
  if (typeof value !== "boolean") throw new Misshapen("neither true nor false");
  return value;
}

function json(value: Json | undefined): Json {
  if (value === undefined) throw new Misshapen("a value is missing");
  return value;
}

function orNull<T>(value: unknown, read: (value: unknown) => T): T | null {
  return value === null || value === undefined ? null : read(value);
}
