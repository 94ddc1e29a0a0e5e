/** When, where and whom: with call, navigate and scan at hand, and what may be put right. */
import { useSignal } from "@preact/signals";
import type { JSX } from "preact";
import type { Job } from "../../shared/api/types";
import { PromiseClock, PromiseDue } from "../../shared/promise/PromiseClock";
import { t } from "../../shared/text/language";
import { shortTime, timeWindow } from "../../shared/time/format";
import { now } from "../../shared/time/now";
import { go } from "../../shared/views/address";
import { Icon } from "../../shared/views/Icon";
import type { Phone } from "../phone/phone";
import { toldProblem } from "../phone/refusals";
import { scanAddress } from "../scan/address";
import { Beside, ByTheOffice } from "./Beside";
import type { Changed } from "./changed";
import type { Deeds } from "./deeds";
import { Long } from "./Long";
import { mapLink } from "./maplink";
import type { Meanwhile } from "./meanwhile";
import { Part } from "./Part";
import { Sheet } from "./Sheet";
import { contactOf, dial, placeOf } from "./told";
import { fit } from "./typed";

interface WhereProps {
  readonly job: Job;
  readonly phone: Phone;
  readonly deeds: Deeds;
  readonly meanwhile: Meanwhile;
  readonly changed: Changed;
}

/** The three things that are wanted with one hand on the wheel of a van. */
export function Quick({ job, phone }: Pick<WhereProps, "job" | "phone">): JSX.Element {
  const number = dial(contactOf(job, phone).phone);
  const scan = scanAddress(job.id);
  return (
    <nav class="quick" aria-label={t("work.quick")}>
      {number === null ? (
        <span class="button" aria-disabled="true">
          <Icon name="phone" />
          {t("work.no_phone")}
        </span>
      ) : (
        <a class="button" href={number}>
          <Icon name="phone" />
          {t("page.call")}
        </a>
      )}
      <a class="button" href={mapLink({ ...job, address: placeOf(job, phone) }, navigator.userAgent)}>
        <Icon name="route" />
        {t("page.navigate")}
      </a>
      <a
        class="button"
        href={`?${scan.toString()}`}
        onClick={(event) => {
          event.preventDefault();
          go(scan);
        }}
      >
        <Icon name="scan" />
        {t("work.scan")}
      </a>
    </nav>
  );
}

export function When({ job, phone, meanwhile, changed }: Omit<WhereProps, "deeds">): JSX.Element {
  return (
    <Part title={t("page.when")}>
      <p class="big numbers">{windowOf(job)}</p>
      {job.appointment_at !== null && (
        <p>{t("work.appointment", { at: shortTime(now.value, Date.parse(job.appointment_at)) })}</p>
      )}
      <ByTheOffice changed={changed} phone={phone} fields={["window", "appointment_at"]} />
      <PromiseClock job={job} />
      <p class="soft">
        <PromiseDue job={job} />
      </p>
      <Beside meanwhile={meanwhile} field="arrival" />
    </Part>
  );
}

function windowOf(job: Job): string {
  if (job.window_start === null) return t("time.unset");
  const end = job.window_end === null ? null : Date.parse(job.window_end);
  return timeWindow(now.value, Date.parse(job.window_start), end);
}

export function Where({ job, phone, deeds, meanwhile, changed }: WhereProps): JSX.Element {
  const editing = useSignal(false);
  const customer = job.customer_id === null ? undefined : phone.customers.value.get(job.customer_id);
  const contact = contactOf(job, phone);
  const name = contact.name || t("value.none");
  return (
    <Part
      title={t("page.where")}
      aside={
        <button
          type="button"
          class="button plain"
          aria-haspopup="dialog"
          onClick={() => {
            editing.value = true;
          }}
        >
          {t("work.edit")}
        </button>
      }
    >
      <p class="typed place">{placeOf(job, phone)}</p>
      <ByTheOffice changed={changed} phone={phone} fields={["address"]} />
      {job.access_notes !== "" && (
        <p class="typed access">
          <span class="soft">
            {t("page.access")}
            {t("punctuation.colon")}
          </span>
          <Long text={job.access_notes} />
        </p>
      )}
      <Beside meanwhile={meanwhile} field="access_notes" />
      {customer !== undefined && customer.access_notes !== "" && customer.access_notes !== job.access_notes && (
        <p class="typed soft">{t("work.customer_notes", { notes: customer.access_notes })}</p>
      )}
      <p class="typed">
        <strong>{name}</strong>
        {customer !== undefined && customer.name !== name && <span class="soft"> · {customer.name}</span>}
      </p>
      {contact.phone !== "" && <p class="numbers typed">{contact.phone}</p>}
      <Beside meanwhile={meanwhile} field="contact_name" />
      <Beside meanwhile={meanwhile} field="contact_phone" />
      <ByTheOffice changed={changed} phone={phone} fields={["access_notes", "contact_name", "contact_phone"]} />
      {editing.value && (
        <Contact
          job={job}
          deeds={deeds}
          onClose={() => {
            editing.value = false;
          }}
        />
      )}
    </Part>
  );
}

const FIELDS = ["contact_name", "contact_phone", "access_notes"] as const;
const LONGEST = { contact_name: 120, contact_phone: 40, access_notes: 4000 } as const;

interface ContactProps {
  readonly job: Job;
  readonly deeds: Deeds;
  readonly onClose: () => void;
}

/** Only what was changed is sent, so that nothing of the office's is overwritten unseen. */
function Contact({ job, deeds, onClose }: ContactProps): JSX.Element {
  const fault = useSignal<string | null>(null);

  async function save(form: HTMLFormElement): Promise<void> {
    const fields = new FormData(form);
    const typed = (name: (typeof FIELDS)[number]): string => {
      const value = fields.get(name);
      return fit(typeof value === "string" ? value : "", LONGEST[name]);
    };
    const changed = FIELDS.filter((name) => typed(name) !== job[name].trim());
    if (changed.includes("contact_name") && typed("contact_name") === "") {
      fault.value = t("work.name_needed");
      return;
    }
    const args = Object.fromEntries(changed.map((name) => [name, typed(name)]));
    if (changed.length === 0 || (await deeds.perform("job.patch", args))) onClose();
    else if (deeds.trouble.value !== null) fault.value = toldProblem(deeds.trouble.value);
  }

  return (
    <Sheet title={t("work.edit_title")} onClose={onClose}>
      <form
        noValidate
        onSubmit={(event) => {
          event.preventDefault();
          void save(event.currentTarget);
        }}
      >
        {FIELDS.map((name) => (
          <div key={name} class="field">
            <label for={`edit-${name}`}>{t(`work.${name}`)}</label>
            {name === "access_notes" ? (
              <textarea id={`edit-${name}`} name={name} rows={3} maxLength={LONGEST[name]} defaultValue={job[name]} />
            ) : (
              <input
                id={`edit-${name}`}
                name={name}
                type="text"
                inputMode={name === "contact_phone" ? "tel" : "text"}
                maxLength={LONGEST[name]}
                defaultValue={job[name]}
              />
            )}
          </div>
        ))}
        {fault.value !== null && (
          <p class="trouble" role="alert">
            {fault.value}
          </p>
        )}
        <button type="submit" class="button first">
          {t("work.save")}
        </button>
      </form>
    </Sheet>
  );
}
