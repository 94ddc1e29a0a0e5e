/** Fault codes: what a product shows, what it means, and what a technician looks at first. Phones have them offline. */
import type { JSX } from "preact";
import { answer } from "../../shared/api/client";
import type { Problem } from "../../shared/api/problem";
import type { FaultCode } from "../../shared/api/types";
import { tell } from "../../shared/news/news";
import { inLanguage, named } from "../../shared/text/language";
import { componentChoices, lineChoices } from "../forms/choices";
import { atMost, faultsOf, needed } from "../forms/checks";
import { changesOf, useDraft } from "../forms/draft";
import { Bilingual, Closing, SelectField, TextField, Tick } from "../forms/fields";
import { Form } from "../forms/Form";
import { Go, show, view } from "../Go";
import { Await, Facts, Gone, Listing } from "../Listing";
import type { Office } from "../office";
import { renewed } from "../shelf";
import { saying, w } from "../text/words";
import { inShownOrder, SHOWN_CODE } from "./faultcodes";

type Severity = "minor" | "performance" | "major";

const SEVERITIES: readonly Severity[] = ["minor", "performance", "major"];
const TONES: Readonly<Record<string, string>> = { major: "bad", performance: "warn", minor: "rest" };

export function FaultsPage({ office }: { readonly office: Office }): JSX.Element {
  return <Await shelf={office.faultCodes}>{(faults) => <FaultList office={office} faults={faults} />}</Await>;
}

function lineName(office: Office, code: string): string {
  const line = office.lines.data?.find((one) => one.code === code);
  return line === undefined ? code : named(line);
}

function modelName(office: Office, id: string | null): string {
  if (id === null) return w("fault.whole_line");
  const model = office.models.data?.find((one) => one.id === id);
  return model === undefined ? "—" : named(model);
}

function componentName(office: Office, code: string): string {
  const group = office.components.data?.find((one) => one.code === code);
  return group === undefined ? code : named(group);
}

const textOf = (one: FaultCode): string => inLanguage({ zh: one.text, en: one.text_en });

function FaultList({
  office,
  faults,
}: {
  readonly office: Office;
  readonly faults: readonly FaultCode[];
}): JSX.Element {
  const may = office.may("catalogue");
  return (
    <Listing
      title={w("tab.faults")}
      things={inShownOrder(faults)}
      keyOf={(one) => one.id}
      wordsOf={(one) =>
        [
          ...[one.code, one.text, one.text_en, lineName(office, one.line_code), componentName(office, one.component)],
          one.model_id === null ? "" : modelName(office, one.model_id),
        ].join(" ")
      }
      adding={may && { label: w("fault.new"), form: () => <FaultForm office={office} fault={null} /> }}
      above={!may && <p class="soft">{w("frame.read_only")}</p>}
      row={(one) => (
        <>
          <span class="row-head">
            <span>
              <strong class="typed">{one.code}</strong> {textOf(one)}
            </span>
            {one.retired ? (
              <span class="tag" data-tone="rest">
                {w("catalogue.unused")}
              </span>
            ) : (
              <span class="tag" data-tone={TONES[one.severity]}>
                {saying("warranty.severity", one.severity)}
              </span>
            )}
          </span>
          <span class="soft small">
            {lineName(office, one.line_code)} · {modelName(office, one.model_id)} ·{" "}
            {componentName(office, one.component)}
          </span>
        </>
      )}
    >
      {(one) =>
        view.value.act === "edit" && may ? (
          <FaultForm office={office} fault={one} />
        ) : (
          <OneFault office={office} fault={one} />
        )
      }
    </Listing>
  );
}

function OneFault({ office, fault }: { readonly office: Office; readonly fault: FaultCode }): JSX.Element {
  const advice = inLanguage({ zh: fault.advice, en: fault.advice_en });
  return (
    <article class="stack">
      <header class="part-head">
        <h2>
          <span class="typed">{fault.code}</span> {textOf(fault)}
        </h2>
        {office.may("catalogue") && (
          <Go to={{ act: "edit" }} class="button">
            {w("form.change")}
          </Go>
        )}
      </header>
      {fault.retired && <p class="word">{w("fault.retired_told")}</p>}
      <Facts
        facts={[
          { term: w("policy.product_line"), value: lineName(office, fault.line_code) },
          { term: w("label.model"), value: modelName(office, fault.model_id) },
          {
            term: w("bom.component"),
            value: <Go to={{ tab: "components", id: fault.component }}>{componentName(office, fault.component)}</Go>,
          },
          { term: w("fault.severity"), value: saying("warranty.severity", fault.severity) },
          { term: w("fault.advice"), value: advice === "" ? "—" : <p class="typed">{advice}</p> },
        ]}
      />
    </article>
  );
}

const BLANK = {
  line_code: "",
  model_id: "",
  code: "",
  component: "",
  severity: "performance",
  text: "",
  text_en: "",
  advice: "",
  advice_en: "",
  retired: false,
};

function startOf(fault: FaultCode | null): typeof BLANK {
  if (fault === null) return BLANK;
  const { line_code, code, component, severity, text, text_en, advice, advice_en, retired } = fault;
  const model_id = fault.model_id ?? "";
  return { line_code, model_id, code, component, severity, text, text_en, advice, advice_en, retired };
}

function FaultForm({ office, fault }: { readonly office: Office; readonly fault: FaultCode | null }): JSX.Element {
  const draft = useDraft(`products/fault/${fault?.id ?? ""}`, startOf(fault));
  const values = draft.values.value;
  const set = draft.set;
  if (!office.may("catalogue")) return <Gone />;
  async function send(): Promise<Problem | null> {
    const done = await renewed(fault === null ? await add() : await change(fault), () => office.faultCodes.again());
    if (!done.ok) return done.problem;
    draft.discard();
    tell("good", w("fault.saved"));
    show({ id: done.data.id, act: null });
    return null;
  }
  const add = (): ReturnType<typeof change> => {
    const { line_code, model_id, code, component, severity, text, text_en, advice, advice_en } = values;
    const body = {
      ...{ line_code, model_id: model_id || null, code: code.trim(), component, severity: severity as Severity },
      ...{ text: text.trim(), text_en: text_en.trim(), advice: advice.trim(), advice_en: advice_en.trim() },
    };
    return answer(office.api.POST("/fault-codes", { body }));
  };
  const change = (of: FaultCode) => {
    const { severity, ...said } = changesOf(draft);
    const body = {
      ...{ base_version: of.version, ...said },
      ...(severity === undefined ? {} : { severity: severity as Severity }),
    };
    return answer(office.api.PATCH("/fault-codes/{fault_id}", { params: { path: { fault_id: of.id } }, body }));
  };
  const models = (office.models.data ?? [])
    .filter((one) => one.line_code === values.line_code && !one.retired)
    .map((one) => ({ value: one.id, label: named(one) }));
  return (
    <article class="stack">
      <h2>{fault === null ? w("fault.new") : w("form.change_of", { name: fault.code })}</h2>
      {fault !== null && (
        <p class="soft">
          {lineName(office, fault.line_code)} · {modelName(office, fault.model_id)} · {w("fault.stays")}
        </p>
      )}
      <Form
        submit={fault === null ? w("form.add") : w("form.save")}
        check={() =>
          faultsOf({
            line_code: values.line_code === "" ? w("form.needed") : undefined,
            code:
              fault !== null
                ? undefined
                : (needed(values.code, 20) ?? (SHOWN_CODE.test(values.code.trim()) ? undefined : w("fault.code_hint"))),
            component: values.component === "" ? w("form.needed") : undefined,
            text: needed(values.text, 400),
            text_en: atMost(values.text_en, 400),
            advice: atMost(values.advice, 2000),
            advice_en: atMost(values.advice_en, 2000),
          })
        }
        send={send}
        fieldOf={{
          line_unknown: "line_code",
          model_unknown: "model_id",
          component_unknown: "component",
          fault_code_taken: "code",
        }}
        tools={<Closing draft={draft} />}
      >
        <div class="pair">
          {fault === null && (
            <>
              <SelectField
                name="line_code"
                label={w("policy.product_line")}
                value={values.line_code}
                choices={lineChoices(office)}
                onEnter={(line_code) => {
                  set({ line_code, model_id: "" });
                }}
              />
              <SelectField
                name="model_id"
                label={w("label.model")}
                none={w("fault.whole_line")}
                value={values.model_id}
                choices={models}
                onEnter={(model_id) => {
                  set({ model_id });
                }}
              />
              <TextField
                name="code"
                label={w("fault.code")}
                hint={w("fault.code_hint")}
                value={values.code}
                maxLength={20}
                onEnter={(code) => {
                  set({ code });
                }}
              />
            </>
          )}
          <SelectField
            name="severity"
            label={w("fault.severity")}
            hint={w("fault.severity_hint")}
            value={values.severity}
            choices={SEVERITIES.map((one) => ({ value: one, label: saying("warranty.severity", one) }))}
            onEnter={(severity) => {
              set({ severity });
            }}
          />
          <SelectField
            name="component"
            label={w("bom.component")}
            value={values.component}
            choices={componentChoices(office, fault?.component)}
            onEnter={(component) => {
              set({ component });
            }}
          />
        </div>
        <div class="pair">
          <Bilingual name="text" label={w("fault.text")} rows={2} maxLength={400} values={values} onEnter={set} />
          <Bilingual
            name="advice"
            label={w("fault.advice")}
            hint={w("fault.advice_hint")}
            optional
            rows={4}
            maxLength={2000}
            values={values}
            onEnter={set}
          />
        </div>
        {fault !== null && (
          <Tick
            name="retired"
            label={w("fault.retire")}
            checked={values.retired}
            onEnter={(retired) => {
              set({ retired });
            }}
          />
        )}
      </Form>
    </article>
  );
}
