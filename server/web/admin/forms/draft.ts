/** What somebody is typing. Kept while the page is open, so that leaving a form by mistake loses nothing; closing the
 * page asks first. */
import { batch, computed, signal, type ReadonlySignal } from "@preact/signals";
import { useMemo } from "preact/hooks";

export interface Draft<T extends object> {
  /** What it began with. */
  readonly start: T;
  readonly values: ReadonlySignal<T>;
  readonly dirty: ReadonlySignal<boolean>;
  readonly set: (change: Partial<T>) => void;
  /** Back to what the form began with: after it was saved, or on wish. */
  readonly discard: () => void;
  /** Begins anew: from what has been saved since, with what is still typed on top of it. */
  rebase(start: T, values: T): void;
}

const kept = signal<ReadonlyMap<string, ReadonlySignal<boolean>>>(new Map());
const drafts = new Map<string, Draft<object>>();

/** The keys of drafts that hold something nobody saved. */
export const unsaved: ReadonlySignal<ReadonlySet<string>> = computed(
  () => new Set([...kept.value].filter(([, dirty]) => dirty.value).map(([key]) => key)),
);

addEventListener("beforeunload", (event) => {
  if (unsaved.peek().size > 0) event.preventDefault();
});

/** The draft of `key`; begun from `start` unless one was left with something in it. */
export function openDraft<T extends object>(key: string, start: T): Draft<T> {
  const left = drafts.get(key);
  if (left?.dirty.peek() === true) return left as Draft<T>;
  const [begun, values] = [signal(start), signal(start)];
  const draft: Draft<T> = {
    get start() {
      return begun.value;
    },
    values,
    dirty: computed(() => JSON.stringify(values.value) !== JSON.stringify(begun.value)),
    set: (change) => {
      values.value = { ...values.value, ...change };
    },
    discard: () => {
      values.value = begun.peek();
    },
    rebase(from, typed) {
      batch(() => {
        begun.value = from;
        values.value = typed;
      });
    },
  };
  drafts.set(key, draft);
  kept.value = new Map(kept.peek()).set(key, draft.dirty);
  return draft;
}

/** Only what was typed anew, texts trimmed: an edit says no more, so that it undoes nothing that others changed
 * meanwhile. */
export function changesOf<T extends object>({ start, values }: Draft<T>): Partial<T> {
  const typed = Object.entries(values.value) as [keyof T & string, unknown][];
  return Object.fromEntries(
    typed
      .filter(([field, value]) => JSON.stringify(value) !== JSON.stringify(start[field]))
      .map(([field, value]) => [field, typeof value === "string" ? value.trim() : value]),
  ) as Partial<T>;
}

/** `key` begins with the part it belongs to: `policies/repair_24h`. Begun once for each key. */
export function useDraft<T extends object>(key: string, start: T): Draft<T> {
  return useMemo(() => openDraft(key, start), [key]); // eslint-disable-line react-hooks/exhaustive-deps -- a draft stays
}
