/** What the desk shows, as its address says it. Pure: query string in, view out, and back. */

export const FILTERS = ["open", "unassigned", "at_risk", "planned", "under_way", "done"] as const;
export type Filter = (typeof FILTERS)[number];

export const PAGES = [
  "queue",
  "timeline",
  "map",
  "plan",
  "alarms",
  "customers",
  "reviews",
  "people",
  "intake",
] as const;
export type PageName = (typeof PAGES)[number];

export interface DeskView {
  readonly page: PageName;
  readonly filter: Filter;
  readonly outlet: string | null;
  readonly search: string;
  /** The job whose drawer is open. */
  readonly job: string | null;
  /** The plan that is looked at. */
  readonly plan: string | null;
  /** The day of the timeline and the map, `2026-11-23`; null: today. */
  readonly day: string | null;
  /** How large the timeline is, an index of its sizes; null: as usual. */
  readonly zoom: number | null;
  /** The technician whose route the map shows. */
  readonly who: string | null;
  /** Where the map is: `31.2304,121.4737,12`; null: where everything is seen. */
  readonly at: string | null;
}

export const PLAIN: DeskView = {
  page: "queue",
  filter: "open",
  outlet: null,
  search: "",
  job: null,
  plan: null,
  day: null,
  zoom: null,
  who: null,
  at: null,
};

export function readView(query: URLSearchParams): DeskView {
  return {
    page: PAGES.find((page) => page === query.get("page")) ?? PLAIN.page,
    filter: FILTERS.find((filter) => filter === query.get("show")) ?? PLAIN.filter,
    outlet: query.get("outlet"),
    search: query.get("q") ?? "",
    job: query.get("job"),
    plan: query.get("plan"),
    day: query.get("day"),
    zoom: wholeOf(query.get("zoom")),
    who: query.get("who"),
    at: query.get("at"),
  };
}

/** Only what differs from the plain view, so that addresses stay short enough to be sent to a colleague. */
export function writeView(view: DeskView): URLSearchParams {
  const query = new URLSearchParams();
  if (view.page !== PLAIN.page) query.set("page", view.page);
  if (view.filter !== PLAIN.filter) query.set("show", view.filter);
  if (view.outlet !== null) query.set("outlet", view.outlet);
  if (view.search !== "") query.set("q", view.search);
  if (view.job !== null) query.set("job", view.job);
  if (view.plan !== null) query.set("plan", view.plan);
  if (view.day !== null) query.set("day", view.day);
  if (view.zoom !== null) query.set("zoom", String(view.zoom));
  if (view.who !== null) query.set("who", view.who);
  if (view.at !== null) query.set("at", view.at);
  return query;
}

function wholeOf(words: string | null): number | null {
  return words !== null && /^\d$/.test(words) ? Number(words) : null;
}

/** Pages that a search narrows where it stands; from any other it leads to the queue. */
export const SEARCHED: ReadonlySet<PageName> = new Set(["queue", "timeline", "map"]);
