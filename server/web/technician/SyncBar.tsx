/** The truth about the connection and about what waits, at all times; a tap opens the outbox. */
import { useComputed } from "@preact/signals";
import type { JSX } from "preact";
import { sentence } from "../shared/api/problem";
import { bytesWords } from "../shared/text/bytes";
import { t } from "../shared/text/language";
import { shortTime, span } from "../shared/time/format";
import { now } from "../shared/time/now";
import { go, leavesToBrowser } from "../shared/views/address";
import { Icon } from "../shared/views/Icon";
import { pressing, type NoticeKind } from "./notices";
import type { Contact, Phone } from "./phone/phone";
import { loadNewest, updates } from "./update/running";
import { useWaits } from "./waits";

const FRESH_MS = 120_000; // younger contact is told without its age

interface SyncBarProps {
  readonly phone: Phone;
  /** To log in again, or to set up anew. */
  readonly onLogin: () => void;
}

export function SyncBar({ phone, onLogin }: SyncBarProps): JSX.Element {
  const { state, problem } = phone.contact.value;
  const waits = useWaits(phone);
  const word = phone.trouble.value === "login" ? t("sync.logged_out") : t(`contact.${state}`);
  const troubled = problem !== null || phone.trouble.value !== null;
  return (
    <section class="sync-bar" data-state={troubled ? "trouble" : state} aria-label={t("sync.label")}>
      <a
        class="sync-line"
        href="?view=outbox"
        onClick={(event) => {
          if (leavesToBrowser(event)) return;
          event.preventDefault();
          go(new URLSearchParams({ view: "outbox" }));
        }}
      >
        <Icon name={state === "offline" ? "offline" : troubled ? "warning" : "online"} />
        <span class="sync-words">
          <strong>{word}</strong>
          <span class="numbers">{waits === "" ? t("sync.all_sent") : t("sync.waits", { what: waits })}</span>
        </span>
        <span class="sync-contact numbers">{contactWords(phone.contact.value)}</span>
        <span class="unseen">{t("sync.open_outbox")}</span>
      </a>
      {/* What changes is said aloud once; the time of the last contact is not. */}
      <p class="unseen" role="status">
        {word}
        {waits !== "" && `${t("punctuation.comma")}${t("sync.waits", { what: waits })}`}
      </p>
      <Pressing phone={phone} waits={waits !== ""} onLogin={onLogin} />
      <UpdateReady />
    </section>
  );
}

function contactWords({ last, problem }: Contact): string {
  if (problem !== null) return sentence(problem);
  if (last === null) return t("contact.never");
  const present = Math.max(now.value, last); // the shared clock is coarser than the last answer
  const time = shortTime(present, last);
  const age = present - last;
  return t("contact.last", { time: age < FRESH_MS ? time : t("contact.ago", { time, ago: span(age) }) });
}

interface PressingProps {
  readonly phone: Phone;
  readonly waits: boolean;
  readonly onLogin: () => void;
}

function Pressing({ phone, waits, onLogin }: PressingProps): JSX.Element | null {
  const notice = useComputed(() =>
    pressing({
      trouble: phone.trouble.value,
      room: phone.room.value,
      keeping: phone.keeping.value,
      clockAhead: phone.clockAhead.value,
      waits,
    }),
  ).value;
  if (notice === null) return null;
  const way = wayOut(notice, phone, onLogin);
  return (
    <div class="sync-notice" role="status">
      <p>{told(notice)}</p>
      {way !== null && (
        <button type="button" class="button" onClick={way.go}>
          {way.words}
        </button>
      )}
    </div>
  );
}

function told(notice: NoticeKind): string {
  if (notice.kind === "room_low") return t("sync.room_low", { left: bytesWords(notice.left) });
  if (notice.kind !== "clock") return t(`sync.${notice.kind}`);
  const time = span(Math.abs(notice.ahead));
  return notice.ahead > 0 ? t("sync.clock_fast", { time }) : t("sync.clock_slow", { time });
}

interface WayOut {
  readonly words: string;
  readonly go: () => void;
}

function wayOut({ kind }: NoticeKind, phone: Phone, onLogin: () => void): WayOut | null {
  switch (kind) {
    case "superseded":
      return { words: t("phone.reload"), go: loadNewest };
    case "login":
      return { words: t("sync.log_in"), go: onLogin };
    case "revoked":
    case "handed_in":
      return { words: t("sync.enrol_anew"), go: onLogin };
    case "outdated":
      return { words: t("sync.update"), go: loadNewest };
    case "evictable":
      return { words: t("sync.keep"), go: () => void phone.askToKeep() };
    case "full":
    case "room_low":
    case "clock":
      return null;
  }
}

/** Never by itself: a signature may be half drawn. */
function UpdateReady(): JSX.Element | null {
  const state = updates?.state.value ?? "none";
  if (updates === null || state === "none") return null;
  const here = updates;
  return (
    <div class="sync-notice" role="status">
      <p>{t(state === "ready" ? "update.ready" : "update.taken")}</p>
      <span class="sync-choices">
        {state === "ready" && (
          <button
            type="button"
            class="button plain"
            onClick={() => {
              here.later();
            }}
          >
            {t("update.later")}
          </button>
        )}
        <button
          type="button"
          class="button"
          onClick={() => {
            here.take();
          }}
        >
          {t(state === "ready" ? "update.take" : "phone.reload")}
        </button>
      </span>
    </div>
  );
}
