/** One plan, in each of its states. */
import { useSignal } from "@preact/signals";
import type { ComponentChildren, JSX } from "preact";
import { sentence } from "../../shared/api/problem";
import type { Plan } from "../../shared/api/types";
import { inLanguage, named, t } from "../../shared/text/language";
import { shortTime } from "../../shared/time/format";
import { now } from "../../shared/time/now";
import { Icon } from "../../shared/views/Icon";
import { Notice } from "../../shared/views/Notice";
import type { Board } from "../board";
import type { Show } from "../Desk";
import { Frame } from "../Frame";
import { TravelNotice } from "../Proposals";
import { Borrowings } from "./Borrowings";
import { firstChoice, groupsOf, isOpen, progressOf, publicationOf } from "./draft";
import { horizonWords, PlanState } from "./PlanPage";
import { beginPlan, discardPlan, planTrouble, useMoment, usePlan } from "./planning";
import { ChangeGroup } from "./ChangeGroup";
import { Publishing } from "./Publishing";
import { Summary } from "./Summary";

interface OnePlanProps {
  readonly id: string;
  readonly board: Board;
  readonly show: Show;
}

export function OnePlan({ id, board, show }: OnePlanProps): JSX.Element {
  const [state, again] = usePlan(board, id);
  const loaded = state.value;
  const back = (): void => {
    show({ plan: null });
  };
  return (
    <>
      <button type="button" class="button plain plan-back" onClick={back}>
        <Icon name="back" />
        {t("plan.back")}
      </button>
      {loaded.kind === "loading" && <div class="ghost plan-ghost" role="status" aria-label={t("loading")} />}
      {loaded.kind === "failed" && (
        <Notice icon="warning" title={t("plan.failed_one")} hint={sentence(loaded.problem)}>
          <button type="button" class="button first" onClick={again}>
            {t("retry")}
          </button>
        </Notice>
      )}
      {loaded.kind === "ready" && <Shown plan={loaded.data} board={board} show={show} again={again} />}
    </>
  );
}

interface ShownProps {
  readonly plan: Plan;
  readonly board: Board;
  readonly show: Show;
  /** Reads the plan anew. */
  readonly again: () => void;
}

function Shown({ plan, board, show, again }: ShownProps): JSX.Element {
  const outlet = plan.outlet_id === null ? undefined : board.outlets.value.get(plan.outlet_id);
  const time = shortTime(now.value, Date.parse(plan.made_at));
  return (
    <>
      <header class="plan-head">
        <h1>{t("plan.of", { where: outlet === undefined ? t("plan.all_outlets") : named(outlet) })}</h1>
        <PlanState plan={plan} />
        <p class="soft">
          {horizonWords(plan, board)} · {t("plan.made_by", { name: plan.made_by_name || "—", time })}
          {plan.state === "draft" &&
            ` · ${t("plan.expires", { time: shortTime(now.value, Date.parse(plan.expires_at)) })}`}
        </p>
      </header>
      {plan.state === "solving" ? (
        <Solving plan={plan} board={board} again={again} />
      ) : plan.state === "failed" ? (
        <Failed plan={plan} board={board} show={show} />
      ) : (
        <Draft plan={plan} board={board} show={show} again={again} />
      )}
    </>
  );
}

function Solving({ plan, board, again }: Omit<ShownProps, "show">): JSX.Element {
  const moment = useMoment();
  const share = progressOf(plan, moment.value);
  const done = share === null ? plan.seconds : Math.floor(share * plan.seconds);
  return (
    <section class="solving">
      <p role="status">
        <strong>{share === null ? t("plan.finishing") : t("plan.solving")}</strong>
      </p>
      <progress aria-label={t("plan.solving")} {...(share === null ? {} : { value: share, max: 1 })} />
      <p class="soft numbers">{t("plan.progress", { done, all: plan.seconds })}</p>
      <p class="soft">{t("plan.solving_hint")}</p>
      {board.mayWrite && (
        <button
          type="button"
          class="button"
          onClick={() =>
            void discardPlan(board, plan).then(() => {
              again();
            })
          }
        >
          {t("plan.stop")}
        </button>
      )}
    </section>
  );
}

function Failed({ plan, board, show }: Omit<ShownProps, "again">): JSX.Element {
  return (
    <Notice
      icon="warning"
      title={t("plan.failed")}
      hint={plan.failure === null ? undefined : inLanguage(plan.failure.sentence)}
    >
      {board.mayWrite && (
        <PlanAgain plan={plan} board={board} show={show}>
          {t("plan.again")}
        </PlanAgain>
      )}
    </Notice>
  );
}

interface PlanAgainProps extends Omit<ShownProps, "again"> {
  readonly children: ComponentChildren;
}

/** The same once more, from how things stand now. */
function PlanAgain({ plan, board, show, children }: PlanAgainProps): JSX.Element {
  const trouble = useSignal<string | null>(null);
  async function begin(): Promise<void> {
    const begun = await beginPlan(board, sameAgain(plan));
    if (begun.ok) show({ plan: begun.data });
    else trouble.value = planTrouble(begun.problem);
  }
  return (
    <>
      <button type="button" class="button" onClick={() => void begin()}>
        {children}
      </button>
      {trouble.value !== null && (
        <p class="trouble" role="alert">
          {trouble.value}
        </p>
      )}
    </>
  );
}

const DAY_MS = 86_400_000;

function sameAgain(plan: Plan): Parameters<typeof beginPlan>[1] {
  const days = Math.ceil((Date.parse(plan.ends_at) - Math.max(Date.now(), Date.parse(plan.starts_at))) / DAY_MS);
  const where = plan.outlet_id === null ? { centre_id: plan.centre_id } : { outlet_id: plan.outlet_id };
  return { ...where, days: Math.min(7, Math.max(1, days)), seconds: plan.seconds };
}

function Draft({ plan, board, show, again }: ShownProps): JSX.Element {
  const chosenByHand = useSignal<ReadonlySet<string> | null>(null);
  const publishing = useSignal(false);
  const discarding = useSignal(false);
  const groups = groupsOf(plan.items);
  const draft = plan.state === "draft";
  const choosing = draft && board.mayWrite;
  const choice = chosenByHand.value ?? firstChoice(plan.items);
  const open = plan.items.filter(isOpen);
  const publication = publicationOf(plan.items, choice);

  function choose(ids: readonly string[], on: boolean): void {
    const next = new Set(choice);
    for (const id of ids) {
      if (on) next.add(id);
      else next.delete(id);
    }
    chosenByHand.value = next;
  }

  return (
    <>
      <Summary plan={plan} />
      <TravelNotice travel={plan.travel} />
      {plan.method === "insertion" && plan.seconds > 0 && (
        <p class="caution" role="status">
          <Icon name="warning" />
          {t("plan.insertion")}
        </p>
      )}
      {draft && (plan.stale > 0 || plan.new_jobs.length > 0) && (
        <div class="caution plan-overtaken" role="status">
          <Icon name="warning" />
          <span>
            {plan.stale > 0 && t("plan.stale_count", { n: plan.stale })}{" "}
            {plan.new_jobs.length > 0 && t("plan.new_jobs", { n: plan.new_jobs.length })}
          </span>
          {board.mayWrite && (
            <PlanAgain plan={plan} board={board} show={show}>
              {t("plan.again_now")}
            </PlanAgain>
          )}
        </div>
      )}
      {groups.length === 0 && <Notice icon="empty" title={t("plan.nothing")} hint={t("plan.nothing_hint")} />}
      {groups.map((group) => (
        <ChangeGroup
          key={group.change}
          group={group}
          plan={plan}
          board={board}
          choice={choosing ? choice : null}
          onChoose={choose}
          show={show}
        />
      ))}
      <Borrowings plan={plan} board={board} />
      {choosing && (
        <footer class="plan-foot">
          <p role="status" class="numbers">
            {t("plan.chosen", { n: publication.chosen.length, all: open.length })}
          </p>
          <button
            type="button"
            class="button danger"
            onClick={() => {
              discarding.value = true;
            }}
          >
            {t("plan.discard")}
          </button>
          <button
            type="button"
            class="button first"
            aria-disabled={publication.chosen.length === 0}
            onClick={() => {
              if (publication.chosen.length > 0) publishing.value = true;
            }}
          >
            {publishWords(publication.chosen.length, open.length)}
          </button>
        </footer>
      )}
      {publishing.value && (
        <Publishing
          plan={plan}
          publication={publication}
          board={board}
          onRefused={again}
          onClose={() => {
            publishing.value = false;
            again();
          }}
          onPublished={() => {
            chosenByHand.value = null;
          }}
        />
      )}
      {discarding.value && (
        <Frame
          title={t("plan.discard_title")}
          confirm={t("plan.discard")}
          danger
          onConfirm={() => discardPlan(board, plan)}
          onClose={() => {
            discarding.value = false;
            again();
          }}
        >
          <p>{t("plan.discard_text")}</p>
        </Frame>
      )}
    </>
  );
}

function publishWords(chosen: number, open: number): string {
  if (chosen === 0) return t("plan.publish_none");
  return chosen === open ? t("plan.publish_all", { n: open }) : t("plan.publish", { n: chosen });
}
