import { describe, expect, it } from "vitest";
import { aJob } from "../../shared/api/builders";
import type { Job } from "../../shared/api/types";
import type { Unit } from "../phone/bodies";
import { aUnit } from "./builders";
import { decide, lookUp, modelsFor, scannedAs, sightOf, type Held } from "./decide";

const OTHER_GTIN = "06901234567892";
const mine = aUnit({ id: "u1", serial: "7K3M9Q2AX1B4C8D2" });
const another = aUnit({ id: "u2", serial: "SN-1", gtin: OTHER_GTIN });

function held(jobs: readonly Job[], units: readonly Unit[] = [mine, another]): Held {
  return { jobs: new Map(jobs.map((job) => [job.id, job])), units: new Map(units.map((unit) => [unit.id, unit])) };
}

const forMine = aJob({ id: "j1", unit_id: "u1", state: "on_site" });
const forNone = aJob({ id: "j2", unit_id: null, state: "working" });
const forAnother = aJob({ id: "j3", unit_id: "u2", state: "scheduled" });
const over = aJob({ id: "j4", unit_id: "u2", state: "completed" });
const all = held([forMine, forNone, forAnother, over]);

describe("what a code means for the job", () => {
  it.each([
    ["its own product", mine, "j1", "same"],
    ["another product", another, "j1", "other"],
    ["a product, for a job without one", another, "j2", "first"],
    ["a product, for a job that is over", mine, "j4", "known"],
    ["a product, for no job", mine, null, "known"],
    ["a product, for a job that is gone", mine, "gone", "known"],
    ["what the phone does not hold", { gtin: mine.gtin, serial: "X" }, "j1", "unknown"],
    ["the same serial of another model", { gtin: OTHER_GTIN, serial: mine.serial }, "j1", "unknown"],
  ] as const)("%s", (_, { gtin, serial }, job, kind) => {
    expect(decide({ gtin, serial }, job, all).kind).toBe(kind);
  });

  it("names my other job that it belongs to, unless that is over", () => {
    expect(decide(another, "j1", all)).toMatchObject({ kind: "other", jobs: [{ id: "j3" }] });
    expect(decide(another, null, held([over]))).toMatchObject({ kind: "known", jobs: [] });
  });

  it("goes by what the office answered, where the phone holds nothing", () => {
    const code = { gtin: OTHER_GTIN, serial: "NEW" };
    const found = aUnit({ id: "u9", ...code });
    expect(decide(code, "j1", all, found).kind).toBe("other");
    expect(decide(code, "j2", all, found).kind).toBe("first");
  });

  it("offers a job that is over nothing to keep", () => {
    expect(decide({ gtin: OTHER_GTIN, serial: "X" }, "j4", all)).toMatchObject({ kind: "unknown", job: null });
  });

  it("is known once it was scanned", () => {
    const { gtin, serial } = mine;
    expect(scannedAs(aJob({ scanned: { gtin, serial } }), mine)).toBe(true);
    expect(scannedAs(aJob({ scanned: { gtin, serial: "x" } }), mine)).toBe(false);
    expect(scannedAs(aJob({ scanned: null }), mine)).toBe(false);
  });
});

describe("what is in view", () => {
  const qr = (text: string): { text: string; format: string } => ({ text, format: "qr_code" });
  const link = (serial: string): string => `https://x.example/01/${mine.gtin}/21/${serial}`;
  const shampoo = { text: "6901234567892", format: "ean_13" };

  it("is the product among a plate's other symbols", () => {
    const seen = [shampoo, qr("https://maker.example/app"), qr(link("A"))];
    expect(sightOf(seen, "us.example")).toEqual({ kind: "unit", code: { gtin: mine.gtin, serial: "A" } });
  });

  it("is one product, though its code is there twice", () => {
    const seen = [qr(link("A")), { text: `01${mine.gtin}21A`, format: "data_matrix" }];
    expect(sightOf(seen, "").kind).toBe("unit");
  });

  it("is a question when two products are in it", () => {
    expect(sightOf([qr(link("A")), qr(link("B"))], "")).toMatchObject({
      kind: "choose",
      codes: [{ serial: "A" }, { serial: "B" }],
    });
  });

  it("is told when it is something else, what says most first", () => {
    expect(sightOf([qr("hello"), shampoo], "")).toMatchObject({
      kind: "told",
      reading: { kind: "number", shop: true },
    });
    expect(sightOf([shampoo, qr(link("A%00"))], "")).toMatchObject({ kind: "told", reading: { kind: "broken" } });
  });

  it("is nothing without a symbol", () => {
    expect(sightOf([], "")).toEqual({ kind: "nothing" });
  });
});

describe("a typed serial", () => {
  const old = aUnit({ id: "u3", serial: "No.88/1234", gtin: OTHER_GTIN });
  const twin = aUnit({ id: "u4", serial: "SN-1" });
  const { units } = held([], [mine, another, old, twin]);

  it("finds the product however it was spaced and spelt", () => {
    expect(lookUp("7k3m 9q2a xlb4 c8d2", units).matches).toEqual([mine]);
  });

  it("asks which, where two models have it", () => {
    expect(lookUp("SN-1", units).matches).toEqual([another, twin]);
  });

  it("offers what a misread plate may have meant, and the end of a serial", () => {
    expect(lookUp("no.88 / 1234", units)).toMatchObject({ matches: [], near: [old] });
    expect(lookUp("c8d2", units)).toMatchObject({ matches: [], near: [mine] });
    expect(lookUp("d2", units).near).toEqual([]);
  });

  it("of thirty years ago may be more than a code can carry", () => {
    expect(lookUp("Nº 4711 / 88 序", units)).toMatchObject({ serial: "Nº 4711 / 88 序", near: [], codable: false });
    expect(lookUp("471188-A", units).codable).toBe(true);
  });

  it("of no known product is looked for under a model, the job's own first", () => {
    expect(modelsFor(forAnother, units).map(({ gtin }) => gtin)).toEqual([OTHER_GTIN, mine.gtin]);
    expect(modelsFor(null, units)).toHaveLength(2);
  });
});
