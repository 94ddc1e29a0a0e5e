/** Everything a desk knows: the live feed, and the names of people and places. */
import { computed, signal, type ReadonlySignal, type Signal } from "@preact/signals";
import { answer, createApi, type Api } from "../shared/api/client";
import { everything, paging, patiently, type Page } from "../shared/api/pages";
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
    void listed((cursor) => answer(api.GET("/technicians", { params: { query: paging(cursor) } }))).then((found) => {
      if (look === looks) keep(technicians, found);
    });
    void listed((cursor) => answer(api.GET("/outlets", { params: { query: paging(cursor) } }))).then((found) => {
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

/** Nothing is drawn anew for what has not changed. */
function keep<T extends { readonly id: string }>(known: Signal<ReadonlyMap<string, T>>, found: readonly T[]): void {
  if (JSON.stringify([...known.peek().values()]) !== JSON.stringify(found))
    known.value = new Map(found.map((thing) => [thing.id, thing]));
}

/** All of a list, asked for until the server answers; nothing when it will not. */
export async function listed<T>(page: (cursor: string | undefined) => Promise<Answer<Page<T>>>): Promise<readonly T[]> {
  const found = await everything((cursor) => patiently(() => page(cursor)), Infinity);
  return found.ok ? found.data : [];
}
