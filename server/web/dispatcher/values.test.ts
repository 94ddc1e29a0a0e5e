import { beforeEach, describe, expect, it } from "vitest";
import { switchLanguage } from "../shared/text/language";
import { now } from "../shared/time/now";
import type { Board } from "./board";
import { fieldName, fieldValue } from "./values";

const board = { nameOf: (id: string | null) => (id === "t" ? "Li" : "—") } as Board;
const said = (field: string, value: unknown): string => fieldValue(board, field, value);

beforeEach(() => {
  switchLanguage("en");
  now.value = Date.parse("2026-11-07T04:00:00Z");
});

describe("a field of a record, said to a person", () => {
  it.each([
    ["state", "en_route", "On the way"],
    ["promise_state", "met", "Kept"],
    ["technician_id", "t", "Li"],
    ["window_start", "2026-11-07T06:15:00+00:00", "14:15"],
    ["priority", 2, "2"],
    ["done", true, "yes"],
    ["reason", "", "—"],
    ["price_minor", 123456, "1,234.56"],
    ["billing_held", true, "in force"],
    ["billing_held", false, "lifted"],
    ["reason", null, "—"],
    ["notes", [], "—"],
    ["arrival", { at: "2026-11-07T06:15:00Z", grade: "exact", technician_id: "t" }, "14:15, Li"],
    ["notes", [{ id: "0190a3f4-1111-7222-8333-444455556666", text: "Dog" }], "Dog"],
  ])("%s %j is %s", (field, value, words) => {
    expect(said(field, value)).toBe(words);
  });

  it("is cut when nobody would read it all", () => {
    expect(said("diagnosis", "x".repeat(500))).toHaveLength(201);
  });

  it("has a name in the reader's language, or its own", () => {
    expect(fieldName("window_end")).toBe("Until");
    expect(fieldName("new_field")).toBe("new field");
  });
});
