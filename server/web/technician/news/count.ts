/** How many news there are, for the navigation; asking for it is what keeps them. */
import type { ReadonlySignal } from "@preact/signals";
import { newsOfPhone, type Source } from "./keep";

export function newsCount(phone: Source): ReadonlySignal<number> {
  return newsOfPhone(phone).count;
}
