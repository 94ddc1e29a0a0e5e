import type { Signal } from "@preact/signals";
import type { JSX } from "preact";
import { useEffect, useRef } from "preact/hooks";
import type { Key } from "../shared/text/messages";
import { t } from "../shared/text/language";
import { singleKeys, switchSingleKeys } from "./keys";

const KEYS: readonly (readonly [keys: readonly string[], words: Key & `desk.keys.${string}`])[] = [
  [["↑", "↓", "j", "k"], "desk.keys.move"],
  [["Enter"], "desk.keys.open"],
  [["a"], "desk.keys.assign"],
  [["/"], "desk.keys.search"],
  [["n"], "desk.keys.intake"],
  [["p"], "desk.keys.people"],
  [["1", "2", "3", "4", "5"], "desk.keys.pages"],
  [["t", "m"], "desk.keys.timeline"],
  [["Space"], "desk.keys.carry"],
  [["Esc"], "desk.keys.close"],
  [["?"], "desk.keys.help"],
];

export function KeyboardHelp({ open }: { readonly open: Signal<boolean> }): JSX.Element | null {
  const dialog = useRef<HTMLDialogElement>(null);
  const shown = open.value;
  useEffect(() => {
    if (shown) dialog.current?.showModal();
  }, [shown]);
  if (!shown) return null;
  return (
    <dialog
      ref={dialog}
      class="asking"
      aria-labelledby="keys-title"
      onClose={() => {
        open.value = false;
      }}
    >
      <h2 id="keys-title">{t("desk.keys")}</h2>
      <dl class="keys">
        {KEYS.map(([keys, words]) => (
          <div key={words}>
            <dt>
              {keys.map((key) => (
                <kbd key={key}>{key}</kbd>
              ))}
            </dt>
            <dd>{t(words)}</dd>
          </div>
        ))}
      </dl>
      <label class="switch">
        <input
          type="checkbox"
          checked={singleKeys.value}
          onChange={(event) => {
            switchSingleKeys(event.currentTarget.checked);
          }}
        />
        {t("desk.keys.single")}
      </label>
      <footer>
        <button type="button" class="button first" onClick={() => dialog.current?.close()}>
          {t("close")}
        </button>
      </footer>
    </dialog>
  );
}
