/** Which photo goes next. Pure. */
import type { Code } from "../../shared/api/problem";
import { inOrder, type Photo, type Statement } from "../photos/photo";

/** What sending the same bytes again would not help; a person has to look at it. */
export const WANTS_A_PERSON: ReadonlySet<Code> = new Set<Code>([
  "digest_mismatch",
  "size_mismatch",
  "upload_too_large",
  "device_revoked",
  "forbidden",
]);

/** Photos whose statement the office has taken, of the newest statement first, in the order they were taken. */
export function due(photos: Iterable<Photo>, statements: readonly Statement[]): Photo[] {
  const taken = new Set(statements.filter(({ standing }) => standing === "taken").map(({ op_id }) => op_id));
  const place = new Map(statements.map(({ op_id }, index) => [op_id, index]));
  const known = inOrder(photos).filter(
    ({ state, op_id, trouble }) =>
      state === "signed" && op_id !== null && isTaken(op_id) && !(trouble !== null && WANTS_A_PERSON.has(trouble)),
  );
  return known.sort((one, other) => placeOf(other) - placeOf(one));

  // A statement of more than 30 days ago is not kept any more: it was taken then.
  function isTaken(op_id: string): boolean {
    return taken.has(op_id) || !place.has(op_id);
  }
  function placeOf({ op_id }: Photo): number {
    return place.get(op_id ?? "") ?? -1;
  }
}

/** Statements of which there is more to hear: photos that have not come, or no seal yet. */
export function unsettled(
  statements: readonly Statement[],
  photos: Iterable<Photo>,
  sealed: (op_id: string) => boolean,
): string[] {
  const mine = [...photos].flatMap(({ state, op_id }) => (op_id === null || state === "sealed" ? [] : [op_id]));
  const taken = statements.filter(({ standing }) => standing === "taken").map(({ op_id }) => op_id);
  const waiting = new Set(statements.filter(({ standing }) => standing !== "taken").map(({ op_id }) => op_id));
  return [...new Set([...taken.reverse(), ...mine])].filter((op_id) => !waiting.has(op_id) && !sealed(op_id));
}
