/** Where the job in the hand would come to lie, where it comes from, and who would make room. Alone in being drawn anew
 * while a job is carried. */
import type { JSX } from "preact";
import { t } from "../../shared/text/language";
import { pixels, xOf } from "./hours";
import type { Interval } from "./rows";
import { laneTop } from "./Row";
import type { Timeline } from "./timeline";
import "./carrying.css";

export function CarryLayer({ timeline }: { readonly timeline: Timeline }): JSX.Element | null {
  const held = timeline.carry.value;
  const preview = timeline.preview.value;
  if (held === null) return null;
  const origin = timeline.rows.value
    .flatMap((row) => row.visits.map((visit) => ({ visit, id: row.person.technician.id })))
    .find(({ visit }) => visit.job.id === held.job.id);
  return (
    <div class="carry-layer" aria-hidden="true">
      {origin !== undefined && (
        <Slot of={origin.visit} technicianId={origin.id} lane={origin.visit.lane} kind="origin" timeline={timeline} />
      )}
      {preview !== null && held.technicianId !== null && (
        <>
          <RowVeil technicianId={held.technicianId} timeline={timeline} />
          {preview.delays.map((delay) => (
            <Slot
              key={delay.visit.job.id}
              of={delay}
              technicianId={held.technicianId ?? ""}
              lane={0}
              kind="delayed"
              words={t("job.number", { n: delay.visit.job.number })}
              timeline={timeline}
            />
          ))}
          <Slot
            of={preview}
            technicianId={held.technicianId}
            lane={0}
            kind={preview.tone}
            words={`${held.job.number} ${held.job.title}`}
            timeline={timeline}
          />
        </>
      )}
    </div>
  );
}

interface SlotProps {
  readonly of: Interval;
  readonly technicianId: string;
  readonly lane: number;
  readonly kind: string;
  readonly words?: string;
  readonly timeline: Timeline;
}

function Slot({ of, technicianId, lane, kind, words = "", timeline }: SlotProps): JSX.Element | null {
  const top = topOf(technicianId, timeline);
  if (top === null) return null;
  const [shown, px] = [timeline.span.value, timeline.scale.value];
  const style = {
    width: `${Math.max(6, pixels(of.end - of.start, px) - 1)}px`,
    transform: `translate(${xOf(of.start, shown, px)}px, ${top + laneTop(lane)}px)`,
  };
  return (
    <div class="slot" data-kind={kind} style={style}>
      {words}
    </div>
  );
}

function RowVeil({
  technicianId,
  timeline,
}: {
  readonly technicianId: string;
  readonly timeline: Timeline;
}): JSX.Element {
  const at = timeline.rows.value.findIndex((row) => row.person.technician.id === technicianId);
  const { tops, height } = timeline.layout.value;
  const top = tops[at] ?? 0;
  return (
    <div
      class="row-veil"
      style={{ height: `${(tops[at + 1] ?? height) - top}px`, transform: `translateY(${top}px)` }}
    />
  );
}

function topOf(technicianId: string, { rows, layout }: Timeline): number | null {
  const at = rows.value.findIndex((row) => row.person.technician.id === technicianId);
  return layout.value.tops[at] ?? null;
}
