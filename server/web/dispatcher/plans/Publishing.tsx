/** What is read before a plan comes true: who hears of it, what else goes along, what is taken away, what is left out. */
import { useSignal } from "@preact/signals";
import type { JSX } from "preact";
import { sentence, type Problem } from "../../shared/api/problem";
import type { Plan, PlanItem } from "../../shared/api/types";
import { inLanguage, t } from "../../shared/text/language";
import type { Board } from "../board";
import { entered, Frame } from "../Frame";
import { few, idsIn, type Publication } from "./draft";
import { publishPlan } from "./planning";

interface PublishingProps {
  readonly plan: Plan;
  readonly publication: Publication;
  readonly board: Board;
  /** Nothing was published: the plan on screen may no longer be the present one. */
  readonly onRefused: () => void;
  readonly onPublished: () => void;
  readonly onClose: () => void;
}

export function Publishing({
  plan,
  publication,
  board,
  onRefused,
  onPublished,
  onClose,
}: PublishingProps): JSX.Element {
  const { chosen, along, drops, stale, told, people } = publication;
  const overtaken = useSignal(false); // something changed between looking and publishing

  async function confirm(fields: FormData): Promise<Problem | string | null> {
    if (drops.length > 0 && entered(fields, "consent") === "") return t("plan.consent_missing");
    const done = await publishPlan(board, plan, {
      job_ids: chosen.map((item) => item.job_id),
      take_along: along.length > 0,
      skip_stale: entered(fields, "skip") !== "",
      consent: drops.map((item) => item.job_id),
    });
    if (done.ok) {
      onPublished();
      return null;
    }
    if (done.problem.code === "version_stale") overtaken.value = true;
    onRefused();
    return refusal(plan, done.problem);
  }

  const count = chosen.length + along.length;
  return (
    <Frame
      title={t("plan.publish_title", { n: count })}
      confirm={t("plan.publish", { n: count })}
      danger={drops.length > 0}
      onConfirm={confirm}
      onClose={onClose}
    >
      <p>
        {t("plan.publish_text", { n: people })} {told > 0 && t("plan.publish_told", { n: told })}
      </p>
      {along.length > 0 && <Listed title={t("plan.along", { n: along.length })} items={along} />}
      {drops.length > 0 && (
        <>
          <Listed title={t("plan.drops", { n: drops.length })} items={drops} />
          <label class="switch">
            <input type="checkbox" name="consent" value="yes" />
            {t("plan.consent")}
          </label>
        </>
      )}
      {(stale.length > 0 || overtaken.value) && (
        <>
          {stale.length > 0 && <Listed title={t("plan.stale_listed", { n: stale.length })} items={stale} />}
          <label class="switch">
            <input type="checkbox" name="skip" value="yes" />
            {t("plan.skip_stale")}
          </label>
        </>
      )}
    </Frame>
  );
}

const LISTED = 8;

function Listed({ title, items }: { readonly title: string; readonly items: readonly PlanItem[] }): JSX.Element {
  return (
    <div class="plan-listed">
      <strong>{title}</strong>
      <ul>
        {items.slice(0, LISTED).map((item) => (
          <li key={item.job_id}>
            <span class="numbers">{item.number}</span> {inLanguage(item.sentence)}
          </li>
        ))}
        {items.length > LISTED && <li class="soft">{t("plan.and_more", { n: items.length - LISTED })}</li>}
      </ul>
    </div>
  );
}

/** Names the jobs it is about, as far as the refusal does. */
function refusal(plan: Plan, problem: Problem): string {
  const extra = problem.extra ?? {};
  const ids = [...idsIn(extra["stale"]), ...idsIn(extra["job_ids"]), ...Object.keys(extra["depends"] ?? {})];
  const alone = typeof extra["job_id"] === "string" ? [extra["job_id"]] : [];
  const { numbers, more } = few(plan, [...new Set([...ids, ...alone])]);
  const words = sentence(problem);
  if (numbers === "") return words;
  return more === 0
    ? t("plan.refused", { why: words, numbers })
    : t("plan.refused_more", { why: words, numbers, more });
}
