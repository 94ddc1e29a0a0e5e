import { describe, expect, it } from "vitest";
import { inSignedOrder, signedIn } from "./signed";

const WHOLE = {
  job_id: "j",
  text: "已更换压缩机。",
  locale: "zh-CN",
  signer: { name: "李梅", role: "customer" },
  finished_at: "2026-11-23T09:00:00Z",
  rating: 5,
  conduct: true,
  photos: [
    { sha256: "b", taken_at: "2026-11-23T08:50:00Z", caption: "the label" },
    { sha256: "a", taken_at: "" },
  ],
};

describe("a signed manifest", () => {
  it("tells who signed what, when, and how content they were", () => {
    expect(signedIn(WHOLE)).toMatchObject({
      text: "已更换压缩机。",
      locale: "zh-CN",
      signer: { name: "李梅", role: "customer" },
      refusal: null,
      reason: "",
      finishedAt: Date.parse("2026-11-23T09:00:00Z"),
      rating: 5,
      conduct: true,
    });
  });

  it("tells when each photo was taken and of what it is, as far as the phone said", () => {
    expect([...signedIn(WHOLE).photos]).toEqual([
      ["b", { takenAt: Date.parse("2026-11-23T08:50:00Z"), caption: "the label" }],
      ["a", { takenAt: null, caption: "" }],
    ]);
  });

  it("puts photos in the order in which they were signed", () => {
    const photos = ["x", "a", "b"].map((sha256) => ({ sha256 }));
    expect(inSignedOrder(photos, signedIn(WHOLE).photos).map(({ sha256 }) => sha256)).toEqual(["b", "a", "x"]);
  });
});

describe("a refusal to sign", () => {
  it("comes with its reason and who saw it", () => {
    const witness = { name: "王芳", strokes: [[[0, 0, 0, 500]]] };
    expect(signedIn({ ...WHOLE, signer: null, refusal: { reason: "不在家", witness } })).toMatchObject({
      signer: null,
      refusal: { reason: "不在家", witness: { name: "王芳", role: "", strokes: [[[0, 0, 0, 500]]] } },
    });
  });

  it("may have been seen by nobody", () => {
    expect(signedIn({ refusal: { reason: "no time", witness: null } }).refusal).toEqual({
      reason: "no time",
      witness: null,
    });
  });
});

describe("an addendum", () => {
  it("tells its note and when it was made", () => {
    const added = { extends: "d", note: "the meter, as promised", made_at: "2026-11-23T10:00:00Z", photos: [] };
    expect(signedIn(added)).toMatchObject({
      text: "the meter, as promised",
      finishedAt: Date.parse("2026-11-23T10:00:00Z"),
      signer: null,
      refusal: null,
    });
  });
});

describe("a held manifest of any shape", () => {
  it("keeps words that are no instant as words", () => {
    expect(signedIn({ finished_at: "yesterday, about five" }).finishedAt).toBe("yesterday, about five");
  });

  it.each([
    {},
    { text: 7, signer: [], refusal: "no", conduct: "yes", rating: 6, photos: "many", finished_at: {} },
    { signer: { name: {} }, photos: [null, 1, { sha256: 3, taken_at: 4 }], rating: 4.5 },
  ])("is read without a guess: %j", (manifest) => {
    expect(signedIn(manifest)).toMatchObject({
      text: "",
      signer: null,
      refusal: null,
      reason: "",
      finishedAt: null,
      rating: null,
      conduct: null,
    });
  });
});
