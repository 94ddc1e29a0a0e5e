import { describe, expect, it } from "vitest";
import type { Policy } from "../office";
import { seriesOf, standingOf } from "./versions";

const NOW = Date.parse("2026-11-23T12:00:00Z");
const version = (fields: Partial<Policy>): Policy =>
  ({
    code: "a",
    version: 1,
    name: "甲",
    standing: "binding",
    effective_from: "2026-01-01T00:00:00Z",
    effective_to: null,
    ...fields,
  }) as Policy;

describe("a version's standing", () => {
  it("follows from what was decided and from its time", () => {
    expect(standingOf(version({}), NOW)).toBe("in_force");
    expect(standingOf(version({ standing: "approved", effective_from: "2026-12-01T00:00:00Z" }), NOW)).toBe("coming");
    expect(standingOf(version({ effective_to: "2026-11-23T12:00:00Z" }), NOW)).toBe("ended");
    expect(standingOf(version({ standing: "awaiting_approval" }), NOW)).toBe("waiting");
    expect(standingOf(version({ standing: "refused" }), NOW)).toBe("refused");
  });
});

describe("a code", () => {
  it("stands for the version in force, though a newer one is to come", () => {
    const [one] = seriesOf([version({}), version({ version: 2, effective_from: "2027-01-01T00:00:00Z" })], NOW);
    expect([one?.shown.version, one?.versions.map((v) => v.version)]).toEqual([1, [2, 1]]);
  });

  it("that waits for headquarters comes first, one that has ended last", () => {
    const policies = [
      version({ code: "ended", effective_to: "2026-02-01T00:00:00Z" }),
      version({ code: "plain" }),
      version({ code: "waits", name: "丙", standing: "awaiting_approval" }),
    ];
    expect(seriesOf(policies, NOW).map((one) => one.code)).toEqual(["waits", "plain", "ended"]);
  });
});
