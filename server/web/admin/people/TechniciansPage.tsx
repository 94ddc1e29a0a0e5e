/** Technicians: where they belong, what they can, their certificates and absences. */
import { useSignal } from "@preact/signals";
import type { JSX } from "preact";
import { useEffect } from "preact/hooks";
import { answer } from "../../shared/api/client";
import type { Problem } from "../../shared/api/problem";
import type { Technician } from "../../shared/api/types";
import { CodeDialog } from "../../shared/enrolment/CodeDialog";
import { tell } from "../../shared/news/news";
import { named } from "../../shared/text/language";
import { useLoaded } from "../../shared/views/loading";
import { Asking } from "../forms/Asking";
import { outletChoices, skillName } from "../forms/choices";
import { faultsOf } from "../forms/checks";
import { SelectField } from "../forms/fields";
import { Go, view } from "../Go";
import { Await, Facts, Listing, Ready } from "../Listing";
import { moment } from "../moments";
import { nameIn, type Office } from "../office";
import { renewed } from "../shelf";
import { saying, w } from "../text/words";
import { Certificates } from "./Certificates";
import { TechnicianForm } from "./TechnicianForm";
import { UnfitVisits } from "./UnfitVisits";
import { beginLogin, loginOf } from "./UsersPage";

export function TechniciansPage({ office }: { readonly office: Office }): JSX.Element {
  return (
    <Await shelf={office.technicians}>
      {(technicians) => <TechnicianList office={office} technicians={technicians} />}
    </Await>
  );
}

function skillWords(office: Office, codes: readonly string[]): string {
  return codes.map((code) => skillName(office, code)).join(" · ");
}

interface ListProps {
  readonly office: Office;
  readonly technicians: readonly Technician[];
}

function TechnicianList({ office, technicians }: ListProps): JSX.Element {
  const form = (technician: Technician | null): JSX.Element => (
    <Await shelf={office.outlets} inner>
      {(outlets) => <TechnicianForm office={office} outlets={outlets} technician={technician} />}
    </Await>
  );
  return (
    <Listing
      title={w("tab.technicians")}
      things={technicians}
      keyOf={(one) => one.id}
      wordsOf={(one) =>
        [one.name, one.name_en, nameIn(office.outlets.data, one.outlet_id), skillWords(office, one.skills)].join(" ")
      }
      adding={office.may("people") && { label: w("technician.new"), form: () => form(null) }}
      row={(one) => (
        <>
          <span class="row-head">
            <strong>{named(one)}</strong>
            <span class="soft small">{nameIn(office.outlets.data, one.outlet_id)}</span>
          </span>
          <span class="soft small">{skillWords(office, one.skills)}</span>
        </>
      )}
    >
      {(one) =>
        view.value.act === "edit" && mayChange(office, one) ? (
          form(one)
        ) : (
          <TechnicianPage office={office} technician={one} />
        )
      }
    </Listing>
  );
}

/** Whoever is lent from elsewhere is on the list as well; their own outlet's managers look after them. */
function isOurs(office: Office, technician: Technician): boolean {
  return office.outlets.data?.some((outlet) => outlet.id === technician.outlet_id) === true;
}

function mayChange(office: Office, technician: Technician): boolean {
  return office.may("people") && isOurs(office, technician);
}

function TechnicianPage({ office, technician }: OfTechnician): JSX.Element {
  const moving = useSignal(false);
  const enrolling = useSignal(false);
  const outlet = useSignal("");
  /** How often something was changed here that visits may hang on. */
  const changes = useSignal(0);
  const may = mayChange(office, technician);
  const others = outletChoices(office).filter((one) => one.value !== technician.outlet_id);
  useEffect(() => {
    office.users.want();
    office.devices.want();
  }, [office]);
  async function move(): Promise<Problem | null> {
    const body = { base_version: technician.version, outlet_id: outlet.value };
    const path = { technician_id: technician.id };
    const asked = await answer(office.api.PATCH("/technicians/{technician_id}", { params: { path }, body }));
    const done = await renewed(asked, () => office.technicians.again());
    changes.value += 1;
    if (!done.ok) return done.problem;
    tell("good", w("technician.moved", { name: named(technician) }));
    return null;
  }
  return (
    <article class="stack">
      <header class="part-head">
        <h2>{named(technician)}</h2>
        <span class="acts">
          {may && (
            <Go to={{ act: "edit" }} class="button">
              {w("form.change")}
            </Go>
          )}
          {isOurs(office, technician) && (
            <Go to={{ tab: "shifts", outlet: technician.outlet_id }} class="button">
              {w("tab.shifts")}
            </Go>
          )}
          {may && others.length > 0 && (
            <button type="button" class="button" onClick={() => (moving.value = true)}>
              {w("technician.move")}
            </button>
          )}
        </span>
      </header>
      <Facts
        facts={[
          {
            term: w("policy.outlet"),
            value: nameIn(office.outlets.data, technician.outlet_id) ?? w("technician.lent"),
          },
          { term: w("tab.skills"), value: skillWords(office, technician.skills) || "—" },
          { term: w("technician.login"), value: <LoginWords office={office} technician={technician} /> },
          {
            term: w("tab.devices"),
            value: <Phones office={office} technician={technician} onEnrol={() => (enrolling.value = true)} />,
          },
          { term: w("technician.home"), value: `${technician.home_lat.toFixed(4)}, ${technician.home_lon.toFixed(4)}` },
        ]}
      />
      {isOurs(office, technician) && (
        <>
          <UnfitVisits office={office} technician={technician} beat={changes.value} />
          <Certificates
            office={office}
            technician={technician}
            may={may}
            onChange={() => {
              changes.value += 1;
            }}
          />
          <Absences office={office} technician={technician} />
        </>
      )}
      {enrolling.value && (
        <CodeDialog
          technician={technician}
          api={office.api}
          onClose={() => {
            enrolling.value = false;
            void office.devices.again();
          }}
        />
      )}
      {moving.value && (
        <Asking
          title={w("technician.ask_move", { name: named(technician) })}
          confirm={w("technician.move")}
          check={() => faultsOf({ outlet_id: outlet.value === "" ? w("form.needed") : undefined })}
          fieldOf={{ outlet_unknown: "outlet_id" }}
          send={move}
          onClose={() => (moving.value = false)}
        >
          <p class="soft">{w("technician.means_move")}</p>
          <SelectField
            name="outlet_id"
            label={w("policy.outlet")}
            value={outlet.value}
            choices={others}
            onEnter={(value) => (outlet.value = value)}
          />
        </Asking>
      )}
    </article>
  );
}

interface OfTechnician {
  readonly office: Office;
  readonly technician: Technician;
}

function LoginWords({ office, technician }: OfTechnician): JSX.Element {
  if (office.users.data === undefined) return <>—</>;
  const login = loginOf(office, technician.id);
  if (login !== undefined) return <Go to={{ tab: "users", id: login.id }}>{login.username}</Go>;
  return (
    <span class="acts">
      {w("technician.no_login")}
      {mayChange(office, technician) && (
        <button
          type="button"
          class="button"
          onClick={() => {
            beginLogin(office, technician);
          }}
        >
          {w("technician.make_login")}
        </button>
      )}
    </span>
  );
}

/** Their phones that are not locked, and the way to let another in: a login first, then a code. */
function Phones({ office, technician, onEnrol }: OfTechnician & { readonly onEnrol: () => void }): JSX.Element {
  const phones = office.devices.data?.filter((one) => one.technician_id === technician.id && one.revoked_at === null);
  const letsIn = mayChange(office, technician) && loginOf(office, technician.id) !== undefined;
  return (
    <span class="acts">
      {phones?.length === 0 && <span>{w("technician.no_phone")}</span>}
      {phones?.map((one) => (
        <Go key={one.id} to={{ tab: "devices", id: one.id }}>
          {one.name}
        </Go>
      ))}
      {letsIn && (
        <button type="button" class="button" onClick={onEnrol}>
          {w("technician.enrol")}
        </button>
      )}
    </span>
  );
}

function Absences({ office, technician }: OfTechnician): JSX.Element {
  const [loaded, again] = useLoaded(
    () =>
      answer(
        office.api.GET("/technicians/{technician_id}/absences", { params: { path: { technician_id: technician.id } } }),
      ),
    technician.id,
    0,
  );
  return (
    <section class="stack">
      <h3>{w("absence.title")}</h3>
      <Ready loaded={loaded.value} again={again}>
        {(found) => {
          const standing = found.filter((one) => one.withdrawn_at === null);
          if (standing.length === 0) return <p class="soft">{w("absence.none")}</p>;
          return (
            <ul>
              {standing.map((one) => (
                <li key={one.id}>
                  {moment(one.starts_at)} – {moment(one.ends_at)}: {saying("absence.reason", one.reason)} {one.note}
                </li>
              ))}
            </ul>
          );
        }}
      </Ready>
      <p class="soft small">{w("absence.hint")}</p>
    </section>
  );
}
