/** Who signs, or why nobody does: as a statement has it, or what is missing yet. Pure. */
import { strokes, type Facts } from "../../shared/replica";
import { fit } from "../job/typed";
import type { Draft, Locale } from "./draft";
import { isDrawn, padFault } from "./pad/strokes";
import type { Stated } from "./report";
import { markOf } from "./report";
import { wordsIn } from "./words";

/** `name`: nobody is named. `blank`: nothing is drawn. `old`: it was begun long ago, and must be drawn anew. `stale`: it
 * was drawn under another report. */
export type SignFault = "name" | "blank" | "old" | "stale";
/** `reason`: none is given. `words`: the other reason has no words. `witness_*`: of the witness. */
export type RefuseFault = "reason" | "words" | "name" | "witness_name" | "witness_blank" | "witness_old";

/** As schemas/evidence.py has them. */
export const MOST_NAME = 120;
const MOST_REASON = 400;

/** Whether what is drawn was drawn under these words. Nothing drawn yet holds for any. */
export function holds({ pad, shown }: Pick<Draft, "pad" | "shown">, stated: Stated): boolean {
  if (!isDrawn(pad) || shown === null) return true;
  return shown.text === stated.text && shown.mark === markOf(stated);
}

export function signFault(draft: Draft, stated: Stated, now: number): SignFault | null {
  const drawn = padFault(draft.pad, now);
  if (drawn !== null) return drawn;
  if (!holds(draft, stated)) return "stale";
  return draft.signer.name.trim() === "" ? "name" : null;
}

export function refuseFault({ refusal, witness, witnessPad, signer }: Draft, now: number): RefuseFault | null {
  if (refusal.kind === null) return "reason";
  if (refusal.kind === "other" && refusal.words.trim() === "") return "words";
  if (refusal.kind === "unable" && signer.name.trim() === "") return "name";
  if (witness === null) return null;
  if (witness.name.trim() === "") return "witness_name";
  const drawn = padFault(witnessPad, now);
  return drawn === null ? null : `witness_${drawn}`;
}

type Whole = Omit<Facts, "finished_at"> & Partial<Pick<Facts, "finished_at">>;

/** With the customer's signature. */
export function signedFacts(stated: Stated, draft: Draft): Whole {
  const { signer, pad, rating } = draft;
  return {
    ...common(stated, draft),
    signer: { name: fit(signer.name, MOST_NAME), role: signer.role },
    strokes: strokes(pad.strokes),
    rating,
  };
}

/** Without it. What was drawn by then is no signature, and goes into nothing. */
export function refusedFacts(stated: Stated, draft: Draft): Whole {
  const { witness, witnessPad, rating } = draft;
  return {
    ...common(stated, draft),
    refusal: {
      reason: refusalReason(draft, stated.locale),
      ...(witness === null
        ? {}
        : {
            witness: {
              name: fit(witness.name, MOST_NAME),
              role: witness.role,
              strokes: strokes(witnessPad.strokes),
            },
          }),
    },
    rating,
  };
}

/** In words of the report's language, as the office reads it. Who cannot write says the name, and the technician types
 * it. */
export function refusalReason({ refusal: { kind, words }, signer }: Draft, locale: Locale): string {
  const say = wordsIn(locale);
  const said = [
    kind === null || kind === "other" ? "" : say(`finish.refuse.${kind}`),
    kind === "unable" ? say("finish.refuse.named", { name: signer.name.trim() }) : "",
    words.trim(),
  ];
  return fit(said.filter((each) => each !== "").join(locale === "en" ? "; " : "；"), MOST_REASON);
}

function common(stated: Stated, { finish, position }: Draft): Whole {
  return {
    ...stated,
    ...(finish === null ? {} : { finished_at: finish.at, finish: finish.reading }),
    ...(position === null ? {} : { position }),
  };
}
