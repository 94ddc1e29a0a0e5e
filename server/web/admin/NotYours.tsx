/** What a dispatcher sees here: whose desk this is, and the way to their own. */
import type { JSX } from "preact";
import type { Session } from "../shared/api/session";
import { t } from "../shared/text/language";
import { Notice } from "../shared/views/Notice";
import { w } from "./text/words";

export function NotYours({ session }: { readonly session: Session }): JSX.Element {
  return (
    <main class="whole-page">
      <Notice icon="lock" title={w("frame.not_yours")} hint={w("frame.not_yours_hint")}>
        <a class="button first" href="/desk/">
          {w("frame.to_board")}
        </a>
        <button type="button" class="button plain" onClick={() => void session.logout()}>
          {t("logout")}
        </button>
      </Notice>
    </main>
  );
}
