/** A week at a glance: seven days beside one another, what is open filled. The same is told in words below. */
import type { JSX } from "preact";
import { w } from "../text/words";
import { blocksOf, DAYS, type Week } from "./week";

const DAY_WIDTH = 44;
const HEIGHT = 144;
const LEFT = 30;
const TOP = 16;

export function WeekGrid({ week }: { readonly week: Week }): JSX.Element {
  const y = (minute: number): number => TOP + (minute / 1440) * HEIGHT;
  return (
    <svg
      class="week-grid"
      viewBox={`0 0 ${LEFT + 7 * DAY_WIDTH} ${TOP + HEIGHT + 6}`}
      aria-hidden="true"
      focusable="false"
    >
      {[0, 6, 12, 18, 24].map((hour) => (
        <g key={hour}>
          <line class="week-line" x1={LEFT} x2={LEFT + 7 * DAY_WIDTH} y1={y(hour * 60)} y2={y(hour * 60)} />
          <text class="week-word" x={LEFT - 4} y={y(hour * 60) + 3} text-anchor="end">
            {hour}
          </text>
        </g>
      ))}
      {DAYS.map((day) => (
        <text key={day} class="week-word" x={LEFT + (day + 0.5) * DAY_WIDTH} y={TOP - 6} text-anchor="middle">
          {shortDay(w(`calendar.day.${day}`))}
        </text>
      ))}
      {blocksOf(week).map((block, place) => (
        <rect
          key={place}
          class="week-open"
          x={LEFT + block.day * DAY_WIDTH + 3}
          y={y(block.from)}
          width={DAY_WIDTH - 6}
          height={Math.max(1, y(block.to) - y(block.from))}
          rx="3"
        />
      ))}
    </svg>
  );
}

/** `Mon`, `一`. */
function shortDay(name: string): string {
  return name.startsWith("星期") ? name.slice(2) : name.slice(0, 3);
}
