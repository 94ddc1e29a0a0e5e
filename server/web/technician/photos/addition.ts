/** Photos that come after the signature are handed in as an addition to it. */
import type { Job } from "../../shared/api/types";
import { digest, type Addition, type NamedPhoto } from "../../shared/replica";
import { isObject, type JsonObject } from "../../shared/replica/json";
import type { Operation } from "../../shared/replica";
import type { Judged } from "../../shared/replica";

const SIGNED = new Set(["job.complete", "job.cannot_complete"]);
const OVER = new Set(["completed", "closed", "cannot_complete"]);

/** The last manifest of this job that was signed on this phone and not refused; null while the job goes on. */
export function signedManifest(
  job: Pick<Job, "id" | "state" | "sign_again">,
  judged: readonly Judged[],
  waiting: readonly Operation[],
): JsonObject | null {
  if (!OVER.has(job.state) || job.sign_again !== null) return null;
  const standing = judged.filter(({ outcome }) => outcome.status !== "rejected").map(({ operation }) => operation);
  const last = [...standing, ...waiting].findLast(({ kind, record }) => SIGNED.has(kind) && record.id === job.id);
  const manifest = last?.args["manifest"];
  return isObject(manifest) ? manifest : null;
}

export async function additionOf(
  job_id: string,
  to: JsonObject,
  photos: readonly NamedPhoto[],
): Promise<Omit<Addition, "made_at">> {
  const locale = to["locale"] === "en" ? "en" : "zh-CN";
  return { job_id, extends: await digest(to), locale, photos };
}
