/** A code that lets a technician's phone in: to be scanned or typed, counting down, gone when it is used or left. */
import { useSignal } from "@preact/signals";
import type { JSX } from "preact";
import { useEffect, useRef } from "preact/hooks";
import type { Api } from "../api/client";
import { sentence, type Problem } from "../api/problem";
import type { NewEnrolmentCode, Technician } from "../api/types";
import { named, t } from "../text/language";
import { Icon } from "../views/Icon";
import { countdown, fateOf, type Fate } from "./code";
import { codeNow, makeCode, withdrawCode } from "./codes";
import "./code.css";

interface CodeDialogProps {
  readonly technician: Technician;
  readonly api: Api;
  /** `used`: a phone came in. */
  readonly onClose: (used: boolean) => void;
}

const LOOK_MS = 3000;
const TICK_MS = 1000;

export function CodeDialog({ technician, api, onClose }: CodeDialogProps): JSX.Element {
  const dialog = useRef<HTMLDialogElement>(null);
  const made = useSignal<NewEnrolmentCode | null>(null);
  const problem = useSignal<Problem | null>(null);
  const fate = useSignal<Fate>("open");
  const left = useSignal(0);
  const words = { name: named(technician) };

  async function make(): Promise<void> {
    made.value = null;
    problem.value = null;
    fate.value = "open";
    const done = await makeCode(api, technician.id);
    if (done.ok) {
      made.value = done.data;
      left.value = Date.parse(done.data.expires_at) - Date.parse(done.data.made_at);
    } else problem.value = done.problem;
  }

  useEffect(() => {
    dialog.current?.showModal();
    void make();
    return () => {
      const open = made.peek();
      if (open !== null && fate.peek() === "open") withdrawCode(api, open);
    };
    // made once; anew only on request
    // eslint-disable-next-line react-hooks/exhaustive-deps
  }, []);

  // Counted from when it came, not from the desk's clock, which may be wrong.
  const code = made.value;
  useEffect(() => {
    if (code === null) return undefined;
    const end = performance.now() + left.peek();
    const ticking = setInterval(() => {
      left.value = Math.max(0, end - performance.now());
      if (left.value === 0 && fate.value === "open") fate.value = "over";
    }, TICK_MS);
    const looking = setInterval(() => {
      if (fate.value !== "open") return;
      void codeNow(api, code).then((known) => {
        if (known !== undefined && made.peek()?.id === code.id && fate.value === "open") fate.value = fateOf(known);
      });
    }, LOOK_MS);
    return () => {
      clearInterval(ticking);
      clearInterval(looking);
    };
  }, [api, code, fate, left, made]);

  return (
    <dialog
      ref={dialog}
      class="asking code-dialog"
      aria-labelledby="code-title"
      onClose={() => {
        onClose(fate.value === "used");
      }}
    >
      <h2 id="code-title">{t("code.title", words)}</h2>
      {problem.value !== null && (
        <p class="trouble" role="alert">
          {sentence(problem.value)}
        </p>
      )}
      {problem.value === null && code === null && (
        <div class="ghost code-ghost" role="status" aria-label={t("code.making")} />
      )}
      {code !== null && fate.value === "open" && <OpenCode code={code} name={words.name} left={left.value} />}
      {code !== null && fate.value !== "open" && (
        <p class="code-fate" role="status" data-fate={fate.value}>
          <Icon name={fate.value === "used" ? "done" : "clock"} />
          {fate.value === "used" ? t("code.used", words) : t(`code.${fate.value}`)}
        </p>
      )}
      <footer>
        {(problem.value !== null || (fate.value !== "open" && fate.value !== "used")) && (
          <button type="button" class="button" onClick={() => void make()}>
            {t("code.again")}
          </button>
        )}
        <button type="button" class="button first" onClick={() => dialog.current?.close()}>
          {t("close")}
        </button>
      </footer>
    </dialog>
  );
}

interface OpenCodeProps {
  readonly code: NewEnrolmentCode;
  readonly name: string;
  readonly left: number;
}

const QUIET = 4; // modules around the symbol, by which readers find it

function OpenCode({ code, name, left }: OpenCodeProps): JSX.Element {
  const { side, path } = code.symbol;
  const whole = side + 2 * QUIET;
  return (
    <>
      <p>{t("code.scan", { address: code.address.split("#")[0] ?? "" })}</p>
      <svg
        class="code-symbol"
        viewBox={`${-QUIET} ${-QUIET} ${whole} ${whole}`}
        role="img"
        aria-label={t("code.label", { name })}
      >
        <path class="code-ground" d={`M${-QUIET} ${-QUIET}h${whole}v${whole}h-${whole}z`} />
        <path class="code-dark" d={path} shape-rendering="crispEdges" />
      </svg>
      <p class="code-typed numbers">{code.code}</p>
      <p class="code-left" role="timer" aria-label={t("code.left_label")}>
        <Icon name="clock" />
        {t("code.left", { time: countdown(left) })}
      </p>
      <p class="soft">{t("code.warning", { name })}</p>
    </>
  );
}
