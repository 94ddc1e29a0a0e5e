/** Plans: one is made, looked at beside what people were told, and published whole or in part. */
import type { ReadonlySignal } from "@preact/signals";
import type { JSX } from "preact";
import { sentence } from "../../shared/api/problem";
import type { PlanHead } from "../../shared/api/types";
import { inLanguage, named, t } from "../../shared/text/language";
import { clockTime, dayName, foreign, shortTime, zoneName } from "../../shared/time/format";
import { now } from "../../shared/time/now";
import { leavesToBrowser } from "../../shared/views/address";
import { Notice } from "../../shared/views/Notice";
import type { Board } from "../board";
import type { Show } from "../Desk";
import { writeView, type DeskView } from "../view";
import { NewPlanForm } from "./NewPlanForm";
import { OnePlan } from "./OnePlan";
import { usePlans } from "./planning";
import "./plans.css";

interface PlanPageProps {
  readonly board: Board;
  readonly view: ReadonlySignal<DeskView>;
  readonly show: Show;
}

export function PlanPage({ board, view, show }: PlanPageProps): JSX.Element {
  const { plan } = view.value;
  return (
    <div class="plans">
      {plan === null ? (
        <>
          <h1>{t("plan.title")}</h1>
          {board.mayWrite ? (
            <NewPlanForm board={board} view={view} show={show} />
          ) : (
            <p class="soft">{t("desk.read_only")}</p>
          )}
          <PlanList board={board} view={view} show={show} />
        </>
      ) : (
        <OnePlan key={plan} id={plan} board={board} show={show} />
      )}
    </div>
  );
}

function PlanList({ board, view, show }: PlanPageProps): JSX.Element {
  const [state, again] = usePlans(board);
  const loaded = state.value;
  return (
    <section aria-labelledby="plan-list-title">
      <h2 id="plan-list-title">{t("plan.list")}</h2>
      {loaded.kind === "loading" && <div class="ghost plan-ghost" role="status" aria-label={t("loading")} />}
      {loaded.kind === "failed" && (
        <Notice icon="warning" title={t("plan.failed_list")} hint={sentence(loaded.problem)}>
          <button type="button" class="button first" onClick={again}>
            {t("retry")}
          </button>
        </Notice>
      )}
      {loaded.kind === "ready" && loaded.data.length === 0 && (
        <Notice icon="route" title={t("plan.none")} hint={t("plan.none_hint")} />
      )}
      {loaded.kind === "ready" && loaded.data.length > 0 && (
        <ol class="plan-list">
          {loaded.data.map((plan) => (
            <PlanLine key={plan.id} plan={plan} board={board} view={view} show={show} />
          ))}
        </ol>
      )}
    </section>
  );
}

function PlanLine({ plan, board, view, show }: PlanPageProps & { readonly plan: PlanHead }): JSX.Element {
  const outlet = plan.outlet_id === null ? undefined : board.outlets.value.get(plan.outlet_id);
  return (
    <li>
      <a
        class="plan-line"
        href={`?${writeView({ ...view.value, plan: plan.id, job: null }).toString()}`}
        onClick={(event) => {
          if (leavesToBrowser(event)) return;
          event.preventDefault();
          show({ plan: plan.id, job: null });
        }}
      >
        <PlanState plan={plan} />
        <span class="plan-line-words">
          <strong>{horizonWords(plan, board)}</strong>
          <span>{inLanguage(plan.failure?.sentence ?? plan.sentence)}</span>
          <span class="soft">
            {[
              outlet === undefined ? t("plan.all_outlets") : named(outlet),
              t("plan.made_by", {
                name: plan.made_by_name || "—",
                time: shortTime(now.value, Date.parse(plan.made_at)),
              }),
            ].join(" · ")}
          </span>
        </span>
      </a>
    </li>
  );
}

export function PlanState({ plan }: { readonly plan: PlanHead }): JSX.Element {
  const partly = plan.state === "draft" && Object.keys(plan.counts).length > 0 && plan.open < changesIn(plan);
  return (
    <span class="tag plan-state" data-state={plan.state}>
      {partly ? t("plan.state.partly") : t(`plan.state.${plan.state}`)}
    </span>
  );
}

function changesIn({ counts }: PlanHead): number {
  return (counts["added"] ?? 0) + (counts["moved"] ?? 0) + (counts["retimed"] ?? 0) + (counts["dropped"] ?? 0);
}

/** `Mon 23 Nov from 10:49`, `Mon 23 Nov 10:49 – Tue 24 Nov`: whole days but for a start in the midst of today. */
export function horizonWords(plan: PlanHead, board: Board): string {
  const [from, to] = [Date.parse(plan.starts_at), Date.parse(plan.ends_at)];
  const zone = foreign(plan.outlet_id === null ? undefined : board.zoneOf(plan.outlet_id), from);
  const [first, last, time] = [dayName(from, zone), dayName(to - 1, zone), clockTime(from, zone)];
  const midst = time !== "00:00";
  const name = zone === undefined ? "" : t("punctuation.aside", { what: zoneName(zone, from) });
  if (first === last) return (midst ? t("plan.day_from", { day: first, time }) : first) + name;
  return `${first}${midst ? ` ${time}` : ""} – ${last}${name}`;
}
