/** Before the phone is open: what is waited for, or why it does not open, and what can be done about it. */
import { useSignal } from "@preact/signals";
import type { JSX } from "preact";
import { useEffect } from "preact/hooks";
import { OFFLINE, sentence } from "../shared/api/problem";
import type { Session } from "../shared/api/session";
import { t } from "../shared/text/language";
import { Notice } from "../shared/views/Notice";
import type { Opened } from "./phone/open";
import { loadNewest } from "./update/running";

/** Until it is told that something keeps the data from being opened. */
const LONG_MS = 8_000;

export type OpeningState =
  | { readonly kind: "opening" }
  /** An older tab has not let go yet. */
  | { readonly kind: "blocked" }
  | Exclude<Opened, { readonly kind: "open" }>;

interface OpeningProps {
  readonly state: OpeningState;
  readonly session: Session;
  readonly name: string;
  readonly onAgain: () => void;
}

export function Opening({ state, session, name, onAgain }: OpeningProps): JSX.Element {
  return (
    <main class="whole-page">
      {state.kind === "opening" ? (
        <Underway />
      ) : (
        <Stopped state={state} session={session} name={name} onAgain={onAgain} />
      )}
    </main>
  );
}

function Underway(): JSX.Element {
  const long = useSignal(false);
  useEffect(() => {
    const timer = setTimeout(() => {
      long.value = true;
    }, LONG_MS);
    return () => {
      clearTimeout(timer);
    };
  }, [long]);
  if (!long.value) return <p role="status">{t("phone.opening")}</p>;
  return (
    <Notice icon="clock" title={t("phone.opening")} hint={t("phone.opening_long")}>
      <Reload />
    </Notice>
  );
}

function Stopped({
  state,
  session,
  name,
  onAgain,
}: OpeningProps & { readonly state: Exclude<OpeningState, { kind: "opening" }> }): JSX.Element {
  switch (state.kind) {
    case "blocked":
      return <Notice icon="warning" title={t("phone.blocked")} hint={t("phone.blocked_hint")} />;
    case "not_enrolled":
      return (
        <Notice
          icon={state.problem.code === OFFLINE.code ? "offline" : "warning"}
          title={t("phone.not_enrolled")}
          hint={`${name} · ${sentence(state.problem)}`}
        >
          <Again onAgain={onAgain} />
          {/* Nothing is kept for this person here, so that nothing can be lost. */}
          <button type="button" class="button plain" onClick={() => void session.logout()}>
            {t("logout")}
          </button>
        </Notice>
      );
    case "no_storage":
      return (
        <Notice icon="warning" title={t("phone.no_storage")} hint={t("phone.no_storage_hint")}>
          <Again onAgain={onAgain} />
        </Notice>
      );
    case "full":
      return (
        <Notice icon="warning" title={t("phone.full")} hint={t("phone.full_hint")}>
          <Again onAgain={onAgain} />
        </Notice>
      );
    case "too_new":
      return (
        <Notice icon="warning" title={t("phone.too_new")} hint={t("phone.too_new_hint")}>
          {state.handedIn > 0 && <p>{t("phone.too_new_handed_in", { n: state.handedIn })}</p>}
          <Reload />
        </Notice>
      );
  }
}

function Again({ onAgain }: { readonly onAgain: () => void }): JSX.Element {
  return (
    <button type="button" class="button first" onClick={onAgain}>
      {t("retry")}
    </button>
  );
}

function Reload(): JSX.Element {
  return (
    <button type="button" class="button first" onClick={loadNewest}>
      {t("phone.reload")}
    </button>
  );
}
