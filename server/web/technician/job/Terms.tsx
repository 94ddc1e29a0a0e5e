/** The terms of the visit, and what the technician has told of it so far. */
import type { JSX } from "preact";
import type { ComponentChildren } from "preact";
import type { Job } from "../../shared/api/types";
import { inLanguage, isKey, language, say, t } from "../../shared/text/language";
import { shortTime, span } from "../../shared/time/format";
import { now } from "../../shared/time/now";
import { Part } from "./Part";
import { hoursOf } from "./hours";

export function Terms({ job }: { readonly job: Job }): JSX.Element {
  const hours = hoursOf(job.site_hours ?? []);
  return (
    <Part title={t("work.terms")}>
      <dl class="terms">
        <Term name={t("work.terms_promise")}>
          {job.policy_name === ""
            ? t("work.promise_none")
            : inLanguage({ zh: job.policy_name, en: job.policy_name_en })}
        </Term>
        {typeof job.price_minor === "number" && <Term name={t("work.terms_price")}>{money(job.price_minor)}</Term>}
        {hours.length > 0 && (
          <Term name={t("work.terms_hours")}>
            {hours.map((line) => (
              <span key={line} class="line">
                {line}
              </span>
            ))}
          </Term>
        )}
        <Term name={t("work.terms_duration")}>{span(job.duration_minutes * 60_000)}</Term>
        <Term name={t("work.terms_source")}>{shortTime(now.value, Date.parse(job.opened_at))}</Term>
        {job.hold_cause !== "" && <Term name={t("field.hold_cause")}>{say("cause", job.hold_cause)}</Term>}
      </dl>
    </Part>
  );
}

function Term({ name, children }: { readonly name: string; readonly children: ComponentChildren }): JSX.Element {
  return (
    <div>
      <dt>{name}</dt>
      <dd class="typed numbers">{children}</dd>
    </div>
  );
}

/** In the smallest unit of the firm's money. */
function money(minor: number): string {
  const digits = { minimumFractionDigits: 2, maximumFractionDigits: 2 };
  return new Intl.NumberFormat(language.value, digits).format(minor / 100);
}

export function Done({ job, mine }: { readonly job: Job; readonly mine: string | null }): JSX.Element | null {
  const lines = job.visits_done.filter((line) => line["technician_id"] === mine);
  if (lines.length === 0) return null;
  return (
    <Part title={t("work.done")}>
      <ol class="done">
        {lines.map((line, index) => (
          <li key={index}>
            <span class="numbers">{timeOf(line)}</span> {didWords(line)}
            {typeof line["reason"] === "string" && <span class="soft typed"> · {line["reason"]}</span>}
          </li>
        ))}
      </ol>
    </Part>
  );
}

function timeOf(line: Readonly<Record<string, unknown>>): string {
  const at = typeof line["at"] === "string" ? Date.parse(line["at"]) : NaN;
  return Number.isNaN(at) ? "" : shortTime(now.value, at);
}

function didWords(line: Readonly<Record<string, unknown>>): string {
  const key = `work.did.${String(line["event"])}`;
  return isKey(key) ? t(key as "work.did.arrive") : String(line["event"]);
}
