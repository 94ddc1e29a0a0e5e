/** Visits that stay booked although the technician could not be booked for them any more. Nothing is said while there
 * are none. */
import type { JSX } from "preact";
import type { components } from "../../shared/api/schema";
import { answer } from "../../shared/api/client";
import type { Technician } from "../../shared/api/types";
import { Icon } from "../../shared/views/Icon";
import { useLoaded } from "../../shared/views/loading";
import { skillName } from "../forms/choices";
import { Ready } from "../Listing";
import { moment } from "../moments";
import { nameIn, type Office } from "../office";
import { saying, w } from "../text/words";

export type Unfit = components["schemas"]["UnfitVisits"];

/** How many, wherever they are. */
export function countOf({ visits, elsewhere }: Unfit): number {
  return visits.length + elsewhere;
}

interface UnfitProps {
  readonly office: Office;
  readonly technician: Technician;
  /** Rises when something was changed that they may hang on. */
  readonly beat: number;
}

export function UnfitVisits({ office, technician, beat }: UnfitProps): JSX.Element | null {
  const path = { technician_id: technician.id };
  const [loaded, again] = useLoaded(
    () => answer(office.api.GET("/technicians/{technician_id}/unfit-visits", { params: { path } })),
    technician.id,
    beat,
  );
  if (loaded.value.kind === "loading") return null;
  return (
    <Ready loaded={loaded.value} again={again}>
      {(unfit) => (countOf(unfit) === 0 ? null : <UnfitList office={office} unfit={unfit} />)}
    </Ready>
  );
}

function UnfitList({ office, unfit }: { readonly office: Office; readonly unfit: Unfit }): JSX.Element {
  return (
    <section class="stack unfit" aria-labelledby="unfit-title">
      <h3 id="unfit-title">
        <Icon name="warning" /> {w("unfit.title")}
      </h3>
      <p>{w("unfit.hint")}</p>
      {unfit.visits.length > 0 && (
        <ul>
          {unfit.visits.map((visit) => (
            <li key={visit.job_id}>
              <a href={`/desk/?job=${visit.job_id}`}>{w("unfit.job", { number: visit.number })}</a>{" "}
              {moment(visit.starts_at)} · {nameIn(office.outlets.data, visit.outlet_id)}
              <div>{saying("unfit.reason", visit.code, { skill: skillName(office, visit.skill) })}</div>
            </li>
          ))}
        </ul>
      )}
      {unfit.elsewhere > 0 && <p>{w("unfit.elsewhere", { n: unfit.elsewhere })}</p>}
    </section>
  );
}
