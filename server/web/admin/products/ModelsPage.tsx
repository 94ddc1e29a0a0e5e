/** Product lines and models. A line or model is named anew or retired, never deleted: units of it are out there. */
import { useSignal } from "@preact/signals";
import type { JSX } from "preact";
import { answer } from "../../shared/api/client";
import type { Answer, Problem } from "../../shared/api/problem";
import { tell } from "../../shared/news/news";
import { named } from "../../shared/text/language";
import { lineChoices } from "../forms/choices";
import { code, faultsOf, needed } from "../forms/checks";
import { Names, SelectField, TextField, Tick } from "../forms/fields";
import { Form } from "../forms/Form";
import { Go, show, view } from "../Go";
import { Await, Facts, Gone, matching, NewButton, Rows, Search, Split } from "../Listing";
import type { Line, Model, Office } from "../office";
import { renewed } from "../shelf";
import { w } from "../text/words";
import { Parts } from "./Parts";

export function ModelsPage({ office }: { readonly office: Office }): JSX.Element {
  return (
    <Await shelf={office.lines}>
      {(lines) => (
        <Await shelf={office.models}>{(models) => <Catalogue office={office} lines={lines} models={models} />}</Await>
      )}
    </Await>
  );
}

interface Thing {
  readonly key: string;
  readonly line: Line | undefined;
  readonly model: Model | null;
}

function Catalogue({
  office,
  lines,
  models,
}: {
  readonly office: Office;
  readonly lines: readonly Line[];
  readonly models: readonly Model[];
}): JSX.Element {
  const { id, act, search } = view.value;
  const things: readonly Thing[] = lines.flatMap((line) => [
    { key: `line:${line.code}`, line, model: null },
    ...models.filter((model) => model.line_code === line.code).map((model) => ({ key: model.id, line, model })),
  ]);
  const chosen = things.find((one) => one.key === id);
  const words = ({ line, model }: Thing): string =>
    [line?.code, line?.name, line?.name_en, model?.name, model?.name_en, model?.gtin].join(" ");
  return (
    <Split
      title={w("tab.models")}
      tools={
        office.may("catalogue") ? (
          <span class="acts">
            <NewButton label={w("model.new")} />
            <Go to={{ id: "new-line", act: "new" }} class="button">
              {w("line.new")}
            </Go>
          </span>
        ) : undefined
      }
      list={
        <>
          {!office.may("catalogue") && <p class="soft">{w("frame.read_only")}</p>}
          <Search />
          <Rows things={matching(things, search, words)} keyOf={(one) => one.key}>
            {({ line, model }) => (
              <>
                <span class="row-head">
                  {model === null ? (
                    <strong>{line === undefined ? "" : named(line)}</strong>
                  ) : (
                    <span class="model-name">{named(model)}</span>
                  )}
                  {(model ?? line)?.retired === true && (
                    <span class="tag" data-tone="rest">
                      {w("catalogue.retired")}
                    </span>
                  )}
                </span>
                <span class="soft small">
                  {model === null
                    ? w("line.count", { n: models.filter((one) => one.line_code === line?.code).length })
                    : model.gtin}
                </span>
              </>
            )}
          </Rows>
        </>
      }
    >
      {act === "new" ? (
        id === "new-line" ? (
          <NewLine office={office} />
        ) : (
          <NewModel office={office} />
        )
      ) : chosen === undefined ? (
        id !== null && <Gone />
      ) : chosen.model === null ? (
        chosen.line !== undefined && <NamedThing key={chosen.key} office={office} thing={chosen.line} path="line" />
      ) : (
        <>
          <NamedThing key={chosen.key} office={office} thing={chosen.model} path="model" />
          <Parts key={`parts ${chosen.key}`} office={office} model={chosen.model} />
        </>
      )}
    </Split>
  );
}

interface NamedThingProps {
  readonly office: Office;
  readonly thing: Line | Model;
  readonly path: "line" | "model";
}

/** Its names and whether it is still made; somebody else's change meanwhile is refused, not overwritten. */
function NamedThing({ office, thing, path }: NamedThingProps): JSX.Element {
  const entered = useSignal({ name: thing.name, name_en: thing.name_en, retired: thing.retired });
  const values = entered.value;
  const set = (change: Partial<typeof values>): void => {
    entered.value = { ...entered.value, ...change };
  };
  async function send(): Promise<Problem | null> {
    const body = {
      base_version: thing.version,
      name: values.name.trim(),
      name_en: values.name_en.trim(),
      retired: values.retired,
    };
    const done: Answer<unknown> =
      "gtin" in thing
        ? await answer(office.api.PATCH("/models/{model_id}", { params: { path: { model_id: thing.id } }, body }))
        : await answer(office.api.PATCH("/product-lines/{code}", { params: { path: { code: thing.code } }, body }));
    const shelf = path === "line" ? office.lines : office.models;
    await renewed(done, () => shelf.again());
    if (!done.ok) return done.problem;
    tell("good", w("form.saved"));
    return null;
  }
  const facts =
    "gtin" in thing
      ? [
          { term: "GTIN", value: thing.gtin },
          { term: w("policy.product_line"), value: lineWords(office, thing.line_code) },
        ]
      : [{ term: w("form.code"), value: thing.code }];
  return (
    <article class="stack">
      <h2>{named(thing)}</h2>
      <Facts facts={facts} />
      {office.may("catalogue") && (
        <Form submit={w("form.save")} check={() => faultsOf({ name: needed(values.name) })} send={send}>
          <Names values={values} onEnter={set} />
          <Tick
            name="retired"
            label={w("catalogue.retire")}
            checked={values.retired}
            onEnter={(retired) => {
              set({ retired });
            }}
          />
        </Form>
      )}
    </article>
  );
}

function lineWords(office: Office, code: string): string {
  const line = office.lines.data?.find((one) => one.code === code);
  return line === undefined ? code : named(line);
}

function NewLine({ office }: { readonly office: Office }): JSX.Element {
  const entered = useSignal({ code: "", name: "", name_en: "" });
  const values = entered.value;
  if (!office.may("catalogue")) return <Gone />;
  const set = (change: Partial<typeof values>): void => {
    entered.value = { ...entered.value, ...change };
  };
  async function send(): Promise<Problem | null> {
    const made = await answer(
      office.api.POST("/product-lines", {
        body: { code: values.code, name: values.name.trim(), name_en: values.name_en.trim() },
      }),
    );
    if (!made.ok) return made.problem;
    await office.lines.again();
    tell("good", w("form.saved"));
    show({ id: `line:${made.data.code}`, act: null });
    return null;
  }
  return (
    <article class="stack">
      <h2>{w("line.new")}</h2>
      <Form
        submit={w("form.add")}
        check={() => faultsOf({ code: code(values.code), name: needed(values.name) })}
        send={send}
        fieldOf={{ line_taken: "code" }}
      >
        <TextField
          name="code"
          label={w("form.code")}
          value={values.code}
          maxLength={40}
          onEnter={(entry) => {
            set({ code: entry });
          }}
        />
        <Names values={values} onEnter={set} />
      </Form>
    </article>
  );
}

function NewModel({ office }: { readonly office: Office }): JSX.Element {
  const entered = useSignal({ line_code: "", gtin: "", name: "", name_en: "" });
  const values = entered.value;
  if (!office.may("catalogue")) return <Gone />;
  const set = (change: Partial<typeof values>): void => {
    entered.value = { ...entered.value, ...change };
  };
  async function send(): Promise<Problem | null> {
    const gtin = values.gtin.trim();
    const made = await answer(
      office.api.POST("/models", {
        body: {
          line_code: values.line_code,
          name: values.name.trim(),
          name_en: values.name_en.trim(),
          gtin: gtin === "" ? null : gtin,
        },
      }),
    );
    if (!made.ok) return made.problem;
    await office.models.again();
    tell("good", w("form.saved"));
    show({ id: made.data.id, act: null });
    return null;
  }
  return (
    <article class="stack">
      <h2>{w("model.new")}</h2>
      <Form
        submit={w("form.add")}
        check={() =>
          faultsOf({ line_code: values.line_code === "" ? w("form.needed") : undefined, name: needed(values.name) })
        }
        send={send}
        fieldOf={{ gtin_invalid: "gtin", gtin_taken: "gtin", line_unknown: "line_code" }}
      >
        <div class="pair">
          <SelectField
            name="line_code"
            label={w("policy.product_line")}
            value={values.line_code}
            choices={lineChoices(office)}
            onEnter={(line_code) => {
              set({ line_code });
            }}
          />
          <TextField
            name="gtin"
            label="GTIN"
            optional
            hint={w("model.gtin_hint")}
            maxLength={14}
            value={values.gtin}
            onEnter={(gtin) => {
              set({ gtin });
            }}
          />
        </div>
        <Names values={values} onEnter={set} />
      </Form>
    </article>
  );
}
