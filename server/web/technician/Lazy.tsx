/** A part of the app that is fetched when it is first looked at; from the worker's store, so also without a network. */
import { useSignal } from "@preact/signals";
import type { JSX } from "preact";
import { useEffect } from "preact/hooks";
import { t } from "../shared/text/language";
import { Notice } from "../shared/views/Notice";
import { noteFault } from "./phone/faultlog";

type State<T> = { readonly kind: "loading" | "failed" } | { readonly kind: "ready"; readonly part: T };

interface LazyProps<T> {
  /** Always the same function: another one is another part. */
  readonly load: () => Promise<T>;
  readonly show: (part: T) => JSX.Element;
}

export function Lazy<T>({ load, show }: LazyProps<T>): JSX.Element {
  const state = useSignal<State<T>>({ kind: "loading" });
  useEffect(() => {
    let left = false;
    load().then(
      (part) => {
        if (!left) state.value = { kind: "ready", part };
      },
      (fault: unknown) => {
        noteFault(fault);
        if (!left) state.value = { kind: "failed" };
      },
    );
    return () => {
      left = true;
    };
  }, [load, state]);
  if (state.value.kind === "ready") return show(state.value.part);
  if (state.value.kind === "failed") return <ScreenFailed />;
  return (
    <main class="lazy">
      <p role="status" class="unseen">
        {t("loading")}
      </p>
      <div class="ghost card-ghost" />
      <div class="ghost card-ghost" />
    </main>
  );
}

export function ScreenFailed(): JSX.Element {
  return (
    <main class="lazy">
      <Notice icon="warning" title={t("phone.screen_failed")} hint={t("phone.screen_failed_hint")}>
        <button
          type="button"
          class="button first"
          onClick={() => {
            location.reload();
          }}
        >
          {t("phone.reload")}
        </button>
      </Notice>
    </main>
  );
}
