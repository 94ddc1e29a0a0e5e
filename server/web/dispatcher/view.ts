/** What the desk shows, as its address says it. Pure: query string in, view out, and back. */

export const FILTERS = ["open", "unassigned", "at_risk", "planned", "under_way", "done"] as const;
export type Filter = (typeof FILTERS)[number];

export const PAGES = ["queue", "plan", "alarms", "customers", "reviews"] as const;
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
}

export const PLAIN: DeskView = { page: "queue", filter: "open", outlet: null, search: "", job: null, plan: null };

export function readView(query: URLSearchParams): DeskView {
  return {
    page: PAGES.find((page) => page === query.get("page")) ?? PLAIN.page,
    filter: FILTERS.find((filter) => filter === query.get("show")) ?? PLAIN.filter,
    outlet: query.get("outlet"),
    search: query.get("q") ?? "",
    job: query.get("job"),
    plan: query.get("plan"),
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
  return query;
}
