/** What a person typed, made fit to be sent. Pure. */

/** What the server refuses in a text (docs/sync-protocol.md, Limits): control characters but tab and line ends, marks that
 * reorder text, half surrogates. */
const FORBIDDEN = /(?![\t\n\r])\p{Cc}|[\u061c\u200e\u200f\u202a-\u202e\u2066-\u2069]|\p{Surrogate}/gu;

/** Without what is forbidden and without space around it, at most `most` characters. */
export function fit(typed: string, most: number): string {
  return Array.from(typed.replaceAll(FORBIDDEN, "").trim()).slice(0, most).join("");
}

/** As much of a text as is read at a glance; beyond it by a little is not worth a tap. */
const GLANCE = { characters: 240, lines: 6, beyond: 80 } as const;

/** The text itself when it is short, else its beginning, in whole characters. */
export function beginningOf(text: string): string {
  const lines = text.split("\n").slice(0, GLANCE.lines).join("\n");
  const characters = Array.from(lines);
  const cut = characters.length > GLANCE.characters ? characters.slice(0, GLANCE.characters).join("") : lines;
  return text.length - cut.length > GLANCE.beyond || text.split("\n").length > 2 * GLANCE.lines ? cut : text;
}
