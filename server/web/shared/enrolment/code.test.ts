import { describe, expect, it } from "vitest";
import { countdown, fateOf } from "./code";

const at = (hours: number): string => new Date(Date.UTC(2026, 10, 23, 8 + hours)).toISOString();

describe("a code", () => {
  const code = { id: "", user_id: "", technician_id: "", made_by: "", made_at: at(0), expires_at: at(1) };

  it("counts down to nothing, not below", () => {
    expect([900_000, 59_001, 1, 0, -5].map(countdown)).toEqual(["15:00", "1:00", "0:01", "0:00", "0:00"]);
  });

  it("is used, withdrawn or open", () => {
    expect(fateOf({ ...code, used_at: at(0) })).toBe("used");
    expect(fateOf({ ...code, used_at: null, withdrawn_at: at(0) })).toBe("withdrawn");
    expect(fateOf(code)).toBe("open");
  });
});
