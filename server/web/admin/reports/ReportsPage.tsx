/** How service reports look and read: of the firm, and of single kinds of jobs, with a preview of what is typed. */
import { useSignal } from "@preact/signals";
import type { JSX } from "preact";
import { useEffect, useMemo } from "preact/hooks";
import { answer } from "../../shared/api/client";
import { readProblem, type Problem } from "../../shared/api/problem";
import type { components } from "../../shared/api/schema";
import { language, named } from "../../shared/text/language";
import type { PartProps } from "../AdminDesk";
import { faultsOf, needed } from "../forms/checks";
import { useDraft } from "../forms/draft";
import { AreaField, Group, SelectField, TextField, Unsaved } from "../forms/fields";
import { Form } from "../forms/Form";
import { tell } from "../forms/Said";
import { view } from "../Go";
import { Await, Facts, Gone, Rows, Split } from "../Listing";
import type { Office } from "../office";
import { Shelf } from "../shelf";
import { w } from "../text/words";

type Template = components["schemas"]["ReportTemplate"];
type Terms = components["schemas"]["ReportTerms"];
type Wording = components["schemas"]["ReportWording"];
const LANGUAGES = ["zh-CN", "en"] as const;

export function ReportsPage({ office }: PartProps): JSX.Element {
  const shelf = useMemo(
    () => new Shelf<readonly Template[]>(() => answer(office.api.GET("/report-templates"))),
    [office],
  );
  useEffect(() => {
    office.jobTypes.want();
  }, [office]);
  return (
    <Await shelf={shelf}>
      {(templates) => {
        const keyOf = (one: Template): string => one.job_type ?? "firm";
        const chosen = templates.find((one) => keyOf(one) === view.value.id);
        const nameOf = (one: Template): string => {
          const type = office.jobTypes.data?.find((known) => known.code === one.job_type);
          return type === undefined ? (one.job_type ?? w("report.firm")) : named(type);
        };
        return (
          <Split
            title={w("part.reports")}
            list={
              <Rows things={templates} keyOf={keyOf}>
                {(one) => (
                  <>
                    <strong>{nameOf(one)}</strong>
                    <span class="soft small">
                      {one.id === null ? w("report.shipped") : w("version.n", { n: one.version })}
                    </span>
                  </>
                )}
              </Rows>
            }
          >
            {chosen === undefined ? (
              view.value.id !== null && <Gone />
            ) : !office.may("reports") ? (
              <TemplateFacts template={chosen} name={nameOf(chosen)} />
            ) : (
              <TemplateForm
                key={`${keyOf(chosen)} ${chosen.version}`}
                office={office}
                template={chosen}
                name={nameOf(chosen)}
                again={() => shelf.again()}
              />
            )}
          </Split>
        );
      }}
    </Await>
  );
}

interface FormProps {
  readonly office: Office;
  readonly template: Template;
  readonly name: string;
  readonly again: () => Promise<void>;
}

function TemplateFacts({ template, name }: { readonly template: Template; readonly name: string }): JSX.Element {
  const { paper, accent, wording } = template.terms;
  const typed = (locale: (typeof LANGUAGES)[number], part: keyof Wording): JSX.Element => (
    <p class="typed" lang={locale}>
      {wording[locale][part] || "—"}
    </p>
  );
  return (
    <article class="stack">
      <h2>{name}</h2>
      <p class="soft">{w("frame.read_only")}</p>
      <Facts
        facts={[
          { term: w("report.paper"), value: paper },
          { term: w("report.accent"), value: accent },
        ]}
      />
      {LANGUAGES.map((locale) => (
        <section key={locale} class="stack">
          <h3>{locale === "en" ? "English" : "中文"}</h3>
          <Facts
            facts={[
              { term: w("report.title"), value: typed(locale, "title") },
              { term: w("report.intro"), value: typed(locale, "intro") },
              { term: w("report.consent"), value: typed(locale, "consent") },
              { term: w("report.footer"), value: typed(locale, "footer") },
            ]}
          />
        </section>
      ))}
    </article>
  );
}

function TemplateForm({ office, template, name, again }: FormProps): JSX.Element {
  const draft = useDraft<Terms>(`reports/${template.job_type ?? "firm"} ${template.version}`, template.terms);
  const trouble = useSignal<string | null>(null);
  const values = draft.values.value;
  const word = (locale: (typeof LANGUAGES)[number], change: Partial<Wording>): void => {
    draft.set({ wording: { ...values.wording, [locale]: { ...values.wording[locale], ...change } } });
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
    if (!done.ok) return done.problem;
    draft.discard();
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
      <h2>{name}</h2>
      {trouble.value !== null && <p class="trouble">{trouble.value}</p>}
      <Form
        submit={w("form.save")}
        check={checks}
        send={save}
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
              draft.set({ paper: paper as "A4" });
            }}
          />
          <TextField
            name="accent"
            type="color"
            label={w("report.accent")}
            value={values.accent}
            onEnter={(accent) => {
              draft.set({ accent });
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
