/** Which policy binds a job, why, and what speaks against each of the others. */
import { useSignal } from "@preact/signals";
import type { JSX } from "preact";
import type { components } from "../../shared/api/schema";
import { answer } from "../../shared/api/client";
import type { Problem } from "../../shared/api/problem";
import { inLanguage } from "../../shared/text/language";
import { jobTypeChoices, lineChoices, outletChoices } from "../forms/choices";
import { faultsOf } from "../forms/checks";
import { SelectField, TextField } from "../forms/fields";
import { Form } from "../forms/Form";
import { Go } from "../Go";
import { Facts } from "../Listing";
import { moment } from "../moments";
import type { Office } from "../office";
import { saying, w } from "../text/words";

type Binding = components["schemas"]["BindingPolicy"];

const BLANK = { outlet_id: "", job_type: "", product_category: "", customer_tier: "", severity: "" };

export function BindingPage({ office }: { readonly office: Office }): JSX.Element {
  const asked = useSignal(BLANK);
  const told = useSignal<Binding | null>(null);
  const values = asked.value;
  const set = (change: Partial<typeof BLANK>): void => {
    asked.value = { ...asked.value, ...change };
  };
  async function ask(): Promise<Problem | null> {
    const query = { outlet_id: values.outlet_id, job_type: values.job_type, ...given(values) };
    const found = await answer(office.api.GET("/commitments/policies/binding", { params: { query } }));
    if (!found.ok) return found.problem;
    told.value = found.data;
    return null;
  }
  return (
    <section class="page">
      <div class="stack">
        <h1>{w("tab.binding")}</h1>
        <p class="soft">{w("binding.intro")}</p>
        <Form
          submit={w("binding.ask")}
          check={() =>
            faultsOf({
              outlet_id: values.outlet_id === "" ? w("form.needed") : undefined,
              job_type: values.job_type === "" ? w("form.needed") : undefined,
            })
          }
          send={ask}
          fieldOf={{ outlet_unknown: "outlet_id", job_type_unknown: "job_type" }}
        >
          <div class="three">
            <SelectField
              name="outlet_id"
              label={w("policy.outlet")}
              value={values.outlet_id}
              choices={outletChoices(office)}
              onEnter={(outlet_id) => {
                set({ outlet_id });
              }}
            />
            <SelectField
              name="job_type"
              label={w("policy.job_type")}
              value={values.job_type}
              choices={jobTypeChoices(office)}
              onEnter={(job_type) => {
                set({ job_type });
              }}
            />
            <SelectField
              name="severity"
              label={w("policy.priority")}
              none={w("form.any")}
              value={values.severity}
              choices={["1", "2", "3", "4", "5"].map((n) => ({ value: n, label: w("policy.priority_is", { n }) }))}
              onEnter={(severity) => {
                set({ severity });
              }}
            />
            <SelectField
              name="product_category"
              label={w("policy.product_line")}
              none={w("form.any")}
              value={values.product_category}
              choices={lineChoices(office)}
              onEnter={(product_category) => {
                set({ product_category });
              }}
            />
            <TextField
              name="customer_tier"
              label={w("policy.tier")}
              optional
              value={values.customer_tier}
              maxLength={40}
              onEnter={(customer_tier) => {
                set({ customer_tier });
              }}
            />
          </div>
        </Form>
        {told.value !== null && <Told told={told.value} />}
      </div>
    </section>
  );
}

function given(values: typeof BLANK): Partial<Record<"product_category" | "customer_tier" | "severity", string>> {
  return {
    ...(values.product_category && { product_category: values.product_category }),
    ...(values.customer_tier.trim() && { customer_tier: values.customer_tier.trim() }),
    ...(values.severity && { severity: values.severity }),
  };
}

function Told({ told }: { readonly told: Binding }): JSX.Element {
  return (
    <section class="stack" aria-live="polite">
      <p class="word" data-tone={told.policy_id === null ? "warn" : "good"}>
        <strong>{inLanguage(told.why)}</strong>
      </p>
      {told.policy_id !== null && (
        <Facts
          facts={[
            { term: w("policy.respond"), value: moment(told.respond_by) },
            { term: w("policy.resolve"), value: moment(told.resolve_by) },
            told.unknown_years.length === 0
              ? null
              : { term: w("calendar.unknown_years"), value: told.unknown_years.join(", ") },
          ]}
        />
      )}
      <h2>{w("binding.considered")}</h2>
      <ul class="rows">
        {told.considered.map((one) => (
          <li key={one.policy_id}>
            <Go to={{ tab: "list", id: one.code }} class="row">
              <span class="row-head">
                <strong>{inLanguage(one.name)}</strong>
                <span class="tag" data-tone={one.policy_id === told.policy_id ? "good" : "rest"}>
                  {saying("binding.verdict", one.verdict)}
                </span>
              </span>
              <span>{inLanguage(one.why)}</span>
            </Go>
          </li>
        ))}
      </ul>
    </section>
  );
}
