/** How service reports look and read: of the firm, and of single kinds of jobs, with a preview of what is typed. */
import type { JSX } from "preact";
import { useEffect, useMemo } from "preact/hooks";
import { answer } from "../../shared/api/client";
import { named } from "../../shared/text/language";
import type { PartProps } from "../AdminDesk";
import { view } from "../Go";
import { Await, Facts, Gone, Rows, Split } from "../Listing";
import { Shelf } from "../shelf";
import { w } from "../text/words";
import { LANGUAGES, type Wording } from "./meanwhile";
import { TemplateForm, type Template } from "./TemplateForm";

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
                key={keyOf(chosen)}
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
