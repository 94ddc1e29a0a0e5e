/** Technicians: where they belong, what they can, their certificates and absences. */
import { useSignal } from "@preact/signals";
import type { JSX } from "preact";
import { useEffect } from "preact/hooks";
import type { components } from "../../shared/api/schema";
import { answer } from "../../shared/api/client";
import type { Problem } from "../../shared/api/problem";
import type { Outlet, Technician } from "../../shared/api/types";
import { CodeDialog } from "../../shared/enrolment/CodeDialog";
import { named } from "../../shared/text/language";
import { now } from "../../shared/time/now";
import { useLoaded } from "../../shared/views/loading";
import { Asking } from "../forms/Asking";
import { outletChoices, skillChoices, skillName } from "../forms/choices";
import { between, faultsOf, needed } from "../forms/checks";
import { useDraft } from "../forms/draft";
import { Group, Names, PlaceFields, SelectField, TextField, Tick, Unsaved } from "../forms/fields";
import { Form } from "../forms/Form";
import { tell } from "../forms/Said";
import { Go, show, view } from "../Go";
import { Await, Facts, Gone, matching, NewButton, Ready, Rows, Search, Split } from "../Listing";
import { day, moment } from "../moments";
import { nameIn, type Office } from "../office";
import { saying, w } from "../text/words";
import { beginLogin, loginOf } from "./UsersPage";

type Certificate = components["schemas"]["Certificate"];

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

function TechnicianList({
  office,
  technicians,
}: {
  readonly office: Office;
  readonly technicians: readonly Technician[];
}): JSX.Element {
  const { id, act, search } = view.value;
  const chosen = technicians.find((one) => one.id === id);
  const words = (one: Technician): string =>
    `${one.name} ${one.name_en} ${nameIn(office.outlets.data, one.outlet_id) ?? ""} ${skillWords(office, one.skills)}`;
  return (
    <Split
      title={w("tab.technicians")}
      tools={office.may("people") ? <NewButton label={w("technician.new")} /> : undefined}
      list={
        <>
          <Search />
          <Rows things={matching(technicians, search, words)} keyOf={(one) => one.id}>
            {(one) => (
              <>
                <span class="row-head">
                  <strong>{named(one)}</strong>
                  <span class="soft small">{nameIn(office.outlets.data, one.outlet_id)}</span>
                </span>
                <span class="soft small">{skillWords(office, one.skills)}</span>
              </>
            )}
          </Rows>
        </>
      }
    >
      {act === "new" && id === null ? (
        <Await shelf={office.outlets} inner>
          {(outlets) => <NewTechnician office={office} outlets={outlets} />}
        </Await>
      ) : chosen === undefined ? (
        id !== null && <Gone />
      ) : (
        <TechnicianPage key={chosen.id} office={office} technician={chosen} />
      )}
    </Split>
  );
}

function TechnicianPage({
  office,
  technician,
}: {
  readonly office: Office;
  readonly technician: Technician;
}): JSX.Element {
  const moving = useSignal(false);
  const enrolling = useSignal(false);
  const outlet = useSignal("");
  const others = outletChoices(office).filter((one) => one.value !== technician.outlet_id);
  useEffect(() => {
    office.users.want();
    office.devices.want();
  }, [office]);
  async function move(): Promise<Problem | null> {
    const done = await answer(
      office.api.PATCH("/technicians/{technician_id}", {
        params: { path: { technician_id: technician.id } },
        body: { outlet_id: outlet.value },
      }),
    );
    if (!done.ok) return done.problem;
    tell("good", w("technician.moved", { name: named(technician) }));
    void office.technicians.again();
    return null;
  }
  return (
    <article class="stack">
      <header class="part-head">
        <h2>{named(technician)}</h2>
        <span class="acts">
          <Go to={{ tab: "shifts", outlet: technician.outlet_id }} class="button">
            {w("tab.shifts")}
          </Go>
          {office.may("people") && others.length > 0 && (
            <button type="button" class="button" onClick={() => (moving.value = true)}>
              {w("technician.move")}
            </button>
          )}
        </span>
      </header>
      <Facts
        facts={[
          { term: w("policy.outlet"), value: nameIn(office.outlets.data, technician.outlet_id) ?? "—" },
          { term: w("tab.skills"), value: skillWords(office, technician.skills) || "—" },
          { term: w("technician.login"), value: <LoginWords office={office} technician={technician} /> },
          {
            term: w("tab.devices"),
            value: <Phones office={office} technician={technician} onEnrol={() => (enrolling.value = true)} />,
          },
          { term: w("technician.home"), value: `${technician.home_lat.toFixed(4)}, ${technician.home_lon.toFixed(4)}` },
        ]}
      />
      <Certificates office={office} technician={technician} />
      <Absences office={office} technician={technician} />
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
      {office.may("people") && (
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
  const letsIn = office.may("people") && loginOf(office, technician.id) !== undefined;
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

function Certificates({
  office,
  technician,
}: {
  readonly office: Office;
  readonly technician: Technician;
}): JSX.Element {
  const path = { technician_id: technician.id };
  const [loaded, again] = useLoaded(
    () => answer(office.api.GET("/technicians/{technician_id}/certificates", { params: { path } })),
    technician.id,
    0,
  );
  const asked = useSignal<"add" | Certificate | null>(null);
  const entered = useSignal({ skill: "", number: "", from: "", to: "" });
  const values = entered.value;
  const dayAt = (date: string, time: string): string => new Date(`${date}T${time}`).toISOString();
  const set = (change: Partial<typeof values>): void => {
    entered.value = { ...entered.value, ...change };
  };
  function finish(problem: Problem | null): Problem | null {
    if (problem !== null) return problem;
    tell("good", w("form.saved"));
    again();
    return null;
  }
  async function add(): Promise<Problem | null> {
    const body = {
      skill: values.skill,
      number: values.number.trim(),
      valid_from: dayAt(values.from, "00:00"),
      valid_to: dayAt(values.to, "23:59"),
    };
    const done = await answer(office.api.POST("/technicians/{technician_id}/certificates", { params: { path }, body }));
    return finish(done.ok ? null : done.problem);
  }
  async function withdraw(one: Certificate): Promise<Problem | null> {
    const done = await answer(
      office.api.POST("/technicians/{technician_id}/certificates/{certificate_id}/withdraw", {
        params: { path: { ...path, certificate_id: one.id } },
      }),
    );
    return finish(done.ok ? null : done.problem);
  }
  return (
    <section class="stack">
      <header class="part-head">
        <h3>{w("certificate.title")}</h3>
        {office.may("people") && (
          <button type="button" class="button" onClick={() => (asked.value = "add")}>
            {w("certificate.add")}
          </button>
        )}
      </header>
      <Ready loaded={loaded.value} again={again}>
        {(found) =>
          found.length === 0 ? (
            <p class="soft">{w("certificate.none")}</p>
          ) : (
            <div class="table-box" tabIndex={0} role="region" aria-label={w("certificate.title")}>
              <table>
                <thead>
                  <tr>
                    <th scope="col">{w("certificate.skill")}</th>
                    <th scope="col">{w("certificate.number")}</th>
                    <th scope="col">{w("certificate.valid")}</th>
                    <th scope="col">{w("version.standing")}</th>
                    <th scope="col">
                      <span class="unseen">{w("version.acts")}</span>
                    </th>
                  </tr>
                </thead>
                <tbody>
                  {found.map((one) => {
                    const standing = certificateStanding(one, now.value);
                    return (
                      <tr key={one.id}>
                        <th scope="row">{skillWords(office, [one.skill])}</th>
                        <td>{one.number || "—"}</td>
                        <td>
                          {day(one.valid_from)} – {day(one.valid_to)}
                        </td>
                        <td>
                          <span class="tag" data-tone={CERTIFICATE_TONES[standing]}>
                            {w(`certificate.standing.${standing}`)}
                          </span>
                        </td>
                        <td>
                          {office.may("people") && one.withdrawn_at === null && standing !== "over" && (
                            <button type="button" class="button" onClick={() => (asked.value = one)}>
                              {w("certificate.withdraw")}
                            </button>
                          )}
                        </td>
                      </tr>
                    );
                  })}
                </tbody>
              </table>
            </div>
          )
        }
      </Ready>
      {asked.value === "add" && (
        <Asking
          title={w("certificate.add")}
          confirm={w("form.add")}
          check={() =>
            faultsOf({
              skill: values.skill === "" ? w("form.needed") : undefined,
              from: values.from === "" ? w("form.needed") : undefined,
              to:
                values.to === "" ? w("form.needed") : values.to < values.from ? w("certificate.ends_early") : undefined,
            })
          }
          fieldOf={{ skill_unknown: "skill", ends_before_start: "to", periods_overlap: "from" }}
          send={add}
          onClose={() => (asked.value = null)}
        >
          <SelectField
            name="skill"
            label={w("certificate.skill")}
            value={values.skill}
            choices={skillChoices(office)}
            onEnter={(skill) => {
              set({ skill });
            }}
          />
          <TextField
            name="number"
            label={w("certificate.number")}
            optional
            maxLength={120}
            value={values.number}
            onEnter={(number) => {
              set({ number });
            }}
          />
          <div class="pair">
            <TextField
              name="from"
              type="date"
              label={w("certificate.from")}
              value={values.from}
              onEnter={(from) => {
                set({ from });
              }}
            />
            <TextField
              name="to"
              type="date"
              label={w("certificate.to")}
              value={values.to}
              onEnter={(to) => {
                set({ to });
              }}
            />
          </div>
        </Asking>
      )}
      {asked.value !== null && asked.value !== "add" && (
        <Withdrawing one={asked.value} office={office} withdraw={withdraw} onClose={() => (asked.value = null)} />
      )}
    </section>
  );
}

function Withdrawing({
  one,
  office,
  withdraw,
  onClose,
}: {
  readonly one: Certificate;
  readonly office: Office;
  readonly withdraw: (one: Certificate) => Promise<Problem | null>;
  readonly onClose: () => void;
}): JSX.Element {
  return (
    <Asking
      title={w("certificate.ask_withdraw", { skill: skillWords(office, [one.skill]) })}
      confirm={w("certificate.withdraw")}
      danger
      send={() => withdraw(one)}
      onClose={onClose}
    >
      <p class="soft">{w("certificate.means_withdraw")}</p>
    </Asking>
  );
}

type CertificateStanding = "valid" | "soon_over" | "over" | "coming" | "withdrawn";
const CERTIFICATE_TONES: Readonly<Record<CertificateStanding, string>> = {
  valid: "good",
  soon_over: "warn",
  over: "bad",
  coming: "rest",
  withdrawn: "rest",
};
const SOON_MS = 30 * 86_400_000;

function certificateStanding(one: Certificate, at: number): CertificateStanding {
  if (one.withdrawn_at !== null) return "withdrawn";
  const ends = Date.parse(one.valid_to);
  if (ends <= at) return "over";
  if (Date.parse(one.valid_from) > at) return "coming";
  return ends - at < SOON_MS ? "soon_over" : "valid";
}

function Absences({ office, technician }: { readonly office: Office; readonly technician: Technician }): JSX.Element {
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

const BLANK = { name: "", name_en: "", outlet_id: "", skills: [] as readonly string[], lat: "", lon: "" };

/** Home is where the first drive begins; the outlet's door will do until somebody knows better. */
function doorOf(outlets: readonly Outlet[], id: string | null): { readonly lat: string; readonly lon: string } {
  const outlet = outlets.find((one) => one.id === id);
  return outlet === undefined ? { lat: "", lon: "" } : { lat: String(outlet.lat), lon: String(outlet.lon) };
}

interface NewProps {
  readonly office: Office;
  readonly outlets: readonly Outlet[];
}

function NewTechnician({ office, outlets }: NewProps): JSX.Element {
  const own = office.user.outlet_id;
  const draft = useDraft("people/technician", { ...BLANK, outlet_id: own ?? "", ...doorOf(outlets, own) });
  const values = draft.values.value;
  const set = draft.set;
  if (!office.may("people")) return <Gone />;
  async function send(): Promise<Problem | null> {
    const made = await answer(
      office.api.POST("/technicians", {
        body: {
          outlet_id: values.outlet_id,
          name: values.name.trim(),
          name_en: values.name_en.trim(),
          skills: [...values.skills],
          home_lat: Number(values.lat),
          home_lon: Number(values.lon),
        },
      }),
    );
    if (!made.ok) return made.problem;
    draft.discard();
    await office.technicians.again();
    tell("good", w("technician.made", { name: named(made.data) }));
    show({ id: made.data.id, act: null });
    return null;
  }
  /** A door that was filled in is replaced; a place that was typed stays. */
  const choose = (outlet_id: string): void => {
    const door = doorOf(outlets, values.outlet_id);
    const untouched = values.lat === door.lat && values.lon === door.lon;
    set(untouched ? { outlet_id, ...doorOf(outlets, outlet_id) } : { outlet_id });
  };
  return (
    <article class="stack">
      <h2>{w("technician.new")}</h2>
      <Form
        submit={w("technician.make")}
        check={() =>
          faultsOf({
            name: needed(values.name),
            outlet_id: values.outlet_id === "" ? w("form.needed") : undefined,
            lat: between(values.lat, -90, 90),
            lon: between(values.lon, -180, 180),
          })
        }
        send={send}
        fieldOf={{ outlet_unknown: "outlet_id", skill_unknown: "skills" }}
        tools={<Unsaved dirty={draft.dirty.value} onDiscard={draft.discard} />}
      >
        <Names name={values.name} nameEn={values.name_en} onEnter={set} />
        <SelectField
          name="outlet_id"
          label={w("policy.outlet")}
          value={values.outlet_id}
          choices={outletChoices(office)}
          onEnter={choose}
        />
        <Group legend={w("tab.skills")} name="skills">
          {skillChoices(office).length === 0 && <p class="soft">{w("technician.skills_none")}</p>}
          <div class="ticks">
            {skillChoices(office).map((skill) => (
              <Tick
                key={skill.value}
                name={skill.value}
                label={skill.label}
                checked={values.skills.includes(skill.value)}
                onEnter={(on) => {
                  set({
                    skills: on ? [...values.skills, skill.value] : values.skills.filter((one) => one !== skill.value),
                  });
                }}
              />
            ))}
          </div>
        </Group>
        <Group legend={w("technician.home")} hint={w("technician.home_hint")}>
          <div class="pair">
            <PlaceFields lat={values.lat} lon={values.lon} onEnter={set} />
          </div>
        </Group>
      </Form>
    </article>
  );
}
