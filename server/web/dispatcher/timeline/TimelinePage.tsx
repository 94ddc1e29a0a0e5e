/** The timeline: a row per technician, their day as blocks, and beside it what waits for somebody. */
import { useComputed, type ReadonlySignal } from "@preact/signals";
import type { JSX } from "preact";
import { useRef } from "preact/hooks";
import { sentence } from "../../shared/api/problem";
import { t } from "../../shared/text/language";
import { Notice } from "../../shared/views/Notice";
import type { Board } from "../board";
import type { Show } from "../Desk";
import type { DeskView } from "../view";
import { CarryCard } from "./CarryCard";
import { DayBar } from "./DayBar";
import { Grid } from "./Grid";
import { useCarrying } from "./pointing";
import { useTimeline } from "./timeline";
import { Tray } from "./Tray";
import { useTyping } from "./typing";
import "./timeline.css";

interface TimelinePageProps {
  readonly board: Board;
  readonly view: ReadonlySignal<DeskView>;
  readonly show: Show;
}

export function TimelinePage({ board, view, show }: TimelinePageProps): JSX.Element {
  const timeline = useTimeline(board, view, show);
  const box = useRef<HTMLDivElement>(null);
  const card = useRef<HTMLDivElement>(null);
  const pointing = useCarrying(timeline, box, card);
  const typed = useTyping(timeline, box);
  const loading = useComputed(() => !board.feed.replica.value.complete || !timeline.ready.value);
  return (
    <div class="timeline" onKeyDown={typed}>
      <h1 class="unseen">{t("timeline.title")}</h1>
      <DayBar timeline={timeline} />
      <div class="timeline-body" aria-busy={loading.value}>
        <Tray timeline={timeline} onPoint={pointing} />
        {timeline.rows.value.length > 0 ? (
          <Grid timeline={timeline} box={box} onPoint={pointing} />
        ) : (
          <Nobody board={board} view={view} show={show} loading={loading.value} />
        )}
      </div>
      <CarryCard timeline={timeline} card={card} />
      <p class="unseen" id="timeline-keys">
        {t("timeline.keys")}
      </p>
      <Said said={timeline.said} />
    </div>
  );
}

/** A part of its own, so that what is said draws nothing else anew. */
function Said({ said }: { readonly said: ReadonlySignal<string> }): JSX.Element {
  return (
    <p class="unseen" role="status" aria-live="assertive">
      {said.value}
    </p>
  );
}

function Nobody({ board, view, show, loading }: TimelinePageProps & { readonly loading: boolean }): JSX.Element {
  const { state, problem } = board.feed.contact.value;
  if (loading && state !== "offline" && problem === null)
    return (
      <div class="queue-ghosts" role="status">
        <p class="unseen">{t("timeline.loading")}</p>
        {[1, 2, 3, 4, 5, 6].map((each) => (
          <div key={each} class="ghost" />
        ))}
      </div>
    );
  if (loading)
    return (
      <Notice
        icon={problem === null ? "offline" : "warning"}
        title={t("desk.failed")}
        hint={problem === null ? t("problem.offline") : sentence(problem)}
      >
        <button
          type="button"
          class="button first"
          onClick={() => {
            board.feed.pullSoon();
          }}
        >
          {t("retry")}
        </button>
      </Notice>
    );
  const filtered = view.value.search !== "" || view.value.outlet !== null;
  return (
    <Notice icon="person" title={filtered ? t("timeline.nobody_found") : t("timeline.nobody")}>
      {filtered && (
        <button
          type="button"
          class="button"
          onClick={() => {
            show({ search: "", outlet: null });
          }}
        >
          {t("timeline.show_all")}
        </button>
      )}
    </Notice>
  );
}
