/** The network: service centres and the outlets under them. */
import { useSignal } from "@preact/signals";
import type { JSX } from "preact";
import { useEffect } from "preact/hooks";
import { answer } from "../../shared/api/client";
import type { Problem } from "../../shared/api/problem";
import type { Outlet } from "../../shared/api/types";
import { named } from "../../shared/text/language";
import type { PartProps } from "../AdminDesk";
import { Asking } from "../forms/Asking";
import { centreChoices } from "../forms/choices";
import { between, faultsOf, needed, whole } from "../forms/checks";
import { useDraft } from "../forms/draft";
import { Names, PlaceFields, SelectField, TextField, Unsaved } from "../forms/fields";
import { Form } from "../forms/Form";
import { tell } from "../forms/Said";
import { Go, show, view } from "../Go";
import { Await, Facts, Gone, matching, NewButton, Rows, Search, Split } from "../Listing";
import { nameIn, type Centre, type Office } from "../office";
import { w } from "../text/words";

export function NetworkPage({ office }: PartProps): JSX.Element {
  useEffect(() => {
    for (const shelf of [office.centres, office.outlets, office.technicians]) shelf.want();
  }, [office]);
  if (view.value.tab === "centres")
    return <Await shelf={office.centres}>{(centres) => <CentreList office={office} centres={centres} />}</Await>;
  return <Await shelf={office.outlets}>{(outlets) => <OutletList office={office} outlets={outlets} />}</Await>;
}

function OutletList({
  office,
  outlets,
}: {
  readonly office: Office;
  readonly outlets: readonly Outlet[];
}): JSX.Element {
  const { id, act, search } = view.value;
  const chosen = outlets.find((one) => one.id === id);
  const words = (one: Outlet): string =>
    `${one.name} ${one.name_en} ${nameIn(office.centres.data, one.centre_id) ?? ""}`;
  return (
    <Split
      title={w("tab.outlets")}
      tools={office.may("outlets") ? <NewButton label={w("outlet.new")} /> : undefined}
      list={
        <>
          <Search />
          <Rows things={matching(outlets, search, words)} keyOf={(one) => one.id}>
            {(one) => (
              <>
                <span class="row-head">
                  <strong>{named(one)}</strong>
                  <span class="tag">{w("policy.grade_is", { grade: one.grade })}</span>
                </span>
                <span class="soft small">{nameIn(office.centres.data, one.centre_id)}</span>
              </>
            )}
          </Rows>
        </>
      }
    >
      {act === "new" && id === null ? (
        <NewOutlet office={office} />
      ) : chosen === undefined ? (
        id !== null && <Gone />
      ) : (
        <OneOutlet key={chosen.id} office={office} outlet={chosen} />
      )}
    </Split>
  );
}

function OneOutlet({ office, outlet }: { readonly office: Office; readonly outlet: Outlet }): JSX.Element {
  const asked = useSignal<"move" | "freeze" | null>(null);
  const centre = useSignal("");
  const freeze = useSignal(String(outlet.freeze_minutes));
  const path = { outlet_id: outlet.id };
  const others = centreChoices(office).filter((one) => one.value !== outlet.centre_id);
  function finish(problem: Problem | null): Problem | null {
    if (problem !== null) return problem;
    tell("good", w("form.saved"));
    void office.outlets.again();
    return null;
  }
  async function move(): Promise<Problem | null> {
    const done = await answer(
      office.api.PATCH("/outlets/{outlet_id}", { params: { path }, body: { centre_id: centre.value } }),
    );
    return finish(done.ok ? null : done.problem);
  }
  async function setFreeze(): Promise<Problem | null> {
    const done = await answer(
      office.api.PATCH("/outlets/{outlet_id}/dispatch", {
        params: { path },
        body: { freeze_minutes: Number(freeze.value) },
      }),
    );
    return finish(done.ok ? null : done.problem);
  }
  const people = office.technicians.data?.filter((one) => one.outlet_id === outlet.id);
  return (
    <article class="stack">
      <h2>{named(outlet)}</h2>
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

function NewOutlet({ office }: { readonly office: Office }): JSX.Element {
  const draft = useDraft("network/outlet", { ...BLANK, centre_id: office.user.centre_id ?? "" });
  const values = draft.values.value;
  const set = draft.set;
  if (!office.may("outlets")) return <Gone />;
  async function send(): Promise<Problem | null> {
    const { lat, lon, ...rest } = values;
    const made = await answer(
      office.api.POST("/outlets", {
        body: { ...rest, name: rest.name.trim(), name_en: rest.name_en.trim(), lat: Number(lat), lon: Number(lon) },
      }),
    );
    if (!made.ok) return made.problem;
    draft.discard();
    await office.outlets.again();
    tell("good", w("form.saved"));
    show({ id: made.data.id, act: null });
    return null;
  }
  return (
    <article class="stack">
      <h2>{w("outlet.new")}</h2>
      <Form
        submit={w("form.add")}
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
        tools={<Unsaved dirty={draft.dirty.value} onDiscard={draft.discard} />}
      >
        <Names name={values.name} nameEn={values.name_en} onEnter={set} />
        <div class="pair">
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
            maxLength={60}
            value={values.zone}
            onEnter={(zone) => {
              set({ zone });
            }}
          />
          <span />
          <PlaceFields lat={values.lat} lon={values.lon} onEnter={set} />
        </div>
      </Form>
    </article>
  );
}

function CentreList({
  office,
  centres,
}: {
  readonly office: Office;
  readonly centres: readonly Centre[];
}): JSX.Element {
  const { id, act, search } = view.value;
  const chosen = centres.find((one) => one.id === id);
  const outlets = office.outlets.data?.filter((one) => one.centre_id === chosen?.id);
  return (
    <Split
      title={w("tab.centres")}
      tools={office.may("centres") ? <NewButton label={w("centre.new")} /> : undefined}
      list={
        <>
          <Search />
          <Rows things={matching(centres, search, (one) => `${one.name} ${one.name_en}`)} keyOf={(one) => one.id}>
            {(one) => <strong>{named(one)}</strong>}
          </Rows>
        </>
      }
    >
      {act === "new" && id === null ? (
        <NewCentre office={office} />
      ) : chosen === undefined ? (
        id !== null && <Gone />
      ) : (
        <article class="stack">
          <h2>{named(chosen)}</h2>
          <Facts
            facts={[
              {
                term: w("tab.outlets"),
                value:
                  outlets === undefined || outlets.length === 0
                    ? "—"
                    : outlets.map((one) => (
                        <div key={one.id}>
                          <Go to={{ tab: "outlets", id: one.id }}>{named(one)}</Go>
                        </div>
                      )),
              },
            ]}
          />
        </article>
      )}
    </Split>
  );
}

function NewCentre({ office }: { readonly office: Office }): JSX.Element {
  const entered = useSignal({ name: "", name_en: "" });
  const values = entered.value;
  if (!office.may("centres")) return <Gone />;
  async function send(): Promise<Problem | null> {
    const made = await answer(
      office.api.POST("/centres", { body: { name: values.name.trim(), name_en: values.name_en.trim() } }),
    );
    if (!made.ok) return made.problem;
    await office.centres.again();
    tell("good", w("form.saved"));
    show({ id: made.data.id, act: null });
    return null;
  }
  return (
    <article class="stack">
      <h2>{w("centre.new")}</h2>
      <Form submit={w("form.add")} check={() => faultsOf({ name: needed(values.name) })} send={send}>
        <Names
          name={values.name}
          nameEn={values.name_en}
          onEnter={(change) => (entered.value = { ...entered.value, ...change })}
        />
      </Form>
    </article>
  );
}
