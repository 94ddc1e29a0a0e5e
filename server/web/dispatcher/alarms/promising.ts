/** Alarms about promises: how one is in hands, and what it says in a sentence. */
import { answer } from "../../shared/api/client";
import type { Alarm } from "../../shared/api/types";
import { say, t } from "../../shared/text/language";
import { shortTime, span } from "../../shared/time/format";
import { now } from "../../shared/time/now";
import type { Board } from "../board";
import type { Matter } from "./hands";

export function promiseMatter(board: Board, alarm: Alarm): Matter {
  const { id, version, outlet_id: outletId, taken_by: holder, taken_at: since } = alarm;
  const path = { params: { path: { alarm_id: id } } };
  return {
    id,
    outletId,
    holder,
    since,
    // Bodies that the feed has held since before alarms could be given lack the field.
    givenBy: alarm.given_by ?? null,
    what: t("alarms.what", { n: alarm.number }),
    taking: t("alarms.take"),
    news: stepWords(alarm),
    asking: {
      take: () => answer(board.api.POST("/commitments/alarms/{alarm_id}/take", path)),
      give: (to) => answer(board.api.POST("/commitments/alarms/{alarm_id}/give", { ...path, body: { to, version } })),
      putBack: () => answer(board.api.POST("/commitments/alarms/{alarm_id}/put-back", { ...path, body: { version } })),
      again: () => {
        board.feed.pullSoon();
      },
    },
  };
}

/** `Arrival due at 14:30, 25 min left`. The step's name is for the firm's books; the time says more. */
export function stepWords({ clock, due }: Alarm): string {
  const at = Date.parse(due);
  const goal = say("alarms.clock", clock);
  const when = at > now.value ? "alarms.due" : "alarms.overdue";
  return t(when, { goal, due: shortTime(now.value, at), time: span(at - now.value) });
}
