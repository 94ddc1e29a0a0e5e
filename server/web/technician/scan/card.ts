/** A product's card for the sheet: how old it is, and one made of what the server answered. Pure. */
import type { components } from "../../shared/api/schema";
import type { Unit, UnitCard } from "../phone/bodies";

type Coverage = components["schemas"]["Coverage"];

/** Whole years since it was made, else sold, else installed; null: no day is known. `today`: `YYYY-MM-DD`. */
export function ageOf(unit: Pick<Unit, "manufactured_on" | "sold_on" | "installed_on">, today: string): number | null {
  const day = unit.manufactured_on ?? unit.sold_on ?? unit.installed_on;
  if (day === null) return null;
  const years = Number(today.slice(0, 4)) - Number(day.slice(0, 4));
  return Math.max(0, today.slice(5) < day.slice(5) ? years - 1 : years);
}

/** What the office said of a product that this phone does not hold: its coverage, and nothing of its past. Of a component
 * with several terms the longest counts, as on the cards that travel by themselves. */
export function cardOf(coverage: Coverage): UnitCard {
  const longest = new Map<string, Coverage["lines"][number]>();
  for (const line of coverage.lines) {
    const known = longest.get(line.component);
    if (known === undefined || weight(line) > weight(known)) longest.set(line.component, line);
  }
  const lines = [...longest.values()].map(({ component, component_name, covered, until, covers }) => ({
    ...{ component, name: component_name, covered, until, covers },
  }));
  const { unit_id, on, covered, until, on_site, sentence } = coverage;
  return {
    ...{ id: unit_id, version: 0, as_of: on, events: [], notices: [], parts: [] },
    verdict: { covered, until, on_site, sentence, lines, remedies: [] },
  };
}

/** Covered before not; for life before any day; the later day before the earlier. */
const weight = (line: { readonly covered: boolean; readonly until: string | null }): string =>
  line.covered ? `1 ${line.until ?? "9999"}` : `0 ${line.until ?? ""}`;
