/** A template that somebody else saved while one was typing: what was typed, put on top of theirs. Pure. */
import type { components } from "../../shared/api/schema";

export type Terms = components["schemas"]["ReportTerms"];
export type Wording = components["schemas"]["ReportWording"];

export const LANGUAGES = ["zh-CN", "en"] as const;
export type WordingLanguage = (typeof LANGUAGES)[number];

/** One entry of the form; a text is entered in both languages. */
export interface Entry {
  readonly name: "paper" | "accent" | "logo" | "sections" | keyof Wording;
  readonly locale: WordingLanguage | null;
}

const WHOLE = ["paper", "accent", "logo", "sections"] as const;
const WORDS = ["title", "intro", "consent", "footer"] as const;

const ENTRIES: readonly Entry[] = [
  ...WHOLE.map((name) => ({ name, locale: null })),
  ...LANGUAGES.flatMap((locale) => WORDS.map((name) => ({ name, locale }))),
];

export interface OnTop {
  readonly terms: Terms;
  /** What was typed that theirs does not say. */
  readonly mine: readonly Entry[];
  /** Of it, what they changed as well, to something else: putting mine on top of theirs undoes it. */
  readonly both: readonly Entry[];
}

/** `start`: what the typing began from. */
export function onTopOf(start: Terms, typed: Terms, theirs: Terms): OnTop {
  const mine = ENTRIES.filter((each) => !same(each, typed, start) && !same(each, typed, theirs));
  return {
    terms: mine.reduce((terms, each) => taken(each, typed, terms), theirs),
    mine,
    both: mine.filter((each) => !same(each, theirs, start)),
  };
}

export function isSame(one: Terms, other: Terms): boolean {
  return ENTRIES.every((each) => same(each, one, other));
}

function same(entry: Entry, one: Terms, other: Terms): boolean {
  return JSON.stringify(valueOf(entry, one)) === JSON.stringify(valueOf(entry, other));
}

function valueOf({ name, locale }: Entry, terms: Terms): unknown {
  const from: object = locale === null ? terms : terms.wording[locale];
  return Object.entries(from).find(([each]) => each === name)?.[1] ?? null;
}

/** `onto` with that one entry of `from`. */
function taken(entry: Entry, from: Terms, onto: Terms): Terms {
  const { name, locale } = entry;
  const change = { [name]: valueOf(entry, from) };
  if (locale === null) return { ...onto, ...change };
  return { ...onto, wording: { ...onto.wording, [locale]: { ...onto.wording[locale], ...change } } };
}
