import { beforeEach, describe, expect, it } from "vitest";
import { freshIn } from "./alarms";
import { aMatter } from "./builders";
import { giftsTo, keepTold, toldTo } from "./given";

const GIVEN = { holder: "me", givenBy: "chen", since: "2026-11-24T01:30:00Z" };

beforeEach(() => {
  localStorage.clear();
});

describe("matters given by a colleague", () => {
  it("are not those that somebody took themselves", () => {
    const own = aMatter({ ...GIVEN, givenBy: null });
    const other = aMatter({ ...GIVEN, holder: "li" });
    const given = aMatter(GIVEN);
    expect(giftsTo("me", [own, other, given]).map(({ matter }) => matter)).toEqual([given]);
  });

  it("are told once, also after the desk was closed, and anew when they are given anew", () => {
    const matter = aMatter(GIVEN);
    const first = giftsTo("me", [matter]);
    expect(freshIn(first, toldTo("me", "promises", localStorage))).toEqual(first);
    keepTold("me", "promises", first, localStorage);
    expect(freshIn(first, toldTo("me", "promises", localStorage))).toEqual([]);
    expect(freshIn(first, toldTo("li", "promises", localStorage))).toEqual(first);
    const again = giftsTo("me", [{ ...matter, since: "2026-11-24T02:00:00Z" }]);
    expect(freshIn(again, toldTo("me", "promises", localStorage))).toEqual(again);
  });

  it("are remembered list by list: an empty list of scans forgets no promise", () => {
    const gifts = giftsTo("me", [aMatter(GIVEN)]);
    keepTold("me", "promises", gifts, localStorage);
    keepTold("me", "scans", [], localStorage);
    expect(freshIn(gifts, toldTo("me", "promises", localStorage))).toEqual([]);
  });

  it("are told when what was kept cannot be read", () => {
    localStorage.setItem("onsite.desk.given.promises.me", "{");
    expect(toldTo("me", "promises", localStorage).size).toBe(0);
  });
});
