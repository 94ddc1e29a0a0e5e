import { describe, expect, it } from "vitest";
import { readingsOf, readTyped, standingOf, type Gauge } from "./readings";

const codes = (line: string | null, entered: Record<string, unknown> = {}): string[] =>
  readingsOf(line, entered).map(({ gauge }) => gauge.code);
const find = (
  line: string,
  entered: Record<string, unknown>,
  code: string,
): ReturnType<typeof readingsOf>[number] | undefined =>
  readingsOf(line, entered).find(({ gauge }) => gauge.code === code);

describe("the readings of a job", () => {
  it("are those of its product, with units", () => {
    expect(codes("refrigerator").slice(0, 2)).toEqual(["fridge_temperature_c", "freezer_temperature_c"]);
    expect(find("refrigerator", {}, "freezer_temperature_c")?.gauge.unit).toBe("°C");
  });

  it("are the electric ones where the product is not known", () => {
    expect(codes(null)).toEqual(["voltage_v", "current_a", "insulation_mohm"]);
    expect(codes("toString")).toEqual(codes(null));
  });

  it("show what else was entered, by its name", () => {
    const found = find("television", { "gas smell": "none", spin_rpm: 900 }, "gas smell");
    expect([found?.gauge.name.en, found?.value]).toEqual(["gas smell", "none"]);
    expect(find("television", { spin_rpm: 900 }, "spin_rpm")?.gauge.unit).toBe("rpm");
  });

  it("bear what no reading is", () => {
    expect(find("refrigerator", { voltage_v: { odd: true } }, "voltage_v")?.value).toBeNull();
  });
});

describe("a reading", () => {
  const between: Gauge = { code: "x", name: { zh: "", en: "" }, unit: "", low: 0, high: 8 };

  it.each([
    [-0.1, "low"],
    [0, "ok"],
    [8, "ok"],
    [8.1, "high"],
    ["about 4", "told"],
    [null, "told"],
  ] as const)("of %s is %s", (value, standing) => {
    expect(standingOf(between, value)).toBe(standing);
  });

  it.each([
    ["-18.4", -18.4],
    ["−18,4", -18.4],
    ["２２０", 220],
    [" ", null],
    ["about 4", "about 4"],
    ["1e5", "1e5"],
  ])("typed as %s is sent as %s", (typed, sent) => {
    expect(readTyped(typed)).toBe(sent);
  });
});
