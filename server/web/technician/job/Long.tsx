/** A text that somebody typed, however long: the beginning of it, and the rest when it is asked for. */
import { useSignal } from "@preact/signals";
import type { JSX } from "preact";
import { t } from "../../shared/text/language";
import { beginningOf } from "./typed";

export function Long({ text }: { readonly text: string }): JSX.Element {
  const whole = useSignal(false);
  const beginning = beginningOf(text);
  if (beginning === text || whole.value) return <>{text}</>;
  return (
    <>
      {beginning}…{" "}
      <button
        type="button"
        class="button plain"
        onClick={() => {
          whole.value = true;
        }}
      >
        {t("work.show_all")}
      </button>
    </>
  );
}
