/** Small bar charts. Every figure also stands in a table beside them; the picture is only for the eye. */
import type { JSX } from "preact";

export interface Part {
  readonly tone: "good" | "bad" | "rest" | "none";
  readonly value: number;
}

const HEIGHT = 14;
const WIDTH = 200;

/** One bar whose parts add up to the whole. */
export function StackedBar({ parts }: { readonly parts: readonly Part[] }): JSX.Element {
  const all = parts.reduce((sum, part) => sum + part.value, 0);
  let x = 0;
  return (
    <svg class="bar" viewBox={`0 0 ${WIDTH} ${HEIGHT}`} preserveAspectRatio="none" aria-hidden="true" focusable="false">
      <rect class="bar-track" x="0" y="0" width={WIDTH} height={HEIGHT} />
      {all > 0 &&
        parts.map((part, place) => {
          const width = (part.value / all) * WIDTH;
          const from = x;
          x += width;
          return (
            part.value > 0 && (
              <rect key={place} class={`bar-${part.tone}`} x={from} y="0" width={width} height={HEIGHT} />
            )
          );
        })}
    </svg>
  );
}

/** A share from 0 to 1. */
export function ShareBar({
  share,
  tone = "good",
}: {
  readonly share: number | null;
  readonly tone?: Part["tone"];
}): JSX.Element {
  return (
    <StackedBar
      parts={
        share === null
          ? []
          : [
              { tone, value: share },
              { tone: "none", value: 1 - share },
            ]
      }
    />
  );
}

/** `87 %`; a dash where nothing was judged. Kept is never rounded up to all. */
export function percent(share: number | null): string {
  if (share === null) return "—";
  const rounded = share > 0.995 && share < 1 ? 99 : share > 0 && share < 0.005 ? 1 : Math.round(share * 100);
  return `${rounded} %`;
}
