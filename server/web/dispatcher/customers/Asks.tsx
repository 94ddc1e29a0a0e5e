/** What a customer asks of the desk about a job. It is done in the job; here it is noted what was agreed. */
import { useSignal } from "@preact/signals";
import type { JSX } from "preact";
import type { CustomerAsk } from "../../shared/api/types";
import { t } from "../../shared/text/language";
import { shortTime } from "../../shared/time/format";
import { now } from "../../shared/time/now";
import { Icon } from "../../shared/views/Icon";
import type { Board } from "../board";
import type { Show } from "../Desk";
import { entered, Frame } from "../Frame";
import { settleAsk } from "./deeds";
import { wishWords } from "./words";

interface AskProps {
  readonly ask: CustomerAsk;
  readonly board: Board;
  /** Undefined where the job is on screen already. */
  readonly show?: Show;
  readonly again: () => void;
}

export function Ask({ ask, board, show, again }: AskProps): JSX.Element {
  const settling = useSignal(false);
  const job = board.jobs.value.get(ask.job_id);
  const wish = wishWords(ask.preferred_day, ask.preferred_part);
  const zone = board.zoneOf(ask.outlet_id);
  return (
    <li class="matter" tabIndex={-1} data-pressing={ask.kind === "not_solved"}>
      <div class="matter-words">
        <h3>
          <Icon name="person" />
          {t(`asks.kind.${ask.kind}`)}
        </h3>
        {show !== undefined && (
          <button
            type="button"
            class="button plain to-job"
            onClick={() => {
              show({ job: ask.job_id });
            }}
          >
            <span class="numbers">{t("job.number", { n: ask.number })}</span> {job?.title}
          </button>
        )}
        {ask.words !== "" && <blockquote class="typed">{ask.words}</blockquote>}
        {wish !== null && <p>{t("asks.wish", { when: wish })}</p>}
        <p class="soft">
          {[
            t("asks.since", { time: shortTime(now.value, Date.parse(ask.asked_at), zone) }),
            ...(job === undefined || show === undefined
              ? []
              : [
                  t(`job.state.${job.state}`),
                  job.technician_id === null ? t("desk.unassigned") : board.nameOf(job.technician_id),
                ]),
          ].join(" · ")}
        </p>
      </div>
      {board.mayWrite && (
        <div class="matter-deeds">
          <button
            type="button"
            class="button first"
            aria-label={t("asks.settle_named", { n: ask.number })}
            onClick={() => (settling.value = true)}
          >
            {t("asks.settle")}
          </button>
        </div>
      )}
      {settling.value && (
        <Frame
          title={t("asks.settle_title", { n: ask.number })}
          confirm={t("asks.settle_confirm")}
          onConfirm={(fields) => settleAsk(board, ask, entered(fields, "agreed"))}
          onClose={() => {
            settling.value = false;
            again();
          }}
        >
          <div class="field">
            <label for="agreed">{t("asks.note")}</label>
            <textarea id="agreed" name="agreed" rows={3} maxLength={400} autocomplete="off" />
          </div>
        </Frame>
      )}
    </li>
  );
}
