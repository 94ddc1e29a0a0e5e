/** What a scanned code means for the job in hand, by what the phone holds. Pure. */
import type { Job } from "../../shared/api/types";
import { readCode, shown, type Reading, type UnitCode } from "../../shared/codes/read";
import { isCodeSerial, loose, typedSerial } from "../../shared/codes/serial";
import type { Unit } from "../phone/bodies";
import type { Seen } from "./reader";

/** What is told of a product; the server's answers have it as the phone's records do. */
export type Product = Pick<
  Unit,
  | "id"
  | "gtin"
  | "serial"
  | "model_name"
  | "model_name_en"
  | "lot"
  | "manufactured_on"
  | "sold_on"
  | "installed_on"
  | "withdrawn_on"
>;

/** What the phone holds. */
export interface Held {
  readonly jobs: ReadonlyMap<string, Job>;
  readonly units: ReadonlyMap<string, Unit>;
}

/** | job                      | the code is that of                  | then
 *  | ------------------------ | ------------------------------------ | -----------
 *  | none in question         | a product that the phone holds       | `known`
 *  | over, or not theirs now  | a product that the phone holds       | `known`
 *  | for a product            | this product                         | `same`
 *  | for a product            | another that the phone holds         | `other`
 *  | for none yet             | a product that the phone holds       | `first`
 *  | any                      | no product that the phone holds      | `unknown` */
export type Finding =
  | { readonly kind: "known"; readonly unit: Product; readonly jobs: readonly Job[] }
  | { readonly kind: "same"; readonly unit: Product; readonly job: Job }
  | { readonly kind: "other"; readonly unit: Product; readonly job: Job; readonly jobs: readonly Job[] }
  | { readonly kind: "first"; readonly unit: Product; readonly job: Job }
  | { readonly kind: "unknown"; readonly code: UnitCode; readonly job: Job | null };

/** States in which what stands there still matters for the job, as the server's rules have it. */
const LIVE: ReadonlySet<Job["state"]> = new Set([
  ...(["new", "scheduled", "accepted", "en_route", "on_site", "working", "paused"] as const),
]);

export const goesOn = (job: Job): boolean => LIVE.has(job.state);

/** `found`: the product that the office named for a code that the phone does not hold. */
export function decide(
  code: UnitCode,
  jobId: string | null,
  { jobs, units }: Held,
  found: Product | null = null,
): Finding {
  const job = jobId === null ? null : (jobs.get(jobId) ?? null);
  const unit = unitOf(code, units) ?? found;
  if (unit === null) return { kind: "unknown", code, job: job !== null && goesOn(job) ? job : null };
  const theirs = [...jobs.values()].filter((each) => each.unit_id === unit.id && goesOn(each));
  if (job === null || !goesOn(job)) return { kind: "known", unit, jobs: theirs };
  if (job.unit_id === null) return { kind: "first", unit, job };
  if (job.unit_id === unit.id) return { kind: "same", unit, job };
  return { kind: "other", unit, job, jobs: theirs };
}

export function unitOf({ gtin, serial }: UnitCode, units: ReadonlyMap<string, Unit>): Unit | null {
  for (const unit of units.values()) if (unit.gtin === gtin && unit.serial === serial) return unit;
  return null;
}

/** Whether this code is what was last scanned at the job. */
export function scannedAs({ scanned }: Pick<Job, "scanned">, { gtin, serial }: UnitCode): boolean {
  return scanned?.["gtin"] === gtin && scanned["serial"] === serial;
}

// ---- what the camera sees

/** What is to be done about the symbols in one picture. `choose`: several products, and only the person knows which. */
export type Sight =
  | { readonly kind: "nothing" }
  | { readonly kind: "unit"; readonly code: UnitCode }
  | { readonly kind: "choose"; readonly codes: readonly UnitCode[] }
  | { readonly kind: "told"; readonly reading: Exclude<Reading, { readonly kind: "unit" }> };

/** Of those that are no product's code the one that says most comes first. */
const TELLING: readonly Reading["kind"][] = ["broken", "number", "page", "foreign"];

/** A nameplate has several symbols: one product's code among shop bar codes and the maker's links is that product. */
export function sightOf(seen: readonly Seen[], host: string): Sight {
  const readings = seen.map(({ text, format }) => readCode(text, format, host));
  const codes = new Map<string, UnitCode>();
  for (const reading of readings) {
    if (reading.kind === "unit") codes.set(`${reading.code.gtin} ${reading.code.serial}`, reading.code);
  }
  const [only] = codes.values();
  if (only !== undefined) {
    return codes.size === 1 ? { kind: "unit", code: only } : { kind: "choose", codes: [...codes.values()] };
  }
  const others = readings.filter((reading) => reading.kind !== "unit");
  const [first] = others.sort((a, b) => TELLING.indexOf(a.kind) - TELLING.indexOf(b.kind));
  return first === undefined ? { kind: "nothing" } : { kind: "told", reading: first };
}

// ---- what is typed

/** A model whose number and name the phone knows from a product it holds. */
export interface Model {
  readonly gtin: string;
  readonly model_name: string;
  readonly model_name_en: string;
}

/** `matches`: products of this serial. `near`: those that a misread plate may have meant. `codable`: it could stand in
 * a code, so that the server can look for it under a model. */
export interface Typed {
  readonly serial: string;
  readonly matches: readonly Unit[];
  readonly near: readonly Unit[];
  readonly codable: boolean;
}

const TAIL = 4; // characters of the end of a serial that people read out

export function lookUp(typed: string, units: ReadonlyMap<string, Unit>): Typed {
  const serial = typedSerial(typed);
  const all = [...units.values()];
  const matches = all.filter((unit) => unit.serial === serial);
  const meant = loose(serial);
  const alike = (unit: Unit): boolean => {
    const held = loose(unit.serial);
    return held === meant || (meant.length >= TAIL && held.endsWith(meant));
  };
  const near = matches.length > 0 ? [] : all.filter(alike);
  return { serial: shown(serial), matches, near, codable: isCodeSerial(serial) };
}

/** Models to choose from for a serial that nobody holds: the job's own first. */
export function modelsFor(job: Job | null, units: ReadonlyMap<string, Unit>): readonly Model[] {
  const mine = units.get(job?.unit_id ?? "");
  const found = new Map<string, Model>();
  for (const unit of [...(mine === undefined ? [] : [mine]), ...units.values()]) {
    if (!found.has(unit.gtin)) found.set(unit.gtin, unit);
  }
  return [...found.values()];
}

/** The name of a number, where a product that the phone holds has it. */
export function modelOf(gtin: string, units: ReadonlyMap<string, Unit>): Model | null {
  for (const unit of units.values()) if (unit.gtin === gtin) return unit;
  return null;
}
