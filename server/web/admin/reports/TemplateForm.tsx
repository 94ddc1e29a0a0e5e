/** A template as it is typed. Whoever saves it first is not overruled: what somebody else saved meanwhile is told, with
 * what both have changed, and what was typed goes on top of theirs or is dropped. */
import { useSignal } from "@preact/signals";
import type { JSX } from "preact";
import { useLayoutEffect, useRef } from "preact/hooks";
import { answer } from "../../shared/api/client";
import { readProblem, type Problem } from "../../shared/api/problem";
import type { components } from "../../shared/api/schema";
import { tell } from "../../shared/news/news";
import { language } from "../../shared/text/language";
import { Icon } from "../../shared/views/Icon";
import { faultsOf, needed } from "../forms/checks";
import { useDraft, type Draft } from "../forms/draft";
import { AreaField, Group, SelectField, TextField, Unsaved } from "../forms/fields";
import { Form } from "../forms/Form";
import type { Office } from "../office";
import { w } from "../text/words";
import {
  LANGUAGES,
  onTopOf,
  type Entry,
  type OnTop,
  type Terms,
  type Wording,
  type WordingLanguage,
} from "./meanwhile";

export type Template = components["schemas"]["ReportTemplate"];

/** Somebody else's has been saved since: the next version, or the first one. */
const OVERTAKEN: ReadonlySet<string> = new Set(["version_stale", "report_template_taken"]);

interface FormProps {
  readonly office: Office;
  readonly template: Template;
  readonly name: string;
  readonly again: () => Promise<void>;
}

/** What is typed, and the version it was begun from. */
interface Typed {
  readonly version: number;
  readonly terms: Terms;
}

export function TemplateForm({ office, template, name, again }: FormProps): JSX.Element {
  const { version, terms, job_type: type } = template;
  const draft = useDraft<Typed>(`reports/${type ?? "firm"}`, { version, terms });
  const overtaken = useOvertaken(draft, template);
  const heading = useRef<HTMLHeadingElement>(null);
  const trouble = useSignal<string | null>(null);
  const values = draft.values.value.terms;
  const set = (change: Partial<Terms>): void => {
    draft.set({ terms: { ...values, ...change } });
  };
  const word = (locale: WordingLanguage, change: Partial<Wording>): void => {
    set({ wording: { ...values.wording, [locale]: { ...values.wording[locale], ...change } } });
  };
  async function save(): Promise<Problem | null> {
    const done =
      template.id === null
        ? await answer(office.api.POST("/report-templates", { body: { ...values, job_type: template.job_type } }))
        : await answer(
            office.api.PUT("/report-templates/{template_id}", {
              params: { path: { template_id: template.id } },
              body: { ...values, version: template.version },
            }),
          );
    if (!done.ok) {
      if (!OVERTAKEN.has(done.problem.code)) return done.problem;
      await again();
      return null; // told above the form, with what can be done
    }
    begin(draft, done.data);
    await again();
    tell("good", w("form.saved"));
    return null;
  }
  async function preview(): Promise<void> {
    const problem = await openPreview(office, values);
    trouble.value = problem === null ? null : w("report.not_drawn");
  }
  const checks = (): Readonly<Record<string, string>> =>
    faultsOf(
      Object.fromEntries(
        LANGUAGES.flatMap((locale) => [
          [`title_${locale}`, needed(values.wording[locale].title, 60)],
          [`consent_${locale}`, needed(values.wording[locale].consent, 600)],
        ]),
      ),
    );
  return (
    <article class="stack">
      <h2 ref={heading} tabIndex={-1}>
        {name}
      </h2>
      {overtaken !== null && (
        <Overtaken
          found={overtaken}
          onChoose={(terms) => {
            begin(draft, template, terms);
            heading.current?.focus();
          }}
          theirs={template.terms}
        />
      )}
      {trouble.value !== null && <p class="trouble">{trouble.value}</p>}
      <Form
        submit={w("form.save")}
        check={checks}
        send={save}
        holdBack={overtaken === null ? undefined : w("report.choose_first")}
        tools={
          <>
            <button type="button" class="button" onClick={() => void preview()}>
              {w("report.preview")}
            </button>
            <Unsaved dirty={draft.dirty.value} onDiscard={draft.discard} />
          </>
        }
      >
        <div class="pair">
          <SelectField
            name="paper"
            label={w("report.paper")}
            value={values.paper}
            choices={[
              { value: "A4", label: "A4" },
              { value: "Letter", label: "Letter" },
            ]}
            onEnter={(paper) => {
              set({ paper: paper as "A4" });
            }}
          />
          <TextField
            name="accent"
            type="color"
            label={w("report.accent")}
            value={values.accent}
            onEnter={(accent) => {
              set({ accent });
            }}
          />
        </div>
        {LANGUAGES.map((locale) => (
          <Group key={locale} legend={locale === "en" ? "English" : "中文"}>
            <TextField
              name={`title_${locale}`}
              label={w("report.title")}
              maxLength={60}
              value={values.wording[locale].title}
              onEnter={(title) => {
                word(locale, { title });
              }}
            />
            <AreaField
              name={`intro_${locale}`}
              label={w("report.intro")}
              optional
              maxLength={600}
              value={values.wording[locale].intro}
              onEnter={(intro) => {
                word(locale, { intro });
              }}
            />
            <AreaField
              name={`consent_${locale}`}
              label={w("report.consent")}
              maxLength={600}
              value={values.wording[locale].consent}
              onEnter={(consent) => {
                word(locale, { consent });
              }}
            />
            <TextField
              name={`footer_${locale}`}
              label={w("report.footer")}
              optional
              maxLength={200}
              value={values.wording[locale].footer}
              onEnter={(footer) => {
                word(locale, { footer });
              }}
            />
          </Group>
        ))}
      </Form>
    </article>
  );
}

/** Begun from what is saved, with `terms` typed already. */
function begin(draft: Draft<Typed>, { version, terms: saved }: Typed, terms: Terms = saved): void {
  draft.rebase({ version, terms: saved }, { version, terms });
}

/** What somebody else saved since the typing began; null where nothing typed is left, which then begins from theirs. */
function useOvertaken(draft: Draft<Typed>, template: Template): OnTop | null {
  const { start, values } = draft;
  const found = start.version === template.version ? null : onTopOf(start.terms, values.value.terms, template.terms);
  const nothing = found !== null && found.mine.length === 0;
  useLayoutEffect(() => {
    if (nothing) begin(draft, template);
  });
  return nothing ? null : found;
}

interface OvertakenProps {
  readonly found: OnTop;
  readonly theirs: Terms;
  readonly onChoose: (terms: Terms) => void;
}

function Overtaken({ found, theirs, onChoose }: OvertakenProps): JSX.Element {
  return (
    <div class="trouble" role="status">
      <Icon name="warning" />
      <div class="stack">
        <p>{w("report.overtaken")}</p>
        {found.both.length > 0 && (
          <p>
            {w("report.overtaken_both", {
              what: new Intl.ListFormat(language.value).format(found.both.map(entryName)),
            })}
          </p>
        )}
        <p class="tools">
          <button
            type="button"
            class="button"
            onClick={() => {
              onChoose(found.terms);
            }}
          >
            {w("report.put_on_top")}
          </button>
          <button
            type="button"
            class="button plain"
            onClick={() => {
              onChoose(theirs);
            }}
          >
            {w("report.take_theirs")}
          </button>
        </p>
      </div>
    </div>
  );
}

function entryName({ name, locale }: Entry): string {
  const words = w(`report.${name}`);
  return locale === null
    ? words
    : w("report.in_language", { what: words, language: locale === "en" ? "English" : "中文" });
}

/** Drawn by the server, opened beside. */
async function openPreview(office: Office, terms: Terms): Promise<Problem | null> {
  const body = JSON.stringify({ terms, locale: language.peek() });
  try {
    const response = await office.session.sendStream(
      new Request(new URL("/report-templates/preview", location.origin), {
        method: "POST",
        headers: { "content-type": "application/json" },
        body,
      }),
    );
    if (!response.ok) return readProblem(response.status, await response.json());
    const url = URL.createObjectURL(await response.blob());
    window.open(url, "_blank", "noopener");
    setTimeout(() => {
      URL.revokeObjectURL(url);
    }, 60_000);
    return null;
  } catch {
    return { code: "offline", detail: "", status: 0 };
  }
}
