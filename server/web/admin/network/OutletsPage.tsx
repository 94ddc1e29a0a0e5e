/** Outlets: what they are called and where they lie, who works there, and when their visits are fixed. */
import { useSignal } from "@preact/signals";
import type { JSX } from "preact";
import { answer } from "../../shared/api/client";
import type { Answer, Problem } from "../../shared/api/problem";
import type { Outlet } from "../../shared/api/types";
import { tell } from "../../shared/news/news";
import { named } from "../../shared/text/language";
import { Asking } from "../forms/Asking";
import { centreChoices } from "../forms/choices";
import { between, faultsOf, needed, whole } from "../forms/checks";
import { changesOf, useDraft } from "../forms/draft";
import { Closing, Names, PlaceFields, SelectField, TextField } from "../forms/fields";
import { Form } from "../forms/Form";
import { Go, show, view } from "../Go";
import { Facts, Listing } from "../Listing";
import { nameIn, type Office } from "../office";
import { renewed } from "../shelf";
import { w } from "../text/words";

interface PageProps {
  readonly office: Office;
  readonly outlets: readonly Outlet[];
}

export function OutletsPage({ office, outlets }: PageProps): JSX.Element {
  const may = office.may("outlets");
  return (
    <Listing
      title={w("tab.outlets")}
      things={outlets}
      keyOf={(one) => one.id}
      wordsOf={(one) => `${one.name} ${one.name_en} ${nameIn(office.centres.data, one.centre_id) ?? ""}`}
      adding={may && { label: w("outlet.new"), form: () => <OutletForm office={office} outlet={null} /> }}
      row={(one) => (
        <>
          <span class="row-head">
            <strong>{named(one)}</strong>
            <span class="tag">{w("policy.grade_is", { grade: one.grade })}</span>
          </span>
          <span class="soft small">{nameIn(office.centres.data, one.centre_id)}</span>
        </>
      )}
    >
      {(one) =>
        view.value.act === "edit" && may ? (
          <OutletForm office={office} outlet={one} />
        ) : (
          <OneOutlet office={office} outlet={one} />
        )
      }
    </Listing>
  );
}

function OneOutlet({ office, outlet }: { readonly office: Office; readonly outlet: Outlet }): JSX.Element {
  const asked = useSignal<"move" | "freeze" | null>(null);
  const centre = useSignal("");
  const freeze = useSignal(String(outlet.freeze_minutes));
  const path = { outlet_id: outlet.id };
  const others = centreChoices(office).filter((one) => one.value !== outlet.centre_id);
  async function finish(done: Answer<unknown>): Promise<Problem | null> {
    await renewed(done, () => office.outlets.again());
    if (!done.ok) return done.problem;
    tell("good", w("form.saved"));
    return null;
  }
  async function move(): Promise<Problem | null> {
    const body = { base_version: outlet.version, centre_id: centre.value };
    return finish(await answer(office.api.PATCH("/outlets/{outlet_id}", { params: { path }, body })));
  }
  async function setFreeze(): Promise<Problem | null> {
    const body = { freeze_minutes: Number(freeze.value) };
    return finish(await answer(office.api.PATCH("/outlets/{outlet_id}/dispatch", { params: { path }, body })));
  }
  const people = office.technicians.data?.filter((one) => one.outlet_id === outlet.id);
  return (
    <article class="stack">
      <header class="part-head">
        <h2>{named(outlet)}</h2>
        {office.may("outlets") && (
          <Go to={{ act: "edit" }} class="button">
            {w("form.change")}
          </Go>
        )}
      </header>
      <Facts
        facts={[
          { term: w("policy.centre"), value: nameIn(office.centres.data, outlet.centre_id) ?? "—" },
          { term: w("policy.grade"), value: outlet.grade },
          { term: w("outlet.zone"), value: outlet.zone },
          { term: w("outlet.place"), value: `${outlet.lat.toFixed(4)}, ${outlet.lon.toFixed(4)}` },
          { term: w("outlet.freeze"), value: w("outlet.freeze_is", { n: outlet.freeze_minutes }) },
          {
            term: w("tab.technicians"),
            value:
              people === undefined || people.length === 0
                ? "—"
                : people.map((one) => (
                    <div key={one.id}>
                      <Go to={{ part: "people", id: one.id }}>{named(one)}</Go>
                    </div>
                  )),
          },
        ]}
      />
      <p class="acts">
        {office.may("people") && (
          <button type="button" class="button" onClick={() => (asked.value = "freeze")}>
            {w("outlet.change_freeze")}
          </button>
        )}
        {office.may("moveOutlets") && others.length > 0 && (
          <button type="button" class="button" onClick={() => (asked.value = "move")}>
            {w("outlet.move")}
          </button>
        )}
      </p>
      {asked.value === "freeze" && (
        <Asking
          title={w("outlet.change_freeze")}
          confirm={w("form.save")}
          check={() => faultsOf({ freeze: whole(freeze.value, 0, 1_440) })}
          send={setFreeze}
          onClose={() => (asked.value = null)}
        >
          <TextField
            name="freeze"
            type="number"
            min={0}
            max={1440}
            label={w("outlet.freeze_minutes")}
            hint={w("outlet.freeze_hint")}
            value={freeze.value}
            onEnter={(value) => (freeze.value = value)}
          />
        </Asking>
      )}
      {asked.value === "move" && (
        <Asking
          title={w("outlet.ask_move", { name: named(outlet) })}
          confirm={w("outlet.move")}
          check={() => faultsOf({ centre_id: centre.value === "" ? w("form.needed") : undefined })}
          send={move}
          onClose={() => (asked.value = null)}
        >
          <p class="soft">{w("outlet.means_move")}</p>
          <SelectField
            name="centre_id"
            label={w("policy.centre")}
            value={centre.value}
            choices={others}
            onEnter={(value) => (centre.value = value)}
          />
        </Asking>
      )}
    </article>
  );
}

const BLANK = { name: "", name_en: "", centre_id: "", grade: "A", zone: "Asia/Shanghai", lat: "", lon: "" };

interface FormProps {
  readonly office: Office;
  /** Null: a new one. */
  readonly outlet: Outlet | null;
}

function OutletForm({ office, outlet }: FormProps): JSX.Element {
  const draft = useDraft(`network/outlet/${outlet?.id ?? ""}`, startOf(office, outlet));
  const values = draft.values.value;
  const set = draft.set;
  async function send(): Promise<Problem | null> {
    const done = await renewed(outlet === null ? await add() : await change(outlet), () => office.outlets.again());
    if (!done.ok) return done.problem;
    draft.discard();
    tell("good", w("form.saved"));
    show({ id: done.data.id, act: null });
    return null;
  }
  function add(): Promise<Answer<Outlet>> {
    const { lat, lon, ...rest } = values;
    const names = { name: rest.name.trim(), name_en: rest.name_en.trim() };
    return answer(office.api.POST("/outlets", { body: { ...rest, ...names, lat: Number(lat), lon: Number(lon) } }));
  }
  function change(of: Outlet): Promise<Answer<Outlet>> {
    const { name, name_en, lat, lon } = changesOf(draft);
    const body = {
      base_version: of.version,
      ...(name === undefined ? {} : { name }),
      ...(name_en === undefined ? {} : { name_en }),
      ...(lat === undefined ? {} : { lat: Number(lat) }),
      ...(lon === undefined ? {} : { lon: Number(lon) }),
    };
    return answer(office.api.PATCH("/outlets/{outlet_id}", { params: { path: { outlet_id: of.id } }, body }));
  }
  return (
    <article class="stack">
      <h2>{outlet === null ? w("outlet.new") : w("form.change_of", { name: named(outlet) })}</h2>
      <Form
        submit={outlet === null ? w("form.add") : w("form.save")}
        check={() =>
          faultsOf({
            name: needed(values.name),
            centre_id: values.centre_id === "" ? w("form.needed") : undefined,
            zone: needed(values.zone, 60),
            lat: between(values.lat, -90, 90),
            lon: between(values.lon, -180, 180),
          })
        }
        send={send}
        fieldOf={{ zone_unknown: "zone", not_found: "centre_id" }}
        tools={<Closing draft={draft} />}
      >
        <Names values={values} onEnter={set} />
        <div class="pair">
          {outlet === null && (
            <>
              <SelectField
                name="centre_id"
                label={w("policy.centre")}
                value={values.centre_id}
                choices={centreChoices(office)}
                onEnter={(centre_id) => {
                  set({ centre_id });
                }}
              />
              <SelectField
                name="grade"
                label={w("policy.grade")}
                value={values.grade}
                choices={["A", "B", "C"].map((one) => ({ value: one, label: one }))}
                onEnter={(grade) => {
                  set({ grade });
                }}
              />
              <TextField
                name="zone"
                label={w("outlet.zone")}
                hint={w("outlet.zone_hint")}
                maxLength={60}
                value={values.zone}
                onEnter={(zone) => {
                  set({ zone });
                }}
              />
              <span />
            </>
          )}
          <PlaceFields lat={values.lat} lon={values.lon} onEnter={set} />
        </div>
        {outlet !== null && <p class="soft">{w("outlet.stays", { zone: outlet.zone, grade: outlet.grade })}</p>}
      </Form>
    </article>
  );
}

function startOf(office: Office, outlet: Outlet | null): typeof BLANK {
  if (outlet === null) return { ...BLANK, centre_id: office.user.centre_id ?? "" };
  const { name, name_en, centre_id, grade, zone, lat, lon } = outlet;
  return { name, name_en, centre_id, grade, zone, lat: String(lat), lon: String(lon) };
}
