/** The frame of everything that is asked. The browser's own dialog keeps focus and Escape right. */
import { useSignal } from "@preact/signals";
import type { ComponentChildren, JSX } from "preact";
import { useEffect, useRef } from "preact/hooks";
import { sentence, type Problem } from "../shared/api/problem";
import { t } from "../shared/text/language";

export interface FrameProps {
  readonly title: string;
  readonly confirm: string;
  readonly danger?: boolean;
  readonly children: ComponentChildren;
  /** Reads the form and does it; null when it is done. */
  readonly onConfirm: (fields: FormData) => Promise<Problem | string | null>;
  readonly onClose: () => void;
}

export function Frame({ title, confirm, danger = false, children, onConfirm, onClose }: FrameProps): JSX.Element {
  const dialog = useRef<HTMLDialogElement>(null);
  const busy = useSignal(false);
  const trouble = useSignal<string | null>(null);
  useEffect(() => {
    dialog.current?.showModal();
  }, []);

  async function submit(form: HTMLFormElement): Promise<void> {
    if (busy.value) return;
    busy.value = true;
    const refused = await onConfirm(new FormData(form));
    busy.value = false;
    if (refused === null) dialog.current?.close();
    else trouble.value = typeof refused === "string" ? refused : sentence(refused);
  }

  return (
    <dialog ref={dialog} class="asking" aria-labelledby="asking-title" onClose={onClose}>
      <form
        method="dialog"
        noValidate
        onSubmit={(event) => {
          event.preventDefault();
          void submit(event.currentTarget);
        }}
      >
        <h2 id="asking-title">{title}</h2>
        {trouble.value !== null && (
          <p class="trouble" role="alert">
            {trouble.value}
          </p>
        )}
        {children}
        <footer>
          <button type="button" class="button" onClick={() => dialog.current?.close()}>
            {t("cancel")}
          </button>
          <button type="submit" class={danger ? "button danger" : "button first"} aria-disabled={busy.value}>
            {busy.value ? t("act.busy") : confirm}
          </button>
        </footer>
      </form>
    </dialog>
  );
}

export function entered(fields: FormData, name: string): string {
  const value = fields.get(name);
  return typeof value === "string" ? value.trim() : "";
}
