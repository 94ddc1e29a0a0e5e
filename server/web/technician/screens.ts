/** Which of the screens an address means. Pure. */

const VIEWS = ["scan", "outbox", "news", "me", "login"] as const;
type View = (typeof VIEWS)[number];

export type Screen =
  | { readonly kind: "today" | View }
  | { readonly kind: "job"; readonly id: string }
  | { readonly kind: "finish"; readonly id: string };

export function readScreen(query: URLSearchParams): Screen {
  const [view, job] = [query.get("view"), query.get("job")];
  const named = VIEWS.find((each) => each === view);
  if (named !== undefined) return { kind: named };
  if (job === null) return { kind: "today" };
  return view === "finish" ? { kind: "finish", id: job } : { kind: "job", id: job };
}

/** What makes it another screen: its part of the app, and the record it is about. */
export function keyOf(screen: Screen): string {
  return "id" in screen ? `${screen.kind}:${screen.id}` : screen.kind;
}

/** Where the thumb may go from one part to another; while a job is worked on, the screen is the job's. */
export function hasTabs({ kind }: Screen): boolean {
  return kind !== "job" && kind !== "finish" && kind !== "login";
}
