import { describe, expect, it } from "vitest";
import { checklistOf, leftOf, notesOf } from "./contents";
import { mapLink } from "./maplink";

describe("a job's checklist", () => {
  const items = [
    { key: "gas", text: "检查燃气", text_en: "Check gas", required: true },
    { key: "bar", text: "水压", text_en: "Water pressure", required: false },
  ];

  it("follows the type's order and shows what has been done", () => {
    const read = checklistOf(items, { bar: { done: true, value: 1.8 } });
    expect(read.map(({ key, done, value, required }) => [key, done, value, required])).toEqual([
      ["gas", false, "", true],
      ["bar", true, "1.8", false],
    ]);
  });

  it("shows what I did where another had done it before", () => {
    const state = { gas: { done: true, by: "other" }, "gas@me": { done: false, by: "me" } };
    expect(checklistOf(items, state, "me")[0]?.done).toBe(false);
    expect(checklistOf(items, state, "other")[0]?.done).toBe(true);
  });

  it("leaves to the customer what the customer answers", () => {
    expect(checklistOf([...items, { key: "conduct_no_smoking", required: true }], {}).length).toBe(2);
  });

  it("counts what is required and not done", () => {
    expect(leftOf(checklistOf(items, {}))).toBe(1);
    expect(leftOf(checklistOf(items, { gas: { done: true } }))).toBe(0);
  });

  it("bears entries it does not know", () => {
    expect(checklistOf([{ text: 7 }], { "": "odd" })).toEqual([
      { key: "", text: "7", textEn: "", required: false, done: false, value: "" },
    ]);
  });
});

describe("notes", () => {
  it("have a time when one is known", () => {
    const notes = [{ id: "a", text: "Dog", at: "2026-11-07T04:00:00Z" }, { text: "Cat", at: 5 }, { text: "?" }];
    expect(notesOf(notes)).toEqual([
      { id: "a", text: "Dog", at: Date.parse("2026-11-07T04:00:00Z") },
      { id: "1", text: "Cat", at: 5 },
      { id: "2", text: "?", at: null },
    ]);
  });
});

describe("the link to the map", () => {
  const place = { lat: 31.23, lon: 121.47, address: "南京路 1 号\n(后门)" };

  it("is a geo link with a pin", () => {
    expect(mapLink(place, "Android")).toMatch(/^geo:31\.230000,121\.470000\?q=31\.230000,121\.470000\(%E5/);
  });

  it("is Apple's on an iPhone", () => {
    expect(mapLink(place, "Mozilla/5.0 (iPhone; …)")).toMatch(
      /^https:\/\/maps\.apple\.com\/\?ll=31\.230000,121\.470000&q=%E5/,
    );
  });

  it("does without an address", () => {
    expect(mapLink({ ...place, address: "" }, "Android")).toBe("geo:31.230000,121.470000?q=31.230000,121.470000");
  });
});
