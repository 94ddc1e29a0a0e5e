/** Who could take the job, best first, each with its reason; and why nobody else. */
import { useSignal } from "@preact/signals";
import type { JSX } from "preact";
import { sentence } from "../shared/api/problem";
import type { Job, Recommendation, Recommendations, TravelTimes } from "../shared/api/types";
import { inLanguage, say, t } from "../shared/text/language";
import { span, timeWindow } from "../shared/time/format";
import { now } from "../shared/time/now";
import { Icon } from "../shared/views/Icon";
import { useLoaded } from "../shared/views/loading";
import type { Board } from "./board";
import { bookProposal, recommend, recommendNamed } from "./deeds";
import { bookingIn } from "./offers";
import "./proposals.css";

interface ProposalsProps {
  readonly job: Job;
  readonly board: Board;
}

export function Proposals({ job, board }: ProposalsProps): JSX.Element {
  const [state, lookAgain] = useLoaded(() => recommend(board, job), job.id, job.version);
  const busy = useSignal<string | null>(null);

  async function take(proposal: Recommendation): Promise<void> {
    if (busy.value !== null) return;
    busy.value = proposal.technician_id;
    const booked = await bookProposal(board, job, proposal);
    busy.value = null;
    if (!booked) lookAgain();
  }

  const loaded = state.value;
  return (
    <section class="proposals" aria-label={t("proposals.title")}>
      <header>
        <h3>{t("proposals.title")}</h3>
        <button type="button" class="button plain" onClick={lookAgain}>
          {t("proposals.refresh")}
        </button>
      </header>
      {loaded.kind === "loading" && (
        <p class="soft" role="status">
          {t("proposals.loading")}
        </p>
      )}
      {loaded.kind === "failed" && (
        <p class="trouble" role="alert">
          {sentence(loaded.problem)}
        </p>
      )}
      {loaded.kind === "ready" && (
        <>
          <TravelNotice travel={loaded.data.travel} />
          {loaded.data.recommendations.length === 0 && (
            <p class="trouble" role="status">
              <Icon name="warning" />
              {t("proposals.none")}
            </p>
          )}
          <ol>
            {loaded.data.recommendations.map((proposal) => (
              <Proposal
                key={proposal.technician_id}
                proposal={proposal}
                job={job}
                name={board.nameOf(proposal.technician_id, proposal.technician_name)}
                zone={board.zoneOf(job.outlet_id)}
                busy={busy.value !== null}
                onTake={board.mayWrite ? take : null}
              />
            ))}
          </ol>
          {loaded.data.possible > loaded.data.recommendations.length && (
            <p class="soft">
              {t("proposals.more", { shown: loaded.data.recommendations.length, all: loaded.data.possible })}
            </p>
          )}
          <WhyNot answer={loaded.data} />
          <AskAbout job={job} board={board} busy={busy.value !== null} onTake={board.mayWrite ? take : null} />
        </>
      )}
    </section>
  );
}

/** Times that were estimated for want of the road network are not passed off as others. */
export function TravelNotice({ travel }: { readonly travel: TravelTimes | null }): JSX.Element | null {
  if (travel?.fallback !== true) return null;
  return (
    <p class="caution" role="status">
      <Icon name="route" />
      {inLanguage(travel.sentence)}
    </p>
  );
}

interface AskAboutProps {
  readonly job: Job;
  readonly board: Board;
  readonly busy: boolean;
  readonly onTake: ((proposal: Recommendation) => Promise<void>) | null;
}

/** "Why not Wang?": the answer for one technician, wherever they stand among the others. */
function AskAbout({ job, board, busy, onTake }: AskAboutProps): JSX.Element {
  const named = useSignal<string | null>(null);
  const everybody = [...board.technicians.value.values()]
    .map((each) => ({ id: each.id, name: board.nameOf(each.id), near: each.outlet_id === job.outlet_id }))
    .sort((a, b) => Number(b.near) - Number(a.near) || a.name.localeCompare(b.name));
  return (
    <div class="ask-about">
      <label for="ask-about">{t("proposals.ask")}</label>
      <select
        id="ask-about"
        value={named.value ?? ""}
        onChange={(event) => {
          named.value = event.currentTarget.value || null;
        }}
      >
        <option value="">{t("act.choose")}</option>
        {everybody.map((each) => (
          <option key={each.id} value={each.id}>
            {each.name}
          </option>
        ))}
      </select>
      <div aria-live="polite">
        {named.value !== null && (
          <AboutOne key={named.value} technicianId={named.value} job={job} board={board} busy={busy} onTake={onTake} />
        )}
      </div>
    </div>
  );
}

function AboutOne({
  technicianId,
  job,
  board,
  busy,
  onTake,
}: AskAboutProps & { readonly technicianId: string }): JSX.Element {
  const [state] = useLoaded(() => recommendNamed(board, job, technicianId), technicianId, job.version);
  const loaded = state.value;
  if (loaded.kind === "loading") return <p class="soft">{t("loading")}</p>;
  if (loaded.kind === "failed") return <p class="trouble">{sentence(loaded.problem)}</p>;
  const [proposal] = loaded.data.recommendations;
  const [why] = loaded.data.why_not;
  if (proposal !== undefined)
    return (
      <ol>
        <Proposal
          proposal={proposal}
          job={job}
          name={board.nameOf(technicianId, proposal.technician_name)}
          zone={board.zoneOf(job.outlet_id)}
          busy={busy}
          onTake={onTake}
        />
      </ol>
    );
  return (
    <p class="caution">
      <Icon name="person" />
      {why === undefined ? t("proposals.ask_nothing") : inLanguage(why.sentence)}
    </p>
  );
}

interface ProposalProps {
  readonly proposal: Recommendation;
  readonly job: Job;
  readonly name: string;
  /** The outlet's: its windows are told as the sentence beside them is. */
  readonly zone: string | undefined;
  readonly busy: boolean;
  readonly onTake: ((proposal: Recommendation) => Promise<void>) | null;
}

function Proposal({ proposal, job, name, zone, busy, onTake }: ProposalProps): JSX.Element {
  const window = timeWindow(now.value, Date.parse(proposal.starts_at), Date.parse(proposal.ends_at), zone);
  const moving = bookingIn(job.state) === "move";
  const words = { name, window };
  return (
    <li class="proposal">
      <div class="proposal-head">
        <span class="rank numbers">{proposal.rank}</span>
        <strong>{name}</strong>
        <span class="numbers">{window}</span>
        <Slack seconds={proposal.slack_seconds} />
      </div>
      <p>{inLanguage(proposal.sentence)}</p>
      {proposal.delays.length > 0 && <Delays proposal={proposal} />}
      <div class="proposal-foot">
        <span class="soft">
          {proposal.travel_seconds > 0 && t("proposals.travel", { time: span(proposal.travel_seconds * 1000) })}
        </span>
        {onTake !== null && (
          <button
            type="button"
            class={proposal.rank === 1 ? "button first" : "button"}
            aria-label={moving ? t("proposals.move_named", words) : t("proposals.assign_named", words)}
            aria-disabled={busy}
            onClick={() => void onTake(proposal)}
          >
            {moving ? t("proposals.move") : t("proposals.assign")}
          </button>
        )}
      </div>
    </li>
  );
}

function Slack({ seconds }: { readonly seconds: number | null }): JSX.Element {
  if (seconds === null) return <span class="slack">{t("proposals.no_promise")}</span>;
  // Whole minutes on the safe side, as in the server's sentence: spare time rounded down, lateness up.
  const time = span(Math.floor(seconds / 60) * 60_000);
  return (
    <span class="slack" data-late={seconds < 0}>
      {seconds < 0 && <Icon name="warning" />}
      {seconds < 0 ? t("proposals.late", { time }) : t("proposals.spare", { time })}
    </span>
  );
}

function Delays({ proposal }: { readonly proposal: Recommendation }): JSX.Element {
  return (
    <div class="delays">
      <span>{t("proposals.delays")}</span>
      <ul>
        {proposal.delays.map((delay) => (
          <li key={delay.job_id} class="numbers">
            {t("proposals.delay", { number: delay.number, time: span(delay.seconds * 1000) })}
            {delay.breaks_promise && <strong class="breaks"> {t("proposals.delay_breaks")}</strong>}
          </li>
        ))}
      </ul>
    </div>
  );
}

function WhyNot({ answer }: { readonly answer: Recommendations }): JSX.Element | null {
  if (answer.why_not.length === 0) return null;
  const counts = Object.entries(answer.counts).sort(([, a], [, b]) => b - a);
  return (
    <details class="why-not">
      <summary>
        {t("proposals.why_not", { n: answer.why_not.length })}
        <span class="counts">
          {counts.map(([rule, count]) => (
            <span key={rule} class="tag numbers">
              {count} {say("rule", rule)}
            </span>
          ))}
        </span>
      </summary>
      <ul>
        {answer.why_not.map((each) => (
          <li key={each.technician_id}>{inLanguage(each.sentence)}</li>
        ))}
      </ul>
    </details>
  );
}
