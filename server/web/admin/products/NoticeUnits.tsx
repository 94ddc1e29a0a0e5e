/** Which units a notice means, those that are still open first: for whoever sends somebody to them. */
import { useSignal } from "@preact/signals";
import type { JSX } from "preact";
import { answer } from "../../shared/api/client";
import { sentence } from "../../shared/api/problem";
import type { components } from "../../shared/api/schema";
import { paging } from "../../shared/api/pages";
import { tell } from "../../shared/news/news";
import { inLanguage } from "../../shared/text/language";
import { useLoaded } from "../../shared/views/loading";
import { Ready } from "../Listing";
import { day } from "../moments";
import { nameIn, type Office } from "../office";
import { w } from "../text/words";
import type { Notice } from "./notices";

type Concerned = components["schemas"]["ConcernedUnit"];
type Standing = "open" | "served" | "all";

const STANDINGS: readonly Standing[] = ["open", "served", "all"];
const PAGE = 50;

interface UnitsProps {
  readonly office: Office;
  readonly notice: Notice;
}

export function NoticeUnits({ office, notice }: UnitsProps): JSX.Element {
  const standing = useSignal<Standing>("open");
  const more = useSignal<{
    readonly subject: string;
    readonly units: readonly Concerned[];
    readonly next: string | null;
  }>({ subject: "", units: [], next: null });
  const ask = (cursor?: string) =>
    answer(
      office.api.GET("/notices/{notice_id}/units", {
        params: {
          path: { notice_id: notice.id },
          query: { standing: standing.peek(), ...paging(cursor, PAGE) },
        },
      }),
    );
  const subject = `${notice.id} ${notice.version} ${standing.value}`;
  const [loaded, again] = useLoaded(() => ask(), subject, 0);
  async function further(shown: readonly Concerned[], next: string): Promise<void> {
    const found = await ask(next);
    if (!found.ok) tell("bad", sentence(found.problem));
    else more.value = { subject, units: [...shown, ...found.data.items], next: found.data.next_cursor ?? null };
  }
  return (
    <section class="stack">
      <header class="part-head">
        <h3>{w("notice.units")}</h3>
        <div class="chips" role="group" aria-label={w("notice.units_shown")}>
          {STANDINGS.map((one) => (
            <button
              key={one}
              type="button"
              class="chip"
              aria-pressed={one === standing.value}
              onClick={() => (standing.value = one)}
            >
              {w(`notice.units.${one}`)}
            </button>
          ))}
        </div>
      </header>
      <Ready loaded={loaded.value} again={again}>
        {(first) => {
          const fetched = more.value.subject === subject ? more.value : null;
          const units = fetched?.units ?? first.items;
          const next = fetched === null ? (first.next_cursor ?? null) : fetched.next;
          if (units.length === 0) return <p class="soft">{w("notice.units_none")}</p>;
          return (
            <>
              <Table office={office} units={units} />
              {next !== null && (
                <p>
                  <button type="button" class="button" onClick={() => void further(units, next)}>
                    {w("notice.units_more")}
                  </button>
                </p>
              )}
            </>
          );
        }}
      </Ready>
    </section>
  );
}

function Table({ office, units }: { readonly office: Office; readonly units: readonly Concerned[] }): JSX.Element {
  return (
    <div class="table-box" tabIndex={0} role="region" aria-label={w("notice.units")}>
      <table>
        <thead>
          <tr>
            <th scope="col">{w("import.serial")}</th>
            <th scope="col">{w("label.model")}</th>
            <th scope="col">{w("policy.outlet")}</th>
            <th scope="col">{w("import.state")}</th>
          </tr>
        </thead>
        <tbody>
          {units.map((one) => (
            <tr key={one.unit_id}>
              <th scope="row" class="whole-word">
                {one.serial}
              </th>
              <td>{inLanguage({ zh: one.model_name, en: one.model_name_en })}</td>
              <td>{nameIn(office.outlets.data, one.outlet_id) ?? "—"}</td>
              <td>
                {one.served_on !== null ? w("notice.served_on", { day: day(one.served_on) }) : w("notice.units.open")}
                {!one.certain && (
                  <>
                    {" "}
                    <span class="tag" data-tone="warn">
                      {w("notice.unsure")}
                    </span>
                  </>
                )}
                {one.job_id !== null && (
                  <>
                    {" "}
                    <a href={`/desk/?job=${one.job_id}`}>{w("notice.served_by")}</a>
                  </>
                )}
              </td>
            </tr>
          ))}
        </tbody>
      </table>
    </div>
  );
}
