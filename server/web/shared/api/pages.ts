/** Lists that the server answers page by page. */
import type { Answer } from "./problem";

/** The longest page of most lists. */
const PAGE = 500;

/** Deliberate limit: no list is read further than this, where nobody says how far. */
const MOST = 5_000;

const FIRST_WAIT_MS = 1000;
const LONGEST_WAIT_MS = 30_000;

export interface Page<T> {
  readonly items: readonly T[];
  readonly next_cursor?: string | null;
}

/** What a query says of the page at `cursor`, of the first without. */
export function paging(cursor: string | undefined, limit = PAGE): { limit: number; cursor?: string } {
  return cursor === undefined ? { limit } : { limit, cursor };
}

/** Every page of a list, one after another, or as many as hold `most` things; the first that fails ends it. */
export async function everything<T>(
  fetchPage: (cursor: string | undefined) => Promise<Answer<Page<T>>>,
  most = MOST,
): Promise<Answer<readonly T[]>> {
  const found: T[] = [];
  for (let cursor: string | undefined; ;) {
    const answer = await fetchPage(cursor);
    if (!answer.ok) return answer;
    found.push(...answer.data.items);
    cursor = answer.data.next_cursor ?? undefined;
    if (cursor === undefined || found.length >= most) return { ok: true, data: found };
  }
}

/** Asks again, ever more slowly, until the server answers or says it will not. */
export async function patiently<T>(ask: () => Promise<Answer<T>>): Promise<Answer<T>> {
  for (let wait = FIRST_WAIT_MS; ; wait = Math.min(LONGEST_WAIT_MS, wait * 2)) {
    const answer = await ask();
    if (answer.ok || (answer.problem.status >= 400 && answer.problem.status < 500)) return answer;
    await new Promise((resume) => setTimeout(resume, wait));
  }
}
