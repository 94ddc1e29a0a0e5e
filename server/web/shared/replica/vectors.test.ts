// @vitest-environment node
/** The JSON vectors that every implementation of the protocol has to agree with (tests/vectors). */
import { readFileSync } from "node:fs";
import { resolve } from "node:path";
import { describe, expect, it, vi } from "vitest";
import { effectFrom, NOON, openStore, policyOf, profile, ScriptedRules } from "./testing/builders";
import { decide, keyOf, type Recorded } from "./testing/decide";
import { Forked, ServerProblem, Unreachable } from "./faults";
import type { JsonObject } from "./json";
import { merge, type Writing } from "./merge";
import type { FieldTime, Mark, Marks, Operation, Outcome, RecordKey } from "./operation";
import { Replica } from "./replica";
import type { Actor } from "./rules";
import { progress, type Store } from "./store";
import type { Transport } from "./transport";
import type { PushRequest } from "./wire";

vi.setConfig({ testTimeout: 60_000 }); // milliseconds until a test gives up; nothing is measured with it

type Said = Readonly<Record<string, unknown>>;

interface Vectors<Case> {
  readonly policy: Record<string, string>;
  readonly cases: readonly Case[];
}

function load(name: string, known: readonly string[]): unknown {
  const path = resolve(import.meta.dirname, "../../../../tests/vectors", `${name}.json`);
  const vectors = JSON.parse(readFileSync(path, "utf-8")) as Said;
  only(vectors, ["about", ...known]);
  return vectors;
}

/** A member this runner does not know would be a case it does not check. */
function only(said: object, known: readonly string[]): void {
  const unknown = Object.keys(said).filter((name) => !known.includes(name));
  if (unknown.length > 0) throw new Error(`this runner does not know ${unknown.join(", ")} in ${JSON.stringify(said)}`);
}

// ---- merge

interface MergeCase {
  readonly name: string;
  readonly record: RecordSaid;
  readonly effect: JsonObject;
  readonly writing: Writing & { readonly at_ms: number; readonly grade: Writing["when"]["grade"] };
  readonly expect: Said;
}

interface RecordSaid {
  readonly version: number;
  readonly fields: JsonObject;
  readonly field_versions: Readonly<Record<string, number>>;
  readonly field_times: Readonly<Record<string, number>>;
  readonly field_writers: Readonly<Record<string, string>>;
}

function marksFrom({ field_versions, field_times, field_writers }: RecordSaid): Marks {
  const paths = [field_versions, field_times, field_writers].flatMap((each) => Object.keys(each));
  const mark = (path: string): Mark => ({
    version: field_versions[path] ?? 0,
    at_ms: field_times[path] ?? 0,
    writer: field_writers[path] ?? "",
  });
  return new Map(paths.map((path) => [path, mark(path)]));
}

describe("merge", () => {
  const vectors = load("merge", ["policy", "cases"]) as Vectors<MergeCase>;

  it.each(vectors.cases)("$name", (each) => {
    only(each, ["name", "record", "effect", "writing", "expect"]);
    only(each.record, ["version", "fields", "field_versions", "field_times", "field_writers"]);
    only(each.writing, ["side", "writer", "base_version", "at_ms", "grade"]);
    const { at_ms, grade, ...writing } = each.writing;
    const { version, fields } = each.record;
    const record = { type: "thing", id: "x", version, fields, marks: marksFrom(each.record) };
    const merged = merge(record, effectFrom(each.effect), policyOf(vectors.policy), {
      ...writing,
      when: { ms: at_ms, grade },
    });
    const { record: after, ...rest } = merged;
    expect({ version: after.version, fields: after.fields, ...rest }).toEqual(each.expect);
  });
});

// ---- decide: the tests' own office, so that it is a server like ours

interface DecideCase {
  readonly name: string;
  readonly last_seq: number;
  readonly records: (RecordSaid & RecordKey)[];
  readonly recorded: Recorded[];
  readonly recorded_elsewhere: Recorded[];
  readonly operations: Operation[];
  readonly expect: Said;
}

describe("decide", () => {
  const names = ["policy", "cases", "sent_at", "received_ms"];
  const vectors = load("decide", names) as Vectors<DecideCase> & { sent_at: FieldTime; received_ms: number };
  const rules = new Map([["thing", new ScriptedRules(policyOf(vectors.policy))]]);
  const actor: Actor = { kind: "field", user_id: "u1", technician_id: "t1", device_id: "d1" };

  it.each(vectors.cases)("$name", (each) => {
    only(each, ["name", "last_seq", "records", "recorded", "recorded_elsewhere", "operations", "expect"]);
    let reviews = 0;
    const decision = decide(
      {
        last_seq: each.last_seq,
        bySeq: new Map(each.recorded.map((known) => [known.outcome.seq, known])),
        byOpId: new Map(each.recorded_elsewhere.map((known) => [known.outcome.op_id, known])),
        records: new Map(each.records.map((said) => [keyOf(said), { ...said, marks: marksFrom(said) }])),
      },
      { ...vectors, operations: each.operations, rules, actor, newId: () => `review-${++reviews}` },
    );
    if (typeof decision === "number") {
      expect({ forked: decision }).toEqual(each.expect);
      return;
    }
    const { last_seq, expected_seq, duplicates } = decision;
    expect({
      outcomes: decision.outcomes.map(withoutText),
      ...{ last_seq, expected_seq, duplicates, reviews: decision.reviews },
      records: Object.fromEntries(
        [...decision.changed.values()].map(({ id, version, fields }) => [id, [version, fields]]),
      ),
      lost: Object.fromEntries(decision.lost),
    }).toEqual(each.expect);
  });
});

function withoutText(outcome: Outcome): object {
  return Object.fromEntries(Object.entries(outcome).filter(([name]) => name !== "text"));
}

// ---- replica

type Reply =
  { answer: unknown } | { problem: { code: string; status: number } } | { unreachable: true } | { killed: true };
type Deed = "push" | "pull";

interface Step {
  readonly enqueue?: { op_id: string; kind: string; record: RecordKey; args: JsonObject };
  readonly adopt_identity?: string;
  readonly mark_seen?: string[];
  readonly restart?: true;
  readonly expect?: { views: Said; pending: string[]; epoch?: string | null; news?: string[] };
  readonly push?: Reply[];
  readonly pull?: Reply[];
  readonly sends?: unknown[];
  readonly asks?: (string | null)[];
  readonly raises?: string;
}

const STEPS = [
  "enqueue",
  "adopt_identity",
  "mark_seen",
  "restart",
  "expect",
  "push",
  "pull",
  "sends",
  "asks",
  "raises",
];

/** The process is no more. */
class Killed extends Error {}

/** Gives the replies of a step, in order, and notes what it was asked. */
class ScriptedServer implements Transport {
  replies: Record<Deed, Reply[]> = { push: [], pull: [] };
  sent: unknown[] = [];
  asked: (string | null)[] = [];

  begin(step: Step): void {
    this.replies = { push: [...(step.push ?? [])], pull: [...(step.pull ?? [])] };
    this.sent = [];
    this.asked = [];
  }

  push(body: PushRequest): Promise<unknown> {
    this.sent.push(body.operations.map(({ op_id, seq, base_version }) => [op_id, seq, base_version]));
    return this.#reply("push");
  }

  pull(cursor: string | null): Promise<unknown> {
    this.asked.push(cursor);
    return this.#reply("pull");
  }

  async #reply(deed: Deed): Promise<unknown> {
    const reply = this.replies[deed].shift();
    if (reply === undefined) throw new Error(`the replica makes one ${deed} too many`);
    only(reply, ["answer", "problem", "unreachable", "killed"]);
    if ("problem" in reply) throw new ServerProblem(reply.problem.code, reply.problem.status, reply.problem);
    if ("unreachable" in reply) throw new Unreachable(deed);
    if ("killed" in reply) throw new Killed();
    return Promise.resolve(reply.answer);
  }
}

/** One case, step by step, on one database. */
class Played {
  readonly #factory = profile();
  readonly #server = new ScriptedServer();
  readonly #rules: ScriptedRules;
  #store!: Store;
  #replica!: Replica;
  #ids: string[] = [];

  constructor(policy: Record<string, string>) {
    this.#rules = new ScriptedRules(policyOf(policy));
  }

  async open(deviceId?: string): Promise<void> {
    this.#store = await openStore(this.#factory, deviceId);
    this.#ids = [];
    this.#replica = new Replica({
      store: this.#store,
      transport: this.#server,
      rules: new Map([["thing", this.#rules]]),
      clock: () => ({ wall_ms: NOON, monotonic_ms: 0, boot_id: "b" }),
      newId: () => this.#ids.shift() ?? "unnamed",
    });
  }

  close(): void {
    this.#replica.close();
  }

  async step(step: Step): Promise<void> {
    only(step, STEPS);
    if (step.enqueue !== undefined) {
      only(step.enqueue, ["op_id", "kind", "record", "args"]);
      this.#ids.push(step.enqueue.op_id);
      await this.#replica.enqueue(step.enqueue.kind, step.enqueue.record, step.enqueue.args);
    } else if (step.adopt_identity !== undefined) await this.#replica.adoptIdentity(step.adopt_identity);
    else if (step.mark_seen !== undefined) await this.#replica.markSeen(step.mark_seen);
    else if (step.restart !== undefined) await this.#restart();
    else if (step.expect !== undefined) await this.#expect(step.expect);
    else await this.#exchange(step);
  }

  async #restart(): Promise<void> {
    this.close();
    await this.open();
  }

  async #expect(expected: NonNullable<Step["expect"]>): Promise<void> {
    only(expected, ["views", "pending", "epoch", "news"]);
    const views = await this.#replica.records("thing");
    expect(Object.fromEntries(views.map(({ id, fields }) => [id, fields]))).toEqual(expected.views);
    expect((await this.#replica.pending()).map(({ op_id }) => op_id)).toEqual(expected.pending);
    if (expected.epoch !== undefined)
      expect(await this.#store.reading(async (tables) => (await progress(tables)).epoch)).toBe(expected.epoch);
    if (expected.news !== undefined)
      expect((await this.#replica.news()).map(({ op_id }) => op_id)).toEqual(expected.news);
  }

  async #exchange(step: Step): Promise<void> {
    this.#server.begin(step);
    const raised = await this.#raised(step);
    expect(raised).toBe(step.raises);
    expect(this.#server.replies).toEqual({ push: [], pull: [] });
    if (step.sends !== undefined) expect(this.#server.sent).toEqual(step.sends);
    if (step.asks !== undefined) expect(this.#server.asked).toEqual(step.asks);
  }

  async #raised(step: Step): Promise<string | undefined> {
    try {
      await (step.pull === undefined ? this.#replica.push() : this.#replica.pull());
    } catch (fault) {
      if (fault instanceof Forked) return "forked";
      if (fault instanceof ServerProblem) return fault.code;
      if (fault instanceof Killed) await this.#restart();
      else if (!(fault instanceof Unreachable)) throw fault;
      else expect([...(step.push ?? []), ...(step.pull ?? [])].some((reply) => "unreachable" in reply)).toBe(true);
    }
    return undefined;
  }
}

describe("replica", () => {
  interface Case {
    readonly name: string;
    readonly steps: Step[];
  }
  const vectors = load("replica", ["policy", "cases"]) as Vectors<Case>;

  it.each(vectors.cases)("$name", async (each) => {
    only(each, ["name", "steps"]);
    const played = new Played(vectors.policy);
    await played.open("d1");
    for (const step of each.steps) await played.step(step);
    played.close();
  });
});
