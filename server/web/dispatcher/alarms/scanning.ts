/** Alarms about scans: read over HTTP, in the hands of whoever looks into them, closed with what was found. */
import type { ReadonlySignal } from "@preact/signals";
import { answer } from "../../shared/api/client";
import { paging } from "../../shared/api/pages";
import type { Problem } from "../../shared/api/problem";
import type { Role, ScanAlarm, ScanPlace } from "../../shared/api/types";
import { tell } from "../../shared/news/news";
import { inLanguage, t } from "../../shared/text/language";
import { dataOr, type Loaded } from "../../shared/views/loading";
import type { Board } from "../board";
import type { Matter } from "./hands";
import { PAGE, useOpen } from "./open";

const MANAGERS: ReadonlySet<Role> = new Set(["outlet_manager", "centre_manager", "hq_manager"]);

export type ScanAlarms = ReadonlySignal<Loaded<readonly ScanAlarm[]>>;

/** Those that are not closed; read anew when something happened on the board. */
export function useScanAlarms(board: Board): readonly [ScanAlarms, () => void] {
  return useOpen(board, "scan alarms", (cursor) =>
    answer(board.api.GET("/scan-alarms", { params: { query: paging(cursor, PAGE) } })),
  );
}

export function listedIn(scans: ScanAlarms): readonly ScanAlarm[] {
  return dataOr(scans.value, []);
}

export function untakenIn(scans: ScanAlarms): readonly ScanAlarm[] {
  return listedIn(scans).filter(({ state }) => state === "open");
}

/** What was found is for managers to say. */
export function mayClose(board: Board): boolean {
  return MANAGERS.has(board.user.role);
}

/** `Breeze 35GW · 0123456789ABCDEF`; without a serial the model as a whole, without a model its number. */
export function subjectOf({ model_name: zh, model_name_en: en, gtin, serial }: ScanAlarm): string {
  const model = inLanguage({ zh, en }) || gtin;
  return serial === "" ? t("scans.model", { model }) : `${model} · ${serial}`;
}

/** The region's name, or whole degrees where it has none. */
export function placeWords({ name, name_en: en, lat, lon }: ScanPlace): string {
  const named = inLanguage({ zh: name, en });
  if (named !== "") return named;
  const north = lat < 0 ? t("scans.south", { n: -lat }) : t("scans.north", { n: lat });
  const east = lon < 0 ? t("scans.west", { n: -lon }) : t("scans.east", { n: lon });
  return `${north} ${east}`;
}

/** `again` reads the list anew. */
export function scanMatter(board: Board, alarm: ScanAlarm, again: () => void): Matter {
  const { id, version, outlet_id: outletId, taken_by: holder, taken_at: since, given_by: givenBy } = alarm;
  const path = { params: { path: { alarm_id: id } } };
  const body = { version };
  return {
    id,
    outletId,
    holder,
    since,
    givenBy,
    what: t("scans.what", { what: subjectOf(alarm) }),
    taking: t("alarms.take"),
    news: inLanguage(alarm.found),
    asking: {
      take: () => answer(board.api.POST("/scan-alarms/{alarm_id}/take", { ...path, body })),
      give: (to) => answer(board.api.POST("/scan-alarms/{alarm_id}/give", { ...path, body: { to, version } })),
      putBack: () => answer(board.api.POST("/scan-alarms/{alarm_id}/put-back", { ...path, body })),
      again,
    },
  };
}

export const FINDINGS = ["counterfeit", "false_alarm"] as const;

export async function closeScanAlarm(
  board: Board,
  alarm: ScanAlarm,
  finding: (typeof FINDINGS)[number],
  note: string,
): Promise<Problem | null> {
  const path = { params: { path: { alarm_id: alarm.id } } };
  const body = { version: alarm.version, finding, note };
  const done = await answer(board.api.POST("/scan-alarms/{alarm_id}/close", { ...path, body }));
  if (!done.ok) return done.problem;
  tell("good", t("scans.closed", { what: subjectOf(alarm) }));
  return null;
}
