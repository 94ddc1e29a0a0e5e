/** Parts from the van: each tap is a difference, so that two phones, or a phone and the office, both count. */
import { useSignal } from "@preact/signals";
import type { JSX } from "preact";
import type { Job } from "../../shared/api/types";
import { inLanguage, t } from "../../shared/text/language";
import type { Phone } from "../phone/phone";
import type { Deeds } from "./deeds";
import { Part } from "./Part";
import { partNumber, partsOf, type PartLine } from "./parts";
import { fit } from "./typed";

interface PartsProps {
  readonly job: Job;
  readonly phone: Phone;
  readonly deeds: Deeds;
  readonly editable: boolean;
}

export function Parts({ job, phone, deeds, editable }: PartsProps): JSX.Element {
  const card = job.unit_id === null ? undefined : phone.cards.value.get(job.unit_id);
  const { chosen, others } = partsOf(job, card?.parts ?? []);
  return (
    <Part title={t("work.parts")}>
      {chosen.length === 0 && <p class="soft">{t("work.parts_none")}</p>}
      <Lines lines={chosen} deeds={deeds} editable={editable} />
      {editable && others.length > 0 && (
        <details class="more">
          <summary>{t("work.parts_other", { n: others.length })}</summary>
          <Lines lines={others} deeds={deeds} editable />
        </details>
      )}
      {editable && <Another deeds={deeds} />}
    </Part>
  );
}

interface LinesProps {
  readonly lines: readonly PartLine[];
  readonly deeds: Deeds;
  readonly editable: boolean;
}

function Lines({ lines, deeds, editable }: LinesProps): JSX.Element {
  return (
    <ul class="parts">
      {lines.map((line) => (
        <li key={line.number}>
          <span class="typed">
            {inLanguage(line.name) || line.number}
            <small class="soft numbers">{besideName(line)}</small>
          </span>
          <Stepper line={line} deeds={deeds} editable={editable} />
        </li>
      ))}
    </ul>
  );
}

/** Its number, where it is called by a name, and how many are needed. */
function besideName({ name, number, needed }: PartLine): string {
  const said = [inLanguage(name) === "" ? "" : number, needed > 0 ? t("work.part_needed", { n: needed }) : ""];
  return said.filter((words) => words !== "").join(" · ");
}

function Stepper({
  line,
  deeds,
  editable,
}: Pick<LinesProps, "deeds" | "editable"> & { readonly line: PartLine }): JSX.Element {
  const part = inLanguage(line.name) || line.number;
  const use = (quantity: number): void => {
    void deeds.perform("job.use_part", { part: line.number, quantity });
  };
  const told = t("work.part_used", { n: line.used });
  if (!editable) return <strong class="numbers">{told}</strong>;
  return (
    <span class="stepper">
      <button
        type="button"
        class="button"
        aria-label={t("work.part_less", { part })}
        disabled={line.used <= 0}
        onClick={() => {
          use(-1);
        }}
      >
        −
      </button>
      <output class="numbers" aria-label={told}>
        {line.used}
      </output>
      <button
        type="button"
        class="button"
        aria-label={t("work.part_more", { part })}
        onClick={() => {
          use(1);
        }}
      >
        +
      </button>
    </span>
  );
}

/** A part that nobody listed. */
function Another({ deeds }: { readonly deeds: Deeds }): JSX.Element {
  const typed = useSignal("");
  const fault = useSignal(false);

  async function add(): Promise<void> {
    const part = partNumber(fit(typed.value, 200));
    fault.value = part === null;
    if (part !== null && (await deeds.perform("job.use_part", { part, quantity: 1 }))) typed.value = "";
  }
  return (
    <form
      class="adding one"
      noValidate
      onSubmit={(event) => {
        event.preventDefault();
        void add();
      }}
    >
      <div class="field">
        <label for="part-number">{t("work.part_number")}</label>
        <input
          id="part-number"
          type="text"
          autocomplete="off"
          autocapitalize="characters"
          value={typed.value}
          aria-invalid={fault.value}
          onInput={(event) => {
            typed.value = event.currentTarget.value;
            fault.value = false;
          }}
        />
      </div>
      <button type="submit" class="button">
        {t("work.add")}
      </button>
      {fault.value && (
        <p class="trouble" role="alert">
          {t("work.part_number_wrong")}
        </p>
      )}
    </form>
  );
}
