/** What the clerk knows so far of a call, what is still missing, and what is sent of it. Pure but for the keeping, which
 * never stands in the way: a browser that refuses to keep a draft only forgets it with the page. */
import type { Customer, Job, JobState, NewCustomer, NewJob, Outlet, QuoteRequest, Unit } from "../../shared/api/types";
import { readPlace, type Place } from "../customers/customers";

export interface Draft {
  /** When the call came (ISO): from then on the promise runs, however long the typing takes. Null before it. */
  readonly call: string | null;
  /** What was typed to find the caller. */
  readonly search: string;
  readonly customer: Customer | null;
  readonly unit: Unit | null;
  readonly outlet: string;
  readonly name: string;
  readonly phone: string;
  readonly address: string;
  readonly access: string;
  /** `31.2304, 121.4737`; empty: the customer's, else the outlet's. */
  readonly place: string;
  readonly type: string;
  readonly fault: string;
  readonly priority: number;
  /** The window wished, by the outlet's clock: all three or none. */
  readonly day: string;
  readonly from: string;
  readonly to: string;
  /** It was sent and no answer came: it may be there. */
  readonly unsure: boolean;
}

export const BLANK: Draft = {
  call: null,
  search: "",
  customer: null,
  unit: null,
  outlet: "",
  name: "",
  phone: "",
  address: "",
  access: "",
  place: "",
  type: "",
  fault: "",
  priority: 3,
  day: "",
  from: "",
  to: "",
  unsure: false,
};

/** The first change of a draft is the beginning of the call. */
export function changed(draft: Draft, change: Partial<Draft>, now: number): Draft {
  return { ...draft, ...change, call: draft.call ?? new Date(now).toISOString() };
}

export function withCustomer(draft: Draft, customer: Customer): Partial<Draft> {
  const stranger = draft.unit !== null && draft.unit.customer_id !== null && draft.unit.customer_id !== customer.id;
  return {
    customer,
    outlet: customer.outlet_id,
    name: customer.name,
    phone: customer.phone,
    address: customer.address,
    access: customer.access_notes,
    place: "",
    ...(stranger ? { unit: null } : {}),
  };
}

const PHONE = /^[+\d][\d\s()./-]{4,}$/;

/** Nobody we know: what was typed is their number or their name. */
export function withStranger(search: string): Partial<Draft> {
  const typed = search.trim();
  const contact = PHONE.test(typed) ? { phone: typed, name: "" } : { phone: "", name: typed };
  return { customer: null, unit: null, address: "", access: "", ...contact };
}

// ------------------------------------------------------------------------------------------------------- what is missing

export type Field = "name" | "type" | "fault" | "place" | "wish" | "outlet";
export type Lack = "missing" | "unreadable" | "incomplete" | "empty";
export type Faults = Readonly<Partial<Record<Field, Lack>>>;

/** In the order in which the form asks. */
export function faultsOf(draft: Draft): Faults {
  const faults: Partial<Record<Field, Lack>> = {};
  if (draft.name.trim() === "") faults.name = "missing";
  if (draft.place.trim() !== "" && readPlace(draft.place) === null) faults.place = "unreadable";
  if (draft.outlet === "") faults.outlet = "missing";
  if (draft.type === "") faults.type = "missing";
  if (draft.fault.trim() === "") faults.fault = "missing";
  const wish = [draft.day, draft.from, draft.to].filter((each) => each !== "").length;
  if (wish > 0 && wish < 3) faults.wish = "incomplete";
  else if (wish === 3 && draft.from === draft.to) faults.wish = "empty";
  return faults;
}

// --------------------------------------------------------------------------------------------------------- what is sent

/** Where the work is: as typed, else where the customer lives, else where the outlet is (a guess, and said so). */
export function placeOf(draft: Draft, outlet: Outlet | undefined): (Place & { readonly guessed: boolean }) | null {
  const typed = readPlace(draft.place);
  if (typed !== null) return { ...typed, guessed: false };
  const { lat = null, lon = null } = draft.customer ?? {};
  if (lat !== null && lon !== null) return { lat, lon, guessed: false };
  return outlet === undefined ? null : { lat: outlet.lat, lon: outlet.lon, guessed: true };
}

export function newCustomer(draft: Draft): NewCustomer {
  const place = readPlace(draft.place);
  return {
    outlet_id: draft.outlet,
    name: draft.name.trim(),
    phone: draft.phone.trim(),
    address: draft.address.trim(),
    access_notes: draft.access.trim(),
    lat: place?.lat ?? null,
    lon: place?.lon ?? null,
    tier: "",
  };
}

export function newJob(draft: Draft, place: Place, customerId: string): NewJob {
  return {
    outlet_id: draft.outlet,
    job_type: draft.type,
    title: draft.fault.trim(),
    contact_name: draft.name.trim(),
    contact_phone: draft.phone.trim(),
    address: draft.address.trim(),
    access_notes: draft.access.trim(),
    lat: place.lat,
    lon: place.lon,
    customer_id: customerId,
    unit_id: draft.unit?.id ?? null,
    priority: draft.priority,
    opened_at: draft.call,
    site_hours: draft.day === "" ? [] : [{ days: [], on: draft.day, from: draft.from, to: draft.to }],
    parts_needed: {},
  };
}

/** What decides the promise; null while the outlet or the kind of job is not known. */
export function quoteAsked(draft: Draft): QuoteRequest | null {
  if (draft.outlet === "" || draft.type === "") return null;
  return {
    outlet_id: draft.outlet,
    job_type: draft.type,
    ...(draft.call === null ? {} : { opened_at: draft.call }),
    ...(draft.unit === null ? {} : { product_category: draft.unit.line_code }),
    ...(draft.customer === null || draft.customer.tier === "" ? {} : { customer_tier: draft.customer.tier }),
    severity: String(draft.priority),
  };
}

const OVER: ReadonlySet<JobState> = new Set(["completed", "closed", "cancelled"]);

/** Open jobs about the same product; without a product those of the same customer. The newest first. */
export function duplicatesOf(
  jobs: Iterable<Job>,
  { unit, customer }: Pick<Draft, "unit" | "customer">,
): readonly Job[] {
  if (unit === null && customer === null) return [];
  return [...jobs]
    .filter((job) => !OVER.has(job.state))
    .filter((job) => (unit === null ? job.customer_id === customer?.id : job.unit_id === unit.id))
    .sort((a, b) => b.number - a.number);
}

/** The job that an unanswered sending made after all. */
export function madeBefore(jobs: Iterable<Job>, draft: Draft): Job | undefined {
  const call = Date.parse(draft.call ?? "");
  for (const job of jobs) {
    const same = Date.parse(job.opened_at) === call && job.title === draft.fault.trim();
    if (same && job.contact_name === draft.name.trim()) return job;
  }
  return undefined;
}

// ---------------------------------------------------------------------------------------------------------- the keeping

const keptAs = (userId: string): string => `onsite.desk.intake.${userId}`;

/** In this tab alone, so that two calls in two tabs stay apart, and it goes with the tab. */
export function keep(storage: Storage, userId: string, draft: Draft): void {
  try {
    if (draft.call === null) storage.removeItem(keptAs(userId));
    else storage.setItem(keptAs(userId), JSON.stringify(draft));
  } catch {
    // full or forbidden: the page itself still holds it
  }
}

/** The draft as it was left; the blank one when there is none, or one that we cannot read. */
export function kept(storage: Storage, userId: string): Draft {
  try {
    const found: unknown = JSON.parse(storage.getItem(keptAs(userId)) ?? "null");
    return isDraft(found) ? found : BLANK;
  } catch {
    return BLANK;
  }
}

/** Ours, and of this version: every field is there and of the kind it should be. */
function isDraft(found: unknown): found is Draft {
  if (typeof found !== "object" || found === null) return false;
  const fields = found as Readonly<Record<string, unknown>>;
  return Object.entries(BLANK).every(([name, blank]) =>
    blank === null ? name in fields : typeof fields[name] === typeof blank,
  );
}
