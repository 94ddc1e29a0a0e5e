import { describe, expect, it } from "vitest";
import type { Operation } from "../../shared/replica";
import type { Photo } from "../photos/photo";
import { isStuck, waitingSummary } from "./summary";

const photo = (more: Partial<Photo>): Photo => ({
  ...{ id: "1", job_id: "job", state: "signed", chosen: true, sha256: "", size: 1000, media_type: "image/jpeg" },
  ...{ taken_at: "", caption: "", smaller: false, original_size: 1000, op_id: "op", sent: 0, trouble: null },
  ...{ pictured: true, ...more },
});

describe("What waits", () => {
  it("are photos that were signed, with the bytes still to send", () => {
    const photos = [photo({ sent: 400 }), photo({ id: "2", state: "draft" }), photo({ id: "3", state: "received" })];
    expect(waitingSummary([], photos)).toEqual({ steps: 0, photos: 1, bytes: 600 });
  });
});

describe("A phone that is left", () => {
  const refused = photo({ trouble: "digest_mismatch" });

  it("may be when the office will never take what waits", () => {
    expect(isStuck([], [refused, photo({ id: "2", state: "received" })])).toBe(true);
  });

  it("may not while anything can still go up", () => {
    expect(isStuck([], [refused, photo({ id: "2" })])).toBe(false);
    expect(isStuck([], [photo({ trouble: "storage_full" })])).toBe(false);
    expect(isStuck([{} as Operation], [refused])).toBe(false);
    expect(isStuck([], [])).toBe(false);
  });
});
