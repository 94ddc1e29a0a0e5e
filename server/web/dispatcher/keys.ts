/** The desk's keyboard. Single letters can be switched off (WCAG 2.1.4) and never act while somebody types. */
import { signal } from "@preact/signals";
import { useEffect, useRef } from "preact/hooks";
import type { PageName } from "./view";

export interface Keys extends Readonly<Record<PageName, () => void>> {
  readonly up: () => void;
  readonly down: () => void;
  readonly open: () => void;
  readonly assign: () => void;
  readonly search: () => void;
  readonly close: () => void;
  readonly help: () => void;
}

const KEPT_AS = "onsite.desk.single_keys";

export const singleKeys = signal(localStorage.getItem(KEPT_AS) !== "off");

export function switchSingleKeys(on: boolean): void {
  localStorage.setItem(KEPT_AS, on ? "on" : "off");
  singleKeys.value = on;
}

const ALWAYS: Readonly<Record<string, keyof Keys>> = {
  ArrowUp: "up",
  ArrowDown: "down",
  Enter: "open",
  Escape: "close",
};
const SINGLE: Readonly<Record<string, keyof Keys>> = {
  ...{ a: "assign", "/": "search", "?": "help", j: "down", k: "up" },
  ...{ t: "timeline", m: "map" },
  ...{ 1: "queue", 2: "plan", 3: "alarms", 4: "customers", 5: "reviews" },
  ...{ n: "intake", p: "people" },
};

/** What a key pressed on `target` means to the desk; null when it belongs to somebody else. */
export function meaning(event: KeyboardEvent, single: boolean): keyof Keys | null {
  if (event.ctrlKey || event.metaKey || event.altKey || event.isComposing) return null;
  const target = event.target instanceof Element ? event.target : document.body;
  if (target.closest("dialog") !== null) return null;
  const key = ALWAYS[event.key] ?? (single ? SINGLE[event.key] : undefined) ?? null;
  if (key === "close") return key;
  if (target.closest("input, textarea, select, [contenteditable]") !== null) {
    return inSearch(target) && (key === "up" || key === "down") && event.key.startsWith("Arrow") ? key : null;
  }
  if (event.key.startsWith("Arrow") && target.closest(".drawer") !== null) return null; // it scrolls
  if (key === "open" && target.closest("a, button, summary") !== null) return null;
  return key;
}

/** From the search box the arrows go straight to the list. */
function inSearch(target: Element): boolean {
  return target.matches('input[type="search"]');
}

/** `serves`: whether a key means anything on the page in view; where it does not, the browser has it. */
export function useKeys(keys: Keys, serves: (what: keyof Keys) => boolean): void {
  const latest = useRef({ keys, serves });
  latest.current = { keys, serves };
  useEffect(() => {
    const pressed = (event: KeyboardEvent): void => {
      const what = meaning(event, singleKeys.value);
      if (what === null || !latest.current.serves(what)) return;
      if (what !== "close") event.preventDefault();
      latest.current.keys[what]();
    };
    document.addEventListener("keydown", pressed);
    return () => {
      document.removeEventListener("keydown", pressed);
    };
  }, []);
}

/** Moves the focus by one among what `selector` finds, from the one that holds it; to an end when none does. */
export function focusNeighbour(selector: string, by: number): void {
  const all = [...document.querySelectorAll<HTMLElement>(selector)];
  const here = all.findIndex((each) => each.contains(document.activeElement));
  const next = here === -1 ? (by > 0 ? 0 : all.length - 1) : Math.min(all.length - 1, Math.max(0, here + by));
  all[next]?.focus();
}
