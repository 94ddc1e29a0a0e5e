/** What a technician's operation does to a job, as server/jobs/rules/field_work.py has it; the table of who wins stands
 * there. Pure. Held to it by tests/vectors/rules.json.
 *
 * A phone shows the effect before the server has judged it, and knows less: the terms a technician went by while the
 * office booked anew (it shows the newer ones until then), whether a signature holds (it takes it for good), and which
 * unit a code is (it goes by those it holds).
 */
import { at, isObject, type Json, type JsonObject } from "../json";
import type { Operation, SyncRecord } from "../operation";
import { Refusal, type Actor, type CorrectedTime, type Effect, type FieldPolicy, type Rules } from "../rules";
import { fit, isCode, isKind } from "./arguments";

const OWNERSHIP: FieldPolicy = new Map([
  ["job_type", "office"],
  ["state", "office"],
  ["priority", "office"],
  ["title", "office"],
  ["address", "office"],
  ["lat", "office"],
  ["lon", "office"],
  ["technician_id", "office"],
  ["visit_id", "office"],
  ["window_start", "office"],
  ["window_end", "office"],
  ["customer_id", "office"],
  ["unit_id", "office"],
  ["respond_by", "office"],
  ["resolve_by", "office"],
  ["promise_state", "office"],
  ["appointment_at", "office"],
  ["hold_cause", "office"],
  ["site_hours", "office"],
  ["parts_needed", "office"],
  ["lock", "office"],
  ["reason", "office"],
  ["price_minor", "office"],
  ["billing_held", "office"],
  ["sign_again", "office"],
  ["deleted_at", "office"],
  ["diagnosis", "field"],
  ["result", "field"],
  ["arrival", "field"],
  ["finished_at", "field"],
  ["completion_id", "field"],
  ["scanned", "field"],
  ["contact_name", "shared"],
  ["contact_phone", "shared"],
  ["access_notes", "shared"],
  ["notes", "append"],
  ["photos", "append"],
  ["visits_done", "append"],
  ["checklist", "items"],
  ["readings", "items"],
  ["parts_used", "counters"],
]);

const BEFORE_ARRIVAL = ["scheduled", "accepted", "en_route"];
const LIVE = [...BEFORE_ARRIVAL, "on_site", "working", "paused"];
const ON_SITE = new Set(["on_site", "working", "paused", "completed", "closed", "cannot_complete"]);
const OVER = new Set(["completed", "closed", "cancelled", "cannot_complete"]);

/** Event → [the states it may happen in, the state it leads to] (server/jobs/rules/lifecycle.py). */
const TRANSITIONS: ReadonlyMap<string, readonly [from: readonly string[], to: string]> = new Map([
  ["accept", [["scheduled"], "accepted"]],
  ["decline", [["scheduled", "accepted"], "declined"]],
  ["set_off", [["scheduled", "accepted"], "en_route"]],
  ["arrive", [BEFORE_ARRIVAL, "on_site"]],
  ["start", [[...BEFORE_ARRIVAL, "on_site"], "working"]],
  ["pause", [["on_site", "working"], "paused"]],
  ["resume", [["paused"], "working"]],
  ["cannot_complete", [LIVE, "cannot_complete"]],
]);

const KEPT_WHEN_NOT_THEIRS = new Set(["arrive", "start", "pause", "resume", "cannot_complete"]);
const PLANS = new Set(["accept", "decline", "set_off"]);
const BILLING_HELD: JsonObject = { billing_held: true };
const LARGEST_PRICE = 10 ** 12;

export class JobRules implements Rules {
  readonly fields = OWNERSHIP;

  judge(operation: Operation, record: SyncRecord | null, actor: Actor, when: CorrectedTime): Effect | Refusal {
    const { kind, args } = operation;
    if (record === null) return onUnknown(operation, actor);
    if (!isKind(kind) || !kind.startsWith("job.")) return new Refusal("unknown_kind");
    if (!fit(kind, args)) return new Refusal("arguments_invalid");
    const event = kind.slice("job.".length);
    const deed = new Deed(event, operation, record.fields, actor.technician_id, when);
    if (event === "addendum") return {};
    const verdict = deed.now("deleted_at") !== null ? onDeleted(deed) : (EDITS.get(event)?.(deed) ?? move(deed));
    const stated = event === "cannot_complete" && deed.said("manifest") !== null;
    return stated && verdict instanceof Refusal ? { held: true, review: "held" } : verdict;
  }
}

const SIGNED = new Set(["job.complete", "job.cannot_complete", "job.addendum"]);

/** What the customer signed is kept and asked about, also where the server has forgotten the job; it shows nothing. */
function onUnknown({ kind, args }: Operation, actor: Actor): Effect | Refusal {
  const signed = SIGNED.has(kind) && isKind(kind) && fit(kind, args) && actor.technician_id !== null;
  if (!signed || at(args, "manifest") === null || at(args, "signature") === null) return new Refusal("unknown_record");
  return { review: "unknown_job", held: true };
}

/** One operation in the light of the job as it stands. */
class Deed {
  constructor(
    readonly event: string,
    readonly operation: Operation,
    readonly job: JsonObject,
    readonly mine: string | null,
    readonly when: CorrectedTime,
  ) {}

  now(name: string): Json {
    return at(this.job, name);
  }

  /** An argument; null when it is left out. */
  said(name: string): Json {
    return at(this.operation.args, name);
  }

  get theirs(): boolean {
    return this.now("technician_id") === this.mine;
  }

  get state(): string {
    return this.now("state") as string;
  }

  /** As the server writes it: ISO 8601 in UTC, without a fraction where there is none. */
  get instant(): string {
    const iso = new Date(this.when.ms).toISOString();
    const fraction = iso.slice(20, 23);
    return `${iso.slice(0, 19)}${fraction === "000" ? "" : `.${fraction}000`}+00:00`;
  }

  /** The deed as a line of `visits_done`. */
  get entry(): JsonObject {
    const said = ["reason", "cause"].map((name) => [name, this.said(name)] as const);
    return {
      id: this.operation.op_id,
      event: this.event,
      technician_id: this.mine,
      at: this.instant,
      grade: this.when.grade,
      ...Object.fromEntries(said.filter(([, text]) => text !== null && text !== "")),
    };
  }

  get done(): Record<string, Json[]> {
    return { visits_done: [this.entry] };
  }
}

// ---- edits: fields, entries, items and differences; whoever holds the job now

const EDITS: ReadonlyMap<string, (deed: Deed) => Effect> = new Map<string, (deed: Deed) => Effect>([
  ["check", check],
  ["note", note],
  ["use_part", usePart],
  ["read", (deed) => ({ items: { readings: pair(deed.said("reading"), deed.said("value")) } })],
  ["patch", (deed) => ({ set: deed.operation.args })],
  ["scan", scan],
]);

/** Of two technicians each one's items are their own: whoever comes second keeps theirs beside the first's. */
function check(deed: Deed): Effect {
  const item = deed.said("item") as string;
  const standing = inner(deed.now("checklist"), item);
  const by = isObject(standing) ? at(standing, "by") : null;
  const entry = { done: deed.said("done"), value: deed.said("value"), by: deed.mine, at: deed.instant };
  const name = by === null || by === deed.mine ? item : `${item}@${String(deed.mine)}`;
  return { items: { checklist: pair(name, entry) } };
}

function note(deed: Deed): Effect {
  const { op_id } = deed.operation;
  const entry = { id: op_id, text: deed.said("text"), by: deed.mine, at: deed.instant, grade: deed.when.grade };
  return { append: { notes: [entry] } };
}

function usePart(deed: Deed): Effect {
  const part = deed.said("part");
  const quantity = deed.said("quantity") as number;
  const standing = inner(deed.now("parts_used"), part as string);
  const left = (typeof standing === "number" ? standing : 0) + quantity;
  return { add: { parts_used: pair(part, quantity) }, review: left < 0 ? "counter_below_zero" : null };
}

/** The code of the product that stands there. While the job goes on one that is not the job's is a question; a job that
 * was for no product yet is for this one. */
function scan(deed: Deed): Effect {
  const [gtin, serial] = [deed.said("gtin"), deed.said("serial")];
  const scanned = { gtin, serial, by: deed.mine, at: deed.instant, grade: deed.when.grade };
  const [found, right] = [deed.said("unit_id"), deed.now("unit_id")];
  const known = found !== null && found === right;
  if (!deed.theirs || !LIVE.includes(deed.state) || known) return { set: { scanned } };
  if (found !== null && right === null) return { set: { scanned }, force: { unit_id: found } };
  return { set: { scanned }, force: BILLING_HELD, review: "product_mismatch" };
}

// ---- moves: what changes the state of the job or the visit

function move(deed: Deed): Effect | Refusal {
  if (deed.event === "complete") return complete(deed);
  if (deed.state === "cancelled") return onCancelled(deed);
  if (!deed.theirs) return onAnothers(deed);
  const [from, to] = TRANSITIONS.get(deed.event) ?? [[], ""];
  if (!from.includes(deed.state)) return new Refusal("transition_illegal");
  const reason = deed.said("reason");
  switch (deed.event) {
    case "decline":
      return {
        force: { state: to, reason, technician_id: null, visit_id: null, window_start: null, window_end: null },
      };
    case "arrive":
      return { append: deed.done, force: { state: to, ...arrival(deed), ...goingOn(deed) } };
    case "start":
    case "resume":
      return { force: { state: to, ...goingOn(deed) } };
    case "pause":
    case "cannot_complete":
      return { append: deed.done, force: { state: to, reason, ...hold(deed) } };
    default:
      return { force: { state: to } };
  }
}

/** A promise stands still for a cause, until work goes on. */
function hold(deed: Deed): JsonObject {
  const cause = deed.said("cause");
  return cause === null ? {} : { hold_cause: cause };
}

function goingOn(deed: Deed): JsonObject {
  const held = deed.now("hold_cause");
  return held === null || held === "" ? {} : { hold_cause: "" };
}

function onCancelled(deed: Deed): Effect | Refusal {
  if (!KEPT_WHEN_NOT_THEIRS.has(deed.event)) return new Refusal("transition_illegal");
  return { append: deed.done, force: BILLING_HELD, held: true, review: "done_after_cancel" };
}

function onDeleted(deed: Deed): Effect | Refusal {
  if (PLANS.has(deed.event)) return new Refusal("transition_illegal");
  const edit = EDITS.get(deed.event)?.(deed) ?? { append: deed.done };
  return { ...edit, force: BILLING_HELD, held: true, review: "done_after_delete" };
}

function onAnothers(deed: Deed): Effect | Refusal {
  if (!KEPT_WHEN_NOT_THEIRS.has(deed.event)) return new Refusal("job_reassigned");
  return deed.event === "arrive" ? { append: deed.done, force: arrival(deed) } : { append: deed.done };
}

/** The fields that change when this arrival is the first valid one known; none when it is not. */
function arrival(deed: Deed): JsonObject {
  if (!countsFirst(deed)) return {};
  const { wall_ms, monotonic_ms, boot_id } = deed.when.raw;
  const { instant, mine } = deed;
  const raw = { wall_ms, monotonic_ms, boot_id };
  return {
    arrival: { at: instant, grade: deed.when.grade, technician_id: mine, raw },
    promise_state: judged(deed, deed.when.ms, null),
  };
}

/** The earliest counts, but a suspect time only where there is no better. */
function countsFirst(deed: Deed): boolean {
  const known = inner(deed.now("arrival"), "at");
  if (typeof known !== "string") return true;
  const suspect = deed.when.grade === "suspect";
  if ((inner(deed.now("arrival"), "grade") === "suspect") !== suspect) return !suspect;
  return deed.when.ms < Date.parse(known);
}

/** `void` when nothing was promised; `missed` when either promise is; `met` when all are; else `running`. */
function judged(deed: Deed, arrived_ms: number, finished_ms: number | null): string {
  const [respond_by, resolve_by] = [deed.now("respond_by"), deed.now("resolve_by")];
  const promised: (readonly [string, number | null])[] = [];
  if (typeof respond_by === "string") promised.push([respond_by, arrived_ms]);
  if (typeof resolve_by === "string") promised.push([resolve_by, finished_ms]);
  if (promised.length === 0) return "void";
  if (promised.some(([by, at]) => at !== null && at > Date.parse(by))) return "missed";
  return promised.every(([, at]) => at !== null) ? "met" : "running";
}

// ---- completion: kept in every case; only what it means is open

function complete(deed: Deed): Effect {
  const review = question(deed);
  if (review !== null) {
    const force = deed.state === "cancelled" ? BILLING_HELD : { ...BILLING_HELD, ...arrival(deed) };
    return { append: deed.done, force, held: true, review };
  }
  const doubtful = doubt(deed);
  const force = { ...finished(deed), ...(doubtful === null ? {} : BILLING_HELD) };
  return { append: deed.done, force, review: doubtful };
}

/** What a dispatcher must decide before this completion counts; null when nothing. */
function question({ state, theirs }: Deed): string | null {
  if (state === "cancelled") return "done_after_cancel";
  if (theirs) return OVER.has(state) ? "second_completion" : null;
  return ON_SITE.has(state) ? "duplicate_visit" : null;
}

function finished(deed: Deed): JsonObject {
  const signed = signedPrice(deed.said("manifest"));
  const arrived = arrival(deed);
  return {
    state: "completed",
    technician_id: deed.mine,
    finished_at: deed.instant,
    completion_id: deed.operation.op_id,
    sign_again: null,
    ...arrived,
    ...goingOn(deed),
    ...(typeof deed.now("resolve_by") === "string" ? { promise_state: finishedState(deed, arrived) } : {}),
    ...(signed === null ? {} : { price_minor: signed }),
    ...(deed.theirs ? {} : { visit_id: null }),
  };
}

function finishedState(deed: Deed, arrived: JsonObject): string {
  const first = inner(at(arrived, "arrival") ?? deed.now("arrival"), "at");
  return judged(deed, Date.parse(first as string), deed.when.ms);
}

/** What a completion that stands may leave in doubt: the product it was for, and its price. */
function doubt(deed: Deed): string | null {
  const report = inner(deed.said("manifest"), "report");
  const reported = inner(report, "unit_id");
  const right = deed.now("unit_id");
  if (!isUuid(reported) && isCode(inner(report, "scanned"))) return "product_mismatch";
  const worked = isUuid(reported) ? reported : right;
  if (worked !== null && right !== null && worked !== right) return "product_mismatch";
  const [signed, told] = [signedPrice(deed.said("manifest")), deed.now("price_minor")];
  return signed !== null && told !== null && signed !== told ? "other_price" : null;
}

/** The sum of the fees that the customer signed; null when one has no amount, or there are none. */
function signedPrice(manifest: Json): number | null {
  const fees = inner(manifest, "fees");
  if (!Array.isArray(fees) || fees.length === 0) return null;
  const amounts = fees.map((fee) => inner(fee, "amount_minor"));
  if (!amounts.every((amount) => typeof amount === "number" && Number.isInteger(amount))) return null;
  const total = (amounts as number[]).reduce((sum, amount) => sum + amount, 0);
  return Math.abs(total) <= LARGEST_PRICE ? total : null;
}

function isUuid(value: Json): value is string {
  return typeof value === "string" && /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/.test(value);
}

function inner(value: Json, name: string): Json {
  return isObject(value) ? at(value, name) : null;
}

/** One entry, whatever its name ("__proto__" too). */
function pair(name: Json, value: Json): JsonObject {
  return Object.fromEntries([[name as string, value]]);
}
