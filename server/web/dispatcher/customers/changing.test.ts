import { beforeEach, describe, expect, it } from "vitest";
import { aJob } from "../../shared/api/builders";
import { createApi } from "../../shared/api/client";
import type { Customer, Job } from "../../shared/api/types";
import { toasts } from "../../shared/news/news";
import { switchLanguage } from "../../shared/text/language";
import type { Board } from "../board";
import { changeDetails } from "./changing";

const FILE: Customer = {
  ...{ id: "customer", centre_id: "centre", outlet_id: "outlet", lat: null, lon: null, tier: "", version: 4 },
  ...{ name: "Li Mei", phone: "138", address: "1 Hengshan Road", access_notes: "" },
};

type Fields = Readonly<Record<string, unknown>>;

/** A server of one customer and one job: the later write holds, and is told what somebody else had written since. */
class Office {
  file: Customer = FILE;
  job: Job = aJob({ version: 7, number: 12, contact_name: "Mr Li", contact_phone: "138" });
  /** Refused from now on: a part of the path. */
  refusing = "nothing";
  /** What a colleague wrote after version 4 of the file. */
  theirs: Fields = {};

  readonly board = {
    api: createApi((request) => this.#answer(request)),
    feed: { pullSoon: () => undefined },
  } as unknown as Board;

  async #answer(request: Request): Promise<Response> {
    const path = new URL(request.url).pathname;
    if (path.includes(this.refusing)) return Response.json({ code: "forbidden" }, { status: 403 });
    const edit = request.method === "PATCH" ? ((await request.json()) as Fields) : {};
    const merges = Object.entries(this.theirs).flatMap(([field, lost]) =>
      field in edit && edit["base_version"] === FILE.version
        ? [{ field, winner: "office", won: edit[field], lost }]
        : [],
    );
    const { base_version: base, ...fields } = edit;
    const more = base === undefined ? {} : { ...fields, version: 50 };
    if (path.includes("/customers/")) this.file = { ...this.file, ...more };
    else this.job = { ...this.job, ...more };
    return Response.json(path.includes("/customers/") ? { ...this.file, merges } : this.job);
  }
}

let office: Office;

const change = (phone: string): Promise<unknown> =>
  changeDetails(office.board, { file: office.file, job: office.job }, { phone });
const numbers = (): string[] => [office.file.phone, office.job.contact_phone];
const told = (): string[] => toasts.value.map(({ text }) => text);
const undo = (): Promise<void> | undefined => toasts.value.find(({ undo }) => undo !== null)?.undo?.();

beforeEach(() => {
  switchLanguage("en");
  office = new Office();
  toasts.value = [];
});

describe("a customer's details, changed from a job", () => {
  it("are put back in the file and at the job alike", async () => {
    expect(await change("139")).toBeNull();
    expect(numbers()).toEqual(["139", "139"]);
    await undo();
    expect(numbers()).toEqual(["138", "138"]);
    expect(told().at(-1)).toBe("Undone.");
  });

  it("give a colleague's value back to the file, and its own to the job", async () => {
    office.theirs = { phone: "137" };
    await change("139");
    expect(told()).toEqual([
      "The file of Li Mei is changed. Somebody else had just written “137” (Phone); yours holds now.",
    ]);
    await undo();
    expect(numbers()).toEqual(["137", "138"]);
  });

  it("leave what somebody changed since, and say where", async () => {
    await change("139");
    office.job = { ...office.job, contact_phone: "136" };
    await undo();
    expect(numbers()).toEqual(["138", "136"]);
    expect(told().at(-1)).toBe(
      "The file is as it was before. Not all of No. 12 was put back: Phone has been changed since.",
    );
  });

  it("say so when only one of them could be put back", async () => {
    await change("139");
    office.refusing = "/customers/";
    await undo();
    expect(numbers()).toEqual(["139", "138"]);
    expect(told().at(-1)).toMatch(/^Not all of the file was put back: .+ The contact of No. 12 is as it was before\.$/);
  });

  it("have a way back in the file when the job was refused", async () => {
    office.refusing = "/jobs/";
    expect(await change("139")).toBeNull();
    expect(numbers()).toEqual(["139", "138"]);
    expect(told()).toEqual([
      "The file of Li Mei is changed.",
      expect.stringMatching(/^The file is changed, but not No/),
    ]);
    await undo();
    expect(numbers()).toEqual(["138", "138"]);
    expect(told().at(-1)).toBe("Undone.");
  });

  it("are changed nowhere when the file refuses", async () => {
    office.refusing = "/customers/";
    expect(await change("139")).toMatchObject({ code: "forbidden" });
    expect(numbers()).toEqual(["138", "138"]);
  });

  it("of a job without a file are put back as well", async () => {
    await changeDetails(office.board, { file: null, job: office.job }, { name: "Ms Li" });
    expect(told()).toEqual(["The contact of No. 12 is changed."]);
    await undo();
    expect(office.job.contact_name).toBe("Mr Li");
  });
});
