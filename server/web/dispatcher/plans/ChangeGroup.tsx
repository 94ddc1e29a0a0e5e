/** The jobs with which the plan does the same, and what may be chosen of them. */
import { useSignal } from "@preact/signals";
import type { JSX } from "preact";
import { useEffect, useRef } from "preact/hooks";
import type { Plan, PlanItem, PlannedVisit } from "../../shared/api/types";
import { inLanguage, isKey, say, t } from "../../shared/text/language";
import { span, timeWindow } from "../../shared/time/format";
import { now } from "../../shared/time/now";
import { Icon } from "../../shared/views/Icon";
import type { Board } from "../board";
import type { Show } from "../Desk";
import { fieldName } from "../values";
import { few, isOpen, type Group } from "./draft";

const MANY = 100;

interface ChangeGroupProps {
  readonly group: Group;
  readonly plan: Plan;
  readonly board: Board;
  /** Null where nothing can be chosen. */
  readonly choice: ReadonlySet<string> | null;
  readonly onChoose: (ids: readonly string[], on: boolean) => void;
  readonly show: Show;
}

export function ChangeGroup(props: ChangeGroupProps): JSX.Element {
  const { change, items } = props.group;
  const title = t(`plan.change.${change}`) + t("punctuation.aside", { what: items.length });
  if (change !== "unchanged")
    return (
      <section class="plan-group" aria-labelledby={`group-${change}`}>
        <header>
          <h2 id={`group-${change}`}>{title}</h2>
          {change === "dropped" && <p class="soft">{t("plan.dropped_hint")}</p>}
          <ChooseAll {...props} />
        </header>
        <Items {...props} />
      </section>
    );
  return (
    <details class="plan-group">
      <summary>
        <h2>{title}</h2>
      </summary>
      <Items {...props} />
    </details>
  );
}

function ChooseAll({ group, choice, onChoose }: ChangeGroupProps): JSX.Element | null {
  const box = useRef<HTMLInputElement>(null);
  const ids = group.open.map((item) => item.job_id);
  const chosen = choice === null ? 0 : ids.filter((id) => choice.has(id)).length;
  const some = chosen > 0 && chosen < ids.length;
  useEffect(() => {
    if (box.current !== null) box.current.indeterminate = some;
  }, [some]);
  if (choice === null || ids.length === 0) return null;
  return (
    <label class="choose-all">
      <input
        ref={box}
        type="checkbox"
        checked={chosen === ids.length}
        onChange={(event) => {
          onChoose(ids, event.currentTarget.checked);
        }}
      />
      {t("plan.choose_all")}
    </label>
  );
}

function Items({ group, plan, board, choice, onChoose, show }: ChangeGroupProps): JSX.Element {
  const all = useSignal(false);
  const shown = all.value ? group.items : group.items.slice(0, MANY);
  return (
    <>
      <ol>
        {shown.map((item) => (
          <Item
            key={item.job_id}
            item={item}
            plan={plan}
            board={board}
            chosen={choice === null || !isOpen(item) ? null : choice.has(item.job_id)}
            onChoose={(on) => {
              onChoose([item.job_id], on);
            }}
            show={show}
          />
        ))}
      </ol>
      {shown.length < group.items.length && (
        <button type="button" class="button" onClick={() => (all.value = true)}>
          {t("plan.show_all", { n: group.items.length })}
        </button>
      )}
    </>
  );
}

interface ItemProps {
  readonly item: PlanItem;
  readonly plan: Plan;
  readonly board: Board;
  readonly chosen: boolean | null;
  readonly onChoose: (on: boolean) => void;
  readonly show: Show;
}

function Item({ item, plan, board, chosen, onChoose, show }: ItemProps): JSX.Element {
  const { before, after, stale } = item;
  return (
    <li class="plan-item" data-chosen={chosen ?? undefined} data-stale={stale !== null}>
      {chosen === null ? (
        <span class="pick" />
      ) : (
        <label class="pick">
          <input
            type="checkbox"
            checked={chosen}
            aria-label={t("plan.choose_named", { n: item.number })}
            onChange={(event) => {
              onChoose(event.currentTarget.checked);
            }}
          />
        </label>
      )}
      <div class="plan-item-words">
        <button
          type="button"
          class="button plain"
          onClick={() => {
            show({ job: item.job_id });
          }}
        >
          <span class="numbers">{t("job.number", { n: item.number })}</span> <span>{item.title}</span>{" "}
          {item.priority < 3 && <span class="tag">{t("job.priority", { n: item.priority })}</span>}
        </button>
        <p>{inLanguage(item.sentence)}</p>
        {item.published_at !== null && (
          <p class="mark good">
            <Icon name="done" />
            {t("plan.published_item")}
          </p>
        )}
        {stale !== null && item.published_at === null && (
          <p class="mark">
            <Icon name="warning" />
            {staleWords(item)}
          </p>
        )}
        {item.published_at === null && item.depends_on.length > 0 && <Needs item={item} plan={plan} />}
      </div>
      <VisitCell visit={before} board={board} item={item} />
      <span class="arrow" aria-hidden="true">
        {before !== null && after !== null && item.change !== "unchanged" ? "→" : ""}
      </span>
      {item.change === "unchanged" ? <span /> : <VisitCell visit={after} board={board} item={item} />}
    </li>
  );
}

function Needs({ item, plan }: { readonly item: PlanItem; readonly plan: Plan }): JSX.Element {
  const { numbers, more } = few(plan, item.depends_on);
  return (
    <p class="mark soft">
      <Icon name="link" />
      {more === 0 ? t("plan.needs", { numbers }) : t("plan.needs_more", { numbers, more })}
    </p>
  );
}

/** The server's sentence names fields as programs do; ours names them as the desk does. */
function staleWords({ stale }: PlanItem): string {
  if (stale === null) return "";
  if (!isKey(`plan.stale.${stale.code}`)) return inLanguage(stale.sentence);
  const fields = (stale.fields ?? []).map(fieldName);
  const words = say("plan.stale", stale.code);
  return fields.length === 0 ? words : t("plan.stale_fields", { what: words, fields: fields.join(", ") });
}

interface VisitCellProps {
  readonly visit: PlannedVisit | null;
  readonly board: Board;
  readonly item: PlanItem;
}

function VisitCell({ visit, board, item }: VisitCellProps): JSX.Element {
  if (visit === null) return <span class="visit-cell" />;
  const zone = board.zoneOf(item.outlet_id);
  const late = visit.late_seconds ?? 0;
  return (
    <span class="visit-cell">
      <span>{board.nameOf(visit.technician_id, visit.technician_name)}</span>
      <span class="soft numbers">
        {timeWindow(now.value, Date.parse(visit.starts_at), Date.parse(visit.ends_at), zone)}
      </span>
      {late > 0 && <span class="late">{t("desk.planned_late", { time: span(late * 1000) })}</span>}
    </span>
  );
}
