// @vitest-environment node
import { describe, expect, it } from "vitest";
import { DeviceKey } from "../../shared/replica";
import { complete, MAX_POINTS } from "../../shared/replica/manifest";
import { isObject } from "../../shared/replica/json";
import { aDraft, aStroke, aVisit, drawn, NOON } from "./builders";
import type { Draft } from "./draft";
import { MOST_POINTS } from "./pad/strokes";
import { markOf, statedOf } from "./report";
import { holds, refusedFacts, refuseFault, signedFacts, signFault } from "./signing";

const key = await DeviceKey.generate();
const stated = statedOf(aVisit(), aDraft(), "zh-CN");
const SHOWN = { text: stated.text, mark: markOf(stated) };
const signed = (fields: Partial<Draft> = {}): Draft =>
  aDraft({ pad: drawn(aStroke()), shown: SHOWN, signer: { name: " 李梅 ", role: "family" }, ...fields });

describe("a signature", () => {
  it("makes a manifest that the replica signs, of exactly the words that were shown", async () => {
    const facts = signedFacts(stated, signed({ rating: 4, position: { lat: 31.2, lon: 121.5, accuracy_m: 8 } }));
    const { manifest } = await complete({ finished_at: "", ...facts }, key);
    expect(manifest).toMatchObject({
      text: stated.text,
      locale: "zh-CN",
      signer: { name: "李梅", role: "family" },
      strokes: [[[100, 200, 0, 500], [120, 210, 8, 500], [140, 220, 16, 500]]],
      finished_at: "2026-11-23T04:00:00.000+00:00",
      finish: { wall_ms: NOON },
      rating: 4,
      outcome: "completed",
    }); // prettier-ignore
    expect(isObject(manifest ?? null) && "refusal" in (manifest as object)).toBe(false);
  });

  it("fits a manifest however much was drawn, a witness's besides", () => {
    expect(2 * MOST_POINTS).toBeLessThanOrEqual(MAX_POINTS);
  });

  it("holds for the words it was drawn under, and no others", () => {
    const other = statedOf(aVisit({ result: "更换压缩机" }), aDraft(), "zh-CN");
    const english = statedOf(aVisit(), aDraft(), "en");
    expect([stated, other, english].map((each) => holds(signed(), each))).toEqual([true, false, false]);
    expect(signFault(signed(), other, NOON)).toBe("stale");
  });

  it("is asked for what it lacks", () => {
    const faults = [
      signed(),
      aDraft(),
      signed({ signer: { name: " ", role: "customer" } }),
      signed({ pad: drawn(aStroke(3, NOON - 86_400_000)) }),
    ].map((draft) => signFault(draft, stated, NOON + 60_000));
    expect(faults).toEqual([null, "blank", "name", "old"]);
  });
});

describe("a refusal", () => {
  it("says why in the report's language, and uses nothing that was drawn", async () => {
    const draft = signed({ refusal: { kind: "disagrees", words: " 嫌贵 " } });
    const facts = refusedFacts(stated, draft);
    expect(facts.refusal).toEqual({ reason: "顾客对内容有异议；嫌贵" });
    const { manifest } = await complete({ finished_at: "", ...facts }, key);
    expect(manifest).not.toHaveProperty("strokes");
    expect(manifest).not.toHaveProperty("signer");
  });

  it("has the name of who cannot write, which is no signature", () => {
    const draft = aDraft({ refusal: { kind: "unable", words: "" }, signer: { name: "Ann", role: "customer" } });
    expect(refusedFacts({ ...stated, locale: "en" }, draft).refusal?.reason).toBe(
      "The customer agrees but cannot write by hand; gave the name Ann",
    );
  });

  it("is signed by a witness, where there is one", async () => {
    const draft = aDraft({
      refusal: { kind: "not_present", words: "" },
      witness: { name: "老王", role: "neighbour" },
      witnessPad: drawn(aStroke()),
    });
    const { manifest } = await complete({ finished_at: "", ...refusedFacts(stated, draft) }, key);
    expect(manifest).toMatchObject({ refusal: { witness: { name: "老王", role: "neighbour" } } });
  });

  it.each([
    [{}, "reason"],
    [{ refusal: { kind: "other", words: " " } }, "words"],
    [{ refusal: { kind: "unable", words: "" } }, "name"],
    [{ refusal: { kind: "no_reason", words: "" } }, null],
    [{ refusal: { kind: "no_reason", words: "" }, witness: { name: "", role: "" } }, "witness_name"],
    [{ refusal: { kind: "no_reason", words: "" }, witness: { name: "W", role: "" } }, "witness_blank"],
  ] as const)("%j lacks %s", (fields, fault) => {
    expect(refuseFault(aDraft(fields), NOON)).toBe(fault);
  });
});
