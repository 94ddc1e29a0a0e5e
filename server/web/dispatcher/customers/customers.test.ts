import { describe, expect, it } from "vitest";
import type { CustomerAsk, OutboxMessage } from "../../shared/api/types";
import { asksOf, byUse, hurryOf, readPlace, wishOf } from "./customers";

const NOON = Date.parse("2026-11-24T04:00:00Z");

function message(id: string, fields: Partial<OutboxMessage> = {}): OutboxMessage {
  return {
    id,
    outlet_id: "o",
    kind: "service_received",
    channel: "sms",
    to: "138••••5678",
    locale: "zh-CN",
    subject: "",
    secret: false,
    customer_id: null,
    job_id: null,
    state: "desk",
    tries: 0,
    failure: "no_channel",
    made_at: "2026-11-24T03:00:00Z",
    next_at: null,
    expires_at: null,
    settled_at: null,
    settled_by: null,
    shown_at: null,
    shown_by: null,
    ...fields,
  };
}

function ask(id: string, fields: Partial<CustomerAsk> = {}): CustomerAsk {
  return {
    id,
    job_id: "j",
    number: 7,
    outlet_id: "o",
    kind: "cancel",
    words: "",
    preferred_day: null,
    preferred_part: "any",
    asked_at: "2026-11-24T03:00:00Z",
    settled_at: null,
    note: "",
    ...fields,
  };
}

describe("messages to be told by phone", () => {
  it("come in the order in which they lose their use, then as they have waited", () => {
    const found = byUse(
      [
        message("later"),
        message("long waiting", { made_at: "2026-11-23T03:00:00Z" }),
        message("code", { expires_at: "2026-11-24T04:05:00Z" }),
        message("link", { expires_at: "2026-12-24T04:05:00Z" }),
      ],
      NOON,
    );
    expect(found.map(({ id }) => id)).toEqual(["code", "link", "long waiting", "later"]);
  });

  it("go when they are of no use any more", () => {
    expect(byUse([message("code", { expires_at: "2026-11-24T04:00:00Z" })], NOON)).toEqual([]);
  });
});

describe("a hurry", () => {
  it("is about what is of use for less than a day", () => {
    expect(hurryOf(message("code", { expires_at: "2026-11-24T04:05:00Z" }), NOON)).toBe(NOON + 300_000);
    expect(hurryOf(message("link", { expires_at: "2027-05-24T04:05:00Z" }), NOON)).toBeNull();
    expect(hurryOf(message("word"), NOON)).toBeNull();
  });
});

describe("what customers ask", () => {
  it("is shown with its job while it is open", () => {
    const asks = [ask("mine"), ask("other", { job_id: "k" }), ask("done", { settled_at: "2026-11-24T03:30:00Z" })];
    expect(asksOf("j", asks).map(({ id }) => id)).toEqual(["mine"]);
  });
});

describe("a wish for a time", () => {
  it("is none when no day was chosen and any time will do", () => {
    expect(wishOf(null, "any")).toBeNull();
  });

  it("keeps the day, the part, or both", () => {
    expect(wishOf("2026-11-26", "any")).toEqual({ day: "2026-11-26", part: "any" });
    expect(wishOf(null, "evening")).toEqual({ day: null, part: "evening" });
  });
});

describe("a place as it is typed", () => {
  it.each([
    ["31.2304, 121.4737", 31.2304, 121.4737],
    [" 31.2304，121.4737 ", 31.2304, 121.4737],
    ["(-33.86 151.21)", -33.86, 151.21],
    ["31, 121", 31, 121],
    ["31.2304° 121.4737°", 31.2304, 121.4737],
  ])("%s is read", (typed, lat, lon) => {
    expect(readPlace(typed)).toEqual({ lat, lon });
  });

  it.each(["", "31.2304", "121.4737, 31.2304", "91, 0", "0, 181", "Nanjing Road 1", "1,2,3"])(
    "%j is no place",
    (typed) => {
      expect(readPlace(typed)).toBeNull();
    },
  );
});
