/** A customer's name, phone, address and how to get in, as somebody changes them. Pure. */
import type { ChangedCustomer, CustomerEdit, FieldMerge, Job, JobEdit } from "../../shared/api/types";

export const DETAILS = ["name", "phone", "address", "access_notes"] as const;
export type Detail = (typeof DETAILS)[number];
export type Details = Readonly<Record<Detail, string>>;

/** What the server takes. */
export const LONGEST: Readonly<Record<Detail, number>> = { name: 120, phone: 40, address: 400, access_notes: 400 };

/** A job without a customer's file has only its own contact. */
export function contactOf(job: Job): Details {
  const { contact_name: name, contact_phone: phone, address, access_notes } = job;
  return { name, phone, address, access_notes };
}

/** Only what was touched is sent, so that nothing else that somebody changes meanwhile is overruled. */
export function touched(before: Details, typed: Details): Partial<Details> {
  return Object.fromEntries(DETAILS.filter((each) => before[each] !== typed[each]).map((each) => [each, typed[each]]));
}

export function fileEdit(version: number, change: Partial<Details>): CustomerEdit {
  return { base_version: version, ...change };
}

/** The same change to the contact of a job; null where the job says so already. */
export function jobEdit(job: Job, change: Partial<Details>): JobEdit | null {
  const here = contactOf(job);
  const { name, phone, address, access_notes: access } = change;
  const edit = {
    ...(name !== undefined && name !== here.name ? { contact_name: name } : {}),
    ...(phone !== undefined && phone !== here.phone ? { contact_phone: phone } : {}),
    ...(address !== undefined && address !== here.address ? { address } : {}),
    ...(access !== undefined && access !== here.access_notes ? { access_notes: access } : {}),
  };
  return Object.keys(edit).length === 0 ? null : { base_version: job.version, ...edit };
}

const OVER: ReadonlySet<Job["state"]> = new Set(["completed", "closed", "cancelled"]);

/** Who comes no more needs no other number. */
export function mayChangeJob(job: Job): boolean {
  return !OVER.has(job.state);
}

export interface Overruled {
  readonly field: Detail;
  /** What somebody else had written meanwhile. */
  readonly theirs: string;
}

/** Where somebody else changed the same meanwhile, and this change replaced theirs. */
export function overruledIn({ merges }: Pick<ChangedCustomer, "merges">): readonly Overruled[] {
  return merges.flatMap((merge: FieldMerge) => {
    const field = DETAILS.find((each) => each === merge.field);
    return field === undefined || typeof merge.lost !== "string" ? [] : [{ field, theirs: merge.lost }];
  });
}

/** What stands there again when a change is undone: theirs where it replaced somebody's, else what it was made from. */
export function before(was: Details, change: Partial<Details>, overruled: readonly Overruled[] = []): Partial<Details> {
  const changed = DETAILS.filter((each) => change[each] !== undefined);
  const theirs = new Map(overruled.map((each) => [each.field, each.theirs]));
  return Object.fromEntries(changed.map((each) => [each, theirs.get(each) ?? was[each]]));
}

/** What an undo may give back: where it still says what was written. The rest has been changed by somebody since. */
export function since(
  now: Details,
  written: Partial<Details>,
  back: Partial<Details>,
): { readonly ours: Partial<Details>; readonly theirs: readonly Detail[] } {
  const open = DETAILS.filter((each) => back[each] !== undefined && back[each] !== now[each]);
  const ours = open.filter((each) => now[each] === written[each]);
  return {
    ours: Object.fromEntries(ours.map((each) => [each, back[each]])),
    theirs: open.filter((each) => !ours.includes(each)),
  };
}
