/** A technician: their names, what they can, and where their day begins. */
import type { JSX } from "preact";
import { answer } from "../../shared/api/client";
import type { Problem } from "../../shared/api/problem";
import type { Outlet, Technician } from "../../shared/api/types";
import { tell } from "../../shared/news/news";
import { named } from "../../shared/text/language";
import { outletChoices, skillChoices, skillsAskedFor } from "../forms/choices";
import { between, faultsOf, needed } from "../forms/checks";
import { changesOf, useDraft } from "../forms/draft";
import { Closing, Group, Names, PlaceFields, SelectField, Tick } from "../forms/fields";
import { Form } from "../forms/Form";
import { show } from "../Go";
import type { Office } from "../office";
import { renewed } from "../shelf";
import { w } from "../text/words";
import { skillsAfter } from "./skills";
import { countOf } from "./UnfitVisits";

const BLANK = { name: "", name_en: "", outlet_id: "", skills: [] as readonly string[], lat: "", lon: "" };
type Entered = typeof BLANK;

interface FormProps {
  readonly office: Office;
  readonly outlets: readonly Outlet[];
  /** Null: a new one. */
  readonly technician: Technician | null;
}

export function TechnicianForm({ office, outlets, technician }: FormProps): JSX.Element {
  const draft = useDraft(`people/technician/${technician?.id ?? ""}`, startOf(office, outlets, technician));
  const values = draft.values.value;
  const set = draft.set;
  const again = (): Promise<void> => office.technicians.again();
  const send = async (): Promise<Problem | null> => (technician === null ? await add() : await change(technician));
  async function add(): Promise<Problem | null> {
    const body = {
      outlet_id: values.outlet_id,
      name: values.name.trim(),
      name_en: values.name_en.trim(),
      skills: [...values.skills],
      home_lat: Number(values.lat),
      home_lon: Number(values.lon),
    };
    const made = await renewed(await answer(office.api.POST("/technicians", { body })), again);
    if (!made.ok) return made.problem;
    tell("good", w("technician.made", { name: named(made.data) }));
    return finish(made.data.id);
  }
  async function change(of: Technician): Promise<Problem | null> {
    const { name, name_en, skills, lat, lon } = changesOf(draft);
    const body = {
      base_version: of.version,
      ...(name === undefined ? {} : { name }),
      ...(name_en === undefined ? {} : { name_en }),
      ...(skills === undefined ? {} : { skills: [...skillsAfter(draft.start.skills, skills, of.skills)] }),
      ...(lat === undefined ? {} : { home_lat: Number(lat) }),
      ...(lon === undefined ? {} : { home_lon: Number(lon) }),
    };
    const path = { technician_id: of.id };
    const asked = answer(office.api.PATCH("/technicians/{technician_id}", { params: { path }, body }));
    const done = await renewed(await asked, again);
    if (!done.ok) return done.problem;
    const unfit = countOf(done.data.unfit);
    if (unfit === 0) tell("good", w("form.saved"));
    else tell("bad", w("unfit.saved", { n: unfit }));
    return finish(of.id);
  }
  function finish(id: string): null {
    draft.discard();
    show({ id, act: null });
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
      <h2>{technician === null ? w("technician.new") : w("form.change_of", { name: named(technician) })}</h2>
      <Form
        submit={technician === null ? w("technician.make") : w("form.save")}
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
        tools={<Closing draft={draft} />}
      >
        <Names values={values} onEnter={set} />
        {technician === null && (
          <SelectField
            name="outlet_id"
            label={w("policy.outlet")}
            value={values.outlet_id}
            choices={outletChoices(office)}
            onEnter={choose}
          />
        )}
        <Skills office={office} technician={technician} chosen={values.skills} onEnter={set} />
        <Group
          legend={w("technician.home")}
          hint={w(technician === null ? "technician.home_hint" : "technician.home_hint_change")}
        >
          <div class="pair">
            <PlaceFields lat={values.lat} lon={values.lon} onEnter={set} />
          </div>
        </Group>
      </Form>
    </article>
  );
}

interface SkillsProps {
  readonly office: Office;
  readonly technician: Technician | null;
  readonly chosen: readonly string[];
  readonly onEnter: (change: { readonly skills: readonly string[] }) => void;
}

/** Those the firm has named or asks for, and those that are held already. */
function Skills({ office, technician, chosen, onEnter }: SkillsProps): JSX.Element {
  const choices = skillChoices(office, [...skillsAskedFor(office), ...(technician?.skills ?? [])]);
  return (
    <Group
      legend={w("tab.skills")}
      name="skills"
      {...(technician === null ? {} : { hint: w("technician.skills_change_hint") })}
    >
      {choices.length === 0 && <p class="soft">{w("technician.skills_none")}</p>}
      <div class="ticks">
        {choices.map((skill) => (
          <Tick
            key={skill.value}
            name={skill.value}
            label={skill.label}
            checked={chosen.includes(skill.value)}
            onEnter={(on) => {
              onEnter({ skills: on ? [...chosen, skill.value] : chosen.filter((one) => one !== skill.value) });
            }}
          />
        ))}
      </div>
    </Group>
  );
}

function startOf(office: Office, outlets: readonly Outlet[], technician: Technician | null): Entered {
  if (technician === null) {
    const own = office.user.outlet_id;
    return { ...BLANK, outlet_id: own ?? "", ...doorOf(outlets, own) };
  }
  const { name, name_en, outlet_id, skills, home_lat, home_lon } = technician;
  return { name, name_en, outlet_id, skills, lat: String(home_lat), lon: String(home_lon) };
}

/** Home is where the first drive begins; the outlet's door will do until somebody knows better. */
function doorOf(outlets: readonly Outlet[], id: string | null): { readonly lat: string; readonly lon: string } {
  const outlet = outlets.find((one) => one.id === id);
  return outlet === undefined ? { lat: "", lon: "" } : { lat: String(outlet.lat), lon: String(outlet.lon) };
}
