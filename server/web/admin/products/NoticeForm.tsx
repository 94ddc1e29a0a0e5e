/** A notice is written, or changed: what it says, since when, and which units it means. */
import type { JSX } from "preact";
import { answer } from "../../shared/api/client";
import type { Answer, Problem } from "../../shared/api/problem";
import { tell } from "../../shared/news/news";
import { inLanguage } from "../../shared/text/language";
import { lineChoices, modelChoices } from "../forms/choices";
import { changesOf, useDraft } from "../forms/draft";
import { Bilingual, Closing, Group, SelectField, TextField, Tick } from "../forms/fields";
import { Form } from "../forms/Form";
import { show } from "../Go";
import { Gone } from "../Listing";
import type { Office } from "../office";
import { renewed } from "../shelf";
import { saying, w } from "../text/words";
import {
  ANY,
  BLANK,
  draftOf,
  editOf,
  faultsIn,
  fieldIn,
  KINDS,
  MOST_CONCERNS,
  requestOf,
  SEVERITIES,
  type ConcernDraft,
  type Notice,
  type NoticeDraft,
} from "./notices";

interface FormProps {
  readonly office: Office;
  /** Null: a new one. */
  readonly notice: Notice | null;
  readonly again: () => Promise<void>;
}

export function NoticeForm({ office, notice, again }: FormProps): JSX.Element {
  const draft = useDraft(`products/notice/${notice?.id ?? ""}`, notice === null ? BLANK : draftOf(notice));
  const values = draft.values.value;
  if (!office.may("catalogue")) return <Gone />;
  function ask(): Promise<Answer<Notice>> {
    if (notice === null) return answer(office.api.POST("/notices", { body: requestOf(values) }));
    const body = editOf(changesOf(draft), notice.version);
    return answer(office.api.PATCH("/notices/{notice_id}", { params: { path: { notice_id: notice.id } }, body }));
  }
  async function send(): Promise<Problem | null> {
    const done = await renewed(await ask(), again);
    if (!done.ok) return done.problem;
    draft.discard();
    tell("good", notice === null ? w("notice.made") : w("notice.changed"));
    show({ id: done.data.id, act: null });
    return null;
  }
  return (
    <article class="stack">
      <h2>
        {notice === null
          ? w("notice.new")
          : w("form.change_of", { name: inLanguage({ zh: notice.title, en: notice.title_en }) })}
      </h2>
      <Form
        submit={notice === null ? w("notice.publish") : w("form.save")}
        check={() => faultsIn(values)}
        send={send}
        fieldOf={{
          serial_range_invalid: "concerns",
          gtin_invalid: "concerns",
          line_unknown: "concerns",
          model_unknown: "concerns",
          ends_before_start: "to_on",
        }}
        tools={<Closing draft={draft} />}
      >
        <Wording values={values} set={draft.set} isNew={notice === null} />
        <Concerns office={office} values={values} set={draft.set} />
      </Form>
    </article>
  );
}

interface WordingProps {
  readonly values: NoticeDraft;
  readonly set: (change: Partial<NoticeDraft>) => void;
  readonly isNew: boolean;
}

function Wording({ values, set, isNew }: WordingProps): JSX.Element {
  return (
    <>
      <div class="pair">
        {isNew && (
          <SelectField
            name="kind"
            label={w("notice.kind")}
            hint={w("notice.kind_hint")}
            value={values.kind}
            choices={KINDS.map((one) => ({ value: one, label: saying("notice.kind", one) }))}
            onEnter={(kind) => {
              set({ kind });
            }}
          />
        )}
        <SelectField
          name="severity"
          label={w("notice.severity")}
          hint={w("notice.severity_hint")}
          value={values.severity}
          choices={SEVERITIES.map((one) => ({ value: one, label: saying("notice.severity", one) }))}
          onEnter={(severity) => {
            set({ severity });
          }}
        />
      </div>
      <div class="pair">
        <Bilingual name="title" label={w("notice.title")} values={values} onEnter={set} />
        <Bilingual name="text" label={w("notice.text")} rows={5} maxLength={4000} values={values} onEnter={set} />
        <TextField
          name="from_on"
          type="date"
          label={w("notice.from")}
          value={values.from_on}
          onEnter={(from_on) => {
            set({ from_on });
          }}
        />
        <TextField
          name="to_on"
          type="date"
          label={w("notice.to")}
          optional
          value={values.to_on}
          onEnter={(to_on) => {
            set({ to_on });
          }}
        />
      </div>
      <TextField
        name="link"
        type="url"
        label={w("notice.link")}
        hint={w("notice.link_hint")}
        optional
        maxLength={400}
        value={values.link}
        onEnter={(link) => {
          set({ link });
        }}
      />
    </>
  );
}

interface ConcernsProps {
  readonly office: Office;
  readonly values: NoticeDraft;
  readonly set: (change: Partial<NoticeDraft>) => void;
}

function Concerns({ office, values, set }: ConcernsProps): JSX.Element {
  const { concerns } = values;
  const put = (place: number, change: Partial<ConcernDraft>): void => {
    set({ concerns: concerns.map((one, at) => (at === place ? { ...one, ...change } : one)) });
  };
  return (
    <Group legend={w("notice.concerns")} name="concerns" hint={w("notice.concerns_hint")}>
      {concerns.map((one, place) => (
        <fieldset key={place} class="concern">
          <legend class={concerns.length === 1 ? "unseen" : undefined}>
            {w("notice.concern_n", { n: place + 1 })}
          </legend>
          <ConcernFields
            office={office}
            concern={one}
            place={place}
            put={(change) => {
              put(place, change);
            }}
          />
          {concerns.length > 1 && (
            <p>
              <button
                type="button"
                class="button"
                onClick={() => {
                  set({ concerns: concerns.filter((_, at) => at !== place) });
                  focusOn(Math.max(0, place - 1));
                }}
              >
                {w("notice.concern_remove", { n: place + 1 })}
              </button>
            </p>
          )}
        </fieldset>
      ))}
      {concerns.length < MOST_CONCERNS && (
        <p>
          <button
            type="button"
            class="button"
            onClick={() => {
              set({ concerns: [...concerns, ANY] });
              focusOn(concerns.length);
            }}
          >
            {w("notice.concern_add")}
          </button>
        </p>
      )}
    </Group>
  );
}

/** Once it is drawn. */
function focusOn(place: number): void {
  setTimeout(() => {
    document.getElementsByName(fieldIn(place, "by"))[0]?.focus();
  }, 50);
}

interface ConcernProps {
  readonly office: Office;
  readonly concern: ConcernDraft;
  readonly place: number;
  readonly put: (change: Partial<ConcernDraft>) => void;
}

function ConcernFields({ office, concern, place, put }: ConcernProps): JSX.Element {
  return (
    <>
      <div class="pair">
        <SelectField
          name={fieldIn(place, "by")}
          label={w("notice.by")}
          value={concern.by}
          choices={(["line", "models"] as const).map((one) => ({ value: one, label: w(`notice.by.${one}`) }))}
          onEnter={(by) => {
            put({ by: by as ConcernDraft["by"] });
          }}
        />
        {concern.by === "line" && (
          <SelectField
            name={fieldIn(place, "line_code")}
            label={w("policy.product_line")}
            value={concern.line_code}
            choices={lineChoices(office)}
            onEnter={(line_code) => {
              put({ line_code });
            }}
          />
        )}
      </div>
      {concern.by === "models" && <Models office={office} concern={concern} place={place} put={put} />}
      <TextField
        name={fieldIn(place, "lots")}
        label={w("notice.lots")}
        hint={w("notice.lots_hint")}
        optional
        value={concern.lots}
        onEnter={(lots) => {
          put({ lots });
        }}
      />
      <div class="pair">
        <TextField
          name={fieldIn(place, "serial_from")}
          label={w("notice.serial_from")}
          optional
          maxLength={20}
          value={concern.serial_from}
          onEnter={(serial_from) => {
            put({ serial_from });
          }}
        />
        <TextField
          name={fieldIn(place, "serial_to")}
          label={w("notice.serial_to")}
          optional
          maxLength={20}
          value={concern.serial_to}
          onEnter={(serial_to) => {
            put({ serial_to });
          }}
        />
        <TextField
          name={fieldIn(place, "made_from")}
          type="date"
          label={w("notice.made_from")}
          optional
          value={concern.made_from}
          onEnter={(made_from) => {
            put({ made_from });
          }}
        />
        <TextField
          name={fieldIn(place, "made_to")}
          type="date"
          label={w("notice.made_to")}
          optional
          value={concern.made_to}
          onEnter={(made_to) => {
            put({ made_to });
          }}
        />
      </div>
    </>
  );
}

/** Those in use, and those that are chosen already though they are retired. */
function Models({ office, concern, place, put }: ConcernProps): JSX.Element {
  const offered = modelChoices(office, concern.gtins);
  return (
    <Group legend={w("notice.models")} name={fieldIn(place, "gtins")}>
      <div class="ticks long">
        {offered.map((model) => (
          <Tick
            key={model.value}
            name={`${fieldIn(place, "gtins")}_${model.value}`}
            label={model.label}
            checked={concern.gtins.includes(model.value)}
            onEnter={(on) => {
              const others = concern.gtins.filter((one) => one !== model.value);
              put({ gtins: on ? [...others, model.value] : others });
            }}
          />
        ))}
      </div>
    </Group>
  );
}
