/** The one next step at the thumb, a moment to take it back, and what else may be done. */
import { useSignal, type Signal } from "@preact/signals";
import type { JSX } from "preact";
import { useEffect, useRef } from "preact/hooks";
import type { Job } from "../../shared/api/types";
import { isKey, t } from "../../shared/text/language";
import { go } from "../../shared/views/address";
import { Icon, type IconName } from "../../shared/views/Icon";
import { isSigned, latestOf, statementsOf } from "../finish/standing";
import type { Phone } from "../phone/phone";
import { toldProblem } from "../phone/refusals";
import type { Deeds } from "./deeds";
import { followPlace, placeNow } from "./place";
import { Sheet } from "./Sheet";
import { asides, isTheirs, nextStep, UNDO_MS, type Aside, type Next, type Tap } from "./steps";
import { Why, type Reason } from "./Why";

interface StepBarProps {
  readonly job: Job;
  readonly phone: Phone;
  readonly deeds: Deeds;
  /** What the customer's signature still waits for, in words; shown before the finish. */
  readonly left: readonly string[];
}

type Asked = "more" | "pause" | "decline" | null;

const ICONS: Readonly<Record<Next, IconName>> = {
  accept: "done",
  set_off: "route",
  arrive: "mark",
  start: "clock",
  resume: "clock",
  finish: "done",
  sign_again: "warning",
};

/** A second tap of the same thumb must not be the next step, nor one that comes before this one is kept. */
const SETTLE_MS = 700;

function settled(): Promise<void> {
  return new Promise((resume) => setTimeout(resume, SETTLE_MS));
}

export function StepBar({ job, phone, deeds, left }: StepBarProps): JSX.Element {
  const asked = useSignal<Asked>(null);
  const settling = useSignal(false);
  const more = useRef<HTMLButtonElement>(null);
  const mine = phone.user.technician_id;
  const signed = isSigned(job, latestOf(statementsOf(job.id, phone.judged.value, phone.waiting.value)));
  const step = nextStep(job, mine);
  const next = signed ? null : step;
  const others = signed ? [] : asides(job, mine);
  usePlaceOnTheWay(job);

  async function tap(step: Tap): Promise<void> {
    if (settling.value) return;
    settling.value = true;
    const args = step === "set_off" || step === "arrive" ? placeNow() : {};
    await Promise.all([settled(), deeds.perform(`job.${step}`, args, { undoMs: UNDO_MS })]);
    settling.value = false;
  }

  function take(step: Next | Aside): void {
    asked.value = null;
    if (step === "finish" || step === "sign_again") go(finishAddress(job.id));
    else if (step === "cannot_complete") go(finishAddress(job.id, step));
    else if (step === "pause" || step === "decline") asked.value = step;
    else void tap(step);
  }

  return (
    <footer class="step-bar" aria-label={t("step.label")}>
      {deeds.trouble.value !== null && (
        <p class="trouble" role="alert">
          {toldProblem(deeds.trouble.value)}
        </p>
      )}
      <Undo job={job} phone={phone} />
      {next === "finish" && left.length > 0 && <p class="step-left">{left.join(" · ")}</p>}
      {next === null && (
        <p class="step-none">{signed && step !== null ? t("step.none.signed") : noneWords(job, mine)}</p>
      )}
      <div class="step-row">
        {next !== null && (
          <button
            type="button"
            class="button first big-step"
            aria-disabled={settling.value}
            onClick={() => {
              take(next);
            }}
          >
            <Icon name={ICONS[next]} />
            {t(`step.${next}`)}
          </button>
        )}
        {next === null && (signed || job.completion_id !== null) && (
          <a class="button big-step" href={`?${finishAddress(job.id).toString()}`} onClick={follow(job.id)}>
            {t("step.see_signed")}
          </a>
        )}
        {next === null && others[0] !== undefined && others.length === 1 ? <Only step={others[0]} take={take} /> : null}
        {others.length > (next === null ? 1 : 0) && (
          <button
            ref={more}
            type="button"
            class="button"
            aria-haspopup="dialog"
            onClick={() => {
              asked.value = "more";
            }}
          >
            {t("step.more")}
          </button>
        )}
      </div>
      <Asking
        job={job}
        asked={asked}
        others={others}
        deeds={deeds}
        take={take}
        onClosed={() => {
          more.current?.focus();
        }}
      />
    </footer>
  );
}

/** What is left to be done needs no list. */
function Only({ step, take }: { readonly step: Aside; readonly take: (step: Aside) => void }): JSX.Element {
  return (
    <button
      type="button"
      class="button big-step"
      onClick={() => {
        take(step);
      }}
    >
      {asideWords(step)}
    </button>
  );
}

function finishAddress(id: string, outcome?: string): URLSearchParams {
  const address = new URLSearchParams({ job: id, view: "finish" });
  if (outcome !== undefined) address.set("outcome", outcome);
  return address;
}

const follow =
  (id: string) =>
  (event: MouseEvent): void => {
    event.preventDefault();
    go(finishAddress(id));
  };

function noneWords(job: Job, mine: string | null): string {
  if (job.deleted_at !== null) return t("step.none.deleted");
  if (job.state !== "declined" && !isTheirs(job, mine)) return t("step.none.not_mine");
  if (job.state === "cancelled" && asides(job, mine).length > 0) return t("step.none.cancelled_there");
  const key = `step.none.${job.state}`;
  return isKey(key) ? t(key as "step.none.new") : "";
}

/** The receiver is on from setting off to arriving, so that the arrival has its place without being waited for. */
function usePlaceOnTheWay({ state }: Job): void {
  useEffect(() => (state === "en_route" ? followPlace() : undefined), [state]);
}

interface AskingProps {
  readonly job: Job;
  readonly asked: Signal<Asked>;
  readonly others: readonly Aside[];
  readonly deeds: Deeds;
  readonly take: (step: Aside) => void;
  /** The way back for the focus: one sheet may have led to the next. */
  readonly onClosed: () => void;
}

function Asking({ job, asked, others, deeds, take, onClosed }: AskingProps): JSX.Element | null {
  const close = (): void => {
    asked.value = null;
    onClosed();
  };
  if (asked.value === null) return null;
  if (asked.value === "more") {
    return (
      <Sheet title={t("step.more_title")} onClose={close}>
        <div class="asides">
          {others.map((step) => (
            <button
              key={step}
              type="button"
              class={step === "decline" || step === "cannot_complete" ? "button danger" : "button"}
              onClick={() => {
                take(step);
              }}
            >
              {asideWords(step)}
            </button>
          ))}
        </div>
      </Sheet>
    );
  }
  const pausing = asked.value === "pause";
  return (
    <Why
      key={`${job.id} ${asked.value}`}
      title={t(pausing ? "pause.title" : "decline.title")}
      hint={t(pausing ? "pause.stops" : "decline.text")}
      confirm={t(pausing ? "pause.confirm" : "decline.confirm")}
      danger={!pausing}
      reasons={pausing ? pauses() : declines()}
      onConfirm={(reason, cause) =>
        deeds.perform(pausing ? "job.pause" : "job.decline", cause === null ? { reason } : { reason, cause }, {
          undoMs: UNDO_MS,
        })
      }
      onClose={close}
    />
  );
}

function asideWords(step: Aside): string {
  const early = `step.early.${step}`;
  return isKey(early) ? t(early as "step.early.arrive") : t(`step.${step}`);
}

function pauses(): readonly Reason[] {
  const causes = ["waiting_for_parts", "customer_asked_later", "no_access"] as const;
  return [
    { key: "break", label: t("pause.break"), cause: null },
    ...causes.map((cause) => ({ key: cause, label: t(`cause.${cause}`), cause })),
    { key: "other", label: t("pause.other"), cause: null, open: true },
  ];
}

function declines(): readonly Reason[] {
  const reasons = ["late", "skill", "ill"] as const;
  return [
    ...reasons.map((key) => ({ key, label: t(`decline.${key}`), cause: null })),
    { key: "other", label: t("decline.other"), cause: null, open: true },
  ];
}

/** The step just taken, while it can be taken back. What it says is told once; the seconds are only seen. */
function Undo({ job, phone }: { readonly job: Job; readonly phone: Phone }): JSX.Element | null {
  const told = useSignal<string | null>(null);
  const undoable = phone.undoable.value;
  const here = undoable?.record.id === job.id ? undoable : null;
  const seconds = useSecondsTo(here?.until_ms ?? null);
  const { current: shown } = useRef({ op_id: "" });
  if (here !== null && shown.op_id !== here.op_id) {
    shown.op_id = here.op_id;
    told.value = null;
  }

  async function undo(op_id: string): Promise<void> {
    told.value = t((await phone.withdraw(op_id)) ? "step.undone" : "step.undo_late");
  }

  return (
    <div class="undo" role="status">
      {here === null || seconds === 0 ? (
        told.value
      ) : (
        <>
          <span>
            {didWords(here.kind)} <span class="unseen">{t("step.undo_for", { n: UNDO_MS / 1000 })}</span>
          </span>
          <button type="button" class="button" onClick={() => void undo(here.op_id)}>
            {t("undo")}
            <span class="numbers" aria-hidden="true">
              {t("step.undo_left", { n: seconds })}
            </span>
          </button>
        </>
      )}
    </div>
  );
}

function didWords(kind: string): string {
  const key = `step.did.${kind}`;
  return isKey(key) ? t(key as "step.did.other") : t("step.did.other");
}

/** Whole seconds until then, counted down; 0 when it is over or there is none. */
function useSecondsTo(until_ms: number | null): number {
  const left = useSignal(0);
  useEffect(() => {
    const look = (): void => {
      left.value = until_ms === null ? 0 : Math.min(60, Math.max(0, Math.ceil((until_ms - Date.now()) / 1000)));
    };
    look();
    if (until_ms === null) return;
    const timer = setInterval(look, 250);
    return () => {
      clearInterval(timer);
    };
  }, [left, until_ms]);
  return left.value;
}
