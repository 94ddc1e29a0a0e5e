import { useSignal, type ReadonlySignal } from "@preact/signals";
import type { JSX } from "preact";
import { OFFLINE } from "../../shared/api/problem";
import type { NewPlan } from "../../shared/api/types";
import { named, t } from "../../shared/text/language";
import { toDateInput } from "../../shared/time/format";
import type { Board } from "../board";
import type { Show } from "../Desk";
import { entered } from "../Frame";
import type { DeskView } from "../view";
import { beginPlan, planTrouble } from "./planning";

interface NewPlanFormProps {
  readonly board: Board;
  readonly view: ReadonlySignal<DeskView>;
  readonly show: Show;
}

const DAYS = [1, 2, 3, 4, 5, 6, 7];
const SECONDS = [0, 2, 5, 10, 30, 60];
const USUAL_SECONDS = 5;
const DAY_MS = 86_400_000;

export function NewPlanForm({ board, view, show }: NewPlanFormProps): JSX.Element {
  const busy = useSignal(false);
  const trouble = useSignal<string | null>(null);
  const outlets = [...board.outlets.value.values()];
  const chosen = useSignal<string | null>(null);
  const outlet = chosen.value ?? view.value.outlet ?? outlets[0]?.id ?? "";
  const zone = board.zoneOf(outlet);
  const today = toDateInput(Date.now(), zone);
  const centre = wholeCentre(board);

  async function submit(form: HTMLFormElement): Promise<void> {
    if (busy.value) return;
    const fields = new FormData(form);
    const day = entered(fields, "day");
    const where = outlet === ALL && centre !== null ? { centre_id: centre } : { outlet_id: outlet };
    const wanted: NewPlan = {
      ...where,
      from_day: day === "" || day === today ? null : day,
      days: Number(entered(fields, "days")),
      seconds: Number(entered(fields, "seconds")),
    };
    busy.value = true;
    const begun = outlet === "" ? ({ ok: false, problem: OFFLINE } as const) : await beginPlan(board, wanted);
    busy.value = false;
    if (begun.ok) show({ plan: begun.data });
    else trouble.value = planTrouble(begun.problem);
  }

  return (
    <form
      class="new-plan"
      method="post"
      noValidate
      aria-label={t("plan.new")}
      onSubmit={(event) => {
        event.preventDefault();
        void submit(event.currentTarget);
      }}
    >
      {trouble.value !== null && (
        <p class="trouble" role="alert">
          {trouble.value}
        </p>
      )}
      <div class="field">
        <label for="plan-outlet">{t("desk.outlet")}</label>
        <select
          id="plan-outlet"
          value={outlet}
          onChange={(event) => {
            chosen.value = event.currentTarget.value;
          }}
        >
          {outlets.map((each) => (
            <option key={each.id} value={each.id}>
              {named(each)}
            </option>
          ))}
          {centre !== null && <option value={ALL}>{t("plan.all_outlets")}</option>}
        </select>
      </div>
      <div class="field">
        <label for="plan-day">{t("plan.from_day")}</label>
        <input
          key={today}
          id="plan-day"
          name="day"
          type="date"
          defaultValue={today}
          min={today}
          max={toDateInput(Date.now() + 60 * DAY_MS, zone)}
        />
      </div>
      <div class="field">
        <label for="plan-days">{t("plan.days")}</label>
        <select id="plan-days" name="days">
          {DAYS.map((days) => (
            <option key={days} value={days}>
              {t("plan.n_days", { n: days })}
            </option>
          ))}
        </select>
      </div>
      <div class="field">
        <label for="plan-seconds">{t("plan.seconds")}</label>
        <select id="plan-seconds" name="seconds">
          {SECONDS.map((seconds) => (
            <option key={seconds} value={seconds} selected={seconds === USUAL_SECONDS}>
              {seconds === 0 ? t("plan.at_once") : t("plan.n_seconds", { n: seconds })}
            </option>
          ))}
        </select>
      </div>
      <button type="submit" class="button first" aria-disabled={busy.value}>
        {busy.value ? t("plan.starting") : t("plan.start")}
      </button>
      <p class="soft">{t("plan.new_hint")}</p>
    </form>
  );
}

const ALL = "all";

/** The one centre whose outlets are all on this board, for people who may plan it as a whole. */
function wholeCentre(board: Board): string | null {
  const outlets = [...board.outlets.value.values()];
  const [first] = outlets;
  if (first === undefined || outlets.length < 2 || board.user.outlet_id !== null) return null;
  return outlets.every((each) => each.centre_id === first.centre_id) ? first.centre_id : null;
}
