import { useSignal } from "@preact/signals";
import type { JSX } from "preact";
import { useEffect, useRef } from "preact/hooks";
import { sentence } from "../api/problem";
import type { Face, Session } from "../api/session";
import { t } from "../text/language";
import { Brand } from "./Brand";
import { LanguageButton } from "./LanguageButton";

interface LoginProps {
  readonly face: Face;
  readonly name?: string | undefined;
  readonly session: Session;
  /** True when the login ended by itself, so that people know why they are here again. */
  readonly ended: boolean;
}

export function Login({ face, name, session, ended }: LoginProps): JSX.Element {
  return (
    <main class="whole-page">
      <div class="login">
        <header>
          <Brand face={face} name={name} />
          <LanguageButton />
        </header>
        <h1>{t("login.title")}</h1>
        <LoginForm session={session} ended={ended} focused />
      </div>
    </main>
  );
}

interface LoginFormProps {
  readonly session: Session;
  readonly ended: boolean;
  /** Where the page is about nothing else. */
  readonly focused?: boolean;
}

export function LoginForm({ session, ended, focused = false }: LoginFormProps): JSX.Element {
  const trouble = useSignal<string | null>(null);
  const busy = useSignal(false);
  const first = useRef<HTMLInputElement>(null);
  useEffect(() => {
    if (focused) first.current?.focus();
  }, [focused]);

  async function submit(form: HTMLFormElement): Promise<void> {
    const fields = new FormData(form);
    const [username, password] = [text(fields.get("username")).trim(), text(fields.get("password"))];
    if (busy.value) return;
    if (username === "" || password === "") {
      trouble.value = t("login.required");
      return;
    }
    busy.value = true;
    const answer = await session.login(username, password);
    busy.value = false;
    trouble.value = answer.ok ? null : sentence(answer.problem);
  }

  return (
    <form
      class="login-form"
      method="post"
      noValidate
      onSubmit={(event) => {
        event.preventDefault();
        void submit(event.currentTarget);
      }}
    >
      {ended && trouble.value === null && <p role="status">{t("login.ended")}</p>}
      {trouble.value !== null && (
        <p class="trouble" role="alert">
          {trouble.value}
        </p>
      )}
      <div class="field">
        <label for="username">{t("login.username")}</label>
        <input
          ref={first}
          id="username"
          name="username"
          type="text"
          autocomplete="username"
          autocapitalize="none"
          spellcheck={false}
          maxLength={80}
          required
        />
      </div>
      <div class="field">
        <label for="password">{t("login.password")}</label>
        <input id="password" name="password" type="password" autocomplete="current-password" maxLength={200} required />
      </div>
      <button type="submit" class="button first" aria-disabled={busy.value}>
        {busy.value ? t("login.busy") : t("login.submit")}
      </button>
    </form>
  );
}

function text(value: FormDataEntryValue | null): string {
  return typeof value === "string" ? value : "";
}
