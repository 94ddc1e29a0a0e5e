/** What the procedure of this kind of job asks for, item by item. */
import type { JSX } from "preact";
import type { Job } from "../../shared/api/types";
import { inLanguage, t } from "../../shared/text/language";
import { Beside } from "./Beside";
import { checklistOf, leftOf, type ChecklistItem } from "./contents";
import type { Deeds } from "./deeds";
import type { Meanwhile } from "./meanwhile";
import { Part } from "./Part";
import type { Phone } from "../phone/phone";

interface ChecklistProps {
  readonly job: Job;
  readonly phone: Phone;
  readonly deeds: Deeds;
  readonly meanwhile: Meanwhile;
  readonly editable: boolean;
}

export function Checklist({ job, phone, deeds, meanwhile, editable }: ChecklistProps): JSX.Element {
  const listed = phone.types.value.get(job.job_type)?.checklist ?? [];
  const items = checklistOf(listed, job.checklist, phone.user.technician_id);
  const done = items.filter((item) => item.done).length;
  const left = leftOf(items);
  return (
    <Part
      title={t("page.checklist")}
      aside={
        items.length > 0 && (
          <span class="soft numbers">{t("page.checklist_progress", { done, all: items.length })}</span>
        )
      }
    >
      {items.length === 0 && <p class="soft">{t("page.checklist_empty")}</p>}
      {left > 0 && <p class="soft">{t("work.checklist_left", { n: left })}</p>}
      <ul class="checklist">
        {items.map((item) => (
          <li key={item.key} data-done={item.done}>
            <Item item={item} deeds={deeds} editable={editable} />
            <Beside meanwhile={meanwhile} field={`checklist/${item.key}`} />
          </li>
        ))}
      </ul>
    </Part>
  );
}

interface ItemProps {
  readonly item: ChecklistItem;
  readonly deeds: Deeds;
  readonly editable: boolean;
}

function Item({ item, deeds, editable }: ItemProps): JSX.Element {
  async function check(box: HTMLInputElement): Promise<void> {
    const args = { item: item.key, done: box.checked, ...(item.value === "" ? {} : { value: item.value }) };
    if (!(await deeds.perform("job.check", args))) box.checked = item.done;
  }
  return (
    <label>
      <input
        type="checkbox"
        checked={item.done}
        disabled={!editable}
        onChange={(event) => void check(event.currentTarget)}
      />
      <span class="typed">
        {inLanguage({ zh: item.text, en: item.textEn })}
        {item.value !== "" && <strong> {item.value}</strong>}
      </span>
      {item.required && !item.done && <span class="tag">{t("page.required")}</span>}
    </label>
  );
}
