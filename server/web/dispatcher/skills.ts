/** Skills by name, in the reader's language. */
import { useSignal } from "@preact/signals";
import { useCallback, useEffect } from "preact/hooks";
import { answer } from "../shared/api/client";
import { named, say } from "../shared/text/language";
import type { Board } from "./board";

interface Named {
  readonly code: string;
  readonly name: string;
  readonly name_en: string;
}

/** As the firm keeps them; many a skill is called after the kind of job or the product line it is for. A code that
 * nothing is known of stays readable. */
export function useSkillNames(board: Board): (code: string) => string {
  const skills = useSignal<ReadonlyMap<string, Named>>(new Map());
  useEffect(() => {
    void Promise.all([answer(board.api.GET("/product-lines")), answer(board.api.GET("/skills"))]).then(
      ([lines, own]) => {
        const known: readonly Named[] = [...(lines.ok ? lines.data : []), ...(own.ok ? own.data : [])];
        skills.value = new Map(known.map((each) => [each.code, each]));
      },
    );
  }, [board, skills]);
  return useCallback(
    (code) => {
      const known = skills.value.get(code) ?? board.typesByCode.value.get(code);
      return known === undefined ? say("skill", code) : named(known);
    },
    [board, skills],
  );
}
