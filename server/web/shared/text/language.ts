/** The language people read: chosen by the browser, switchable, remembered on this device. */
import { computed, signal } from "@preact/signals";
import { fill, type Key, type Messages, type Values } from "./messages";

export type Language = "zh-CN" | "en";

export type Texts = Readonly<Record<Language, Readonly<Partial<Messages>>>>;

const CATALOGUE: Readonly<Record<Language, Partial<Record<Key, string>>>> = { "zh-CN": {}, en: {} };
const KEPT_AS = "onsite.language";

/** The texts that a face reads: each brings its own, before anything is drawn, so that a phone need not fetch the desk's.
 * Whatever is said, its key is checked against all there are. */
export function teach(texts: Texts): void {
  Object.assign(CATALOGUE["zh-CN"], texts["zh-CN"]);
  Object.assign(CATALOGUE.en, texts.en);
}

/** The first of the browser's languages that we have; English for everyone else. */
export function preferred(kept: string | null, browser: readonly string[]): Language {
  if (kept === "zh-CN" || kept === "en") return kept;
  for (const tag of browser) {
    if (tag.toLowerCase().startsWith("zh")) return "zh-CN";
    if (tag.toLowerCase().startsWith("en")) return "en";
  }
  return "en";
}

export const language = signal<Language>(preferred(localStorage.getItem(KEPT_AS), navigator.languages));

const messages = computed(() => CATALOGUE[language.value]);

export function switchLanguage(to: Language): void {
  localStorage.setItem(KEPT_AS, to);
  language.value = to;
}

/** The message in the reader's language. Reading it in a view subscribes the view to a change of language. */
export function t<K extends Key>(key: K, ...values: Values<K>): string {
  const given: Readonly<Record<string, string | number>> = values[0] ?? {};
  return fill(messages.value[key] ?? key, given, language.value);
}

export function isKey(key: string): key is Key {
  return Object.hasOwn(CATALOGUE.en, key);
}

/** For codes the server may extend (rules, actions, kinds): their message, or the code itself made readable. */
export function say(prefix: string, code: string): string {
  const key = `${prefix}.${code}`;
  return (isKey(key) ? messages.value[key] : undefined) ?? code.replaceAll(/[_.]/g, " ");
}

/** A name that exists in both languages; the English one may be missing. */
export function inLanguage(words: { readonly zh: string; readonly en: string }): string {
  return language.value === "en" && words.en !== "" ? words.en : words.zh || words.en;
}

export function named(thing: { readonly name: string; readonly name_en: string }): string {
  return inLanguage({ zh: thing.name, en: thing.name_en });
}
