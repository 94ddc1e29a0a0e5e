/** The customer's part: reading, judging, signing, in their language, with nothing else of the app within reach. */
import { useSignal } from "@preact/signals";
import type { JSX } from "preact";
import { useEffect, useRef } from "preact/hooks";
import { Icon } from "../../shared/views/Icon";
import { Asking } from "./Asking";
import type { Draft, Locale } from "./draft";
import type { Finishing } from "./finishing";
import { guardBack } from "./guard";
import { JudgeStep } from "./JudgeStep";
import type { Seen } from "./report";
import { ReadStep } from "./ReadStep";
import { SignStep } from "./SignStep";
import { STEPS, THEIRS, type StepName } from "./steps";
import { wordsIn } from "./words";

interface TheirStepsProps {
  readonly finishing: Finishing;
  readonly seen: Seen;
  readonly step: StepName;
}

export function TheirSteps({ finishing, seen, step }: TheirStepsProps): JSX.Element {
  const dialog = useRef<HTMLDialogElement>(null);
  /** Where the phone goes once it is the technician's again. */
  const leaving = useSignal<StepName | null>(null);
  const locale = finishing.locale.value;
  const say = wordsIn(locale);
  const back = STEPS[step].back ?? "report";

  useEffect(() => {
    const held = dialog.current;
    held?.showModal();
    const unguard = guardBack(() => {
      leaving.value = "report";
    });
    return () => {
      unguard();
      held?.close();
    };
  }, [leaving]);
  useEffect(() => {
    dialog.current?.scrollTo(0, 0);
    dialog.current?.querySelector("h1")?.focus({ preventScroll: true });
  }, [step]);

  return (
    <dialog
      ref={dialog}
      class="fin-theirs"
      lang={locale}
      aria-labelledby="fin-theirs-title"
      onCancel={(event) => {
        event.preventDefault();
        leaving.value = "report";
      }}
      onClose={(event) => {
        // A browser closes it at the second Escape, whatever was said to the first.
        if (event.target === dialog.current && dialog.current?.isConnected) dialog.current.showModal();
      }}
    >
      <header class="fin-theirs-head">
        <button
          type="button"
          class="button plain"
          onClick={() => {
            leaving.value = "report";
          }}
        >
          <Icon name="lock" />
          {say("finish.to_technician")}
        </button>
        <span class="unseen">{say("finish.hands")}</span>
        <span class="soft numbers">{say("finish.of", { n: THEIRS.indexOf(step) + 1, all: THEIRS.length })}</span>
        <Languages finishing={finishing} />
      </header>
      {step === "read" && <ReadStep finishing={finishing} seen={seen} say={say} />}
      {step === "judge" && <JudgeStep finishing={finishing} seen={seen} say={say} />}
      {step === "sign" && (
        <SignStep
          finishing={finishing}
          say={say}
          onRefuse={() => {
            leaving.value = "refuse";
          }}
        />
      )}
      {step !== "sign" && (
        <footer class="fin-onward">
          <button
            type="button"
            class="button first"
            onClick={() => {
              finishing.go(STEPS[step].next ?? "sign");
            }}
          >
            {say(step === "judge" && isSilent(finishing.draft.value) ? "finish.skip" : "finish.next")}
          </button>
          {step !== "read" && (
            <button
              type="button"
              class="button plain"
              onClick={() => {
                finishing.go(back);
              }}
            >
              {say("finish.previous")}
            </button>
          )}
        </footer>
      )}
      {leaving.value !== null && (
        <Asking
          title={say("finish.to_technician_title")}
          text={say("finish.to_technician_text")}
          yes={say("finish.to_technician_yes")}
          no={say("finish.to_technician_no")}
          onYes={() => {
            const to = leaving.value ?? "report";
            if (to === "refuse") finishing.show("refuse");
            else finishing.go(to);
          }}
          onClose={() => {
            leaving.value = null;
          }}
        />
      )}
    </dialog>
  );
}

function isSilent({ rating, conduct }: Draft): boolean {
  return rating === null && Object.keys(conduct).length === 0;
}

function Languages({ finishing }: { readonly finishing: Finishing }): JSX.Element {
  const other: Locale = finishing.locale.value === "en" ? "zh-CN" : "en";
  return (
    <button
      type="button"
      class="button plain"
      lang={other}
      onClick={() => {
        finishing.change({ locale: other });
      }}
    >
      {wordsIn(other)(`finish.locale.${other}`)}
    </button>
  );
}
