/** Who sees to a matter of the desk: an alarm about a promise, one about scans, or something that happened in the field.
 * It is taken, given to a colleague, or put back for everybody. As in `../deeds`: the server is asked, and what became
 * of it is said. */
import type { Answer, Problem } from "../../shared/api/problem";
import { sentence } from "../../shared/api/problem";
import type { Colleague } from "../../shared/api/types";
import { tell } from "../../shared/news/news";
import { t } from "../../shared/text/language";

export interface Matter {
  readonly id: string;
  /** Whose colleagues may see to it; null: headquarters'. */
  readonly outletId: string | null;
  readonly holder: string | null;
  readonly since: string | null;
  /** Who gave it to them; null: they took it themselves. */
  readonly givenBy: string | null;
  /** As sentences name it: `the alarm of No. 7`. */
  readonly what: string;
  /** What taking it is called where nobody has it: `Take`. */
  readonly taking: string;
  /** What is the matter, for somebody who did not ask: `Arrival due at 14:30, 25 min left`. */
  readonly news: string;
  readonly asking: Asking;
}

/** What each kind of matter asks the server for, at the version that is on screen. */
export interface Asking {
  readonly take: () => Promise<Answer<unknown>>;
  readonly give: (to: string) => Promise<Answer<unknown>>;
  readonly putBack: () => Promise<Answer<unknown>>;
  /** Reads anew how it stands, also after a refusal. */
  readonly again: () => void;
}

export async function take({ asking, what }: Matter): Promise<Problem | null> {
  return said(asking, await asking.take(), t("done.taken", { what }));
}

export async function give({ asking, what }: Matter, to: Colleague): Promise<Problem | null> {
  return said(asking, await asking.give(to.id), t("done.given", { what, name: to.name }));
}

export async function putBack({ asking, what }: Matter): Promise<Problem | null> {
  return said(asking, await asking.putBack(), t("done.put_back", { what }));
}

/** Without a dialog in which a refusal could be read. */
export async function atOnce(deed: (matter: Matter) => Promise<Problem | null>, matter: Matter): Promise<void> {
  const problem = await deed(matter);
  if (problem !== null) tell("bad", sentence(problem));
}

function said(asking: Asking, done: Answer<unknown>, words: string): Problem | null {
  asking.again();
  if (!done.ok) return done.problem;
  tell("good", words);
  return null;
}
