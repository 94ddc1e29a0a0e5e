import type { JSX } from "preact";
import { t } from "../text/language";
import { Icon } from "../views/Icon";
import { dismiss, toasts, type Toast } from "./news";
import "./toasts.css";

const SIGNS = { good: "done", bad: "warning", note: "message" } as const satisfies Record<Toast["tone"], string>;

/** Always in the page, so that what appears in it is read out. */
export function Toasts(): JSX.Element {
  return (
    <div class="toasts" role="status" aria-live="polite">
      {toasts.value.map((toast) => (
        <Told key={toast.id} toast={toast} />
      ))}
    </div>
  );
}

function Told({ toast }: { readonly toast: Toast }): JSX.Element {
  const { undo } = toast;
  return (
    <div class="toast" data-tone={toast.tone}>
      <Icon name={SIGNS[toast.tone]} />
      <span>{toast.text}</span>
      {undo !== null && (
        <button
          type="button"
          class="button"
          onClick={() => {
            dismiss(toast.id);
            void undo();
          }}
        >
          {t("undo")}
        </button>
      )}
      <button
        type="button"
        class="button plain square"
        aria-label={t("dismiss")}
        onClick={() => {
          dismiss(toast.id);
        }}
      >
        <Icon name="close" />
      </button>
    </div>
  );
}
