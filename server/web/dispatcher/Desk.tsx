/** The desk: what is on screen is a function of the board and of the view in the address. */
import { useComputed, useSignal } from "@preact/signals";
import type { JSX } from "preact";
import { useEffect, useMemo, useRef } from "preact/hooks";
import type { Session } from "../shared/api/session";
import type { User } from "../shared/api/types";
import { Toasts } from "../shared/news/Toasts";
import { t } from "../shared/text/language";
import { now } from "../shared/time/now";
import { go, query } from "../shared/views/address";
import { AlarmNews, Alarms } from "./alarms/Alarms";
import { useSuggestions } from "./alarms/reacting";
import { useScanAlarms } from "./alarms/scanning";
import { useBeat } from "./beat";
import { openBoard } from "./board";
import { CustomersPage } from "./customers/CustomersPage";
import { useWaiting } from "./customers/waiting";
import { bookBest } from "./deeds";
import { Filters } from "./Filters";
import { IntakePage } from "./intake/IntakePage";
import { JobDrawer } from "./JobDrawer";
import { KeyboardHelp } from "./KeyboardHelp";
import { focusNeighbour, useKeys, type Keys } from "./keys";
import { bookingIn } from "./offers";
import { MapPage } from "./map/MapPage";
import { PeoplePage } from "./people/PeoplePage";
import { PlanPage } from "./plans/PlanPage";
import { neighbour, queueOf } from "./queue";
import { QueueList } from "./QueueList";
import { Reviews } from "./Reviews";
import { TimelinePage } from "./timeline/TimelinePage";
import { TopBar } from "./TopBar";
import { useSerials } from "./serials";
import { readView, SEARCHED, writeView, type DeskView, type PageName } from "./view";

/** People and places seldom change, and a board hears something all the time. */
const LOOK_AROUND_MS = 10_000;

export function Desk({ user, session }: { readonly user: User; readonly session: Session }): JSX.Element {
  const board = useMemo(() => openBoard(session, user), [session, user]);
  useEffect(() => {
    board.feed.start();
    return () => {
      board.feed.stop();
    };
  }, [board]);

  const around = useBeat(board, LOOK_AROUND_MS).value;
  useEffect(() => {
    if (around > 0) board.lookAround();
  }, [board, around]);

  const view = useComputed(() => readView(query.value));
  const units = useSerials(board, view);
  const queue = useComputed(() => queueOf(board.jobs.value.values(), view.value, now.value, units.value));
  const [suggestions, again] = useSuggestions(board);
  const [scans, scansAgain] = useScanAlarms(board);
  const waiting = useWaiting(board);
  const cursor = useSignal<string | null>(view.value.job);
  const helping = useSignal(false);
  const search = useRef<HTMLInputElement>(null);
  const list = useRef<HTMLDivElement>(null);
  const opener = useRef<Element | null>(null);

  /** Typing a search or stepping through jobs is nothing to go back to; opening and closing is. */
  function show(change: Partial<DeskView>, replace = false): void {
    if (change.job !== undefined && change.job !== null) {
      cursor.value = change.job;
      if (view.value.job === null) opener.current = document.activeElement;
    }
    go(writeView({ ...view.value, ...change }), replace);
  }

  function step(by: number): void {
    if (view.value.page === "customers") {
      focusNeighbour(".desk-body > main .matter", by);
      return;
    }
    const next = neighbour(queue.value.jobs, cursor.value, by);
    if (next === undefined) return;
    cursor.value = next.id;
    if (view.value.job !== null) show({ job: next.id }, true);
  }

  function close(): void {
    if (view.value.job === null) return;
    show({ job: null });
    if (list.current !== null) list.current.focus();
    else if (opener.current instanceof HTMLElement) opener.current.focus(); // back to where the job was named
  }

  /** Away from the lists the arrows scroll, and nothing is assigned that is not in sight. */
  function serves(what: keyof Keys): boolean {
    const { page, job } = view.value;
    if (what === "up" || what === "down") return page === "queue" || page === "customers";
    if (what === "open") return page === "queue";
    return what !== "assign" || page === "queue" || job !== null;
  }

  const turnTo = (page: PageName) => (): void => {
    show({ page, job: null });
  };

  useKeys(
    {
      up: () => {
        step(-1);
      },
      down: () => {
        step(1);
      },
      open: () => {
        if (cursor.value !== null) show({ job: cursor.value });
      },
      assign: () => {
        const job = board.jobs.value.get(view.value.job ?? cursor.value ?? "");
        if (job !== undefined && board.mayWrite && bookingIn(job.state) !== null) void bookBest(board, job);
      },
      search: () => {
        if (!SEARCHED.has(view.value.page)) show({ page: "queue" });
        search.current?.focus();
        search.current?.select();
      },
      close,
      help: () => {
        helping.value = true;
      },
      queue: turnTo("queue"),
      timeline: turnTo("timeline"),
      map: turnTo("map"),
      plan: turnTo("plan"),
      alarms: turnTo("alarms"),
      customers: turnTo("customers"),
      reviews: turnTo("reviews"),
      people: turnTo("people"),
      intake: turnTo("intake"),
    },
    serves,
  );

  const { page, job } = view.value;
  const open = job === null ? undefined : board.jobs.value.get(job);
  return (
    <div class="desk">
      <TopBar
        board={board}
        suggestions={suggestions}
        scans={scans}
        waiting={waiting.count}
        session={session}
        view={view}
        show={show}
        search={search}
        onHelp={() => (helping.value = true)}
      />
      <div class="desk-body" data-drawer={job !== null}>
        <main>
          {page === "reviews" && <Reviews board={board} show={show} />}
          {page === "timeline" && <TimelinePage board={board} view={view} show={show} />}
          {page === "map" && <MapPage board={board} view={view} show={show} />}
          {page === "plan" && <PlanPage board={board} view={view} show={show} />}
          {page === "alarms" && (
            <Alarms
              board={board}
              show={show}
              suggestions={suggestions}
              again={again}
              scans={scans}
              scansAgain={scansAgain}
            />
          )}
          {page === "customers" && <CustomersPage board={board} waiting={waiting} show={show} />}
          {page === "people" && <PeoplePage board={board} show={show} />}
          {page === "intake" && <IntakePage board={board} show={show} />}
          {page === "queue" && (
            <>
              <h1 class="unseen">{t("desk.queue")}</h1>
              <Filters board={board} view={view} queue={queue} show={show} />
              <QueueList board={board} view={view} queue={queue} cursor={cursor} show={show} list={list} />
            </>
          )}
        </main>
        {job !== null && <JobDrawer key={job} job={open} board={board} waiting={waiting} onClose={close} show={show} />}
        <Toasts />
      </div>
      <KeyboardHelp open={helping} />
      <p class="unseen" aria-live="polite">
        {board.reviews.value.length > 0 && t("desk.reviews_count", { n: board.reviews.value.length })}
      </p>
      <p class="unseen" aria-live="polite">
        {waiting.count.value > 0 && t("customers.news", { n: waiting.count.value })}
      </p>
      <AlarmNews board={board} suggestions={suggestions} scans={scans} />
    </div>
  );
}

export type Show = (change: Partial<DeskView>, replace?: boolean) => void;
