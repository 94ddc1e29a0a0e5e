import { describe, expect, it } from "vitest";
import { aPhoto } from "../photos/builders";
import type { Statement } from "../photos/photo";
import { due, unsettled } from "./order";

const said = (op_id: string, standing: Statement["standing"] = "taken"): Statement => ({
  ...{ op_id, job_id: "j1", standing, code: null, digests: new Set() },
});

describe("the order of uploads", () => {
  const [older, newer] = [said("a"), said("b")];

  it("is the newest signature first, and then as the photos were taken", () => {
    const [first, second, third] = [aPhoto({ op_id: "a" }), aPhoto({ op_id: "b" }), aPhoto({ op_id: "b" })];
    expect(due([third, first, second], [older, newer]).map(({ id }) => id)).toEqual([second.id, third.id, first.id]);
  });

  it("leaves out what the office has not taken the signature of, or has already", () => {
    const photos = [
      aPhoto({ op_id: "b" }),
      aPhoto({ op_id: "a", state: "received" }),
      aPhoto({ op_id: null, state: "draft" }),
    ];
    expect(due(photos, [older, said("b", "waiting")])).toEqual([]);
    expect(due(photos, [older, said("b", "refused")])).toEqual([]);
  });

  it("leaves out what a person has to look at, and nothing else", () => {
    const [wrong, full] = [
      aPhoto({ op_id: "a", trouble: "digest_mismatch" }),
      aPhoto({ op_id: "a", trouble: "storage_full" }),
    ];
    expect(due([wrong, full], [older])).toEqual([full]);
  });

  it("holds photos of signatures from longer ago than the phone keeps", () => {
    const old = aPhoto({ op_id: "forgotten" });
    expect(due([old], [older])).toEqual([old]);
  });
});

describe("what there is more to hear of", () => {
  it("is what was taken and is not sealed, the newest first", () => {
    const statements = [said("a"), said("b"), said("c"), said("d", "waiting")];
    const photos = [aPhoto({ op_id: "z" }), aPhoto({ op_id: "d" })];
    expect(unsettled(statements, photos, (op_id) => op_id === "b")).toEqual(["c", "a", "z"]);
  });
});
