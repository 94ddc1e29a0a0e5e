/** A message that no channel took: somebody calls, says it, and notes that it was said. What it says is shown only to
 * whoever is about to call, and that they looked is kept on record. */
import { useSignal } from "@preact/signals";
import type { JSX } from "preact";
import { sentence } from "../../shared/api/problem";
import type { OpenedMessage, OutboxMessage } from "../../shared/api/types";
import { tell } from "../../shared/news/news";
import { say, t } from "../../shared/text/language";
import { shortTime, span } from "../../shared/time/format";
import { now } from "../../shared/time/now";
import { Icon } from "../../shared/views/Icon";
import type { Board } from "../board";
import type { Show } from "../Desk";
import { Frame } from "../Frame";
import { hurryOf } from "./customers";
import { customerWasTold, openMessage, sendAgain } from "./deeds";
import { languageWords } from "./words";

interface UntoldMessageProps {
  readonly message: OutboxMessage;
  readonly board: Board;
  readonly show: Show;
  readonly again: () => void;
}

export function UntoldMessage({ message, board, show, again }: UntoldMessageProps): JSX.Element {
  const busy = useSignal(false);
  const opened = useSignal<OpenedMessage | null>(null);
  const what = say("outbox.kind", message.kind);
  const { job_id: jobId } = message;
  const job = jobId === null ? undefined : board.jobs.value.get(jobId);

  async function once(deed: () => Promise<void>): Promise<void> {
    if (busy.value) return;
    busy.value = true;
    await deed();
    busy.value = false;
    again();
  }

  async function open(): Promise<void> {
    const found = await openMessage(board, message);
    if (found.ok) opened.value = found.data;
    else tell("bad", sentence(found.problem));
  }

  return (
    <li class="matter" tabIndex={-1} data-pressing={hurryOf(message, now.value) !== null}>
      <div class="matter-words">
        <h3>
          <Icon name="message" />
          {what}
        </h3>
        <p>
          <span class="numbers">
            {t("outbox.to", { to: message.to, language: languageWords(message.locale, "speaks") })}
          </span>
          {" · "}
          <span class="soft">{t("outbox.since", { time: shortTime(now.value, Date.parse(message.made_at)) })}</span>
        </p>
        {jobId !== null && job !== undefined && (
          <button
            type="button"
            class="button plain to-job"
            onClick={() => {
              show({ job: jobId });
            }}
          >
            <span class="numbers">{t("job.number", { n: job.number })}</span> {job.title}
          </button>
        )}
        <Marks message={message} board={board} />
      </div>
      {board.mayWrite && (
        <div class="matter-deeds">
          {message.failure !== "too_many" && (
            <button
              type="button"
              class="button"
              aria-label={t("outbox.retry_named", { what, to: message.to })}
              aria-disabled={busy.value}
              onClick={() => void once(() => sendAgain(board, message))}
            >
              {t("outbox.retry")}
            </button>
          )}
          <button
            type="button"
            class="button first"
            aria-label={t("outbox.open_named", { what, to: message.to })}
            aria-disabled={busy.value}
            onClick={() => void once(open)}
          >
            {t("outbox.open")}
          </button>
        </div>
      )}
      {opened.value !== null && (
        <Calling
          message={message}
          opened={opened.value}
          board={board}
          onClose={() => {
            opened.value = null;
            again();
          }}
        />
      )}
    </li>
  );
}

/** Why it is here, how long it is of use, and who has it in hand. */
function Marks({ message, board }: { readonly message: OutboxMessage; readonly board: Board }): JSX.Element {
  const { failure, shown_at: shown, shown_by: by } = message;
  const end = hurryOf(message, now.value);
  return (
    <p class="matter-marks">
      {failure !== null && (
        <span>
          <Icon name="warning" />
          {say("outbox.failure", failure)}
        </span>
      )}
      {end !== null && (
        <span class="numbers">
          <Icon name="clock" />
          {t("outbox.until", { time: shortTime(now.value, end), left: span(end - now.value) })}
        </span>
      )}
      {shown !== null && (
        <span>
          <Icon name="person" />
          {t(by === board.user.id ? "outbox.shown_by_you" : "outbox.shown_by_other", {
            time: shortTime(now.value, Date.parse(shown)),
          })}
        </span>
      )}
    </p>
  );
}

interface CallingProps {
  readonly message: OutboxMessage;
  readonly opened: OpenedMessage;
  readonly board: Board;
  readonly onClose: () => void;
}

function Calling({ message, opened, board, onClose }: CallingProps): JSX.Element {
  const mail = message.channel === "email";
  return (
    <Frame
      title={t("outbox.call_title", { what: say("outbox.kind", message.kind) })}
      confirm={t("outbox.told")}
      onConfirm={() => customerWasTold(board, message)}
      onClose={onClose}
    >
      <dl class="facts">
        <div>
          <dt>{t("outbox.number")}</dt>
          <dd>
            {mail ? (
              <span class="typed">{opened.to}</span>
            ) : (
              <a class="numbers call-number" href={`tel:${opened.to.replaceAll(/[^\d+*#]/g, "")}`}>
                {opened.to}
              </a>
            )}
            <span class="tag">{languageWords(message.locale, "language")}</span>
          </dd>
        </div>
        <div>
          <dt>{t("outbox.say")}</dt>
          <dd>
            <blockquote class="typed" lang={message.locale}>
              {opened.text}
            </blockquote>
          </dd>
        </div>
      </dl>
      {message.secret && (
        <p class="caution">
          <Icon name="lock" />
          {t("outbox.secret")}
        </p>
      )}
      <p class="soft">{t("outbox.recorded")}</p>
    </Frame>
  );
}
