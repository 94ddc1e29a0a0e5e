import { describe, expect, it } from "vitest";
import { aJob } from "../../shared/api/builders";
import type { Job, JobState } from "../../shared/api/types";
import { TECHNICIANS_RULES } from "../../shared/replica/fieldwork";
import type { JsonObject } from "../../shared/replica/json";
import { judge } from "../../shared/replica/judge";
import { NO_MARKS, type Operation } from "../../shared/replica/operation";
import { asides, nextStep } from "./steps";

const ME = "tech-me";
const STATES: readonly JobState[] = [
  ...(["new", "scheduled", "accepted", "en_route", "on_site", "working", "paused"] as const),
  ...(["completed", "closed", "declined", "cannot_complete", "cancelled"] as const),
];
const mine = (state: JobState, fields: Partial<Job> = {}): Job => aJob({ state, technician_id: ME, ...fields });

const ARGS: Readonly<Record<string, JsonObject>> = {
  pause: { reason: "lunch" },
  decline: { reason: "ill" },
  cannot_complete: { reason: "no access" },
  complete: { manifest: { form: 2 }, signature: "a..b" },
};

/** What the rules make of a step; null when they refuse it. */
function after(job: Job, step: string): JobState | null {
  const event = step === "finish" ? "complete" : step;
  const operation: Operation = {
    ...{ op_id: "op-1", seq: 1, kind: `job.${event}`, record: { type: "job", id: job.id }, base_version: 1 },
    ...{ args: ARGS[event] ?? {}, at: { wall_ms: 0, monotonic_ms: 0, boot_id: "b" } },
  };
  const record = { type: "job", id: job.id, version: 1, fields: { ...job } as unknown as JsonObject, marks: NO_MARKS };
  const actor = { kind: "field", user_id: "u", technician_id: ME, device_id: "d" } as const;
  const when = { ms: Date.parse("2026-11-07T04:00:00Z"), grade: "exact", raw: operation.at } as const;
  const judged = judge(operation, record, TECHNICIANS_RULES.get("job"), actor, when);
  return judged.accepted ? (judged.merged.record.fields["state"] as JobState) : null;
}

describe("the next step", () => {
  it("leads from the plan to the customer's signature", () => {
    let job = mine("scheduled");
    const walked: string[] = [];
    for (let step = nextStep(job, ME); step !== null && step !== "sign_again"; step = nextStep(job, ME)) {
      walked.push(step);
      job = { ...job, state: after(job, step) ?? "closed" };
    }
    expect(walked).toEqual(["accept", "set_off", "arrive", "start", "finish"]);
    expect(job.state).toBe("completed");
  });

  it("goes on after a pause", () => {
    expect(nextStep(mine("paused"), ME)).toBe("resume");
  });

  it.each(STATES)("and what else is offered, is never refused: %s", (state) => {
    const job = mine(state);
    const next = nextStep(job, ME);
    for (const step of [...asides(job, ME), ...(next === null || next === "sign_again" ? [] : [next])])
      expect([step, after(job, step)]).not.toEqual([step, null]);
  });

  it("is none on a job that is somebody else's or deleted", () => {
    expect(nextStep(mine("scheduled", { technician_id: "other" }), ME)).toBeNull();
    expect(nextStep(mine("scheduled", { deleted_at: "2026-11-07T04:00:00Z" }), ME)).toBeNull();
    expect(asides(mine("scheduled", { technician_id: "other" }), ME)).toEqual([]);
  });

  it("lets whoever was there finish what was given to somebody else", () => {
    const visits_done = [{ id: "op", event: "arrive", technician_id: ME }];
    expect(asides(mine("scheduled", { technician_id: "other", visits_done }), ME)).toEqual(["finish"]);
  });

  it("lets whoever was there have signed what was cancelled meanwhile", () => {
    const visits_done = [{ id: "op", event: "arrive", technician_id: ME }];
    expect(asides(mine("cancelled", { visits_done }), ME)).toEqual(["finish"]);
    expect(after(mine("cancelled", { visits_done }), "finish")).not.toBeNull();
    expect(asides(mine("cancelled"), ME)).toEqual([]);
  });

  it("is to sign again where a signature did not hold", () => {
    expect(nextStep(mine("completed", { sign_again: "op-7" }), ME)).toBe("sign_again");
  });
});
