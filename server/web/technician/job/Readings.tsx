/** What was measured: with its unit, within its limits or not. */
import { useSignal } from "@preact/signals";
import type { JSX } from "preact";
import { useEffect, useRef } from "preact/hooks";
import type { Job } from "../../shared/api/types";
import { inLanguage, t } from "../../shared/text/language";
import { Icon } from "../../shared/views/Icon";
import type { Phone } from "../phone/phone";
import { Beside } from "./Beside";
import type { Deeds } from "./deeds";
import type { Meanwhile } from "./meanwhile";
import { Part } from "./Part";
import { readingsOf, readTyped, type Gauge, type Reading } from "./readings";
import { fit } from "./typed";

interface ReadingsProps {
  readonly job: Job;
  readonly phone: Phone;
  readonly deeds: Deeds;
  readonly meanwhile: Meanwhile;
  readonly editable: boolean;
}

export function Readings({ job, phone, deeds, meanwhile, editable }: ReadingsProps): JSX.Element | null {
  const unit = job.unit_id === null ? undefined : phone.units.value.get(job.unit_id);
  const all = readingsOf(unit?.line_code ?? null, job.readings);
  const shown = editable ? all : all.filter(({ value }) => value !== null);
  if (shown.length === 0) return null;
  return (
    <Part title={t("work.readings")}>
      <ul class="readings">
        {shown.map((reading) => (
          <li key={reading.gauge.code} data-standing={reading.standing}>
            {editable ? <Entry reading={reading} deeds={deeds} /> : <Told reading={reading} />}
            <Beside meanwhile={meanwhile} field={`readings/${reading.gauge.code}`} />
          </li>
        ))}
      </ul>
      {editable && <Another deeds={deeds} />}
    </Part>
  );
}

function Entry({ reading, deeds }: { readonly reading: Reading; readonly deeds: Deeds }): JSX.Element {
  const { gauge, value } = reading;
  const id = `reading-${gauge.code}`;
  const input = useRef<HTMLInputElement>(null);
  useEffect(() => {
    // What comes from elsewhere takes the place of what stands here, but not under the person's fingers.
    const field = input.current;
    if (field !== null && field !== document.activeElement) field.value = value === null ? "" : String(value);
  }, [value]);

  async function keep(typed: string): Promise<void> {
    const said = readTyped(typed);
    if (said === null || said === value) return;
    await deeds.perform("job.read", { reading: gauge.code, value: typeof said === "string" ? fit(said, 120) : said });
  }
  return (
    <>
      <label for={id} class="typed">
        {inLanguage(gauge.name)}
        <Limits gauge={gauge} />
      </label>
      <span class="measured">
        <input
          id={id}
          ref={input}
          type="text"
          inputMode="decimal"
          enterkeyhint="done"
          autocomplete="off"
          maxLength={120}
          aria-describedby={`${id}-standing`}
          onChange={(event) => void keep(event.currentTarget.value)}
        />
        <span class="unit">{gauge.unit}</span>
      </span>
      <Standing id={`${id}-standing`} reading={reading} />
    </>
  );
}

function Told({ reading }: { readonly reading: Reading }): JSX.Element {
  const { gauge, value } = reading;
  return (
    <>
      <span class="typed">
        {inLanguage(gauge.name)}
        <Limits gauge={gauge} />
      </span>
      <strong class="numbers typed">
        {value} {gauge.unit}
      </strong>
      <Standing reading={reading} />
    </>
  );
}

function Limits({ gauge }: { readonly gauge: Gauge }): JSX.Element | null {
  const { low, high, unit } = gauge;
  if (low === null && high === null) return null;
  const words =
    low !== null && high !== null
      ? t("work.reading_limits", { low, high, unit })
      : low !== null
        ? t("work.reading_least", { low, unit })
        : t("work.reading_most", { high: high ?? "", unit });
  return <small class="soft numbers">{words}</small>;
}

function Standing({ id, reading }: { readonly id?: string; readonly reading: Reading }): JSX.Element {
  const { standing } = reading;
  return (
    <small id={id} class="standing" data-standing={standing}>
      {standing !== "told" && (
        <>
          <Icon name={standing === "ok" ? "done" : "warning"} />
          {t(`work.reading.${standing}`)}
        </>
      )}
    </small>
  );
}

/** Whatever else was measured, by its name. */
function Another({ deeds }: { readonly deeds: Deeds }): JSX.Element {
  const [name, value] = [useSignal(""), useSignal("")];

  async function add(): Promise<void> {
    const reading = fit(name.value, 60);
    const said = readTyped(value.value);
    if (reading === "" || said === null) return;
    if (!(await deeds.perform("job.read", { reading, value: typeof said === "string" ? fit(said, 120) : said })))
      return;
    name.value = "";
    value.value = "";
  }
  return (
    <details class="more">
      <summary>{t("work.reading_other")}</summary>
      <form
        class="adding"
        onSubmit={(event) => {
          event.preventDefault();
          void add();
        }}
      >
        <div class="field">
          <label for="reading-name">{t("work.reading_name")}</label>
          <input
            id="reading-name"
            type="text"
            maxLength={60}
            value={name.value}
            onInput={(event) => {
              name.value = event.currentTarget.value;
            }}
          />
        </div>
        <div class="field">
          <label for="reading-value">{t("work.reading_value")}</label>
          <input
            id="reading-value"
            type="text"
            maxLength={120}
            value={value.value}
            onInput={(event) => {
              value.value = event.currentTarget.value;
            }}
          />
        </div>
        <button type="submit" class="button">
          {t("work.add")}
        </button>
      </form>
    </details>
  );
}
