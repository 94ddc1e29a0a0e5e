import type { JSX } from "preact";
import { t } from "../../shared/text/language";
import { drawingOf } from "./strokes";

interface SignatureProps {
  readonly strokes: unknown;
  readonly name: string;
}

/** Drawn from the strokes as they were signed; nothing when there are none. */
export function Signature({ strokes, name }: SignatureProps): JSX.Element | null {
  const drawing = drawingOf(strokes);
  if (drawing === null) return null;
  return (
    <span class="signature">
      <svg
        role="img"
        aria-label={t("evidence.signature", { name })}
        viewBox={`0 0 ${drawing.width} ${drawing.height}`}
        preserveAspectRatio="xMinYMid"
      >
        {drawing.paths.map((path, index) => (
          <path key={index} d={path} />
        ))}
      </svg>
    </span>
  );
}
