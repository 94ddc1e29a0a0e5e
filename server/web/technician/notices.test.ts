import { describe, expect, it } from "vitest";
import { pressing, type Facts } from "./notices";

const WELL: Facts = { trouble: null, room: null, keeping: "unknown", clockAhead: null, waits: false };
const ROOMY = { used: 1_000_000, allowed: 900_000_000 };
const FULL = { used: 890_000_000, allowed: 900_000_000 };

const told = (facts: Partial<Facts>): unknown => pressing({ ...WELL, room: ROOMY, ...facts });

describe("beside the connection the bar says", () => {
  it("nothing, while all is well", () => {
    expect(told({ keeping: "persistent", clockAhead: 20_000, waits: true })).toBeNull();
  });

  it("first what stops the work from being handed in", () => {
    expect(told({ trouble: "login", room: FULL, clockAhead: 900_000 })).toEqual({ kind: "login" });
  });

  it("that the phone is nearly full, with what is left", () => {
    expect(told({ room: FULL, clockAhead: 900_000 })).toEqual({ kind: "room_low", left: 10_000_000 });
    expect(told({ room: { used: 9, allowed: 5 } })).toEqual({ kind: "room_low", left: 0 });
  });

  it("that the clock is wrong, either way", () => {
    expect(told({ clockAhead: 200_000 })).toEqual({ kind: "clock", ahead: 200_000 });
    expect(told({ clockAhead: -86_400_000 })).toEqual({ kind: "clock", ahead: -86_400_000 });
  });

  it("that the browser may clear the work, while there is work to lose", () => {
    expect(told({ keeping: "evictable" })).toBeNull();
    expect(told({ keeping: "evictable", waits: true })).toEqual({ kind: "evictable" });
  });
});
