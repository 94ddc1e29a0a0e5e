/** What exactly is wrong with a line of a file. The server says it in English, for whoever mends the file; of that the
 * parts are taken that need no language: the column, what stands in it, the line that has it already. Pure. */

export interface RefusalDetail {
  readonly field: string | null;
  readonly value: string | null;
  readonly line: number | null;
}

/** `manufactured_on: '01/05/2026' is no day as '%Y-%m-%d'`, `line 5 has it`, `'Nowhere'`. */
export function readDetail(detail: string): RefusalDetail {
  const line = /^line (\d+)\b/.exec(detail)?.[1];
  const field = /^([a-z_]+): /.exec(detail)?.[1] ?? null;
  const value = /^(?:[a-z_]+: )?'([^']*)'/.exec(detail)?.[1] ?? /^[a-z_]+: (\d{4}-\d{2}-\d{2})\b/.exec(detail)?.[1];
  return { field, value: value ?? null, line: line === undefined ? null : Number(line) };
}
