/** A question with two answers, over whatever is shown. Escape is a no. */
import type { JSX } from "preact";
import { useEffect, useId, useRef } from "preact/hooks";

interface AskingProps {
  readonly title: string;
  readonly text: string;
  readonly yes: string;
  readonly no: string;
  readonly onYes: () => void;
  readonly onClose: () => void;
}

export function Asking({ title, text, yes, no, onYes, onClose }: AskingProps): JSX.Element {
  const dialog = useRef<HTMLDialogElement>(null);
  const id = useId();
  useEffect(() => {
    const held = dialog.current;
    held?.showModal();
    return () => {
      held?.close(); // so that the focus goes back to where it was
    };
  }, []);
  return (
    <dialog
      ref={dialog}
      class="asking fin-asking"
      aria-labelledby={id}
      aria-describedby={`${id}-text`}
      onClose={(event) => {
        event.stopPropagation();
        onClose();
      }}
    >
      <h2 id={id}>{title}</h2>
      <p id={`${id}-text`}>{text}</p>
      <div class="fin-answers">
        <button type="button" class="button" autofocus onClick={() => dialog.current?.close()}>
          {no}
        </button>
        <button
          type="button"
          class="button first"
          onClick={() => {
            dialog.current?.close();
            onYes();
          }}
        >
          {yes}
        </button>
      </div>
    </dialog>
  );
}
