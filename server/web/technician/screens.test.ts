import { describe, expect, it } from "vitest";
import { hasTabs, keyOf, readScreen } from "./screens";

const at = (words: string): ReturnType<typeof readScreen> => readScreen(new URLSearchParams(words));

describe("an address of the app", () => {
  it.each([
    ["", "today"],
    ["job=7", "job:7"],
    ["job=7&view=finish&outcome=cannot_complete", "finish:7"],
    ["job=7&view=scan", "scan"],
    ["view=outbox", "outbox"],
    ["view=finish", "today"],
    ["view=nonsense", "today"],
  ])("%s is %s", (words, key) => {
    expect(keyOf(at(words))).toBe(key);
  });

  it("leaves the whole screen to a job that is worked on", () => {
    expect([at(""), at("view=me"), at("job=7"), at("job=7&view=finish")].map(hasTabs)).toEqual([
      true,
      true,
      false,
      false,
    ]);
  });
});
