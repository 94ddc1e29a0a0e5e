import { describe, expect, it } from "vitest";
import { ANY, BLANK, concernOf, draftOf, editOf, faultsIn, requestOf, type Notice } from "./notices";

const typed = {
  ...BLANK,
  title: " 召回 ",
  text: "停止使用",
  from_on: "2026-11-23",
  concerns: [{ ...ANY, line_code: "ac" }],
};

const notice = (change: Partial<Notice> = {}): Notice => ({
  ...requestOf(typed),
  id: "1",
  to_on: null,
  version: 1,
  published_at: "2026-11-23T00:00:00Z",
  withdrawn_at: null,
  ...change,
});

describe("a notice", () => {
  it("comes back from its form as it went in, each of its concerns too", () => {
    const concerns = [
      concernOf({ ...ANY, by: "models", gtins: ["1", "2"], lots: "A，B, A" }),
      concernOf({ ...ANY, line_code: "ac", serial_from: "K1", serial_to: "K9", made_from: "2026-01-01" }),
    ];
    expect(concerns[0]?.lots).toEqual(["A", "B"]);
    const { id, version, published_at, withdrawn_at, ...told } = notice({ concerns, to_on: "2027-01-01" });
    expect(requestOf(draftOf({ id, version, published_at, withdrawn_at, ...told }))).toEqual(told);
  });

  it("is of a line or of models, not of both", () => {
    const both = { ...ANY, line_code: "ac", gtins: ["1"] };
    expect(concernOf({ ...both, by: "line" })).toMatchObject({ line_code: "ac", gtins: [] });
    expect(concernOf({ ...both, by: "models" })).toMatchObject({ line_code: null, gtins: ["1"] });
  });

  it("that is edited says only what was typed anew", () => {
    expect(editOf({}, 3)).toEqual({ base_version: 3 });
    expect(editOf({ to_on: "", title: " x " }, 3)).toEqual({ base_version: 3, to_on: null, title: "x" });
    expect(editOf({ kind: "safety" }, 3)).toEqual({ base_version: 3 });
  });
});

describe("what is wrong with a notice", () => {
  it("is nothing when it says what, since when, and of which units", () => {
    expect(faultsIn(typed)).toEqual({});
  });

  it("stands at each field", () => {
    expect(Object.keys(faultsIn({ ...BLANK, link: "http://x" })).sort()).toEqual([
      "concern0_line_code",
      "from_on",
      "link",
      "text",
      "title",
    ]);
    expect(Object.keys(faultsIn({ ...typed, to_on: "2026-11-22" }))).toEqual(["to_on"]);
  });

  it("stands at the concern it is in", () => {
    const wrong = [
      { ...ANY, line_code: "ac" },
      {
        ...ANY,
        by: "models" as const,
        serial_from: "K9",
        serial_to: "K10",
        made_from: "2026-02-01",
        made_to: "2026-01-01",
      },
      { ...ANY, line_code: "ac", lots: "L".repeat(21), serial_to: "K1" },
    ];
    expect(Object.keys(faultsIn({ ...typed, concerns: wrong }))).toEqual([
      ...["concern1_gtins", "concern1_serial_to", "concern1_made_to"],
      ...["concern2_lots", "concern2_serial_to"],
    ]);
  });
});
