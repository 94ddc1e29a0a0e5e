import { describe, expect, it } from "vitest";
import { aJob } from "../../shared/api/builders";
import {
  before,
  contactOf,
  fileEdit,
  jobEdit,
  mayChangeJob,
  overruledIn,
  since,
  touched,
  type Details,
} from "./details";

const FILE: Details = { name: "李梅", phone: "138", address: "衡山路 1 号", access_notes: "" };

describe("a customer's details", () => {
  it("are sent only as far as they were touched", () => {
    expect(touched(FILE, { ...FILE, phone: "139" })).toEqual({ phone: "139" });
    expect(touched(FILE, FILE)).toEqual({});
    expect(fileEdit(4, { phone: "139" })).toEqual({ base_version: 4, phone: "139" });
  });

  it("are changed at the job where it says otherwise", () => {
    const job = aJob({ version: 7, contact_name: "李先生", contact_phone: "138" });
    expect(jobEdit(job, { phone: "139", name: "李梅" })).toEqual({
      base_version: 7,
      contact_name: "李梅",
      contact_phone: "139",
    });
    expect(jobEdit(job, { phone: "138" })).toBeNull();
    expect(contactOf(job)).toMatchObject({ name: "李先生", phone: "138" });
  });

  it("are left alone at a job that is over", () => {
    expect(mayChangeJob(aJob({ state: "accepted" }))).toBe(true);
    expect(mayChangeJob(aJob({ state: "completed" }))).toBe(false);
  });

  it("say what of somebody else's they replaced, and can give it back", () => {
    const merges = [
      { field: "phone", winner: "office", won: "139", lost: "137" },
      { field: "lat", winner: "office", won: 1, lost: 2 },
    ];
    const overruled = overruledIn({ merges });
    expect(overruled).toEqual([{ field: "phone", theirs: "137" }]);
    expect(before(FILE, { name: "李明", phone: "139" }, overruled)).toEqual({ name: "李梅", phone: "137" });
  });

  it("are given back as far as nobody has changed them since", () => {
    const [written, back] = [{ name: "李明", phone: "139" }, before(FILE, { name: "李明", phone: "139" })];
    expect(since({ ...FILE, ...written }, written, back)).toEqual({ ours: back, theirs: [] });
    expect(since({ ...FILE, ...written, phone: "136" }, written, back)).toEqual({
      ours: { name: "李梅" },
      theirs: ["phone"],
    });
    expect(since({ ...FILE, name: "李明" }, written, back)).toEqual({ ours: { name: "李梅" }, theirs: [] });
  });
});
