import { render } from "preact";
import { afterEach, describe, expect, it, vi } from "vitest";
import { OFFLINE } from "../shared/api/problem";
import { Session } from "../shared/api/session";
import { switchLanguage, type Language } from "../shared/text/language";
import { Opening, type OpeningState } from "./Opening";

const place = document.createElement("div");
const session = new Session({ face: "technician" });

function said(state: OpeningState, language: Language = "en"): string {
  switchLanguage(language);
  render(<Opening state={state} session={session} name="Li" onAgain={() => undefined} />, place);
  return place.textContent;
}

afterEach(() => {
  render(null, place);
  vi.useRealTimers();
});

describe("a phone that does not open", () => {
  const STOPPED: readonly OpeningState[] = [
    { kind: "blocked" },
    { kind: "not_enrolled", problem: OFFLINE },
    { kind: "no_storage" },
    { kind: "full" },
    { kind: "too_new", handedIn: 2 },
  ];

  it.each(STOPPED)("says what is the matter and what to do: $kind", (state) => {
    expect(said(state, "en").length).toBeGreaterThan(40);
    expect(said(state, "zh-CN")).toMatch(/[，。]/);
    expect(place.querySelectorAll("button").length > 0).toBe(state.kind !== "blocked"); // goes on by itself
  });

  it("says what a newer version left here was handed in", () => {
    expect(said({ kind: "too_new", handedIn: 2 })).toContain("2 steps");
  });

  it("tells when it takes longer than it should, with a way out", async () => {
    vi.useFakeTimers();
    expect(said({ kind: "opening" })).toBe("Opening your work…");
    await vi.advanceTimersByTimeAsync(10_000);
    expect(place.textContent).toContain("close that one");
    expect(place.querySelectorAll("button")).toHaveLength(1);
  });
});
