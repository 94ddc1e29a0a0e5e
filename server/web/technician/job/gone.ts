/** What is left on this phone of a job that has gone from it. */
import type { Job } from "../../shared/api/types";
import type { JsonObject } from "../../shared/replica/json";
import { asJson, draftKey, NEW_DRAFT } from "../finish/draft";
import { latestOf, statementsOf } from "../finish/standing";
import type { Phone } from "../phone/phone";

/** `signed`: it was signed for here. `unsigned`: work was begun, and can still be signed for. `waiting`: something is to be
 * sent, by itself. `hint`: nothing is needed from anybody. */
export type Left = "signed" | "unsigned" | "waiting" | "hint";

const AT_WORK: ReadonlySet<string> = new Set(["on_site", "working", "paused"]);

type Kept = Pick<Phone, "drafts" | "judged" | "waiting">;

export function leftOf({ judged, waiting }: Omit<Kept, "drafts">, id: string, begun: boolean): Left {
  if (latestOf(statementsOf(id, judged.value, waiting.value)) !== null) return "signed";
  if (begun) return "unsigned";
  return waiting.value.some(({ record }) => record.id === id) ? "waiting" : "hint";
}

/** Whether its finishing was begun. Who was at work when it was taken away can still have the work signed for: the job as
 * it was seen last is kept for that. */
export async function keepLast({ drafts, judged, waiting }: Kept, id: string, last: Job | null): Promise<boolean> {
  if ((await drafts.read(draftKey(id)).catch(() => null)) !== null) return true;
  if (last === null || !AT_WORK.has(last.state)) return false;
  const after = latestOf(statementsOf(id, judged.peek(), waiting.peek()))?.op_id ?? null;
  const job = last as unknown as JsonObject;
  return await drafts.keep(draftKey(id), { tab: "", draft: asJson({ ...NEW_DRAFT, after, job }) });
}
