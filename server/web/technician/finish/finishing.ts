/** One completion on its way, from the report to the signature: the draft on this phone, and what is done with it. */
import { computed, signal, type ReadonlySignal } from "@preact/signals";
import type { Job } from "../../shared/api/types";
import { language } from "../../shared/text/language";
import { toDateInput } from "../../shared/time/format";
import { now } from "../../shared/time/now";
import { isObject, type Json, type JsonObject } from "../../shared/replica/json";
import { turnsAmongTabs } from "../../shared/replica/turns";
import { placeNow } from "../job/place";
import type { LocalProblem, Performed, Phone } from "../phone/phone";
import { asJson, draftFrom, draftKey, NEW_DRAFT, type Draft, type Locale, type Outcome, type Place } from "./draft";
import { Keeper } from "./keeper";
import { isDrawn, withoutLast, withStroke, EMPTY_PAD, type Frame, type PadStroke } from "./pad/strokes";
import { markOf, diagnosisOf, reasonOf, resultOf, statedOf, scannedOf, type Seen, type Stated } from "./report";
import { holds, refusedFacts, signedFacts } from "./signing";
import { latestOf, statementsOf, type Statement } from "./standing";
import type { StepName } from "./steps";

/** Whose signature is drawn: the customer's, or a witness's. */
export type Whose = "pad" | "witnessPad";

export class Finishing {
  readonly phone: Phone;
  readonly id: string;
  readonly draft: ReadonlySignal<Draft>;
  /** Null when the job was never seen on this phone. */
  readonly seen: ReadonlySignal<Seen | null>;
  readonly stated: ReadonlySignal<Stated | null>;
  readonly locale: ReadonlySignal<Locale>;
  /** Something on its way to the outbox: the next tap waits. */
  readonly busy = signal(false);
  /** Why it was not signed; null when nothing went wrong. */
  readonly problem = signal<LocalProblem | null>(null);
  /** What is entered is on the screen only. */
  readonly unsaved: ReadonlySignal<boolean>;
  readonly #draft = signal<Draft>(NEW_DRAFT);
  readonly #keeper: Keeper<Draft>;
  /** Tells this tab's writes from another's. */
  readonly #tab = crypto.randomUUID();
  #over = false;
  readonly #unwatch: () => void;

  private constructor(phone: Phone, id: string, draft: Draft) {
    this.phone = phone;
    this.id = id;
    this.#draft.value = draft;
    this.draft = this.#draft;
    this.#keeper = new Keeper((latest) => phone.drafts.keep(draftKey(id), this.#signed(latest)));
    this.unsaved = this.#keeper.failed;
    this.locale = computed(() => this.#draft.value.locale ?? language.value);
    this.seen = computed(() => this.#seen());
    this.stated = computed(() => {
      const seen = this.seen.value;
      return seen === null ? null : statedOf(seen, this.#draft.value, this.locale.value);
    });
    this.#unwatch = phone.drafts.watch(draftKey(id), (kept) => {
      this.#adopt(kept);
    });
  }

  /** Goes on where it was left, or begins. `outcome`: as the address asks, for what is only begun. */
  static async open(phone: Phone, id: string, outcome: Outcome | null): Promise<Finishing> {
    const latest = latestOf(statementsOf(id, phone.judged.peek(), phone.waiting.peek()));
    const kept = draftFrom(inner(await phone.drafts.read(draftKey(id))));
    // Signed since it was begun: the phone died in between, or another tab did it.
    const begun = kept !== null && (latest === null || latest.op_id === kept.after) ? kept : null;
    if (kept !== null && begun === null) await phone.drafts.drop(draftKey(id));
    const draft = begun ?? { ...NEW_DRAFT, after: latest?.op_id ?? null };
    const asked = outcome !== null && draft.step === "report" ? { ...draft, outcome } : draft;
    return new Finishing(phone, id, asked);
  }

  get job(): Job | null {
    return this.seen.value?.job ?? null;
  }

  /** Whether the job is still on this phone, or only what was seen of it. */
  get there(): boolean {
    return this.phone.jobs.value.has(this.id);
  }

  change(part: Partial<Draft>): void {
    if (this.#over) return;
    const job = this.phone.jobs.peek().get(this.id);
    const seen = job === undefined ? {} : { job: job as unknown as JsonObject };
    this.#draft.value = { ...this.#draft.value, ...part, ...seen };
    void this.#keeper.keep(this.#draft.value);
  }

  go(step: StepName): void {
    this.problem.value = null;
    this.change({ step });
  }

  /** Hands the report over, in the customer's hands or, where there is none, to whoever says why. The moment the work was
   * done is now, unless a signature is already under another. */
  show(step: "read" | "refuse"): void {
    const stated = this.stated.peek();
    const draft = this.#draft.peek();
    const signed = stated !== null && isDrawn(draft.pad) && holds(draft, stated);
    const reading = this.phone.clock();
    const at = new Date(reading.wall_ms - (this.phone.clockAhead.peek() ?? 0)).toISOString().replace("Z", "+00:00");
    const finish = signed && draft.finish !== null ? draft.finish : { reading, at };
    const { signer } = draft;
    const name = signer.name || (this.job?.contact_name ?? "") || (this.seen.peek()?.customer?.name ?? "");
    this.problem.value = null;
    this.change({ step, finish, position: here() ?? draft.position, signer: { ...signer, name } });
  }

  stroke(whose: Whose, stroke: PadStroke, frame: Frame): void {
    const draft = this.#draft.peek();
    const drawn = withStroke(draft[whose], stroke, frame);
    this.change({ [whose]: drawn, ...(whose === "pad" ? this.#under(draft) : {}) });
  }

  /** Kept in case the phone dies; what is on the screen draws itself. */
  underWay(whose: Whose, stroke: PadStroke, frame: Frame): void {
    if (this.#over) return;
    const draft = this.#draft.peek();
    const drawn = withStroke(draft[whose], stroke, frame);
    void this.#keeper.keep({ ...draft, [whose]: drawn, ...(whose === "pad" ? this.#under(draft) : {}) });
  }

  undoStroke(whose: Whose): void {
    this.change({ [whose]: withoutLast(this.#draft.peek()[whose]) });
  }

  clear(whose: Whose): void {
    this.change({ [whose]: EMPTY_PAD, ...(whose === "pad" ? { shown: null } : {}) });
  }

  /** With the signature that is drawn, or with the reason why there is none. True once it is durable. */
  async sign(how: "signed" | "refused"): Promise<boolean> {
    if (this.busy.peek() || this.#over) return false;
    this.busy.value = true;
    try {
      return await turnsAmongTabs()(`onsite-finish:${this.id}`, () => this.#sign(how));
    } finally {
      this.busy.value = false;
    }
  }

  leave(): void {
    this.#unwatch();
  }

  async #sign(how: "signed" | "refused"): Promise<boolean> {
    const [stated, draft] = [this.stated.peek(), this.#draft.peek()];
    if (stated === null) return false;
    if (await this.#signedElsewhere()) return await this.#done();
    const facts = how === "signed" ? signedFacts(stated, draft) : refusedFacts(stated, draft);
    const patched = await this.#patch(draft);
    const kept = !patched.ok
      ? patched
      : await this.phone.keep((replica) =>
          draft.outcome === "completed"
            ? replica.complete(facts)
            : replica.cannotComplete(facts, reasonOf(draft), draft.cause ?? undefined),
        );
    if (!kept.ok) {
      this.problem.value = kept.problem;
      return false;
    }
    const digests = stated.photos.map(({ sha256 }) => sha256);
    await this.phone.photos.signed(kept.op_id, this.id, digests).catch(() => undefined); // it finds them by itself, too
    return await this.#done();
  }

  /** Diagnosis and result, where they were typed here and the job has other words. */
  async #patch(draft: Draft): Promise<Performed> {
    const job = this.phone.jobs.peek().get(this.id);
    if (job === undefined) return { ok: true, op_id: "" };
    const said = { diagnosis: diagnosisOf(draft, job), result: resultOf(draft, job) };
    const other = Object.entries(said).filter(([name, words]) => words !== job[name as keyof typeof said]);
    if (other.length === 0) return { ok: true, op_id: "" };
    return await this.phone.perform("job.patch", { type: "job", id: this.id }, Object.fromEntries(other));
  }

  async #signedElsewhere(): Promise<boolean> {
    const [judged, waiting] = await Promise.all([this.phone.replica.judged(), this.phone.replica.pending()]);
    const latest: Statement | null = latestOf(statementsOf(this.id, judged, waiting));
    return latest !== null && latest.op_id !== this.#draft.peek().after;
  }

  async #done(): Promise<true> {
    this.#over = true;
    this.problem.value = null;
    this.leave();
    await this.#keeper.stop();
    await this.phone.drafts.drop(draftKey(this.id)).catch(() => undefined); // it is known for signed by what it was begun after
    return true;
  }

  /** What stands under the first stroke is what is signed. */
  #under(draft: Draft): Partial<Draft> {
    const stated = this.stated.peek();
    if (stated === null || isDrawn(draft.pad)) return {};
    return { shown: { text: stated.text, mark: markOf(stated) } };
  }

  #seen(): Seen | null {
    const { jobs, types, units, cards, customers, photos, user } = this.phone;
    const job = jobs.value.get(this.id) ?? (this.#draft.value.job as unknown as Job | null);
    if (job === null) return null;
    const unit = units.value.get(unitOf(job, units.value) ?? "");
    return {
      job,
      type: types.value.get(job.job_type),
      unit,
      card: unit && cards.value.get(unit.id),
      customer: job.customer_id === null ? undefined : customers.value.get(job.customer_id),
      photos: photos.photos.value.size === 0 ? [] : photos.named(this.id),
      mine: user.technician_id,
      today: toDateInput(now.value),
    };
  }

  #signed(draft: Draft): Json {
    return { tab: this.#tab, draft: asJson(draft) };
  }

  #adopt(kept: Json | null): void {
    if (this.#over || !isObject(kept) || kept["tab"] === this.#tab) return;
    const draft = draftFrom(inner(kept));
    if (draft !== null) this.#draft.value = draft;
  }
}

/** What was scanned on site goes before what the office wrote down. */
function unitOf(job: Job, units: Phone["units"]["value"]): string | null {
  const scanned = scannedOf(job);
  if (scanned === undefined) return job.unit_id;
  const right = units.get(job.unit_id ?? "");
  if (right?.gtin === scanned.gtin && right.serial === scanned.serial) return right.id;
  for (const unit of units.values()) if (unit.gtin === scanned.gtin && unit.serial === scanned.serial) return unit.id;
  return null;
}

function inner(kept: Json | null): Json {
  return isObject(kept) ? (kept["draft"] ?? null) : null;
}

function here(): Place | null {
  const { place } = placeNow();
  return isObject(place ?? null) ? (place as unknown as Place) : null;
}
