/** Everything a desk knows: the live feed, and the names of people and places. */
import { computed, signal, type ReadonlySignal, type Signal } from "@preact/signals";
import { answer, createApi, type Api } from "../shared/api/client";
import type { Answer } from "../shared/api/problem";
import type { Session } from "../shared/api/session";
import type { Alarm, Job, JobType, Outlet, Review, Role, Technician, User } from "../shared/api/types";
import { jobTypesByCode, recordsOf } from "../shared/feed/bodies";
import { connectFeed } from "../shared/feed/connect";
import type { FeedReader } from "../shared/feed/reader";
import { named, t } from "../shared/text/language";
import { now } from "../shared/time/now";
import { byPress } from "./alarms/alarms";
import { openColleagues, type Colleagues } from "./colleagues";

const WRITERS: ReadonlySet<Role> = new Set(["dispatcher", "outlet_manager", "centre_manager", "hq_manager"]);
const PAGE = 500;

type ById<T> = ReadonlySignal<ReadonlyMap<string, T>>;

export interface Board {
  readonly api: Api;
  readonly feed: FeedReader;
  readonly user: User;
  readonly mayWrite: boolean;
  readonly jobs: ById<Job>;
  /** Open reviews, the oldest first. */
  readonly reviews: ReadonlySignal<readonly Review[]>;
  /** Settled ones that can still be undone, the newest first. */
  readonly settled: ReadonlySignal<readonly Review[]>;
  /** Promises that somebody has to see to, the most pressing first. */
  readonly alarms: ReadonlySignal<readonly Alarm[]>;
  readonly typesByCode: ById<JobType>;
  readonly technicians: ById<Technician>;
  readonly outlets: ById<Outlet>;
  /** Reads anew who and where there are: managers change them, and no record of the feed tells of it. */
  readonly lookAround: () => void;
  readonly colleagues: Colleagues;
  /** Technician's name in the reader's language; for one we may not see what else is known, or a dash. */
  readonly nameOf: (technicianId: string | null, otherwise?: string) => string;
  /** The zone people at an outlet live in; undefined until it is known. */
  readonly zoneOf: (outletId: string) => string | undefined;
}

export function openBoard(session: Session, user: User): Board {
  const api = createApi(session.send);
  const feed = connectFeed(session, api);
  const types = recordsOf(feed.replica, "job_type");
  const allAlarms = recordsOf(feed.replica, "alarm");
  const allReviews = recordsOf(feed.replica, "review");
  const technicians = signal<ReadonlyMap<string, Technician>>(new Map());
  const outlets = signal<ReadonlyMap<string, Outlet>>(new Map());
  let looks = 0;
  const lookAround = (): void => {
    const look = ++looks;
    void everything((cursor) => answer(api.GET("/technicians", { params: { query: paging(cursor) } }))).then(
      (found) => {
        if (look === looks) keep(technicians, found);
      },
    );
    void everything((cursor) => answer(api.GET("/outlets", { params: { query: paging(cursor) } }))).then((found) => {
      if (look === looks) keep(outlets, found);
    });
  };
  lookAround();
  return {
    api,
    feed,
    user,
    mayWrite: WRITERS.has(user.role),
    jobs: recordsOf(feed.replica, "job"),
    reviews: computed(() =>
      [...allReviews.value.values()]
        .filter((review) => review.settled_at === null)
        .sort((a, b) => a.opened_at.localeCompare(b.opened_at)),
    ),
    settled: computed(() =>
      [...allReviews.value.values()]
        .filter((review) => review.undo_until !== null && Date.parse(review.undo_until) > now.value)
        .sort((a, b) => (b.settled_at ?? "").localeCompare(a.settled_at ?? "")),
    ),
    alarms: computed(() => byPress([...allAlarms.value.values()])),
    typesByCode: computed(() => jobTypesByCode(types.value)),
    technicians,
    outlets,
    lookAround,
    colleagues: openColleagues(api),
    nameOf: (id, otherwise = t("value.none")) => {
      const known = id === null ? undefined : technicians.value.get(id);
      return known === undefined ? otherwise : named(known);
    },
    zoneOf: (id) => outlets.value.get(id)?.zone,
  };
}

export function paging(cursor: string | null): { limit: number; cursor?: string } {
  return cursor === null ? { limit: PAGE } : { limit: PAGE, cursor };
}

/** Nothing is drawn anew for what has not changed. */
function keep<T extends { readonly id: string }>(known: Signal<ReadonlyMap<string, T>>, found: readonly T[]): void {
  if (JSON.stringify([...known.peek().values()]) !== JSON.stringify(found))
    known.value = new Map(found.map((thing) => [thing.id, thing]));
}

interface PageOf<T> {
  readonly items: readonly T[];
  readonly next_cursor?: string | null;
}

const FIRST_WAIT_MS = 1000;
const LONGEST_WAIT_MS = 30_000;

/** All pages of a list; tried again, ever more slowly, until the server answers or says it will not. */
export async function everything<T>(
  page: (cursor: string | null) => Promise<Answer<PageOf<T>>>,
): Promise<readonly T[]> {
  const found: T[] = [];
  let cursor: string | null = null;
  let wait = FIRST_WAIT_MS;
  for (;;) {
    const answered: Answer<PageOf<T>> = await page(cursor);
    if (answered.ok) {
      found.push(...answered.data.items);
      cursor = answered.data.next_cursor ?? null;
      if (cursor === null) return found;
    } else if (answered.problem.status >= 400 && answered.problem.status < 500) {
      return found;
    } else {
      await new Promise((resume) => setTimeout(resume, wait));
      wait = Math.min(LONGEST_WAIT_MS, wait * 2);
    }
  }
}
