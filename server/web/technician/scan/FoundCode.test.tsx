import { signal } from "@preact/signals";
import { render } from "preact";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { aJob } from "../../shared/api/builders";
import { createApi } from "../../shared/api/client";
import type { Job } from "../../shared/api/types";
import type { JsonObject } from "../../shared/replica/json";
import { switchLanguage } from "../../shared/text/language";
import type { Phone } from "../phone/phone";
import { aUnit } from "./builders";
import { FoundCode } from "./FoundCode";

const mine = aUnit({ id: "0197a0d6-0000-7000-8000-000000000001", serial: "SN-1" });
const another = aUnit({ id: "0197a0d6-0000-7000-8000-000000000002", serial: "SN-2" });
const place = document.createElement("div");

/** What a phone is to this screen. `said`: what was performed; `asked`: bodies of look-ups. */
function aPhone(online: boolean, jobs: readonly Job[], reply: () => Response): [Phone, JsonObject[], string[]] {
  const [said, asked]: [JsonObject[], string[]] = [[], []];
  const send = async (request: Request): Promise<Response> => {
    asked.push(await request.text());
    return reply();
  };
  const phone: Partial<Phone> = {
    jobs: signal(new Map(jobs.map((job) => [job.id, job]))),
    units: signal(new Map([mine, another].map((unit) => [unit.id, unit]))),
    cards: signal(new Map()),
    contact: signal({ state: online ? "online" : "offline", last: null, problem: null }),
    api: createApi(send),
    perform: (kind, record, args) => {
      said.push({ kind, job: record.id, ...args });
      return Promise.resolve({ ok: true, op_id: "op" });
    },
  };
  return [phone as Phone, said, asked];
}

const job = aJob({ id: "j1", unit_id: mine.id, state: "on_site" });
const unused = (): Response => new Response(null, { status: 500 });

function show(phone: Phone, code: { readonly gtin: string; readonly serial: string }): void {
  render(<FoundCode phone={phone} jobId="j1" code={{ gtin: code.gtin, serial: code.serial }} />, place);
}

async function press(words: string): Promise<void> {
  const found = [...place.querySelectorAll("button")].find((button) => button.textContent.includes(words));
  if (found === undefined) throw new Error(`no button says ${words}: ${place.textContent}`);
  found.click();
  await new Promise((done) => setTimeout(done, 20));
}

beforeEach(() => {
  switchLanguage("en");
  document.body.append(place);
});
afterEach(() => {
  render(null, place);
});

describe("the product of the job", () => {
  it("is confirmed by one press, with the unit that the phone knows", async () => {
    const [phone, said] = aPhone(false, [job], unused);
    show(phone, mine);
    await press("Confirm");
    expect(said).toEqual([{ kind: "job.scan", job: "j1", gtin: mine.gtin, serial: "SN-1", unit_id: mine.id }]);
    expect(place.textContent).toContain("The scan is kept on this phone.");
  });
});

describe("another product", () => {
  it("is said to be another, with both ways on", async () => {
    const [phone, said] = aPhone(false, [job], unused);
    show(phone, another);
    expect(place.querySelector("h2")?.textContent).toBe("This is not the product of the job.");
    expect(place.textContent).toContain("Scan again: wrong product");
    await press("I work on this one");
    expect(said).toMatchObject([{ kind: "job.scan", serial: "SN-2", unit_id: another.id }]);
  });
});

describe("a product that the phone does not hold", () => {
  const code = { gtin: mine.gtin, serial: "NEW" };

  it("goes with the job as it was scanned, without a network", async () => {
    const [phone, said] = aPhone(false, [job], unused);
    show(phone, code);
    expect(place.textContent).toContain("There is no network now.");
    await press("Keep it with the job");
    expect(said).toEqual([{ kind: "job.scan", job: "j1", ...code }]);
  });

  it("is told to be none of ours, where the office knows no such model, and may be kept all the same", async () => {
    const problem = { type: "about:blank", title: "", status: 422, code: "model_unknown" };
    const [phone, said, asked] = aPhone(true, [job], () => Response.json(problem, { status: 422 }));
    show(phone, code);
    await press("Look it up");
    expect(asked.map((body) => JSON.parse(body) as unknown)).toEqual([{ job_id: "j1", ...code }]);
    expect(place.textContent).toContain("Our catalogue has no model of this number.");
    await press("Keep it with the job");
    expect(said).toHaveLength(1);
  });
});
