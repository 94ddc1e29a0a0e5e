import { beforeEach, describe, expect, it } from "vitest";
import { ServerProblem } from "../../shared/replica";
import { faults, noteFault } from "../phone/faultlog";
import { diagnostics, type State } from "./diagnostics";
import { readTextSize } from "./textsize";
import { buildOf } from "./version";

const STATE: State = {
  version: "1.2.0 (AbCdEfGh)",
  deviceId: "d1",
  now: Date.parse("2026-11-07T04:00:00Z"),
  agent: "Mozilla/5.0",
  language: "en",
  contact: { state: "offline", last: null, problem: null },
  trouble: "login",
  keeping: "evictable",
  room: { used: 5, allowed: 9 },
  clockAhead: 61_400,
  installed: false,
  counts: { jobs: 3 },
  kinds: ["job.arrive", "job.start"],
  faults: [{ at: Date.parse("2026-11-07T03:00:00Z"), what: "ServerProblem 503 not_ready" }],
};

beforeEach(() => {
  localStorage.clear();
});

describe("diagnostics", () => {
  it("say what the office needs to know about the app", () => {
    expect(diagnostics(STATE).split("\n")).toEqual([
      "onsite: 1.2.0 (AbCdEfGh)",
      "device: d1",
      "at: 2026-11-07T04:00:00.000Z",
      "agent: Mozilla/5.0",
      "language: en",
      "installed: no",
      "contact: offline, last never",
      "problem: none",
      "trouble: login",
      "storage: evictable, 5 of 9 bytes",
      "clock ahead: 61 s",
      "jobs: 3",
      "waiting: job.arrive job.start",
      "fault: 2026-11-07T03:00:00.000Z ServerProblem 503 not_ready",
    ]);
  });

  it("stay short however much waits", () => {
    const kinds = Array.from({ length: 500 }, () => "job.note");
    expect(diagnostics({ ...STATE, kinds })).toContain("and 480 more");
  });
});

describe("faults that are noted", () => {
  it("bear names and codes, and nothing that anybody typed", () => {
    noteFault(new ServerProblem("invalid", 400, { detail: "Wang, 139 0000 1111" }));
    noteFault(new TypeError("customer Wang is undefined"));
    noteFault("Wang");
    expect(faults().map(({ what }) => what)).toEqual(["ServerProblem 400 invalid", "TypeError", "fault"]);
  });

  it("are the last twenty", () => {
    for (let n = 0; n < 30; n += 1) noteFault(new Error(), localStorage, n);
    expect(faults().map(({ at }) => at)).toEqual(Array.from({ length: 20 }, (_, n) => n + 10));
  });

  it("are none where the memory was spoilt", () => {
    localStorage.setItem("onsite.faults", '{"at": 1}');
    expect(faults()).toEqual([]);
    localStorage.setItem("onsite.faults", '[{"at": "?"}, null, {"at": 1, "what": "Error"}]');
    expect(faults()).toHaveLength(1);
  });
});

describe("what the app remembers of itself", () => {
  it("is read with care", () => {
    expect([readTextSize("largest"), readTextSize("huge"), readTextSize(null)]).toEqual([
      "largest",
      "normal",
      "normal",
    ]);
    expect([buildOf("/assets/technician-Ab_d-3gh.js"), buildOf("/main.tsx")]).toEqual(["Ab_d-3gh", ""]);
  });
});
