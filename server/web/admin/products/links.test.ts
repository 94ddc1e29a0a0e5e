import { describe, expect, it } from "vitest";
import { BLANK, draftOf, faultsIn, inOrder, readable, standingOf, termsOf, type Link } from "./links";

const NOW = Date.parse("2026-11-23T08:00:00Z");

const link = (change: Partial<Link> = {}): Link => ({
  id: "1",
  line_code: null,
  model_id: null,
  link_type: "gs1:instructions",
  url: "https://example.com/manual.pdf",
  title: "说明书",
  title_en: "",
  language: null,
  media_type: "application/pdf",
  default: false,
  position: 3,
  starts_at: null,
  ends_at: null,
  version: 1,
  ...change,
});

describe("a link behind a code", () => {
  it("comes back from its form as it went in", () => {
    const { id, line_code, model_id, version, ...terms } = link({ starts_at: "2026-11-23T08:00:00.000Z" });
    expect([id, line_code, model_id, version]).toEqual(["1", null, null, 1]);
    expect(termsOf(draftOf({ ...terms, id, line_code, model_id, version }))).toEqual(terms);
  });

  it("needs a type, an address of the web, a title, and what it is of", () => {
    expect(Object.keys(faultsIn(BLANK)).sort()).toEqual(["link_type", "title", "url"]);
    const typed = { ...BLANK, link_type: "pip", url: "ftp://x", title: "x", scope: "model" as const };
    expect(Object.keys(faultsIn(typed)).sort()).toEqual(["model_id", "url"]);
  });

  it("is read as people write it", () => {
    expect(readable("https://example.com/%E7%A9%BA%E8%B0%83%2F1")).toBe("https://example.com/空调%2F1");
    expect(readable("https://example.com/%FF")).toBe("https://example.com/%FF");
  });

  it("ends after it begins", () => {
    const typed = { ...draftOf(link()), starts_at: "2026-11-23T08:00", ends_at: "2026-11-23T08:00" };
    expect(Object.keys(faultsIn(typed))).toEqual(["ends_at"]);
  });

  it("holds from its start to before its end", () => {
    const at = new Date(NOW).toISOString();
    const later = new Date(NOW + 1).toISOString();
    expect(standingOf(link({ starts_at: at, ends_at: later }), NOW)).toBe("now");
    expect(standingOf(link({ starts_at: later }), NOW)).toBe("coming");
    expect(standingOf(link({ ends_at: at }), NOW)).toBe("over");
  });
});

describe("links", () => {
  it("of all products stand first, then those of lines, then of models, each by name and position", () => {
    const listed = [
      link({ id: "m", model_id: "x" }),
      link({ id: "l", line_code: "ac" }),
      link({ id: "b", position: 2 }),
      link({ id: "a", position: 1 }),
    ];
    expect(inOrder(listed, () => "").map((one) => one.id)).toEqual(["a", "b", "l", "m"]);
  });
});
