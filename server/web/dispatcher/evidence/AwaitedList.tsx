/** Photos that are still on somebody's phone. Nothing waits for them but the seal; the desk may remind. */
import type { JSX } from "preact";
import { sentence } from "../../shared/api/problem";
import type { AwaitedPhotos } from "../../shared/api/types";
import { t } from "../../shared/text/language";
import { span } from "../../shared/time/format";
import { now } from "../../shared/time/now";
import { Icon } from "../../shared/views/Icon";
import type { Loaded } from "../../shared/views/loading";
import type { Board } from "../board";
import type { Show } from "../Desk";
import { AWAITED_HOURS, type Awaited } from "./awaiting";
import "./evidence.css";

interface AwaitedListProps {
  readonly awaited: Loaded<Awaited>;
  readonly board: Board;
  readonly show: Show;
}

export function AwaitedList({ awaited, board, show }: AwaitedListProps): JSX.Element | null {
  if (awaited.kind === "failed") return <p class="trouble">{sentence(awaited.problem)}</p>;
  if (awaited.kind === "loading" || awaited.data.items.length === 0) return null;
  const { items, more } = awaited.data;
  return (
    <section aria-labelledby="awaited-title">
      <h2 id="awaited-title">{t("evidence.awaited")}</h2>
      <p class="soft">{t("evidence.awaited_hint", { h: AWAITED_HOURS })}</p>
      <ol class="alarm-list">
        {items.map((one) => (
          <Line key={one.completion_id} one={one} board={board} show={show} />
        ))}
      </ol>
      {more && <p class="soft">{t("evidence.awaited_more", { n: items.length })}</p>}
    </section>
  );
}

interface LineProps {
  readonly one: AwaitedPhotos;
  readonly board: Board;
  readonly show: Show;
}

function Line({ one, board, show }: LineProps): JSX.Element {
  const by = board.nameOf(one.technician_id, "");
  return (
    <li class="alarm quiet">
      <span class="awaited-for numbers">
        <Icon name="clock" />
        {span(now.value - Date.parse(one.awaited_since))}
      </span>
      <div class="alarm-job">
        {one.number === null ? (
          <strong>{t("evidence.awaited_unknown")}</strong>
        ) : (
          <button
            type="button"
            class="button plain"
            onClick={() => {
              show({ job: one.job_id });
            }}
          >
            <span class="numbers">{t("job.number", { n: one.number })}</span> <span>{one.title}</span>
          </button>
        )}
        <span class="numbers">
          {t("evidence.photos_all", { received: one.received, all: one.photos })}
          {by !== "" && <span class="soft"> · {by}</span>}
        </span>
      </div>
    </li>
  );
}
