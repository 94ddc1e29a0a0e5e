import type { ReadonlySignal } from "@preact/signals";
import type { ComponentChildren, JSX, RefObject } from "preact";
import { sentence } from "../shared/api/problem";
import type { Session } from "../shared/api/session";
import { t } from "../shared/text/language";
import { shortTime } from "../shared/time/format";
import { now } from "../shared/time/now";
import { leavesToBrowser } from "../shared/views/address";
import { Brand } from "../shared/views/Brand";
import { Icon } from "../shared/views/Icon";
import { LanguageButton } from "../shared/views/LanguageButton";
import { untaken } from "./alarms/alarms";
import { unseenIn, type Suggestions } from "./alarms/reacting";
import { untakenIn, type ScanAlarms } from "./alarms/scanning";
import type { Board } from "./board";
import type { Show } from "./Desk";
import { SEARCHED, writeView, type DeskView } from "./view";
import "./topbar.css";

interface TopBarProps {
  readonly board: Board;
  readonly suggestions: Suggestions;
  readonly scans: ScanAlarms;
  /** How many matters of customers wait. */
  readonly waiting: ReadonlySignal<number>;
  readonly session: Session;
  readonly view: ReadonlySignal<DeskView>;
  readonly show: Show;
  readonly search: RefObject<HTMLInputElement | null>;
  readonly onHelp: () => void;
}

export function TopBar({
  board,
  suggestions,
  scans,
  waiting,
  session,
  view,
  show,
  search,
  onHelp,
}: TopBarProps): JSX.Element {
  const reviews = board.reviews.value.length;
  const alarms = untaken(board.alarms.value).length + unseenIn(suggestions).length + untakenIn(scans).length;
  return (
    <header class="top-bar">
      <Brand face="desk" />
      <nav>
        <PageLink page="queue" view={view.value} show={show}>
          {t("desk.queue")}
        </PageLink>
        <PageLink page="timeline" view={view.value} show={show}>
          {t("desk.timeline")}
        </PageLink>
        <PageLink page="map" view={view.value} show={show}>
          {t("desk.map")}
        </PageLink>
        <PageLink page="plan" view={view.value} show={show}>
          {t("desk.plan")}
        </PageLink>
        <PageLink page="alarms" view={view.value} show={show}>
          {t("desk.alarms")}
          {alarms > 0 && <span class="count numbers">{atMost99(alarms)}</span>}
        </PageLink>
        <PageLink page="customers" view={view.value} show={show}>
          {t("desk.customers")}
          {waiting.value > 0 && <span class="count numbers">{atMost99(waiting.value)}</span>}
        </PageLink>
        <PageLink page="reviews" view={view.value} show={show}>
          {t("desk.reviews")}
          {reviews > 0 && <span class="count numbers">{atMost99(reviews)}</span>}
        </PageLink>
        <PageLink page="people" view={view.value} show={show}>
          {t("desk.people")}
        </PageLink>
      </nav>
      {board.mayWrite && (
        <PageLink page="intake" view={view.value} show={show} first>
          {t("desk.intake")}
        </PageLink>
      )}
      <search class="search">
        <Icon name="search" />
        <input
          ref={search}
          type="search"
          placeholder={t("desk.search")}
          aria-label={t("desk.search_label")}
          value={view.value.search}
          maxLength={100}
          spellcheck={false}
          onInput={(event) => {
            const { page } = view.value;
            show({ search: event.currentTarget.value, page: SEARCHED.has(page) ? page : "queue" }, true);
          }}
        />
        <kbd aria-hidden="true">/</kbd>
      </search>
      <Live board={board} />
      <div class="top-tools">
        <button
          type="button"
          class="button plain square keys-button"
          aria-label={t("desk.keys")}
          title={t("desk.keys")}
          onClick={onHelp}
        >
          <Icon name="keyboard" />
        </button>
        {board.user.role !== "dispatcher" && (
          <a class="button plain" href="/desk/admin">
            {t("desk.admin")}
          </a>
        )}
        <LanguageButton />
        <span class="who" title={board.user.username}>
          {board.user.name}
        </span>
        <button
          type="button"
          class="button plain"
          aria-label={t("logout")}
          title={`${t("logout")} · ${board.user.name}`}
          onClick={() => void session.logout()}
        >
          <Icon name="leave" />
          <span class="logout-words">{t("logout")}</span>
        </button>
      </div>
    </header>
  );
}

/** More than that is too many to be counted, and too wide for the bar. */
function atMost99(n: number): string {
  return n > 99 ? "99+" : String(n);
}

interface PageLinkProps {
  readonly page: DeskView["page"];
  readonly view: DeskView;
  readonly show: Show;
  /** What is done most: it stands out. */
  readonly first?: boolean;
  readonly children: ComponentChildren;
}

function PageLink({ page, view, show, first = false, children }: PageLinkProps): JSX.Element {
  return (
    <a
      class={first ? "button first" : undefined}
      href={`?${writeView({ ...view, page, job: null }).toString()}`}
      aria-current={view.page === page ? "page" : undefined}
      onClick={(event) => {
        if (leavesToBrowser(event)) return;
        event.preventDefault();
        show({ page, job: null });
      }}
    >
      {children}
    </a>
  );
}

/** Whether what is on screen is the present. */
function Live({ board }: { readonly board: Board }): JSX.Element {
  const { state, last, problem } = board.feed.contact.value;
  const live = state === "online" && problem === null;
  const words = live
    ? t("contact.live")
    : problem !== null
      ? sentence(problem)
      : state === "connecting" || last === null
        ? t(`contact.${state}`)
        : t("desk.sync_lost", { time: shortTime(Math.max(now.value, last), last) });
  return (
    <span class="live" data-state={live ? "live" : state === "connecting" ? state : "lost"} role="status">
      <Icon name={state === "offline" ? "offline" : problem === null ? "online" : "warning"} />
      <span class="live-words">{words}</span>
    </span>
  );
}
