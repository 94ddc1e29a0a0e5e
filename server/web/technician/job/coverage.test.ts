import { describe, expect, it } from "vitest";
import type { CoverageLine, UnitCard, UnitNotice } from "../phone/bodies";
import { coverOf, noticesOf, recalled } from "./coverage";

const SENTENCE = { zh: "整机保修至 2026-11-07", en: "Covered until 7 November 2026" };
const line = (component: string, covered: boolean, until: string | null): CoverageLine => ({
  ...{ component, name: { zh: component, en: component }, covered, until, covers: [] },
});

function aCard(verdict: Partial<UnitCard["verdict"]> = {}, notices: readonly UnitNotice[] = []): UnitCard {
  return {
    ...{ id: "unit", version: 1, as_of: "2026-10-01", events: [], parts: [], notices },
    verdict: {
      covered: true,
      until: "2026-11-07",
      on_site: true,
      sentence: SENTENCE,
      lines: [],
      remedies: [],
      ...verdict,
    },
  };
}

function aNotice(id: string, fields: Partial<UnitNotice> = {}): UnitNotice {
  return { id, kind: "bulletin", title: id, certain: true, served: false, ...fields };
}

describe("the cover of a unit", () => {
  it("stands on its last day, and has ended on the next", () => {
    expect(coverOf(aCard(), "2026-11-07").state).toBe("covered");
    expect(coverOf(aCard(), "2026-11-08").state).toBe("ended");
  });

  it("without an end is for life", () => {
    expect(coverOf(aCard({ until: null }), "2099-01-01").state).toBe("covered");
  });

  it("names the parts that are judged otherwise", () => {
    const lines = [
      line("whole_unit", true, "2026-11-07"),
      line("compressor", true, "2028-11-07"),
      line("lamp", false, null),
    ];
    expect(coverOf(aCard({ lines }), "2026-11-01").otherwise.map(({ name }) => name.en)).toEqual(["lamp"]);
    expect(coverOf(aCard({ lines }), "2026-12-01").otherwise.map(({ name }) => name.en)).toEqual(["compressor"]);
  });
});

describe("notices", () => {
  it("begin with a recall that was not served, and end with what is done", () => {
    const card = aCard({}, [
      aNotice("done", { served: true, kind: "recall" }),
      aNotice("hint"),
      aNotice("back", { kind: "recall" }),
    ]);
    expect(noticesOf(card).map(({ id }) => id)).toEqual(["back", "hint", "done"]);
    expect(recalled(card)).toBe(true);
  });

  it("mark no unit that has been served, or that nobody has a card of", () => {
    expect(recalled(aCard({}, [aNotice("done", { served: true, kind: "recall" })]))).toBe(false);
    expect([recalled(undefined), noticesOf(undefined)]).toEqual([false, []]);
  });
});
