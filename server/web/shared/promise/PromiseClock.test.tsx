import { render } from "preact";
import { beforeEach, describe, expect, it } from "vitest";
import { aJob } from "../api/builders";
import type { Job } from "../api/types";
import { switchLanguage } from "../text/language";
import { now } from "../time/now";
import { PromiseClock, PromiseDue } from "./PromiseClock";

const NOON = Date.parse("2026-11-07T04:00:00Z");

let place: HTMLElement;

function clock(fields: Partial<Job>): Element | null {
  render(<PromiseClock job={aJob(fields)} />, place);
  return place.querySelector(".promise");
}

beforeEach(() => {
  now.value = NOON;
  place = document.createElement("div");
});

describe("the promise clock", () => {
  const soon = { respond_by: "2026-11-07T06:15:00Z", window_start: "2026-11-07T05:00:00Z" };

  it("shows time left and state in words", () => {
    switchLanguage("en");
    expect(clock(soon)?.textContent).toBe("2 h 15 min leftOn track");
    switchLanguage("zh-CN");
    expect(clock(soon)?.textContent).toBe("剩余 2 小时 15 分正常");
    now.value = Date.parse(soon.respond_by) - 30_000;
    expect(clock(soon)?.textContent).toBe("剩余不到 1 分钟正常");
  });

  it("tells a screen reader the whole promise in one sentence", () => {
    switchLanguage("en");
    expect(clock(soon)?.getAttribute("aria-label")).toBe("Service promise: On track. Arrive by 14:15. 2 h 15 min left");
  });

  it("shows one word when no clock runs", () => {
    switchLanguage("en");
    expect(clock({ ...soon, promise_state: "missed" })?.textContent).toBe("Missed");
    expect(clock({})?.textContent).toBe("No promise");
  });

  it("fills its ring with the time that is used", () => {
    const half = { opened_at: "2026-11-07T02:00:00Z", respond_by: "2026-11-07T06:00:00Z" };
    const [used, round] = (clock(half)?.querySelector(".used")?.getAttribute("stroke-dasharray") ?? "").split(" ");
    expect(Number(used) / Number(round)).toBeCloseTo(0.5, 2);
  });
});

describe("the line with the due time", () => {
  it("is left out for a promise that is void", () => {
    switchLanguage("en");
    const job = aJob({ respond_by: "2026-11-07T06:15:00Z" });
    render(<PromiseDue job={job} />, place);
    expect(place.textContent).toBe("Arrive by 14:15");
    render(<PromiseDue job={{ ...job, promise_state: "void" }} />, place);
    expect(place.textContent).toBe("");
  });
});
