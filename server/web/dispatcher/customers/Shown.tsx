/** Something to look at, over the page; the browser's own dialog keeps focus and Escape right. */
import type { ComponentChildren, JSX } from "preact";
import { useEffect, useRef } from "preact/hooks";
import { t } from "../../shared/text/language";

interface ShownProps {
  readonly title: string;
  readonly onClose: () => void;
  readonly children: ComponentChildren;
}

export function Shown({ title, onClose, children }: ShownProps): JSX.Element {
  const dialog = useRef<HTMLDialogElement>(null);
  useEffect(() => {
    dialog.current?.showModal();
  }, []);
  return (
    <dialog ref={dialog} class="asking shown" aria-labelledby="shown-title" onClose={onClose}>
      <h2 id="shown-title" class="typed">
        {title}
      </h2>
      {children}
      <footer>
        <button type="button" class="button first" onClick={() => dialog.current?.close()}>
          {t("close")}
        </button>
      </footer>
    </dialog>
  );
}
