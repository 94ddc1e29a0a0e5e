import { describe, expect, it } from "vitest";
import { aJob } from "../../shared/api/builders";
import type { Job } from "../../shared/api/types";
import type { JsonObject } from "../../shared/replica/json";
import type { Operation } from "../../shared/replica";
import { completing } from "../photos/builders";
import { newsOf, watched } from "./changes";

const ME = "t1";
const JOB = aJob({ technician_id: ME, state: "scheduled", address: "1 Bund", window_start: "2026-11-24T01:00:00Z" });

const step = (kind: string, args: JsonObject = {}): Operation => ({ ...completing(JOB.id, []), kind, args });
const after = (fields: Partial<Job>, own: Operation[] = [], job = JOB): ReturnType<typeof newsOf> =>
  newsOf(watched(job), { ...job, ...fields }, ME, own);

describe("what the office changed on a job", () => {
  it("is told field by field", () => {
    const news = after({ window_start: "2026-11-24T03:00:00Z", address: "2 Bund", duration_minutes: 90 });
    expect(news?.kind).toBe("changed");
    expect(news?.changes.map(({ field, to }) => [field, to])).toEqual([
      ["window", ["2026-11-24T03:00:00Z", JOB.window_end]],
      ["address", "2 Bund"],
    ]);
  });

  it("is nothing when nothing changed", () => {
    expect(after({ version: JOB.version + 1 })).toBeNull();
    expect(after({ window_start: "2026-11-24T09:00:00.5+08:00" })).toBeNull();
  });

  it("leaves out what the technician did", () => {
    expect(after({ state: "accepted" }, [step("job.accept")])).toBeNull();
    expect(after({ contact_phone: "139" }, [step("job.patch", { contact_phone: "139" })])).toBeNull();
    expect(after({ contact_phone: "138" }, [step("job.patch", { contact_phone: "139" })])?.changes).toHaveLength(1);
  });

  it("is a cancellation, also of a job one had set off for", () => {
    expect(after({ state: "cancelled" }, [step("job.set_off")])?.changes[0]).toMatchObject({ to: "cancelled" });
  });
});

describe("a job", () => {
  it("comes", () => {
    expect(newsOf(undefined, JOB, ME, [])?.kind).toBe("came");
    expect(newsOf(undefined, { ...JOB, technician_id: "t2" }, ME, [])).toBeNull();
    expect(newsOf(undefined, { ...JOB, state: "completed" }, ME, [])).toBeNull();
  });

  it("goes to somebody else", () => {
    expect(newsOf(watched(JOB), undefined, ME, [])).toMatchObject({ kind: "gone", number: JOB.number });
    expect(after({ technician_id: "t2" })?.kind).toBe("gone");
  });

  it("goes without a word when it was over, or declined", () => {
    expect(newsOf(watched({ ...JOB, state: "completed" }), undefined, ME, [])).toBeNull();
    expect(newsOf(watched(JOB), undefined, ME, [step("job.decline", { reason: "ill" })])).toBeNull();
  });
});
