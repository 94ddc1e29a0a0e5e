/** Who could come from where: asked for only when somebody wants to know, for the outlet and the time of the plan. */
import { useSignal } from "@preact/signals";
import type { JSX } from "preact";
import { answer } from "../../shared/api/client";
import { sentence } from "../../shared/api/problem";
import type { BorrowingProposal, BorrowingProposals, Plan } from "../../shared/api/types";
import { inLanguage, t } from "../../shared/text/language";
import { span, timeWindow } from "../../shared/time/format";
import { now } from "../../shared/time/now";
import { Icon } from "../../shared/views/Icon";
import { useLoaded } from "../../shared/views/loading";
import type { Board } from "../board";
import { TravelNotice } from "../Proposals";
import { borrow } from "./planning";

interface BorrowingsProps {
  readonly plan: Plan;
  readonly board: Board;
}

/** Only beside a draft that leaves jobs without a visit or misses promises; a centre lends to itself by planning whole. */
export function Borrowings({ plan, board }: BorrowingsProps): JSX.Element | null {
  const asked = useSignal(false);
  const short = (plan.counts["unassigned"] ?? 0) > 0 || (plan.after?.missed ?? 0) > 0;
  if (plan.state !== "draft" || plan.outlet_id === null || !short) return null;
  return (
    <section class="plan-group borrowings" aria-labelledby="borrowings-title">
      <header>
        <h2 id="borrowings-title">{t("borrow.title")}</h2>
        <p class="soft">{t("borrow.hint")}</p>
      </header>
      {asked.value ? (
        <Found plan={plan} outletId={plan.outlet_id} board={board} />
      ) : (
        <button type="button" class="button" onClick={() => (asked.value = true)}>
          {t("borrow.look")}
        </button>
      )}
    </section>
  );
}

function Found({ plan, outletId, board }: BorrowingsProps & { readonly outletId: string }): JSX.Element {
  const [state, again] = useLoaded<BorrowingProposals>(
    () =>
      answer(
        board.api.GET("/dispatch/borrowings/proposals", {
          params: { query: { outlet_id: outletId, from: null, to: plan.ends_at } },
        }),
      ),
    plan.id,
    0,
  );
  const loaded = state.value;
  if (loaded.kind === "loading")
    return (
      <p class="soft" role="status">
        {t("borrow.looking")}
      </p>
    );
  if (loaded.kind === "failed")
    return (
      <p class="trouble" role="alert">
        {sentence(loaded.problem)}
      </p>
    );
  const { proposals, travel, at_risk: atRisk } = loaded.data;
  return (
    <>
      <p role="status">
        {proposals.length === 0 ? t("borrow.nobody") : t("borrow.found", { n: proposals.length, jobs: atRisk.length })}
      </p>
      <TravelNotice travel={travel} />
      <ol class="borrowing-list">
        {proposals.map((proposal) => (
          <Proposed key={proposal.technician_id} proposal={proposal} board={board} onDone={again} />
        ))}
      </ol>
    </>
  );
}

interface ProposedProps {
  readonly proposal: BorrowingProposal;
  readonly board: Board;
  readonly onDone: () => void;
}

function Proposed({ proposal, board, onDone }: ProposedProps): JSX.Element {
  const busy = useSignal(false);
  const { borrowing } = proposal;
  const zone = board.zoneOf(borrowing.outlet_id);
  const window = timeWindow(now.value, Date.parse(borrowing.starts_at), Date.parse(borrowing.ends_at), zone);

  async function accept(): Promise<void> {
    if (busy.value) return;
    busy.value = true;
    const done = await borrow(board, proposal);
    busy.value = false;
    if (done) onDone();
  }

  return (
    <li class="proposal">
      <div class="proposal-head">
        <span class="rank numbers">{proposal.rank}</span>
        <strong>{proposal.technician_name}</strong>
        <span class="soft">{proposal.outlet_name}</span>
        <span class="numbers">{window}</span>
      </div>
      <p>{inLanguage(proposal.sentence)}</p>
      {(proposal.misses_there > 0 || proposal.delays > 0) && (
        <p class="mark">
          <Icon name="warning" />
          {t("borrow.cost", { missed: proposal.misses_there, delays: proposal.delays })}
        </p>
      )}
      <div class="proposal-foot">
        <span class="soft">
          {proposal.travel_seconds > 0 && t("proposals.travel", { time: span(proposal.travel_seconds * 1000) })}
        </span>
        {board.mayWrite && (
          <button
            type="button"
            class="button"
            aria-label={t("borrow.accept_named", { name: proposal.technician_name })}
            aria-disabled={busy.value}
            onClick={() => void accept()}
          >
            {t("borrow.accept")}
          </button>
        )}
      </div>
    </li>
  );
}
