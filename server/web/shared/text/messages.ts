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

const HAN = "[\\u3400-\\u4dbf\\u4e00-\\u9fff]";
const HOLE = new RegExp(`((?:${HAN} )?)\\{(\\w+)(?:\\|([^|}]*)\\|([^|}]*))?\\}((?: (?=${HAN}))?)`, "g");
const [BEGINS, ENDS] = [new RegExp(`^${HAN}`), new RegExp(`${HAN}$`)];

/**
 * `{n}` is replaced by its value; `{n|job|jobs}` by the number and the word the language's plural rule picks. Chinese
 * has a space beside digits and Latin letters only (`剩余 2 小时`, `剩余不到 1 分钟`), so the text's falls away where a
 * value begins or ends with a character. As `fill` of server/products/texts.py.
 */
export function fill(text: string, values: Readonly<Record<string, string | number>>, locale: string): string {
  return text.replace(
    HOLE,
    (hole, before: string, name: string, one: string | undefined, other: string | undefined, after: string) => {
      const value = values[name];
      if (value === undefined) return hole;
      const words =
        one === undefined || other === undefined ? String(value) : counted(Number(value), one, other, locale);
      return (BEGINS.test(words) ? before.trimEnd() : before) + words + (ENDS.test(words) ? "" : after);
    },
  );
}

function counted(n: number, one: string, other: string, locale: string): string {
  return `${n} ${new Intl.PluralRules(locale).select(n) === "one" ? one : other}`;
}
