import { beforeEach, describe, expect, it } from "vitest";
import { go, query } from "./address";

const asked = (words: string): URLSearchParams => new URLSearchParams(words);

beforeEach(() => {
  go(new URLSearchParams(), true);
});

describe("the page's address", () => {
  it("follows the view", () => {
    go(asked("job=7"));
    expect(location.search).toBe("?job=7");
    expect(query.value.get("job")).toBe("7");
  });

  it("gets a step to go back to, unless the step replaces another", () => {
    const before = history.length;
    go(asked("q=a"), true);
    expect(history.length).toBe(before);
    go(asked("q=a&job=7"));
    expect(history.length).toBe(before + 1);
  });

  it("gets no step for the view it already shows", () => {
    go(asked("job=7"));
    const before = history.length;
    go(asked("job=7"));
    expect(history.length).toBe(before);
  });
});
