/** Setting up with the desk's code: seen by the camera, typed, or brought along by the address. */
import { useSignal } from "@preact/signals";
import type { JSX } from "preact";
import { useState } from "preact/hooks";
import { sentence } from "../../shared/api/problem";
import type { Session } from "../../shared/api/session";
import { t } from "../../shared/text/language";
import { Icon } from "../../shared/views/Icon";
import { Lazy } from "../Lazy";
import { codeIn, grouped, offered } from "./code";

interface CodeFormProps {
  readonly session: Session;
  /** After the server took the code. */
  readonly onDone?: () => void;
}

export function CodeForm({ session, onDone }: CodeFormProps): JSX.Element {
  const code = useSignal(grouped(offered.peek() ?? ""));
  const trouble = useSignal<string | null>(null);
  const busy = useSignal(false);
  const camera = useSignal(false);

  async function enrol(): Promise<void> {
    if (busy.value) return;
    if (code.value.trim().length < 4) {
      trouble.value = t("enrol.code_required");
      return;
    }
    busy.value = true;
    const answer = await session.enrol(code.value.trim());
    busy.value = false;
    trouble.value = answer.ok ? null : sentence(answer.problem);
    if (!answer.ok) return;
    offered.value = null;
    onDone?.();
  }

  function seen(text: string): boolean {
    const found = codeIn(text);
    trouble.value = found === null ? t("enrol.scan_other") : null;
    if (found === null) return false;
    code.value = grouped(found);
    camera.value = false;
    void enrol();
    return true;
  }

  return (
    <form
      class="enrol-code"
      noValidate
      onSubmit={(event) => {
        event.preventDefault();
        void enrol();
      }}
    >
      {trouble.value !== null && (
        <p class="trouble" role="alert">
          {trouble.value}
        </p>
      )}
      {camera.value && <Camera onSeen={seen} />}
      <div class="field">
        <label for="enrol-code">{t("enrol.code")}</label>
        <input
          id="enrol-code"
          name="code"
          type="text"
          inputMode="text"
          autocomplete="one-time-code"
          autocapitalize="characters"
          spellcheck={false}
          maxLength={40}
          aria-describedby="enrol-code-hint"
          value={code.value}
          onInput={(event) => {
            code.value = event.currentTarget.value;
          }}
        />
      </div>
      <p id="enrol-code-hint" class="soft">
        {t("enrol.code_hint")}
      </p>
      <div class="enrol-buttons">
        <button type="button" class="button first" aria-disabled={busy.value} onClick={() => void enrol()}>
          {busy.value ? t("enrol.busy") : t("enrol.code_go")}
        </button>
        <button
          type="button"
          class="button"
          aria-pressed={camera.value}
          onClick={() => {
            camera.value = !camera.value;
          }}
        >
          <Icon name="scan" />
          {t(camera.value ? "enrol.scan_stop" : "enrol.scan")}
        </button>
      </div>
    </form>
  );
}

/** The camera's code is fetched only by who wants it. */
function Camera({ onSeen }: { readonly onSeen: (text: string) => boolean }): JSX.Element {
  const [load] = useState(() => () => import("../scan/Viewfinder").then(({ Viewfinder }) => Viewfinder));
  return (
    <Lazy
      load={load}
      show={(Viewfinder) => <Viewfinder onSeen={(codes) => codes.some(({ text }) => onSeen(text))} />}
    />
  );
}
