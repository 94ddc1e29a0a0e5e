/** The words of this part in a language that is not the app's: the customer reads theirs, whatever the technician reads. */
import { finish as en } from "../../shared/text/en/finish";
import { fill, type Key, type Values } from "../../shared/text/messages";
import { finish as zhCN } from "../../shared/text/zh-CN/finish";
import type { Locale } from "./draft";

export type Word = keyof typeof en & Key;
export type Words = <K extends Word>(key: K, ...values: Values<K>) => string;

const CATALOGUE: Readonly<Record<Locale, Readonly<Record<Word, string>>>> = { "zh-CN": zhCN, en };

export function wordsIn(locale: Locale): Words {
  return (key, ...values) => {
    const given: Readonly<Record<string, string | number>> = values[0] ?? {};
    return fill(CATALOGUE[locale][key], given, locale);
  };
}

/** Something that has a name in both languages; the other one's where this one's is missing. */
export function nameIn(locale: Locale, { zh, en: english }: { readonly zh: string; readonly en: string }): string {
  return locale === "en" ? english || zh : zh || english;
}
