/** Asking why: a few reasons to tap, and words of one's own. */
import { useSignal } from "@preact/signals";
import type { JSX } from "preact";
import { t } from "../../shared/text/language";
import { Sheet } from "./Sheet";
import { fit } from "./typed";

/** `cause`: what it means for the promise, in the server's words; null: nothing. `open`: says nothing by itself. */
export interface Reason {
  readonly key: string;
  readonly label: string;
  readonly cause: string | null;
  readonly open?: boolean;
}

interface WhyProps {
  readonly title: string;
  readonly hint?: string;
  readonly confirm: string;
  readonly danger?: boolean;
  readonly reasons: readonly Reason[];
  /** True when it is kept. */
  readonly onConfirm: (reason: string, cause: string | null) => Promise<boolean>;
  readonly onClose: () => void;
}

const LONGEST = 400; // characters, as the operation takes them

export function Why({ title, hint, confirm, danger = false, reasons, onConfirm, onClose }: WhyProps): JSX.Element {
  const chosen = useSignal<Reason | null>(null);
  const words = useSignal("");
  const fault = useSignal<string | null>(null);
  const open = chosen.value?.open === true;

  async function submit(): Promise<void> {
    const reason = chosen.value;
    const said = fit(words.value, LONGEST);
    if (reason === null || (open && said === "")) {
      fault.value = t(reason === null ? "why.needed" : "why.words_needed");
      return;
    }
    const told = open ? said : fit([reason.label, said].filter((each) => each !== "").join(": "), LONGEST);
    if (await onConfirm(told, reason.cause)) onClose();
  }

  return (
    <Sheet title={title} onClose={onClose}>
      <form
        noValidate
        onSubmit={(event) => {
          event.preventDefault();
          void submit();
        }}
      >
        {hint !== undefined && <p class="soft">{hint}</p>}
        <fieldset class="reasons">
          <legend class="unseen">{title}</legend>
          {reasons.map((reason) => (
            <label key={reason.key} class="reason">
              <input
                type="radio"
                name="reason"
                value={reason.key}
                checked={chosen.value?.key === reason.key}
                onChange={() => {
                  chosen.value = reason;
                  fault.value = null;
                }}
              />
              <span>{reason.label}</span>
            </label>
          ))}
        </fieldset>
        <div class="field">
          <label for="why-words">{t(open ? "why.label" : "why.optional")}</label>
          <textarea
            id="why-words"
            rows={2}
            maxLength={LONGEST}
            value={words.value}
            onInput={(event) => {
              words.value = event.currentTarget.value;
              fault.value = null;
            }}
          />
        </div>
        {fault.value !== null && (
          <p class="trouble" role="alert">
            {fault.value}
          </p>
        )}
        <button type="submit" class={danger ? "button danger" : "button first"}>
          {confirm}
        </button>
      </form>
    </Sheet>
  );
}
