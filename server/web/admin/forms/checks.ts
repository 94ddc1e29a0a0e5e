/** What can be told of an entry before it is sent. Pure but for the words. */
import { w } from "../text/words";

/** Undefined: nothing is wrong. */
export type Check = string | undefined;

const CODE = /^[a-z0-9_]+$/;

export function needed(entered: string, most = 120): Check {
  if (entered.trim() === "") return w("form.needed");
  return atMost(entered, most);
}

export function atMost(entered: string, most = 120): Check {
  return entered.trim().length > most ? w("form.too_long", { n: most }) : undefined;
}

export function code(entered: string, most = 40): Check {
  return needed(entered, most) ?? (CODE.test(entered) ? undefined : w("form.code_invalid"));
}

/** A whole number; "" is one that is missing. */
export function whole(entered: string, low: number, high: number): Check {
  return (
    between(entered, low, high) ??
    (Number.isInteger(Number(entered)) ? undefined : w("form.number_range", { low, high }))
  );
}

export function between(entered: string, low: number, high: number): Check {
  const value = Number(entered);
  return entered.trim() !== "" && value >= low && value <= high ? undefined : w("form.number_range", { low, high });
}

/** Only those that say something. */
export function faultsOf(checks: Readonly<Record<string, Check>>): Readonly<Record<string, string>> {
  return Object.fromEntries(
    Object.entries(checks).filter((entry): entry is [string, string] => entry[1] !== undefined),
  );
}
