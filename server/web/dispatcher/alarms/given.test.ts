import { beforeEach, describe, expect, it } from "vitest";
import { freshIn } from "./alarms";
import { anAlarm } from "./builders";
import { giftsTo, keepTold, toldTo } from "./given";

const GIVEN = { taken_by: "me", given_by: "chen", taken_at: "2026-11-24T01:30:00Z" };

beforeEach(() => {
  localStorage.clear();
});

describe("alarms given by a colleague", () => {
  it("are not those that somebody took themselves", () => {
    const own = anAlarm({ taken_by: "me", taken_at: "2026-11-24T01:30:00Z" });
    const other = anAlarm({ ...GIVEN, taken_by: "li" });
    const given = anAlarm(GIVEN);
    expect(giftsTo("me", [own, other, given]).map(({ alarm }) => alarm)).toEqual([given]);
  });

  it("are told once, also after the desk was closed, and anew when they are given anew", () => {
    const alarm = anAlarm(GIVEN);
    const first = giftsTo("me", [alarm]);
    expect(freshIn(first, toldTo("me", localStorage))).toEqual(first);
    keepTold("me", first, localStorage);
    expect(freshIn(first, toldTo("me", localStorage))).toEqual([]);
    expect(freshIn(first, toldTo("li", localStorage))).toEqual(first);
    const again = giftsTo("me", [{ ...alarm, taken_at: "2026-11-24T02:00:00Z" }]);
    expect(freshIn(again, toldTo("me", localStorage))).toEqual(again);
  });

  it("are told when what was kept cannot be read", () => {
    localStorage.setItem("onsite.desk.given.me", "{");
    expect(toldTo("me", localStorage).size).toBe(0);
  });
});
