/** The truth about the connection, at all times. */
import type { ReadonlySignal } from "@preact/signals";
import type { JSX } from "preact";
import { sentence } from "../shared/api/problem";
import type { Contact } from "../shared/feed/reader";
import { t } from "../shared/text/language";
import { shortTime, span } from "../shared/time/format";
import { now } from "../shared/time/now";
import { Icon } from "../shared/views/Icon";

const FRESH_MS = 120_000; // younger contact is told without its age

export function SyncBar({ contact }: { readonly contact: ReadonlySignal<Contact> }): JSX.Element {
  const { state, last, problem } = contact.value;
  return (
    <div class="sync-bar" data-state={problem === null ? state : "trouble"} role="status">
      <Icon name={state === "offline" ? "offline" : problem === null ? "online" : "warning"} />
      <strong>{t(`contact.${state}`)}</strong>
      <span class="numbers">{problem === null ? lastContact(last) : sentence(problem)}</span>
    </div>
  );
}

function lastContact(last: number | null): string {
  if (last === null) return t("contact.never");
  const present = Math.max(now.value, last); // the shared clock is coarser than the last answer
  const time = shortTime(present, last);
  const age = present - last;
  return t("contact.last", { time: age < FRESH_MS ? time : t("contact.ago", { time, ago: span(age) }) });
}
