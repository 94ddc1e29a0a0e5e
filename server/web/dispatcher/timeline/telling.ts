/** The timeline in words: for the card, and for those who hear it. */
import type { Job } from "../../shared/api/types";
import { tell } from "../../shared/news/news";
import { t } from "../../shared/text/language";
import { clockTime, foreign, span as lasting } from "../../shared/time/format";
import type { Carry } from "./carry";
import { whenOn } from "./DayBar";
import { inHandOf, toneOf, type Preview, type Remark } from "./preview";
import type { Dropped, Timeline } from "./timeline";

export function remarkWords(timeline: Timeline, remark: Remark): string {
  switch (remark.kind) {
    case "kept":
      return t("timeline.remark.kept", { time: lasting(remark.left) });
    case "late":
      return t("timeline.remark.late", { time: lasting(remark.by) });
    case "skill":
      return t("timeline.remark.skill", { skill: timeline.skillName(remark.skill) });
    case "held":
      return t(`timeline.remark.held.${remark.lock}`);
    case "locked":
      return t("timeline.remark.locked", { what: t(`lock.${remark.lock}`) });
    case "booked":
      return t("timeline.remark.booked", { n: remark.number, time: whenOn(timeline, remark.until) });
    case "fixed":
      return t("timeline.remark.fixed", { n: remark.number });
    case "travel": {
      const values = { needed: lasting(remark.needed), there: lasting(Math.max(0, remark.there)) };
      return remark.number === null
        ? t("timeline.remark.travel_home", values)
        : t("timeline.remark.travel", { ...values, n: remark.number });
    }
    case "delays":
      return t(remark.breaks ? "timeline.remark.delays_breaks" : "timeline.remark.delays", {
        n: remark.number,
        time: lasting(remark.by),
      });
    case "taken_back":
    case "no_promise":
    case "past":
    case "outside_shift":
    case "no_shift":
    case "absent":
    case "outlet":
      return t(`timeline.remark.${remark.kind}`);
  }
}

/** `Wang Wei, 10:05–11:05` */
export function placeWords(timeline: Timeline, held: Carry, preview: Preview | null): string {
  if (held.toQueue) return t("timeline.to_queue", { name: timeline.board.nameOf(held.job.technician_id) });
  if (held.technicianId === null) return t("timeline.nowhere");
  const name = timeline.board.nameOf(held.technicianId);
  const start = whenOn(timeline, held.start);
  if (preview === null) return t("timeline.place", { name, time: start });
  const end = clockTime(preview.end, foreign(timeline.zone.peek(), preview.end));
  return t("timeline.place", { name, time: `${start}–${end}` });
}

/** All there is to say of it; what is fixed also while it is over no row. */
export function remarksOf({ job }: Carry, preview: Preview | null): readonly Remark[] {
  return preview?.remarks ?? inHandOf(job);
}

/** The worst first, as one would say it aloud. */
export function spoken(timeline: Timeline, held: Carry, preview: Preview | null): string {
  const order = { refused: 0, caution: 1, good: 2 };
  const remarks = [...remarksOf(held, preview)].sort((a, b) => order[toneOf(a)] - order[toneOf(b)]);
  return [placeWords(timeline, held, preview), ...remarks.map((each) => remarkWords(timeline, each))].join(
    t("timeline.pause"),
  );
}

/** What became of it. What the server refused has been told already, with the reason. */
export function tellOutcome(timeline: Timeline, job: Job, outcome: Dropped, preview: Preview | null): void {
  if (outcome === "refused") {
    const why = preview?.remarks.find((remark) => toneOf(remark) === "refused");
    const words = why === undefined ? "" : remarkWords(timeline, why);
    tell("bad", t("timeline.refused", { n: job.number, why: words }));
  }
  if (outcome === "unchanged") timeline.said.value = t("timeline.unchanged", { n: job.number });
}
