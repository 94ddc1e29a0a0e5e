import { signal } from "@preact/signals";
import { render } from "preact";
import { act } from "preact/test-utils";
import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import { aJob } from "../../shared/api/builders";
import type { Phone } from "../phone/phone";
import type { Deeds } from "./deeds";
import { StepBar } from "./StepBar";

const place = document.createElement("div");
const job = aJob({ id: "j1", state: "accepted", technician_id: "t1" });
const LONG_MS = 5_000; // far beyond what a second tap of the same thumb takes

let kept: ((done: boolean) => void)[] = [];
const perform = vi.fn<Deeds["perform"]>(() => new Promise((done) => kept.push(done)));

beforeEach(() => {
  vi.useFakeTimers();
  kept = [];
  perform.mockClear();
  const phone = { user: { technician_id: "t1" }, judged: signal([]), waiting: signal([]), undoable: signal(null) };
  const deeds: Deeds = { trouble: signal(null), perform };
  render(<StepBar job={job} phone={phone as unknown as Phone} deeds={deeds} left={[]} />, place);
});
afterEach(() => {
  render(null, place);
  vi.useRealTimers();
});

function step(): HTMLElement {
  const found = place.querySelector<HTMLElement>(".big-step");
  if (found === null) throw new Error("there is no next step");
  return found;
}

const after = (ms: number): Promise<void> =>
  act(async () => {
    await vi.advanceTimersByTimeAsync(ms);
  });

describe("the next step", () => {
  it("waits until the one before is kept, and says that it does", async () => {
    step().click();
    await after(LONG_MS);
    expect(step().getAttribute("aria-disabled")).toBe("true");
    step().click();
    expect(perform).toHaveBeenCalledTimes(1);
    kept[0]?.(true);
    await after(0);
    expect(step().getAttribute("aria-disabled")).toBe("false");
    step().click();
    expect(perform).toHaveBeenCalledTimes(2);
  });

  it("is not the second tap of the same thumb", async () => {
    step().click();
    kept[0]?.(true);
    await after(100);
    step().click();
    expect(perform).toHaveBeenCalledTimes(1);
    await after(LONG_MS);
    expect(step().getAttribute("aria-disabled")).toBe("false");
  });
});
