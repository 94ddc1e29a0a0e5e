// @vitest-environment node
/** The phone's rules agree with the server's, case by case (tests/vectors/rules.json). */
import { readFileSync } from "node:fs";
import { resolve } from "node:path";
import { describe, expect, it } from "vitest";
import { same, type JsonObject } from "../json";
import { judge } from "../judge";
import { NO_MARKS, type FieldTime } from "../operation";
import { TECHNICIANS_RULES } from "./index";

interface Case {
  readonly name: string;
  readonly type: string;
  readonly kind: string;
  readonly args: JsonObject;
  readonly now: JsonObject | null;
  readonly expect: Readonly<Record<string, unknown>>;
}

interface Vectors {
  readonly actor: { readonly user_id: string; readonly technician_id: string; readonly device_id: string };
  readonly at: FieldTime;
  readonly op_id: string;
  readonly records: Readonly<Record<string, JsonObject>>;
  readonly policies: Readonly<Record<string, Readonly<Record<string, string>>>>;
  readonly cases: readonly Case[];
}

const path = resolve(import.meta.dirname, "../../../../../tests/vectors/rules.json");
const vectors = JSON.parse(readFileSync(path, "utf-8")) as Vectors;
const KNOWN = ["about", "actor", "at", "op_id", "records", "policies", "cases"];

function found({ type, kind, args, now }: Case): Record<string, unknown> {
  const { actor, at, op_id, records } = vectors;
  const record =
    now === null ? null : { type, id: "x", version: 5, fields: { ...records[type], ...now }, marks: NO_MARKS };
  const operation = { op_id, seq: 1, kind, record: { type, id: "x" }, base_version: 5, args, at };
  const when = { ms: at.wall_ms, grade: "estimated", raw: at } as const;
  const judgement = judge(operation, record, TECHNICIANS_RULES.get(type), { kind: "field", ...actor }, when);
  if (!judgement.accepted) return { code: judgement.code };
  const { merged, effect } = judgement;
  const before = record?.fields ?? {};
  const changed = Object.entries(merged.record.fields).filter(
    ([name, value]) => !Object.hasOwn(before, name) || !same(before[name] ?? null, value),
  );
  return { become: Object.fromEntries(changed), held: effect.held ?? false, review: effect.review ?? null };
}

describe("the phone's rules", () => {
  it("own the same fields as the server's", () => {
    const policies = [...TECHNICIANS_RULES].map(([type, rules]) => [type, Object.fromEntries(rules.fields)] as const);
    expect(Object.fromEntries(policies)).toEqual(vectors.policies);
  });

  it("are held to a file this runner knows", () => {
    expect(Object.keys(vectors)).toEqual(KNOWN);
    const members = new Set(vectors.cases.flatMap((each) => Object.keys(each)));
    expect([...members]).toEqual(["name", "type", "kind", "args", "now", "expect"]);
  });

  it.each(vectors.cases)("$name", (each) => {
    expect(found(each)).toEqual(each.expect);
  });
});
