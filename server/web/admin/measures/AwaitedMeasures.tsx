/** Signed reports that cannot be sealed yet, as photos named in them have not come. */
import type { JSX } from "preact";
import { answer } from "../../shared/api/client";
import { everything, paging } from "../../shared/api/pages";
import { now } from "../../shared/time/now";
import { useLoaded } from "../../shared/views/loading";
import { Notice } from "../../shared/views/Notice";
import { Ready } from "../Listing";
import { seconds } from "../moments";
import { nameIn, type Office } from "../office";
import { w } from "../text/words";

export function AwaitedMeasures({ office }: { readonly office: Office }): JSX.Element {
  const [loaded, again] = useLoaded(
    () =>
      everything((cursor) =>
        answer(
          office.api.GET("/evidence/awaited", {
            params: { query: { hours: 0, ...paging(cursor) } },
          }),
        ),
      ),
    "awaited",
    0,
  );
  return (
    <section class="page wide">
      <div class="stack">
        <h1>{w("awaited.title")}</h1>
        <p class="soft">{w("awaited.intro")}</p>
        <Ready loaded={loaded.value} again={again}>
          {(awaited) =>
            awaited.length === 0 ? (
              <Notice icon="done" title={w("awaited.none")} />
            ) : (
              <div class="table-box" tabIndex={0} role="region" aria-label={w("awaited.title")}>
                <table>
                  <caption>{w("list.shown", { n: awaited.length })}</caption>
                  <thead>
                    <tr>
                      <th scope="col">{w("preview.job")}</th>
                      <th scope="col">{w("policy.outlet")}</th>
                      <th scope="col" class="figure">
                        {w("awaited.photos")}
                      </th>
                      <th scope="col" class="figure">
                        {w("awaited.since")}
                      </th>
                    </tr>
                  </thead>
                  <tbody>
                    {awaited.map((one) => (
                      <tr key={one.completion_id}>
                        <th scope="row">
                          <a href={`/desk/?job=${one.job_id}`}>{one.number}</a> <span class="light">{one.title}</span>
                        </th>
                        <td>{nameIn(office.outlets.data, one.outlet_id) ?? "—"}</td>
                        <td class="figure">{w("awaited.of", { n: one.received, all: one.photos })}</td>
                        <td class="figure">{seconds((now.value - Date.parse(one.awaited_since)) / 1000)}</td>
                      </tr>
                    ))}
                  </tbody>
                </table>
              </div>
            )
          }
        </Ready>
      </div>
    </section>
  );
}
