/** A signature pad with what can be done to it: a stroke taken back, everything cleared after being asked. */
import { useSignal } from "@preact/signals";
import type { JSX } from "preact";
import { Asking } from "./Asking";
import type { Finishing, Whose } from "./finishing";
import { SignaturePad } from "./pad/SignaturePad";
import { isDrawn, isFull } from "./pad/strokes";
import type { Words } from "./words";

interface PadFieldProps {
  readonly finishing: Finishing;
  readonly whose: Whose;
  readonly say: Words;
}

export function PadField({ finishing, whose, say }: PadFieldProps): JSX.Element {
  const clearing = useSignal(false);
  const pad = finishing.draft.value[whose];
  const names =
    whose === "pad"
      ? (["finish.pad", "finish.pad_drawn"] as const)
      : (["finish.witness_pad", "finish.witness_pad_drawn"] as const);
  const label = isDrawn(pad) ? say(names[1], { n: pad.strokes.length }) : say(names[0]);
  return (
    <div class="fin-pad">
      <div class="fin-pad-field">
        <SignaturePad
          pad={pad}
          label={label}
          onStroke={(stroke, frame) => {
            finishing.stroke(whose, stroke, frame);
          }}
          onUnderWay={(stroke, frame) => {
            finishing.underWay(whose, stroke, frame);
          }}
        />
        {!isDrawn(pad) && (
          <span class="fin-pad-hint" aria-hidden="true">
            {say("finish.pad_hint")}
          </span>
        )}
      </div>
      {isFull(pad) && <p role="status">{say("finish.pad_full")}</p>}
      <div class="fin-pad-tools">
        <button
          type="button"
          class="button"
          disabled={!isDrawn(pad)}
          onClick={() => {
            finishing.undoStroke(whose);
          }}
        >
          {say("finish.pad_undo")}
        </button>
        <button
          type="button"
          class="button"
          disabled={!isDrawn(pad)}
          onClick={() => {
            clearing.value = true;
          }}
        >
          {say("finish.pad_clear")}
        </button>
      </div>
      {clearing.value && (
        <Asking
          title={say("finish.pad_clear_title")}
          text={say("finish.pad_clear_text")}
          yes={say("finish.pad_clear_yes")}
          no={say("finish.to_technician_no")}
          onYes={() => {
            finishing.clear(whose);
          }}
          onClose={() => {
            clearing.value = false;
          }}
        />
      )}
    </div>
  );
}
