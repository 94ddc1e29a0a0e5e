/** What is in the hand, and what putting it down here would mean: at once what the desk can tell, a little later what
 * the server says. */
import { useSignal, useSignalEffect, type ReadonlySignal } from "@preact/signals";
import type { JSX, RefObject } from "preact";
import { sentence } from "../../shared/api/problem";
import type { Recommendations } from "../../shared/api/types";
import { inLanguage, t } from "../../shared/text/language";
import { timeWindow } from "../../shared/time/format";
import { now } from "../../shared/time/now";
import { Icon, type IconName } from "../../shared/views/Icon";
import { recommendNamed } from "../deeds";
import { toneOf, type Remark, type Tone } from "./preview";
import { placeWords, remarksOf, remarkWords } from "./telling";
import type { Timeline } from "./timeline";
import "./carrying.css";

/** Whoever only passes over a row does not ask about it. */
const ASKS_AFTER_MS = 250;
const SIGNS = { good: "done", caution: "warning", refused: "close" } as const satisfies Record<Tone, string>;

function signOf(remark: Remark): IconName {
  return remark.kind === "held" || remark.kind === "locked" ? "lock" : SIGNS[toneOf(remark)];
}

interface CarryCardProps {
  readonly timeline: Timeline;
  readonly card: RefObject<HTMLDivElement | null>;
}

export function CarryCard({ timeline, card }: CarryCardProps): JSX.Element {
  const word = useServersWord(timeline);
  const held = timeline.carry.value;
  const preview = timeline.preview.value;
  return (
    <div
      ref={card}
      class="carry-card"
      role="application"
      aria-label={held === null ? t("timeline.title") : t("timeline.carried", { n: held.job.number })}
      aria-describedby="timeline-keys"
      tabIndex={-1}
      hidden={held === null}
      data-by={held?.by}
      data-tone={preview?.tone ?? "none"}
    >
      {held !== null && (
        <>
          <strong class="line">
            <span class="numbers">{held.job.number}</span> {held.job.title}
          </strong>
          <span class="numbers">{placeWords(timeline, held, preview)}</span>
          <ul>
            {remarksOf(held, preview).map((remark, n) => (
              <li key={n} data-tone={remark.kind === "held" ? "none" : toneOf(remark)}>
                <Icon name={signOf(remark)} />
                {remarkWords(timeline, remark)}
              </li>
            ))}
          </ul>
          {word.value !== null && <p class="servers-word soft">{word.value}</p>}
          {timeline.busy.value && <p role="status">{t("act.busy")}</p>}
          {held.by === "keys" && <p class="soft">{t("timeline.keys_short")}</p>}
        </>
      )}
    </div>
  );
}

/** The best that the server sees for this technician, or why it sees nothing; asked once for each row. */
function useServersWord(timeline: Timeline): ReadonlySignal<string | null> {
  const word = useSignal<string | null>(null);
  const asked = useSignal<{ readonly key: string } | null>(null);
  useSignalEffect(() => {
    const held = timeline.carry.value;
    const technicianId = held?.technicianId ?? null;
    const key = held === null || technicianId === null ? null : `${held.job.id} ${technicianId}`;
    if (key === (asked.peek()?.key ?? null)) return;
    const mine = key === null ? null : { key };
    asked.value = mine;
    word.value = null;
    if (mine === null || held === null || technicianId === null) return;
    setTimeout(() => {
      if (asked.peek() !== mine) return;
      void recommendNamed(timeline.board, held.job, technicianId).then((answer) => {
        if (asked.peek() !== mine) return;
        word.value = answer.ok ? said(timeline, answer.data, held.job.outlet_id) : sentence(answer.problem);
      });
    }, ASKS_AFTER_MS);
  });
  return word;
}

function said(timeline: Timeline, { recommendations, why_not }: Recommendations, outletId: string): string {
  const [best] = recommendations;
  const [why] = why_not;
  if (best !== undefined) {
    const zone = timeline.board.zoneOf(outletId);
    const window = timeWindow(now.peek(), Date.parse(best.starts_at), Date.parse(best.ends_at), zone);
    return t("timeline.server_best", { window, why: inLanguage(best.sentence) });
  }
  return why === undefined ? t("proposals.ask_nothing") : t("timeline.server_not", { why: inLanguage(why.sentence) });
}
