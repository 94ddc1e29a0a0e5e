/** What the office changed on a job lately, by field, to be told beside it. Pure. */
import type { NewsItem } from "../news/items";
import type { Change } from "../news/changes";

/** What was seen stays beside its field for half a day: so long a technician goes by what they had read before. */
const TOLD_MS = 12 * 60 * 60 * 1000;

/** The latest change of each field; `unseen` when the technician has not opened the news since. */
export interface Changed {
  readonly fields: ReadonlyMap<string, Change>;
  readonly unseen: boolean;
}

export function changedOf(items: readonly NewsItem[], job_id: string, now_ms: number): Changed {
  const told = items.flatMap((item) => (item.kind === "job" && item.news.job_id === job_id ? [item] : []));
  const recent = told.filter(
    ({ unseen, at_ms, news }) => news.kind === "changed" && (unseen || now_ms - at_ms < TOLD_MS),
  );
  const fields = new Map<string, Change>();
  for (const { news } of [...recent].sort((one, other) => one.at_ms - other.at_ms))
    for (const change of news.changes) {
      const first = fields.get(change.field)?.from;
      fields.set(change.field, first === undefined ? change : { ...change, from: first });
    }
  return { fields, unseen: recent.some(({ unseen }) => unseen) };
}
