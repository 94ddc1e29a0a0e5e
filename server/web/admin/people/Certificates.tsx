/** A technician's certificates: a skill that needs one holds only while it is valid. */
import { useSignal } from "@preact/signals";
import type { JSX } from "preact";
import type { components } from "../../shared/api/schema";
import { answer } from "../../shared/api/client";
import type { Problem } from "../../shared/api/problem";
import type { Technician } from "../../shared/api/types";
import { tell } from "../../shared/news/news";
import { now } from "../../shared/time/now";
import { useLoaded } from "../../shared/views/loading";
import { Asking } from "../forms/Asking";
import { skillChoices, skillName } from "../forms/choices";
import { faultsOf } from "../forms/checks";
import { SelectField, TextField } from "../forms/fields";
import { Ready } from "../Listing";
import { day } from "../moments";
import type { Office } from "../office";
import { w } from "../text/words";

type Certificate = components["schemas"]["Certificate"];

interface CertificatesProps {
  readonly office: Office;
  readonly technician: Technician;
  /** Whether the reader may add and withdraw them. */
  readonly may: boolean;
  /** One was added or withdrawn. */
  readonly onChange: () => void;
}

export function Certificates({ office, technician, may, onChange }: CertificatesProps): JSX.Element {
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
    onChange();
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
        {may && (
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
                        <th scope="row">{skillName(office, one.skill)}</th>
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
                          {may && one.withdrawn_at === null && standing !== "over" && (
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
      title={w("certificate.ask_withdraw", { skill: skillName(office, one.skill) })}
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
