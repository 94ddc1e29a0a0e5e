import { beforeEach, describe, expect, it } from "vitest";
import { aJob } from "../../shared/api/builders";
import type { Outlet } from "../../shared/api/types";
import { aCustomer, aUnit } from "./builders";
import {
  BLANK,
  changed,
  duplicatesOf,
  faultsOf,
  keep,
  kept,
  madeBefore,
  newCustomer,
  newJob,
  placeOf,
  quoteAsked,
  withCustomer,
  withStranger,
  type Draft,
} from "./draft";

const NOW = Date.parse("2026-11-23T09:00:00Z");
const OUTLET = { id: "outlet", lat: 30, lon: 120 } as Outlet;
const whole: Draft = {
  ...BLANK,
  call: new Date(NOW).toISOString(),
  outlet: "outlet",
  name: " 李梅 ",
  type: "repair",
  fault: " No hot water ",
};

describe("a draft", () => {
  it("dates the call at the first change, and no later one moves it", () => {
    const begun = changed(BLANK, { search: "1" }, NOW);
    expect(begun.call).toBe("2026-11-23T09:00:00.000Z");
    expect(changed(begun, { search: "13" }, NOW + 60_000).call).toBe(begun.call);
  });

  it("takes over what is known of a customer, and lets go of somebody else's product", () => {
    const [mine, theirs] = [aUnit(), aUnit({ customer_id: "other" })];
    expect(withCustomer({ ...BLANK, unit: mine }, aCustomer())).not.toHaveProperty("unit");
    expect(withCustomer({ ...BLANK, unit: theirs }, aCustomer())).toMatchObject({ unit: null, name: "李梅" });
    expect(withCustomer({ ...BLANK, unit: aUnit({ customer_id: null }) }, aCustomer())).not.toHaveProperty("unit");
  });

  it("takes what was searched for as a stranger's number or name", () => {
    expect(withStranger(" 138 0000 2222 ")).toMatchObject({ phone: "138 0000 2222", name: "" });
    expect(withStranger("+86-21-5555")).toMatchObject({ phone: "+86-21-5555", name: "" });
    expect(withStranger("王 芳")).toMatchObject({ phone: "", name: "王 芳" });
  });
});

describe("what is missing", () => {
  it("is nothing of a whole draft", () => {
    expect(faultsOf(whole)).toEqual({});
  });

  it("is named in the order of the form, so that the first one can have the focus", () => {
    expect(Object.keys(faultsOf({ ...BLANK, place: "here" }))).toEqual(["name", "place", "outlet", "type", "fault"]);
  });

  it("is told of a wish that is half said, or no time at all", () => {
    expect(faultsOf({ ...whole, day: "2026-11-24" }).wish).toBe("incomplete");
    expect(faultsOf({ ...whole, day: "2026-11-24", from: "09:00", to: "09:00" }).wish).toBe("empty");
    expect(faultsOf({ ...whole, day: "2026-11-24", from: "22:00", to: "06:00" })).toEqual({});
  });
});

describe("what is sent", () => {
  it("is what was typed, trimmed, with the window wished as the site's hours", () => {
    const draft = { ...whole, unit: aUnit(), day: "2026-11-24", from: "09:00", to: "12:00" };
    expect(newJob(draft, { lat: 1, lon: 2 }, "customer")).toMatchObject({
      title: "No hot water",
      contact_name: "李梅",
      unit_id: "unit",
      customer_id: "customer",
      opened_at: whole.call,
      site_hours: [{ days: [], on: "2026-11-24", from: "09:00", to: "12:00" }],
    });
    expect(newJob(whole, { lat: 1, lon: 2 }, "customer").site_hours).toEqual([]);
  });

  it("has the place that was typed, else the customer's, else the outlet's as a guess", () => {
    const customer = aCustomer();
    expect(placeOf({ ...whole, customer, place: "31.5, 121.5" }, OUTLET)).toEqual({
      lat: 31.5,
      lon: 121.5,
      guessed: false,
    });
    expect(placeOf({ ...whole, customer }, OUTLET)).toEqual({ lat: 31.23, lon: 121.47, guessed: false });
    expect(placeOf({ ...whole, customer: aCustomer({ lat: null, lon: null }) }, OUTLET)?.guessed).toBe(true);
    expect(placeOf(whole, undefined)).toBeNull();
  });

  it("puts no guess into a new customer's file", () => {
    expect(newCustomer(whole)).toMatchObject({ name: "李梅", lat: null, lon: null });
  });
});

describe("what is asked for the promise", () => {
  it("is nothing before outlet and kind of job are known", () => {
    expect(quoteAsked({ ...whole, outlet: "" })).toBeNull();
    expect(quoteAsked({ ...whole, type: "" })).toBeNull();
  });

  it("is what the promise depends on, and not the text that is being typed", () => {
    const asked = quoteAsked({ ...whole, unit: aUnit(), customer: aCustomer() });
    expect(asked).toEqual({
      outlet_id: "outlet",
      job_type: "repair",
      opened_at: whole.call,
      product_category: "aircon",
      customer_tier: "gold",
      severity: "3",
    });
    expect(quoteAsked({ ...whole, fault: "other words" })).toEqual(quoteAsked(whole));
  });
});

describe("an open job about the same product", () => {
  const mine = aJob({ unit_id: "unit", customer_id: "customer" });
  const elsewhere = aJob({ unit_id: "another", customer_id: "customer" });
  const over = aJob({ unit_id: "unit", state: "completed" });

  it("is told, what is over is not", () => {
    expect(duplicatesOf([mine, elsewhere, over], { unit: aUnit(), customer: aCustomer() })).toEqual([mine]);
  });

  it("is any of the customer's while the product is not known", () => {
    expect(duplicatesOf([mine, elsewhere, over], { unit: null, customer: aCustomer() })).toEqual([elsewhere, mine]);
    expect(duplicatesOf([mine, elsewhere], { unit: null, customer: null })).toEqual([]);
  });
});

describe("a sending that nobody answered", () => {
  it("is found by the call's very moment, its words and its caller", () => {
    const made = aJob({ opened_at: "2026-11-23T09:00:00+00:00", title: "No hot water", contact_name: "李梅" });
    expect(madeBefore([aJob(), made], whole)).toBe(made);
    expect(madeBefore([made], { ...whole, fault: "Noise" })).toBeUndefined();
    expect(madeBefore([made], { ...whole, call: new Date(NOW + 1).toISOString() })).toBeUndefined();
  });
});

describe("what was typed", () => {
  beforeEach(() => {
    sessionStorage.clear();
  });

  it("outlives a reload, for the same person alone", () => {
    keep(sessionStorage, "me", { ...whole, customer: aCustomer(), unit: aUnit() });
    expect(kept(sessionStorage, "me")).toEqual({ ...whole, customer: aCustomer(), unit: aUnit() });
    expect(kept(sessionStorage, "somebody else")).toBe(BLANK);
  });

  it("is gone when the form is blank again", () => {
    keep(sessionStorage, "me", whole);
    keep(sessionStorage, "me", BLANK);
    expect(sessionStorage.length).toBe(0);
  });

  it.each(["", "{", "null", "7", '{"call":null}', JSON.stringify({ ...whole, priority: "3" })])(
    "is left alone when it is none of ours: %s",
    (found) => {
      sessionStorage.setItem("onsite.desk.intake.me", found);
      expect(kept(sessionStorage, "me")).toBe(BLANK);
    },
  );

  it("is not lost with a storage that refuses", () => {
    const full = {
      setItem: () => {
        throw new DOMException("", "QuotaExceededError");
      },
    } as unknown as Storage;
    expect(() => {
      keep(full, "me", whole);
    }).not.toThrow();
  });
});
