/** The records a phone holds, by type, as the feed carries them (docs/sync-protocol.md, "Records"). The server encodes
 * their fields from the tables it describes; days are ISO dates, moments ISO times. */
import type { FaultCode, Job, JobType, Review } from "../../shared/api/types";

export interface Customer {
  readonly id: string;
  readonly version: number;
  readonly name: string;
  readonly phone: string;
  readonly address: string;
  readonly access_notes: string;
  readonly lat: number | null;
  readonly lon: number | null;
  readonly tier: string;
}

export interface Unit {
  readonly id: string;
  readonly version: number;
  readonly model_id: string;
  readonly customer_id: string | null;
  readonly gtin: string;
  readonly serial: string;
  readonly model_name: string;
  readonly model_name_en: string;
  readonly line_code: string;
  readonly lot: string;
  readonly manufactured_on: string | null;
  readonly sold_on: string | null;
  readonly installed_on: string | null;
  readonly registered_on: string | null;
  readonly proof: string;
  readonly exchanged_on: string | null;
  readonly withdrawn_on: string | null;
  readonly withdrawal: string;
  readonly country: string;
}

/** A sentence in both languages. */
export interface Said {
  readonly zh: string;
  readonly en: string;
}

export interface CoverageLine {
  readonly component: string;
  readonly name: Said;
  readonly covered: boolean;
  readonly until: string | null;
  readonly covers: readonly string[];
}

export interface Remedy {
  readonly kind: string;
  readonly until: string | null;
  readonly severity: string;
  readonly paid_by: string;
}

/** `covered` without `until`: for life. */
export interface CardVerdict {
  readonly covered: boolean;
  readonly until: string | null;
  readonly on_site: boolean;
  readonly sentence: Said;
  readonly lines: readonly CoverageLine[];
  readonly remedies: readonly Remedy[];
}

/** `kind`: installed | given_in_exchange | taken_back | repair; the rest is a repair's. */
export interface UnitEvent {
  readonly kind: string;
  readonly on: string | null;
  readonly until?: string | null;
  readonly component?: string;
  readonly fault_code?: string;
  readonly delay?: string;
  readonly cured?: false;
}

/** `certain` false: the unit may be concerned. Without `text`: there is more to read with a network. */
export interface UnitNotice {
  readonly id: string;
  readonly kind: string;
  readonly severity?: string;
  readonly title: string;
  readonly title_en?: string;
  readonly link?: string;
  readonly text?: string;
  readonly text_en?: string;
  readonly certain: boolean;
  readonly served: boolean;
}

export interface UnitPart {
  readonly component: string;
  readonly part_number: string;
  readonly name: string;
  readonly name_en?: string;
  readonly quantity?: number;
}

/** What a unit is entitled to, under the unit's id. `as_of`: the day since which it has read so. */
export interface UnitCard {
  readonly id: string;
  readonly version: number;
  readonly as_of: string;
  readonly verdict: CardVerdict;
  readonly events: readonly UnitEvent[];
  readonly notices: readonly UnitNotice[];
  readonly parts: readonly UnitPart[];
}

export interface Bodies {
  readonly job: Job;
  readonly customer: Customer;
  readonly unit: Unit;
  readonly unit_card: UnitCard;
  readonly job_type: JobType;
  readonly fault_code: FaultCode;
  readonly review: Review;
}
