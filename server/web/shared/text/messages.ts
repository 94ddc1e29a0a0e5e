/** Finding and filling a message. Pure: no language is current here, see `language.ts`. */
import type { en } from "./en";

export type Key = keyof typeof en;
export type Messages = Readonly<Record<Key, string>>;
/** The same keys in another language. */
export type Translated<English> = Readonly<Record<keyof English, string>>;

/** The names a message asks for, read off the English text by the compiler. */
export type Names<Text> = Text extends `${string}{${infer Inside}}${infer Rest}`
  ? (Inside extends `${infer Name}|${string}` ? Name : Inside) | Names<Rest>
  : never;

export type Values<K extends Key> = [Names<(typeof en)[K]>] extends [never]
  ? []
  : [values: Readonly<Record<Names<(typeof en)[K]>, string | number>>];

const HOLE = /\{(\w+)(?:\|([^|}]*)\|([^|}]*))?\}/g;

/** `{n}` is replaced by its value; `{n|job|jobs}` by the number and the word the language's plural rule picks. */
export function fill(text: string, values: Readonly<Record<string, string | number>>, locale: string): string {
  return text.replace(HOLE, (hole, name: string, one?: string, other?: string) => {
    const value = values[name];
    if (value === undefined) return hole;
    if (one === undefined || other === undefined) return String(value);
    const word = new Intl.PluralRules(locale).select(Number(value)) === "one" ? one : other;
    return `${value} ${word}`;
  });
}
