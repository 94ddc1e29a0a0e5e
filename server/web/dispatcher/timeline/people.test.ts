import { describe, expect, it } from "vitest";
import type { AwaitedPhotos, Device } from "../../shared/api/types";
import { aTechnician, iso } from "./builders";
import { asTheyAre, contactsOf, peopleOf } from "./people";

function aDevice(fields: Partial<Device> = {}): Device {
  return {
    ...{ id: "d", user_id: "u", technician_id: "wang", name: "phone", last_seq: 1, enrolled_at: iso(0) },
    ...{ last_seen_at: null, revoked_at: null, last_upload_until: null, last_upload_by: null },
    ...fields,
  };
}

function awaited(photos: number, received: number, technician_id: string | null = "wang"): AwaitedPhotos {
  return {
    ...{
      completion_id: "c",
      job_id: "j",
      outlet_id: "o",
      kind: "completed",
      number: 1,
      title: "",
      awaited_since: iso(9),
    },
    ...{ technician_id, photos, received },
  };
}

describe("what is known of a technician's phones", () => {
  it("is when the last of them was heard of", () => {
    const devices = [aDevice({ last_seen_at: iso(9) }), aDevice({ last_seen_at: iso(11) }), aDevice()];
    expect(contactsOf(devices, []).get("wang")?.last).toBe(Date.parse(iso(11)));
  });

  it("is nothing when none is enrolled, or all are locked", () => {
    expect(contactsOf([aDevice({ revoked_at: iso(9), last_seen_at: iso(8) })], []).size).toBe(0);
    expect(peopleOf([aTechnician()], [], new Map())[0]?.contact).toBeNull();
  });

  it("is never, of one that has not spoken since", () => {
    expect(contactsOf([aDevice()], []).get("wang")).toEqual({ last: null, awaited: 0 });
  });

  it("counts the photos that its reports announced and that have not come", () => {
    expect(contactsOf([aDevice()], [awaited(5, 2), awaited(1, 0), awaited(9, 0, null)]).get("wang")?.awaited).toBe(4);
  });
});

describe("technicians of a day", () => {
  it("go by the names and skills managers gave them since, with the shifts of that day", () => {
    const shifts = [{ id: "s", starts_at: iso(8), ends_at: iso(17) }];
    const fetched = [aTechnician({ shifts }), aTechnician({ id: "lent" })];
    const newer = aTechnician({ name: "王为", skills: ["gas"], version: 2 });
    expect(asTheyAre(fetched, new Map([["wang", newer]]))).toEqual([{ ...newer, shifts }, fetched[1]]);
    const older = aTechnician({ name: "王某", version: 1 });
    expect(asTheyAre(fetched, new Map([["wang", older]]))[0]?.name).toBe("王伟");
  });
});
