/** What the managers' desk says. A catalogue of its own, so that phones and boards do not load it. */
import { language, type Language } from "../../shared/text/language";
import { fill, type Names } from "../../shared/text/messages";
import { en } from "./en";
import { zhCN } from "./zh-CN";

export type WordKey = keyof typeof en;

type WordValues<K extends WordKey> = [Names<(typeof en)[K]>] extends [never]
  ? []
  : [values: Readonly<Record<Names<(typeof en)[K]>, string | number>>];

const CATALOGUE: Readonly<Record<Language, Readonly<Record<WordKey, string>>>> = { "zh-CN": zhCN, en };

/** The words in the reader's language. Reading them in a view subscribes the view to a change of language. */
export function w<K extends WordKey>(key: K, ...values: WordValues<K>): string {
  const given: Readonly<Record<string, string | number>> = values[0] ?? {};
  return fill(CATALOGUE[language.value][key], given, language.value);
}

/** For codes the server may extend: their words, or the code itself made readable. */
export function saying(prefix: string, code: string, values: Readonly<Record<string, string | number>> = {}): string {
  const key = `${prefix}.${code}`;
  if (!Object.hasOwn(en, key)) return code.replaceAll(/[_.]/g, " ");
  return fill(CATALOGUE[language.value][key as WordKey], values, language.value);
}
