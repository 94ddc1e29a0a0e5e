/** Who sees to an alarm: given to a colleague, or put back for everybody. As in `../deeds`: the server is asked, and
 * what became of it is said. */
import { answer } from "../../shared/api/client";
import type { Answer, Problem } from "../../shared/api/problem";
import { sentence } from "../../shared/api/problem";
import type { Alarm, Colleague } from "../../shared/api/types";
import { t } from "../../shared/text/language";
import type { Board } from "../board";
import { tell } from "../news";

const at = ({ id }: Alarm): { params: { path: { alarm_id: string } } } => ({ params: { path: { alarm_id: id } } });

export async function giveAlarm(board: Board, alarm: Alarm, to: Colleague): Promise<Problem | null> {
  const body = { to: to.id, version: alarm.version };
  const done = await answer(board.api.POST("/commitments/alarms/{alarm_id}/give", { ...at(alarm), body }));
  return said(board, done, t("done.given", { n: alarm.number, name: to.name }));
}

export async function putBackAlarm(board: Board, alarm: Alarm): Promise<Problem | null> {
  const body = { version: alarm.version };
  const done = await answer(board.api.POST("/commitments/alarms/{alarm_id}/put-back", { ...at(alarm), body }));
  return said(board, done, t("done.put_back", { n: alarm.number }));
}

/** Without a dialog in which a refusal could be read. */
export async function putBackNow(board: Board, alarm: Alarm): Promise<void> {
  const problem = await putBackAlarm(board, alarm);
  if (problem !== null) tell("bad", sentence(problem));
}

function said(board: Board, done: Answer<Alarm>, words: string): Problem | null {
  board.feed.pullSoon();
  if (!done.ok) return done.problem;
  tell("good", words);
  return null;
}
