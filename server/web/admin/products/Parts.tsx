/** The main parts of a model: which component each belongs to, and into which units it is built. */
import { useSignal } from "@preact/signals";
import type { JSX } from "preact";
import { useRef } from "preact/hooks";
import { answer } from "../../shared/api/client";
import type { Problem } from "../../shared/api/problem";
import type { components } from "../../shared/api/schema";
import { tell } from "../../shared/news/news";
import { named } from "../../shared/text/language";
import { dataOr, useLoaded } from "../../shared/views/loading";
import { Asking } from "../forms/Asking";
import { componentChoices } from "../forms/choices";
import { faultsOf, needed, whole } from "../forms/checks";
import { Names, SelectField, TextField, Tick } from "../forms/fields";
import { Ready } from "../Listing";
import { day } from "../moments";
import type { Model, Office } from "../office";
import { w } from "../text/words";
import { spanFaults } from "./spans";

type Part = components["schemas"]["BomPart"];

interface PartsProps {
  readonly office: Office;
  readonly model: Model;
}

export function Parts({ office, model }: PartsProps): JSX.Element {
  /** `new`, or the id of the one that is changed. */
  const asked = useSignal<string | null>(null);
  const may = office.may("catalogue");
  const [loaded, again] = useLoaded(
    () =>
      answer(
        office.api.GET("/models/{model_id}/parts", {
          params: { path: { model_id: model.id }, query: { retired: true } },
        }),
      ),
    model.id,
    0,
  );
  const known = dataOr(loaded.value, undefined);
  return (
    <section class="stack">
      <header class="part-head">
        <h3>{w("bom.title")}</h3>
        {may && (
          <button type="button" class="button" onClick={() => (asked.value = "new")}>
            {w("bom.new")}
          </button>
        )}
      </header>
      <Ready loaded={loaded.value} again={again}>
        {(parts) =>
          parts.length === 0 ? (
            <p class="soft">{w("bom.none")}</p>
          ) : (
            <Table office={office} parts={parts} {...(may ? { onChange: (part) => (asked.value = part.id) } : {})} />
          )
        }
      </Ready>
      {asked.value !== null && (
        <PartDialog
          office={office}
          model={model}
          part={known?.find((one) => one.id === asked.value) ?? null}
          onDone={again}
          onClose={() => (asked.value = null)}
        />
      )}
    </section>
  );
}

interface TableProps {
  readonly office: Office;
  readonly parts: readonly Part[];
  readonly onChange?: (part: Part) => void;
}

function Table({ office, parts, onChange }: TableProps): JSX.Element {
  const inUse = parts.toSorted((a, b) => Number(a.retired) - Number(b.retired));
  return (
    <div class="table-box" tabIndex={0} role="region" aria-label={w("bom.title")}>
      <table>
        <thead>
          <tr>
            <th scope="col">{w("bom.number")}</th>
            <th scope="col">{w("bom.name")}</th>
            <th scope="col">{w("bom.component")}</th>
            <th scope="col" class="figure">
              {w("bom.quantity")}
            </th>
            <th scope="col">{w("bom.units")}</th>
            {onChange !== undefined && (
              <th scope="col">
                <span class="unseen">{w("version.acts")}</span>
              </th>
            )}
          </tr>
        </thead>
        <tbody>
          {inUse.map((one) => {
            const group = office.components.data?.find((known) => known.code === one.component);
            return (
              <tr key={one.id}>
                <th scope="row" class="whole-word">
                  {one.part_number}
                </th>
                <td>
                  {named(one)}
                  {one.retired && (
                    <>
                      {" "}
                      <span class="tag" data-tone="rest">
                        {w("catalogue.unused")}
                      </span>
                    </>
                  )}
                </td>
                <td>{group === undefined ? one.component : named(group)}</td>
                <td class="figure">{one.quantity}</td>
                <td>{unitWords(one)}</td>
                {onChange !== undefined && (
                  <td>
                    <button
                      type="button"
                      class="button"
                      aria-label={w("form.change_of", { name: one.part_number })}
                      onClick={() => {
                        onChange(one);
                      }}
                    >
                      {w("form.change")}
                    </button>
                  </td>
                )}
              </tr>
            );
          })}
        </tbody>
      </table>
    </div>
  );
}

function unitWords(part: Part): string {
  const { serial_from, serial_to, made_from, made_to } = part;
  const serials = serial_from === "" ? [] : [w("notice.serials_are", { from: serial_from, to: serial_to })];
  const made =
    made_from !== null && made_to !== null
      ? [w("notice.made_are", { from: day(made_from), to: day(made_to) })]
      : made_from !== null
        ? [w("notice.made_since", { from: day(made_from) })]
        : made_to !== null
          ? [w("notice.made_before", { to: day(made_to) })]
          : [];
  return [...serials, ...made].join(" · ") || w("bom.units_all");
}

const BLANK = {
  component: "",
  part_number: "",
  name: "",
  name_en: "",
  quantity: "1",
  serial_from: "",
  serial_to: "",
  made_from: "",
  made_to: "",
  retired: false,
};

function startOf(part: Part | null): typeof BLANK {
  if (part === null) return BLANK;
  const { component, part_number, name, name_en, serial_from, serial_to, retired } = part;
  const dates = { made_from: part.made_from ?? "", made_to: part.made_to ?? "" };
  return {
    ...{ component, part_number, name, name_en, serial_from, serial_to, retired },
    ...dates,
    quantity: String(part.quantity),
  };
}

interface DialogProps extends PartsProps {
  /** Null: a new one. */
  readonly part: Part | null;
  readonly onDone: () => void;
  readonly onClose: () => void;
}

function PartDialog({ office, model, part, onDone, onClose }: DialogProps): JSX.Element {
  const start = useRef(startOf(part)).current;
  const entered = useSignal(start);
  const values = entered.value;
  const set = (change: Partial<typeof BLANK>): void => {
    entered.value = { ...entered.value, ...change };
  };
  /** Only what was typed anew, so that nothing is undone that others changed meanwhile. */
  function changed<T extends object>(terms: T): Partial<T> {
    const typed = Object.entries(terms).filter(
      ([field]) => values[field as keyof typeof BLANK] !== start[field as keyof typeof BLANK],
    );
    return Object.fromEntries(typed) as Partial<T>;
  }
  async function send(): Promise<Problem | null> {
    const terms = {
      component: values.component,
      part_number: values.part_number.trim(),
      name: values.name.trim(),
      name_en: values.name_en.trim(),
      quantity: Number(values.quantity),
      serial_from: values.serial_from.trim(),
      serial_to: values.serial_to.trim(),
      made_from: values.made_from || null,
      made_to: values.made_to || null,
    };
    const done =
      part === null
        ? await answer(
            office.api.POST("/models/{model_id}/parts", { params: { path: { model_id: model.id } }, body: terms }),
          )
        : await answer(
            office.api.PATCH("/model-parts/{part_id}", {
              params: { path: { part_id: part.id } },
              body: { ...changed({ ...terms, retired: values.retired }), base_version: part.version },
            }),
          );
    if (done.ok || done.problem.code === "version_stale") onDone();
    if (!done.ok) return done.problem;
    tell("good", w("form.saved"));
    return null;
  }
  return (
    <Asking
      title={part === null ? w("bom.new") : w("form.change_of", { name: part.part_number })}
      confirm={part === null ? w("form.add") : w("form.save")}
      check={() =>
        faultsOf({
          component: values.component === "" ? w("form.needed") : undefined,
          part_number: needed(values.part_number, 80),
          name: needed(values.name),
          quantity: whole(values.quantity, 1, 1000),
          ...spanFaults(values),
        })
      }
      fieldOf={{
        component_unknown: "component",
        serial_range_invalid: "serial_to",
        ends_before_start: "made_to",
      }}
      send={send}
      onClose={onClose}
    >
      <SelectField
        name="component"
        label={w("bom.component")}
        value={values.component}
        choices={componentChoices(office, part?.component)}
        onEnter={(component) => {
          set({ component });
        }}
      />
      <div class="pair">
        <TextField
          name="part_number"
          label={w("bom.number")}
          value={values.part_number}
          maxLength={80}
          onEnter={(part_number) => {
            set({ part_number });
          }}
        />
        <TextField
          name="quantity"
          type="number"
          min={1}
          max={1000}
          label={w("bom.quantity")}
          value={values.quantity}
          onEnter={(quantity) => {
            set({ quantity });
          }}
        />
      </div>
      <Names values={values} onEnter={set} />
      <div class="pair">
        {(["serial_from", "serial_to", "made_from", "made_to"] as const).map((field) => (
          <TextField
            key={field}
            name={field}
            type={field.startsWith("made") ? "date" : "text"}
            label={w(`notice.${field}`)}
            optional
            maxLength={20}
            value={values[field]}
            onEnter={(typed) => {
              set({ [field]: typed });
            }}
          />
        ))}
      </div>
      <p class="hint">{w("bom.units_hint")}</p>
      {part !== null && (
        <Tick
          name="retired"
          label={w("bom.retire")}
          checked={values.retired}
          onEnter={(retired) => {
            set({ retired });
          }}
        />
      )}
    </Asking>
  );
}
