import type { JSX } from "preact";
import { w } from "../text/words";
import { PERIODS, type Period } from "./measures";

export function Periods({
  days,
  onChoose,
}: {
  readonly days: Period;
  readonly onChoose: (days: Period) => void;
}): JSX.Element {
  return (
    <div class="chips" role="group" aria-label={w("measure.period")}>
      {PERIODS.map((one) => (
        <button
          key={one}
          type="button"
          class="chip"
          aria-pressed={one === days}
          onClick={() => {
            onChoose(one);
          }}
        >
          {w("measure.days", { n: one })}
        </button>
      ))}
    </div>
  );
}
