import type { ReadonlySignal } from "@preact/signals";
import type { JSX } from "preact";
import { named, t } from "../shared/text/language";
import type { Board } from "./board";
import type { Show } from "./Desk";
import type { Queue } from "./queue";
import { FILTERS, type DeskView } from "./view";

interface FiltersProps {
  readonly board: Board;
  readonly view: ReadonlySignal<DeskView>;
  readonly queue: ReadonlySignal<Queue>;
  readonly show: Show;
}

export function Filters({ board, view, queue, show }: FiltersProps): JSX.Element {
  const { filter: current, outlet } = view.value;
  const outlets = [...board.outlets.value.values()];
  return (
    <div class="filters">
      <div role="group" aria-label={t("desk.filter")}>
        {FILTERS.map((filter) => (
          <button
            key={filter}
            type="button"
            class="chip"
            aria-pressed={filter === current}
            onClick={() => {
              show({ filter });
            }}
          >
            {t(`desk.filter.${filter}`)} <span class="numbers">{queue.value.counts[filter]}</span>
          </button>
        ))}
      </div>
      {outlets.length > 1 && (
        <select
          aria-label={t("desk.outlet")}
          value={outlet ?? ""}
          onChange={(event) => {
            show({ outlet: event.currentTarget.value || null });
          }}
        >
          <option value="">{t("desk.outlet_all")}</option>
          {outlets.map((each) => (
            <option key={each.id} value={each.id}>
              {named(each)}
            </option>
          ))}
        </select>
      )}
    </div>
  );
}
