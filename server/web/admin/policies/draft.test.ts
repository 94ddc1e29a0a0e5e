import { describe, expect, it } from "vitest";
import type { Policy } from "../office";
import { EMPTY, faultsIn, inUnits, nextOf, requestOf, type StepDraft } from "./draft";

const POLICY: Policy = {
  id: "p1",
  code: "repair_12h",
  version: 3,
  name: "12 小时上门",
  name_en: "On site within 12 hours",
  calendar_id: "c1",
  job_type: "repair",
  product_category: null,
  customer_tier: null,
  region_grade: "A",
  centre_id: null,
  outlet_id: null,
  severity: "1",
  respond_seconds: 43_200,
  respond_day: null,
  resolve_seconds: null,
  resolve_day: 2,
  rank: 5,
  pausing: ["no_access"],
  steps: [{ key: "two_hours_left", offset_seconds: -7_200, tell: "dispatcher", clock: "response" }],
  effective_from: "2026-01-01T00:00:00Z",
  effective_to: null,
  owner_centre_id: null,
  standing: "binding",
  shortfall: null,
  made_by: null,
  made_at: "2026-01-01T00:00:00Z",
  decided_by: null,
  decided_at: null,
  decision_reason: "",
  ended_by: null,
  ended_at: null,
  end_reason: "",
};

describe("a policy's next version", () => {
  it("that nobody touched promises what the last one does, from now on", () => {
    const { effective_from, ...asked } = requestOf(nextOf(POLICY));
    expect(effective_from).toBeNull();
    for (const [field, value] of Object.entries(asked))
      expect([field, POLICY[field as keyof Policy]]).toEqual([field, value]);
  });

  it("can promise by the end of a working day instead", () => {
    const asked = requestOf({ ...nextOf(POLICY), respond: { way: "day", amount: "1", unit: "days" } });
    expect([asked.respond_seconds, asked.respond_day]).toEqual([null, 1]);
  });

  it("keeps the keys of its steps and names new ones, each once", () => {
    const added: StepDraft = {
      key: "",
      amount: "30",
      unit: "minutes",
      when: "after",
      tell: "centre_manager",
      clock: "",
    };
    const draft = { ...nextOf(POLICY), steps: [...nextOf(POLICY).steps, added, added] };
    const keys = requestOf(draft).steps?.map((step) => step.key) ?? [];
    expect(keys[0]).toBe("two_hours_left");
    expect(new Set(keys).size).toBe(3);
    expect(requestOf(draft).steps?.[1]).toMatchObject({ offset_seconds: 1_800, clock: null });
    for (const key of keys) expect(key).toMatch(/^[a-z0-9_]{1,40}$/);
  });
});

describe("a length of time", () => {
  it("is told in the unit people use", () => {
    expect(inUnits(86_400)).toEqual({ amount: "24", unit: "hours" });
    expect(inUnits(172_800)).toEqual({ amount: "2", unit: "days" });
    expect(inUnits(5_400)).toEqual({ amount: "90", unit: "minutes" });
    expect(inUnits(0)).toEqual({ amount: "0", unit: "minutes" });
  });
});

describe("what is wrong with a draft", () => {
  it("stands at its fields", () => {
    const faults = faultsIn({
      ...EMPTY,
      code: "Repair 12",
      respond: { way: "time", amount: "-1", unit: "hours" },
      rank: "x",
    });
    expect(Object.keys(faults).sort()).toEqual(["calendar_id", "code", "name", "rank", "respond"]);
  });

  it("is nothing when it can be sent", () => {
    expect(faultsIn(nextOf(POLICY))).toEqual({});
  });

  it("is that it promises nothing", () => {
    const nothing = { way: "none", amount: "", unit: "hours" } as const;
    expect(Object.keys(faultsIn({ ...nextOf(POLICY), respond: nothing, resolve: nothing }))).toEqual(["respond"]);
  });

  it("may be a step", () => {
    const [step] = nextOf(POLICY).steps;
    if (step === undefined) throw new Error("the policy has a step");
    expect(Object.keys(faultsIn({ ...nextOf(POLICY), steps: [step, { ...step, amount: "1.5" }] }))).toEqual(["step1"]);
  });
});
