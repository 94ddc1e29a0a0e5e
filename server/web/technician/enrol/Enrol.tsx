/** A phone without a person, or whose person has to log in again. */
import type { JSX } from "preact";
import { useEffect } from "preact/hooks";
import type { Session } from "../../shared/api/session";
import { t } from "../../shared/text/language";
import { Brand } from "../../shared/views/Brand";
import { LanguageButton } from "../../shared/views/LanguageButton";
import { LoginForm } from "../../shared/views/Login";
import { CodeForm } from "./CodeForm";
import "./enrol.css";
import { offered } from "./code";
import { InstallHint } from "./Install";

interface EnrolProps {
  readonly session: Session;
  /** True when the login ended by itself, so that people know why they are here again. */
  readonly ended: boolean;
}

/** Nobody is in: the desk's code, or a login. */
export function Enrol({ session, ended }: EnrolProps): JSX.Element {
  useEffect(
    () => () => {
      offered.value = null; // whoever came in another way did not need it
    },
    [],
  );
  return (
    <main class="enrol">
      <header>
        <Brand face="technician" />
        <LanguageButton />
      </header>
      <h1>{t("enrol.title")}</h1>
      <CodeForm key={offered.value ?? ""} session={session} />
      <p class="enrol-or">{t("enrol.or")}</p>
      <LoginForm session={session} ended={ended} />
      <InstallHint />
    </main>
  );
}

interface AgainProps {
  readonly session: Session;
  /** Whose work is on the phone. */
  readonly name: string;
  /** The server has taken a code or a login. */
  readonly onCode: () => void;
  readonly onBack: () => void;
}

/** Somebody is in, and their login has ended, or their phone was taken off the list. */
export function LogInAgain({ session, name, onCode, onBack }: AgainProps): JSX.Element {
  return (
    <main class="enrol">
      <header>
        <Brand face="technician" />
        <button type="button" class="button plain" onClick={onBack}>
          {t("back")}
        </button>
      </header>
      <h1>{t("enrol.again")}</h1>
      <p>{t("enrol.again_hint", { name })}</p>
      <LoginForm session={session} ended={false} />
      <p class="enrol-or">{t("enrol.or_code")}</p>
      <CodeForm session={session} onDone={onCode} />
      <p class="soft">{t("enrol.other_hint")}</p>
    </main>
  );
}

interface OfferedProps {
  readonly session: Session;
  readonly name: string;
  readonly onCode: () => void;
}

/** A code was opened on a phone that somebody works with: nothing happens without a word. */
export function CodeOffered({ session, name, onCode }: OfferedProps): JSX.Element {
  return (
    <main class="enrol">
      <header>
        <Brand face="technician" />
        <LanguageButton />
      </header>
      <h1>{t("enrol.somebody", { name })}</h1>
      <p>{t("enrol.somebody_hint", { name })}</p>
      <button
        type="button"
        class="button"
        onClick={() => {
          offered.value = null;
        }}
      >
        {t("enrol.stay", { name })}
      </button>
      <CodeForm session={session} onDone={onCode} />
    </main>
  );
}
