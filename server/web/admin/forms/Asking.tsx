/** A dialog that asks before something is done. The browser's own keeps focus and Escape right. */
import type { ComponentChildren, JSX } from "preact";
import { useEffect, useRef } from "preact/hooks";
import type { Problem } from "../../shared/api/problem";
import { t } from "../../shared/text/language";
import type { Faults, FieldOf } from "./faults";
import { Form } from "./Form";

interface AskingProps {
  readonly title: string;
  readonly confirm: string;
  readonly danger?: boolean;
  readonly check?: () => Faults;
  readonly fieldOf?: FieldOf;
  readonly send: () => Promise<Problem | null>;
  readonly onClose: () => void;
  readonly children?: ComponentChildren;
}

export function Asking({
  title,
  confirm,
  danger = false,
  check,
  fieldOf,
  send,
  onClose,
  children,
}: AskingProps): JSX.Element {
  const dialog = useRef<HTMLDialogElement>(null);
  useEffect(() => {
    dialog.current?.showModal();
  }, []);
  const done = async (): Promise<Problem | null> => {
    const problem = await send();
    if (problem === null) dialog.current?.close();
    return problem;
  };
  return (
    <dialog ref={dialog} class="asking" aria-labelledby="asking-title" onClose={onClose}>
      <h2 id="asking-title">{title}</h2>
      <Form
        submit={confirm}
        danger={danger}
        send={done}
        {...(check === undefined ? {} : { check })}
        {...(fieldOf === undefined ? {} : { fieldOf })}
        tools={
          <button type="button" class="button" onClick={() => dialog.current?.close()}>
            {t("cancel")}
          </button>
        }
      >
        {children}
      </Form>
    </dialog>
  );
}
