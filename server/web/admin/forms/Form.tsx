/** A form: what is wrong stands at its field and is counted above; the first faulty field gets the focus. */
import { useSignal, type Signal } from "@preact/signals";
import { createContext, type ComponentChildren, type JSX } from "preact";
import { useContext, useEffect, useRef } from "preact/hooks";
import { sentence, type Problem } from "../../shared/api/problem";
import { inLanguage } from "../../shared/text/language";
import { w } from "../text/words";
import { blame, NO_FAULTS, ownSentence, type Faults, type FieldOf } from "./faults";

const FaultsHere = createContext<Faults>(NO_FAULTS);

export function useFault(name: string): string | undefined {
  return useContext(FaultsHere)[name];
}

function saidOf(problem: Problem): string {
  const own = ownSentence(problem);
  return own === null ? sentence(problem) : inLanguage(own);
}

interface FormProps {
  /** What can be told before sending; nothing is sent while it finds something. */
  readonly check?: () => Faults;
  /** Null when it is done. */
  readonly send: () => Promise<Problem | null>;
  readonly fieldOf?: FieldOf;
  readonly submit: string;
  readonly danger?: boolean;
  /** Said instead of sending; the button stays where it is, so that people learn why. */
  readonly holdBack?: string | undefined;
  /** Beside the button. */
  readonly tools?: ComponentChildren;
  readonly children: ComponentChildren;
}

export function Form(props: FormProps): JSX.Element {
  const faults = useSignal<Faults>(NO_FAULTS);
  const trouble = useSignal<string | null>(null);
  const busy = useSignal(false);
  const form = useRef<HTMLFormElement>(null);
  /** How often it was judged: each time the focus goes to what is wrong, and not while that is being mended. */
  const judged = useSignal(0);
  useFocusOnFault(form, judged);

  async function submit(): Promise<void> {
    if (busy.value) return;
    faults.value = props.check?.() ?? NO_FAULTS;
    trouble.value = null;
    judged.value += 1;
    if (Object.keys(faults.value).length > 0) return;
    if (props.holdBack !== undefined) {
      trouble.value = props.holdBack;
      return;
    }
    busy.value = true;
    const problem = await props.send();
    busy.value = false;
    if (problem === null) return;
    const told = blame(problem, props.fieldOf ?? {}, { sentence: saidOf, invalid: w("form.invalid") });
    if (told.general) trouble.value = saidOf(problem);
    faults.value = told.faults;
    judged.value += 1;
  }
  /** An entry that is changed is no longer called wrong; sending judges it anew. */
  function mend({ type, target }: Event): void {
    const name = target instanceof Element ? target.getAttribute("name") : null;
    if (type === "input" && isChosen(target)) return; // drawing anew now would undo the choice
    if (name === null || !Object.hasOwn(faults.value, name)) return;
    faults.value = Object.fromEntries(Object.entries(faults.value).filter(([field]) => field !== name));
  }

  const count = Object.keys(faults.value).length;
  return (
    <form
      ref={form}
      class="form"
      noValidate
      onInput={mend}
      onChange={mend}
      onSubmit={(event) => {
        event.preventDefault();
        void submit();
      }}
    >
      {(trouble.value !== null || count > 0) && (
        <p class="trouble" role="alert" tabIndex={-1}>
          {trouble.value ?? w("form.faults", { n: count })}
        </p>
      )}
      <FaultsHere.Provider value={faults.value}>{props.children}</FaultsHere.Provider>
      <footer>
        <button
          type="submit"
          class={props.danger === true ? "button danger" : "button first"}
          aria-disabled={busy.value}
        >
          {busy.value ? w("form.busy") : props.submit}
        </button>
        {props.tools}
      </footer>
    </form>
  );
}

/** Entered when they have changed, not while they are being changed. */
function isChosen(target: EventTarget | null): boolean {
  return target instanceof HTMLSelectElement || (target instanceof HTMLInputElement && target.type === "checkbox");
}

/** To the first faulty field; to the words above the form where no field is to blame, which may be out of sight. */
function useFocusOnFault(form: { readonly current: HTMLFormElement | null }, judged: Signal<number>): void {
  const times = judged.value;
  useEffect(() => {
    if (times === 0) return;
    const wrong = form.current?.querySelector<HTMLElement>('[aria-invalid="true"]');
    (wrong ?? form.current?.querySelector<HTMLElement>(".trouble"))?.focus();
  }, [form, times]);
}
