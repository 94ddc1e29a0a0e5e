/** The frame of a face: who is there decides what is seen. */
import { effect } from "@preact/signals";
import { render, type JSX } from "preact";
import { Session, type Face } from "../api/session";
import { sentence } from "../api/problem";
import type { Role, User } from "../api/types";
import { language, t } from "../text/language";
import { startClock } from "../time/now";
import { Login } from "./Login";
import { Notice } from "./Notice";

export interface FaceProps {
  readonly face: Face;
  /** What it is called; by its kind when left out. */
  readonly name?: () => string;
  /** Roles that work at this face; others are shown the way to theirs. */
  readonly roles: ReadonlySet<Role>;
  readonly inside: (user: User, session: Session) => JSX.Element;
  /** What is there for somebody who is not logged in; the log-in page when left out. */
  readonly outside?: (session: Session, ended: boolean) => JSX.Element;
}

export function openFace(props: FaceProps): void {
  const place = document.getElementById("page");
  if (place === null) throw new Error("the page has no place for the face");
  const session = new Session({ face: props.face });
  effect(() => {
    document.documentElement.lang = language.value;
    document.title = `${props.name?.() ?? t(props.face === "desk" ? "app.desk" : "app.technician")} · ${t("app.name")}`;
  });
  startClock();
  void session.resume();
  render(<FacePage {...props} session={session} />, place);
}

export function FacePage({
  face,
  name,
  roles,
  inside,
  outside,
  session,
}: FaceProps & { readonly session: Session }): JSX.Element {
  const state = session.state.value;
  switch (state.kind) {
    case "starting":
      return (
        <main class="whole-page">
          <p role="status">{t("session.starting")}</p>
        </main>
      );
    case "out":
      return (
        outside?.(session, state.ended) ?? <Login face={face} name={name?.()} session={session} ended={state.ended} />
      );
    case "unsure":
      return <Unsure session={session} why={sentence(state.problem)} />;
    case "in":
      return roles.has(state.user.role) ? inside(state.user, session) : <WrongFace face={face} session={session} />;
  }
}

function Unsure({ session, why }: { readonly session: Session; readonly why: string }): JSX.Element {
  return (
    <main class="whole-page">
      <Notice icon="offline" title={t("session.unsure")} hint={why}>
        <button type="button" class="button first" onClick={() => void session.resume()}>
          {t("retry")}
        </button>
      </Notice>
    </main>
  );
}

function WrongFace({ face, session }: { readonly face: Face; readonly session: Session }): JSX.Element {
  const desk = face === "desk";
  return (
    <main class="whole-page">
      <Notice icon="person" title={t(desk ? "login.wrong_face.desk" : "login.wrong_face.technician")}>
        <a class="button first" href={desk ? "/app/" : "/desk/"}>
          {t(desk ? "login.go.technician" : "login.go.desk")}
        </a>
        <button type="button" class="button plain" onClick={() => void session.logout()}>
          {t("logout")}
        </button>
      </Notice>
    </main>
  );
}
