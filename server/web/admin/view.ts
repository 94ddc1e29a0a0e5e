/** What the managers' desk shows, as its address says it. Pure: query string in, view out, and back. */

export const PARTS = ["policies", "calendars", "people", "products", "measures", "network", "reports"] as const;
export type Part = (typeof PARTS)[number];

/** A part's tabs; the first is shown when the address names none. */
export const TABS = {
  policies: ["list", "binding"],
  calendars: ["list"],
  people: ["technicians", "shifts", "users", "skills", "devices"],
  products: ["models", "components", "faults", "warranty", "notices", "links", "imports", "labels"],
  measures: ["promises", "judgements", "evidence"],
  network: ["outlets", "centres"],
  reports: ["list"],
} as const satisfies Readonly<Record<Part, readonly [string, ...string[]]>>;

export type Tab = (typeof TABS)[Part][number];

export interface AdminView {
  readonly part: Part;
  readonly tab: Tab;
  /** What is looked at: an id, or a code where a thing has versions. */
  readonly id: string | null;
  /** What is being done with it: `new`, `next`, … */
  readonly act: string | null;
  readonly search: string;
  readonly outlet: string | null;
  /** A day: of a week, or the first of a period. */
  readonly on: string | null;
}

export const START: AdminView = {
  part: "policies",
  tab: "list",
  id: null,
  act: null,
  search: "",
  outlet: null,
  on: null,
};

const DAY = /^\d{4}-\d{2}-\d{2}$/;

export function readView(query: URLSearchParams): AdminView {
  const part = PARTS.find((known) => known === query.get("part")) ?? START.part;
  const tabs: readonly Tab[] = TABS[part];
  const on = query.get("on");
  return {
    part,
    tab: tabs.find((known) => known === query.get("tab")) ?? TABS[part][0],
    id: query.get("id"),
    act: query.get("act"),
    search: query.get("q") ?? "",
    outlet: query.get("outlet"),
    on: on !== null && DAY.test(on) ? on : null,
  };
}

/** Only what differs from the plain view, so that addresses stay short enough to be sent to a colleague. */
export function writeView(view: AdminView): URLSearchParams {
  const query = new URLSearchParams();
  if (view.part !== START.part) query.set("part", view.part);
  if (view.tab !== TABS[view.part][0]) query.set("tab", view.tab);
  if (view.id !== null) query.set("id", view.id);
  if (view.act !== null) query.set("act", view.act);
  if (view.search !== "") query.set("q", view.search);
  if (view.outlet !== null) query.set("outlet", view.outlet);
  if (view.on !== null) query.set("on", view.on);
  return query;
}

/** Where a step leads. Another part or tab begins plainly; another thing of the same list keeps the search. */
export function step(from: AdminView, change: Partial<AdminView>): AdminView {
  if (change.part !== undefined && change.part !== from.part)
    return { ...START, part: change.part, tab: TABS[change.part][0], ...change };
  if (change.tab !== undefined && change.tab !== from.tab)
    return { ...START, part: from.part, ...change, tab: change.tab };
  return { ...from, act: change.id === undefined ? from.act : null, ...change };
}
