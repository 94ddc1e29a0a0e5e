/** What was found and done, and notes. */
import type { JSX } from "preact";
import type { Job } from "../../shared/api/types";
import { t } from "../../shared/text/language";
import { shortTime } from "../../shared/time/format";
import { now } from "../../shared/time/now";
import type { Phone } from "../phone/phone";
import { Beside } from "./Beside";
import { notesOf } from "./contents";
import type { Deeds } from "./deeds";
import { Long } from "./Long";
import type { Meanwhile } from "./meanwhile";
import { Part } from "./Part";
import { fit } from "./typed";
import { useTyping } from "./typing";

const LONGEST = 4000; // characters, as the operations take them

interface FindingsProps {
  readonly job: Job;
  readonly phone: Phone;
  readonly deeds: Deeds;
  readonly meanwhile: Meanwhile;
  readonly editable: boolean;
}

export function Findings({ job, phone, deeds, meanwhile, editable }: FindingsProps): JSX.Element | null {
  if (!editable && job.diagnosis === "" && job.result === "") return null;
  return (
    <Part title={t("work.findings")}>
      {(["diagnosis", "result"] as const).map((name) => (
        <div key={name}>
          {editable ? (
            <Finding name={name} job={job} phone={phone} deeds={deeds} />
          ) : (
            job[name] !== "" && (
              <p class="typed">
                <span class="soft">
                  {t(`work.${name}`)}
                  {t("punctuation.colon")}
                </span>
                {job[name]}
              </p>
            )
          )}
          <Beside meanwhile={meanwhile} field={name} />
        </div>
      ))}
    </Part>
  );
}

interface FindingProps {
  readonly name: "diagnosis" | "result";
  readonly job: Job;
  readonly phone: Phone;
  readonly deeds: Deeds;
}

/** Kept as soon as the field is left; what a crash interrupted, when it is opened again. */
function Finding({ name, job, phone, deeds }: FindingProps): JSX.Element {
  const typing = useTyping(phone, `job:${job.id}:${name}`);
  const id = `finding-${name}`;

  async function keep(words: string): Promise<void> {
    const said = fit(words, LONGEST);
    if (said === job[name] || (await deeds.perform("job.patch", { [name]: said }))) typing.done();
  }
  return (
    <div class="field">
      <label for={id}>{t(`work.${name}`)}</label>
      <textarea
        id={id}
        rows={2}
        maxLength={LONGEST}
        value={typing.words ?? job[name]}
        onInput={(event) => {
          typing.type(event.currentTarget.value);
        }}
        onBlur={() => {
          if (typing.words !== null) void keep(typing.words);
        }}
      />
    </div>
  );
}

export function Notes({ job, phone, deeds }: Pick<FindingsProps, "job" | "phone" | "deeds">): JSX.Element {
  const typing = useTyping(phone, `job:${job.id}:note`);
  const notes = notesOf(job.notes);
  const waiting = new Set(phone.waiting.value.map(({ op_id }) => op_id));
  const said = fit(typing.words ?? "", LONGEST);

  async function add(): Promise<void> {
    if (said !== "" && (await deeds.perform("job.note", { text: said }))) typing.done();
  }
  return (
    <Part title={t("page.notes")}>
      {notes.length === 0 && <p class="soft">{t("page.notes_empty")}</p>}
      <ul class="notes">
        {notes.map((note) => (
          <li key={note.id}>
            <p class="typed">
              <Long text={note.text} />
            </p>
            <p class="soft numbers">
              {note.at !== null && shortTime(now.value, note.at)}
              {waiting.has(note.id) && ` · ${t("work.note_waiting")}`}
            </p>
          </li>
        ))}
      </ul>
      <form
        class="noting"
        onSubmit={(event) => {
          event.preventDefault();
          void add();
        }}
      >
        <div class="field">
          <label for="new-note">{t("work.note")}</label>
          <textarea
            id="new-note"
            rows={2}
            maxLength={LONGEST}
            value={typing.words ?? ""}
            onInput={(event) => {
              typing.type(event.currentTarget.value);
            }}
          />
        </div>
        <button type="submit" class="button" aria-disabled={said === ""}>
          {t("work.note_add")}
        </button>
      </form>
    </Part>
  );
}
