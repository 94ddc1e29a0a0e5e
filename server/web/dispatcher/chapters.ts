/** The story of a job from its history. Pure. */
import type { HistoryLine } from "../shared/api/types";

/** Bookkeeping that says nothing to a dispatcher, or that the deed or other fields already say. */
const SILENT: ReadonlySet<string> = new Set([
  ...["version", "visit_id", "centre_id", "policy_name_en", "completion_id"],
  "visits_done",
]);
/** An entry's name that means nothing to a reader. */
const UUID = /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/i;

export interface FieldChange {
  /** Name of the field; of `checklist/gas` the part before the slash. */
  readonly field: string;
  readonly item: string;
  readonly before: unknown;
  readonly after: unknown;
}

export interface Chapter {
  readonly key: string;
  /** `assign`, `arrive`, … without the type of record and without the choice of a settlement or its undo. */
  readonly action: string;
  readonly who: string | null;
  readonly fromPhone: boolean;
  readonly happenedAt: number;
  readonly recordedAt: number;
  readonly grade: string;
  readonly changes: readonly FieldChange[];
  readonly lost: readonly FieldChange[];
  /** The code of a refusal; the deed then had no effect, and `lost` is all that was handed in. */
  readonly refused: string | null;
}

/** Newest first; of one instant, what was told last. */
export function storyOf(lines: readonly HistoryLine[]): readonly Chapter[] {
  return lines
    .map((line, index) => chapter(line, index))
    .reverse()
    .sort((a, b) => b.happenedAt - a.happenedAt || b.recordedAt - a.recordedAt);
}

function chapter(line: HistoryLine, index: number): Chapter {
  const birth = line.version === 1;
  return {
    key: `${line.version ?? ""} ${index}`,
    action: line.action.replace(/^\w+\./, "").replace(/:.*$/, ""),
    who: line.user_name,
    fromPhone: line.device_id !== null,
    happenedAt: Date.parse(line.happened_at),
    recordedAt: Date.parse(line.recorded_at),
    grade: line.happened_grade,
    changes: birth ? [] : Object.entries(line.changes).filter(heard).map(changed).sort(byWeight),
    refused: line.refused?.code ?? null,
    lost: Object.entries(line.lost)
      .filter(heard)
      .map(([path, value]) => ({ ...named(path), before: null, after: value })),
  };
}

/** What a reader asks first; the rest follows as it came. */
const FIRST: readonly string[] = ["state", "technician_id", "window_start", "window_end", "reason"];

function byWeight(a: FieldChange, b: FieldChange): number {
  return weight(a) - weight(b);
}

function weight({ field }: FieldChange): number {
  const place = FIRST.indexOf(field);
  return place === -1 ? FIRST.length : place;
}

const heard = ([path]: readonly [string, unknown]): boolean => !SILENT.has(named(path).field);

function changed([path, value]: readonly [string, unknown]): FieldChange {
  const pair: readonly unknown[] = Array.isArray(value) ? value : [null, value];
  return { ...named(path), before: pair[0] ?? null, after: pair[1] ?? null };
}

function named(path: string): { readonly field: string; readonly item: string } {
  const [field = "", ...item] = path.split("/");
  const name = item.join("/");
  return { field, item: UUID.test(name) ? "" : name };
}
