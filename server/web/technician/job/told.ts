/** Who, where and what a job is about, in words, as Today and the job's own page say it. */
import type { Job } from "../../shared/api/types";
import { named, t } from "../../shared/text/language";
import type { Phone } from "../phone/phone";

type About = Pick<Phone, "customers" | "types" | "units">;

export function placeOf(job: Job, { customers }: About): string {
  const customer = job.customer_id === null ? undefined : customers.value.get(job.customer_id);
  return job.address || customer?.address || t("today.no_place");
}

export function productOf(job: Job, { units }: About): string | null {
  const unit = job.unit_id === null ? undefined : units.value.get(job.unit_id);
  return unit === undefined ? null : named({ name: unit.model_name, name_en: unit.model_name_en });
}

/** `Repair` · `维修`; the code where the catalogue is not here yet. */
export function kindOf(job: Job, { types }: About): string {
  const type = types.value.get(job.job_type);
  return type === undefined ? job.job_type : named(type);
}

/** What the person to ask for is called, and their number; the job's own before the customer's. */
export function contactOf(job: Job, { customers }: About): { readonly name: string; readonly phone: string } {
  const customer = job.customer_id === null ? undefined : customers.value.get(job.customer_id);
  return { name: job.contact_name || customer?.name || "", phone: job.contact_phone || customer?.phone || "" };
}

/** A link that dials; null for what holds no number. */
export function dial(phone: string): string | null {
  const digits = phone.normalize("NFKC").replaceAll(/[^\d+*#]/g, "");
  return /\d/.test(digits) ? `tel:${digits}` : null;
}
