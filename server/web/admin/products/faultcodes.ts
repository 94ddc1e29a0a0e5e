/** Fault codes as lists show them. Pure. */

/** As the product shows it: `E6`, `F-12`. As `ShownCode` of the server's schemas. */
export const SHOWN_CODE = /^[A-Za-z0-9][A-Za-z0-9 ._/-]{0,19}$/;

interface Listed {
  readonly line_code: string;
  readonly model_id: string | null;
  readonly code: string;
  readonly retired: boolean;
}

/** Those in use first; line by line, `E2` before `E10`, what holds for the whole line before what a model says. */
export function inShownOrder<T extends Listed>(faults: readonly T[]): readonly T[] {
  return faults.toSorted(
    (a, b) =>
      Number(a.retired) - Number(b.retired) ||
      a.line_code.localeCompare(b.line_code) ||
      a.code.localeCompare(b.code, "en", { numeric: true }) ||
      (a.model_id ?? "").localeCompare(b.model_id ?? ""),
  );
}
