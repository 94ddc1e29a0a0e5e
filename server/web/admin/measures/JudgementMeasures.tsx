/** What customers thought, outlet by outlet: rating, whether it was solved, and how people behaved. */
import { useSignal } from "@preact/signals";
import type { JSX } from "preact";
import { answer } from "../../shared/api/client";
import type { components } from "../../shared/api/schema";
import { named } from "../../shared/text/language";
import { useLoaded } from "../../shared/views/loading";
import { Notice } from "../../shared/views/Notice";
import { percent, ShareBar } from "../Bars";
import { save } from "../download";
import { Ready } from "../Listing";
import type { Office } from "../office";
import { w } from "../text/words";
import { csv, periodsOf, type Period } from "./measures";
import { Periods } from "./Periods";

type OutletJudgements = components["schemas"]["OutletJudgements"];

export function JudgementMeasures({ office }: { readonly office: Office }): JSX.Element {
  const days = useSignal<Period>(90);
  const [loaded, again] = useLoaded(
    () =>
      answer(
        office.api.GET("/judgements/by-outlet", {
          params: { query: { since: periodsOf(days.peek(), Date.now()).from } },
        }),
      ),
    String(days.value),
    0,
  );
  return (
    <section class="page wide">
      <div class="stack">
        <header class="part-head">
          <h1>{w("tab.judgements")}</h1>
          <Periods days={days.value} onChoose={(chosen) => (days.value = chosen)} />
        </header>
        <Ready loaded={loaded.value} again={again}>
          {(outlets) =>
            outlets.length === 0 ? (
              <Notice icon="empty" title={w("judgement.none")} hint={w("judgement.none_hint")} />
            ) : (
              <Table outlets={outlets} />
            )
          }
        </Ready>
      </div>
    </section>
  );
}

/** Of all points of conduct that were judged. */
function conductOf(one: OutletJudgements): number | null {
  const counts = Object.values(one.conduct);
  const [yes, no] = [
    counts.reduce((sum, count) => sum + count.yes, 0),
    counts.reduce((sum, count) => sum + count.no, 0),
  ];
  return yes + no === 0 ? null : yes / (yes + no);
}

function Table({ outlets }: { readonly outlets: readonly OutletJudgements[] }): JSX.Element {
  const sorted = outlets.toSorted((a, b) => (a.rating ?? 9) - (b.rating ?? 9));
  const file = (): string =>
    csv([
      ["outlet", "outlet_en", "judged", "solved", "rating", "conduct_share"],
      ...sorted.map((one) => [one.name, one.name_en, one.judged, one.solved, one.rating, conductOf(one)]),
    ]);
  return (
    <>
      <p>
        <button
          type="button"
          class="button"
          onClick={() => {
            save(new Blob([file()], { type: "text/csv;charset=utf-8" }), "judgements.csv");
          }}
        >
          {w("measure.csv")}
        </button>
      </p>
      <div class="table-box" tabIndex={0} role="region" aria-label={w("tab.judgements")}>
        <table>
          <thead>
            <tr>
              <th scope="col">{w("policy.outlet")}</th>
              <th scope="col" class="figure">
                {w("judgement.judged")}
              </th>
              <th scope="col">{w("judgement.rating_of_five")}</th>
              <th scope="col" class="figure">
                {w("judgement.rating")}
              </th>
              <th scope="col" class="figure">
                {w("judgement.solved")}
              </th>
              <th scope="col" class="figure">
                {w("judgement.conduct")}
              </th>
            </tr>
          </thead>
          <tbody>
            {sorted.map((one) => (
              <tr key={one.outlet_id}>
                <th scope="row">{named(one)}</th>
                <td class="figure">{one.judged}</td>
                <td>
                  <ShareBar
                    share={one.rating === null ? null : one.rating / 5}
                    tone={one.rating !== null && one.rating < 3 ? "bad" : "good"}
                  />
                </td>
                <td class="figure">{one.rating === null ? "—" : one.rating.toFixed(1)}</td>
                <td class="figure">{percent(one.judged === 0 ? null : one.solved / one.judged)}</td>
                <td class="figure">{percent(conductOf(one))}</td>
              </tr>
            ))}
          </tbody>
        </table>
      </div>
    </>
  );
}
