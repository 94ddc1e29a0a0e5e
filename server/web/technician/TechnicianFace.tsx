/** The technician's face: a phone that is open, its screens, and the way between them. */
import { useSignal } from "@preact/signals";
import type { JSX } from "preact";
import { useEffect, useRef } from "preact/hooks";
import type { Session } from "../shared/api/session";
import type { User } from "../shared/api/types";
import { go, query } from "../shared/views/address";
import { CodeOffered, LogInAgain } from "./enrol/Enrol";
import { offered } from "./enrol/code";
import { JobPage } from "./job/JobPage";
import { Lazy } from "./Lazy";
import { Opening, type OpeningState } from "./Opening";
import { openPhone } from "./phone/open";
import type { Phone } from "./phone/phone";
import { Screening } from "./Screening";
import { hasTabs, keyOf, readScreen, type Screen } from "./screens";
import { SyncBar } from "./SyncBar";
import { Tabs } from "./Tabs";
import { Today } from "./today/Today";

interface TechnicianFaceProps {
  readonly user: User;
  readonly session: Session;
}

export function TechnicianFace({ user, session }: TechnicianFaceProps): JSX.Element {
  const state = useSignal<OpeningState | { readonly kind: "open"; readonly phone: Phone }>({ kind: "opening" });
  const attempt = useSignal(0);
  const tried = attempt.value;
  useEffect(() => {
    let left = false;
    const opening = openPhone(user, session, {
      onBlocked: () => {
        if (!left && state.peek().kind === "opening") state.value = { kind: "blocked" };
      },
    });
    state.value = { kind: "opening" };
    void opening.then(
      (opened) => {
        if (!left) state.value = opened;
        else if (opened.kind === "open") opened.phone.close();
      },
      () => {
        if (!left) state.value = { kind: "no_storage" };
      },
    );
    return () => {
      left = true;
      const shown = state.peek();
      if (shown.kind === "open") shown.phone.close();
    };
  }, [user, session, state, tried]);
  const shown = state.value;
  if (shown.kind === "open") return <InTheField phone={shown.phone} />;
  return (
    <Opening
      state={shown}
      session={session}
      name={user.name}
      onAgain={() => {
        attempt.value += 1;
      }}
    />
  );
}

function InTheField({ phone }: { readonly phone: Phone }): JSX.Element {
  const screen = readScreen(query.value);
  const { session, user } = phone;
  const place = useFocusOn(keyOf(screen));
  /** A code from the desk lets a phone that was taken off the list in again, under a new name. */
  function codeTaken(): void {
    const { trouble } = phone;
    if (trouble.peek() === "revoked" || trouble.peek() === "handed_in") void phone.enrolAnew();
    leaveLogin();
  }
  useLoginDone(phone, screen);
  if (offered.value !== null) return <CodeOffered session={session} name={user.name} onCode={codeTaken} />;
  if (screen.kind === "login")
    return <LogInAgain session={session} name={user.name} onCode={codeTaken} onBack={leaveLogin} />;
  return (
    <div class="phone" data-tabs={hasTabs(screen)} ref={place}>
      <SyncBar
        phone={phone}
        onLogin={() => {
          go(new URLSearchParams({ view: "login" }));
        }}
      />
      <Screening key={keyOf(screen)}>
        <ScreenOf screen={screen} phone={phone} />
      </Screening>
      {hasTabs(screen) && <Tabs phone={phone} screen={screen} />}
    </div>
  );
}

function leaveLogin(): void {
  go(new URLSearchParams(), true);
}

/** The page for logging in again goes by itself once the login is good. */
function useLoginDone({ session }: Phone, { kind }: Screen): void {
  const asked = useRef(false);
  const standing = session.standing.value;
  useEffect(() => {
    if (kind !== "login") asked.current = false;
    else if (standing === "good" && asked.current) leaveLogin();
    else if (standing !== "good") asked.current = true;
  }, [kind, standing]);
}

type Part<T> = () => Promise<T>;

const FINISH: Part<typeof import("./finish/Finish").Finish> = () =>
  import("./finish/Finish").then(({ Finish }) => Finish);
const SCAN: Part<typeof import("./scan/Scan").Scan> = () => import("./scan/Scan").then(({ Scan }) => Scan);
const OUTBOX: Part<typeof import("./outbox/Outbox").Outbox> = () =>
  import("./outbox/Outbox").then(({ Outbox }) => Outbox);
const NEWS: Part<typeof import("./news/News").News> = () => import("./news/News").then(({ News }) => News);
const ME: Part<typeof import("./me/Me").Me> = () => import("./me/Me").then(({ Me }) => Me);

function ScreenOf({ screen, phone }: { readonly screen: Screen; readonly phone: Phone }): JSX.Element | null {
  switch (screen.kind) {
    case "today":
      return <Today phone={phone} />;
    case "job":
      return <JobPage id={screen.id} phone={phone} />;
    case "finish":
      return <Lazy load={FINISH} show={(Finish) => <Finish id={screen.id} phone={phone} />} />;
    case "scan":
      return <Lazy load={SCAN} show={(Scan) => <Scan phone={phone} />} />;
    case "outbox":
      return <Lazy load={OUTBOX} show={(Outbox) => <Outbox phone={phone} />} />;
    case "news":
      return <Lazy load={NEWS} show={(News) => <News phone={phone} />} />;
    case "me":
      return <Lazy load={ME} show={(Me) => <Me phone={phone} />} />;
    case "login":
      return null;
  }
}

/** Where another screen comes up, whoever listens instead of looking is told which: its heading gets the focus. */
function useFocusOn(key: string): { current: HTMLDivElement | null } {
  const place = useRef<HTMLDivElement>(null);
  const before = useRef(key);
  useEffect(() => {
    if (before.current === key) return;
    before.current = key;
    const heading =
      place.current?.querySelector<HTMLElement>("h1") ?? place.current?.querySelector<HTMLElement>("main");
    heading?.setAttribute("tabindex", "-1");
    heading?.focus({ preventScroll: true });
  }, [key]);
  return place;
}
