import { signal } from "@preact/signals";
import { render } from "preact";
import { afterEach, describe, expect, it } from "vitest";
import { aJob } from "../../shared/api/builders";
import type { Review } from "../../shared/api/types";
import type { Outcome } from "../../shared/replica";
import { switchLanguage, t } from "../../shared/text/language";
import { Banners } from "../job/Banners";
import type { Deeds } from "../job/deeds";
import { StepBar } from "../job/StepBar";
import type { Phone } from "../phone/phone";
import { completing } from "../photos/builders";
import type { HandedIn } from "../photos/photo";
import { SignedView } from "./SignedView";
import { latestOf, statementsOf } from "./standing";

const place = document.createElement("div");
const signed = completing("j1", []);
const job = aJob({ id: "j1", state: "working", technician_id: "t1" });

interface Said {
  readonly outcome?: Partial<Outcome>;
  readonly handedIn?: Partial<HandedIn>;
  readonly review?: Partial<Review>;
}

/** What of a phone these views read. */
function aPhone({ outcome = {}, handedIn, review }: Said): Phone {
  const none = { seq: 1, status: "applied", version: 2, merges: [], review_id: null, code: null, text: null };
  const heard = { operation: signed, outcome: { ...none, op_id: signed.op_id, ...outcome }, seen: true };
  const told = { op_id: signed.op_id, photos: [], sealed_at: null, valid: true, fault: null, ...handedIn };
  const reviews = review === undefined ? [] : [["r", { id: "r", op_id: signed.op_id, settled_at: null, ...review }]];
  return {
    user: { technician_id: "t1" },
    judged: signal([{ ...heard, answered_ms: 1 }]),
    waiting: signal([]),
    undoable: signal(null),
    reviews: signal(new Map(reviews as [string, Review][])),
    contact: signal({ state: "online", last: null, problem: null }),
    photos: { photos: signal(new Map()), handedIn: signal(new Map([[signed.op_id, told]])), named: () => [] },
    drafts: { read: () => Promise.resolve(null) },
  } as unknown as Phone;
}

function words(said: Said): string {
  const phone = aPhone(said);
  const latest = latestOf(statementsOf("j1", phone.judged.value, []));
  if (latest === null) throw new Error("nothing was signed");
  render(<SignedView phone={phone} id="j1" latest={latest} added={[]} />, place);
  return place.querySelector(".fin-warning")?.textContent ?? "";
}

afterEach(() => {
  render(null, place);
});

const TROUBLES: readonly (readonly [string, Said, string, string])[] = [
  [
    "held",
    { outcome: { status: "held" }, review: { kind: "done_after_cancel" } },
    "The office decides whether this counts" + "The job had been cancelled." + "You need do nothing.",
    "是否生效由网点决定",
  ],
  [
    "invalid",
    { outcome: { status: "held" }, handedIn: { valid: false, fault: "signature_invalid" } },
    "What was signed does not hold" + "The signature does not hold." + "You need do nothing now.",
    "签字内容核验未通过",
  ],
  [
    "refused",
    { outcome: { status: "rejected", code: "arguments_invalid" } },
    "The office could not accept what was signed" + "Something in this step is not as it should be.",
    "网点未能接受签字内容",
  ],
  [
    "settled",
    {
      outcome: { status: "held" },
      review: {
        settled_at: "2026-11-23T00:00:00Z",
        choice: "accept",
        choices: { accept: { zh: "认可", en: "Count it" } },
      },
    },
    "The office has decided" + "Count it" + "What was signed stays kept",
    "网点已作出决定",
  ],
];

describe("what was signed", () => {
  it.each(TROUBLES)("says what happened, why, and what to do: %s", (_, said, english, chinese) => {
    switchLanguage("en");
    expect(words(said)).toContain(english);
    switchLanguage("zh-CN");
    expect(words(said)).toContain(chinese);
  });

  it("says nothing more where all is well", () => {
    expect(words({})).toBe("");
  });
});

describe("the job's page", () => {
  const bar = (said: Said): string => {
    switchLanguage("en");
    const deeds = { trouble: signal(null) } as unknown as Deeds;
    render(<StepBar job={job} phone={aPhone(said)} deeds={deeds} left={[]} />, place);
    return place.textContent;
  };

  it("asks for no second signature while the office decides about the first", () => {
    const said = bar({ outcome: { status: "held" } });
    expect(said).toContain(t("step.none.signed"));
    expect(said).not.toContain(t("step.finish"));
  });

  it("asks for one where the first was refused, and says so until it is given", () => {
    const refused: Said = { outcome: { status: "rejected", code: "arguments_invalid" } };
    expect(bar(refused)).toContain(t("step.finish"));
    const meanwhile = { fields: new Map(), turned: [], op_ids: [] };
    render(<Banners job={job} phone={aPhone(refused)} meanwhile={meanwhile} />, place);
    expect(place.textContent).toContain("Please have it signed anew");
  });
});
