import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import { dismiss, tell, toasts } from "./news";

const words = (): string[] => toasts.value.map(({ text }) => text);

beforeEach(() => {
  vi.useFakeTimers();
  toasts.value = [];
});

afterEach(() => {
  vi.useRealTimers();
});

describe("news of what was done", () => {
  it("goes by itself when it is good, and stays when it is bad", () => {
    tell("good", "done");
    tell("bad", "refused");
    vi.advanceTimersByTime(10_000);
    expect(words()).toEqual(["refused"]);
  });

  it("can be dismissed", () => {
    tell("bad", "refused");
    dismiss(toasts.value[0]?.id ?? 0);
    expect(words()).toEqual([]);
  });

  it("is never more than three", () => {
    for (const each of ["1", "2", "3", "4"]) tell("bad", each);
    expect(words()).toEqual(["2", "3", "4"]);
  });
});
