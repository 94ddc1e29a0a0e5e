import { describe, expect, it } from "vitest";
import { arrivalsOf, isWaiting, standingOf, stepped } from "./standing";
import type { Completion, CompletionPhoto } from "../../shared/api/types";

const CAME = "2026-11-23T09:00:00Z";

function photo(fields: Partial<CompletionPhoto> = {}): CompletionPhoto {
  const state = fields.received_at === null ? "awaited" : "ready";
  return { sha256: "a", size: 1, media_type: "image/jpeg", received_at: CAME, state, ...fields };
}

function completion(fields: Partial<Completion> = {}): Completion {
  const identity = { id: "c", job_id: "j", device_id: "d", digest: "", kind: "completed" as const };
  return { ...identity, valid: true, fault: null, received_at: CAME, photos: [], manifest: {}, ...fields };
}

const SEAL = { code: "ABC", verify_path: "/verify/ABC", sealed_at: CAME };

describe("the photos of a completion", () => {
  it("are counted, and the missing ones waited for since it came", () => {
    const photos = [photo(), photo({ received_at: null }), photo({ received_at: null })];
    expect(arrivalsOf(completion({ photos }))).toEqual({ all: 3, received: 1, missing: 2, since: Date.parse(CAME) });
  });

  it("are not waited for when all are here", () => {
    expect(arrivalsOf(completion({ photos: [photo()] })).since).toBeNull();
  });
});

describe("a seal", () => {
  it("waits for the photos", () => {
    expect(standingOf(completion({ photos: [photo({ received_at: null })] }))).toBe("photos");
  });

  it("comes soon when all is here", () => {
    expect(standingOf(completion({ photos: [photo()] }))).toBe("soon");
  });

  it("is not put on what does not hold", () => {
    expect(standingOf(completion({ valid: false, fault: "signature_invalid" }))).toBe("held");
  });

  it("is not put on what was altered before", () => {
    expect(standingOf(completion({ seal: { ...SEAL, fault: "signature_invalid" } }))).toBe("altered");
  });

  it("once there, stays", () => {
    expect(standingOf(completion({ seal: SEAL, valid: false }))).toBe("sealed");
  });
});

describe("asking again", () => {
  it("is worth it until all is here, sealed and printed", () => {
    expect(isWaiting(completion())).toBe(true);
    expect(isWaiting(completion({ seal: SEAL, report: "making" }))).toBe(true);
    expect(isWaiting(completion({ seal: SEAL, report: "ready", photos: [photo({ state: "received" })] }))).toBe(true);
    expect(isWaiting(completion({ seal: SEAL, report: "ready", photos: [photo({ state: "ready" })] }))).toBe(false);
  });

  it("is not worth it for the report of an addendum, which has none of its own", () => {
    expect(isWaiting(completion({ kind: "addendum", seal: SEAL, report: null }))).toBe(false);
    expect(isWaiting(completion({ seal: SEAL, report: null }))).toBe(true);
  });

  it("is worth it for what is held only while photos are missing", () => {
    expect(isWaiting(completion({ valid: false, photos: [photo({ received_at: null })] }))).toBe(true);
    expect(isWaiting(completion({ valid: false, photos: [photo({ state: "refused" })] }))).toBe(false);
  });
});

describe("stepping through photos", () => {
  it("stops at either end", () => {
    expect([stepped(["a", "b"], "a", 1), stepped(["a", "b"], "b", 1), stepped(["a", "b"], "a", -1)]).toEqual([
      "b",
      "b",
      "a",
    ]);
  });
});
