/** What the draft gains beside what people were told. Whether that is better is a word and a sign, not only a colour. */
import type { JSX } from "preact";
import type { Plan } from "../../shared/api/types";
import { inLanguage, language, t } from "../../shared/text/language";
import { span } from "../../shared/time/format";
import { measuresOf, type Measure } from "./draft";

export function Summary({ plan }: { readonly plan: Plan }): JSX.Element | null {
  const measures = measuresOf(plan);
  if (measures.length === 0) return null;
  return (
    <section class="plan-summary" aria-label={t("plan.summary")}>
      <dl>
        {measures.map((measure) => (
          <Tile key={measure.name} measure={measure} />
        ))}
      </dl>
      <details>
        <summary>{t("plan.objective")}</summary>
        <div class="wide-table" tabIndex={0} role="region" aria-label={t("plan.objective")}>
          <table>
            <thead>
              <tr>
                <th scope="col">{t("plan.term")}</th>
                <th scope="col">{t("plan.before")}</th>
                <th scope="col">{t("plan.after")}</th>
              </tr>
            </thead>
            <tbody>
              {plan.objective.map((term) => (
                <tr key={term.term}>
                  <th scope="row">{inLanguage(term.sentence)}</th>
                  <td class="numbers">{termWords(term.unit, term.before)}</td>
                  <td class="numbers">{termWords(term.unit, term.after)}</td>
                </tr>
              ))}
            </tbody>
          </table>
        </div>
        <p class="soft">{t("plan.objective_hint")}</p>
      </details>
    </section>
  );
}

function Tile({ measure }: { readonly measure: Measure }): JSX.Element {
  const { name, before, after, verdict } = measure;
  return (
    <div class="tile" data-tone={verdict}>
      <dt>{t(`plan.measure.${name}`)}</dt>
      <dd class="numbers">
        <span class="was">{words(measure, before)}</span> <span aria-hidden="true">→</span>{" "}
        <span class="unseen">{t("reviews.effects_becomes")}</span>
        <strong>{words(measure, after)}</strong>
      </dd>
      <dd class="tone">{t(`plan.${verdict}`)}</dd>
    </div>
  );
}

function words({ unit }: Measure, value: number): string {
  if (unit === "count") return String(value);
  return value === 0 ? "0" : span(value * 1000);
}

/** Plain minutes read as a time; what is weighted stays a number. */
function termWords(unit: string, value: number): string {
  if (unit === "minute" && value > 0) return span(value * 60_000);
  return new Intl.NumberFormat(language.value, { maximumFractionDigits: 1 }).format(value);
}
