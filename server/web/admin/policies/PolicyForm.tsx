/** The next version of a policy. It is tried on last month's jobs before it can be published. */
import { useSignal } from "@preact/signals";
import type { JSX } from "preact";
import { answer } from "../../shared/api/client";
import type { Problem } from "../../shared/api/problem";
import { tell } from "../../shared/news/news";
import { named } from "../../shared/text/language";
import { centreChoices, jobTypeChoices, lineChoices, outletChoices } from "../forms/choices";
import { useDraft } from "../forms/draft";
import { Closing, Group, Names, SelectField, TextField, Tick } from "../forms/fields";
import { Form } from "../forms/Form";
import { show } from "../Go";
import { Gone } from "../Listing";
import type { Office } from "../office";
import { saying, w } from "../text/words";
import { Comparing } from "./Comparing";
import type { Previewed } from "./comparison";
import { EMPTY, faultsIn, nextOf, PAUSING, requestOf, type PolicyDraft } from "./draft";
import { StepFields, TermFields } from "./TermFields";
import type { Series } from "./versions";

interface Tried {
  /** What was tried: only that can be published. */
  readonly asked: string;
  readonly told: Previewed;
}

export function PolicyForm({
  office,
  series,
}: {
  readonly office: Office;
  readonly series: Series | null;
}): JSX.Element {
  const own = office.user.centre_id;
  const start = series === null ? { ...EMPTY, centre_id: own ?? "" } : nextOf(series.versions[0] ?? series.shown);
  const draft = useDraft<PolicyDraft>(`policies/${series?.code ?? ""}`, start);
  const tried = useSignal<Tried | null>(null);
  const values = draft.values.value;
  const request = requestOf(values);
  const asked = JSON.stringify(request);
  const fresh = tried.value?.asked === asked;
  if (!office.may("promise")) return <Gone />;

  async function preview(): Promise<Problem | null> {
    const told = await answer(office.api.POST("/commitments/preview", { body: { policy: request, days: 30 } }));
    if (!told.ok) return told.problem;
    tried.value = { asked, told: told.data };
    return null;
  }

  async function publish(): Promise<Problem | null> {
    const made = await answer(office.api.POST("/commitments/policies", { body: request }));
    if (!made.ok) return made.problem;
    draft.discard();
    await office.policies.again();
    tell(
      "good",
      w(made.data.standing === "awaiting_approval" ? "policy.sent_to_hq" : "policy.published", {
        name: named(made.data),
        n: made.data.version,
      }),
    );
    show({ id: made.data.code, act: null });
    return null;
  }

  const set = draft.set;
  const version = (series?.versions[0]?.version ?? 0) + 1;
  return (
    <article class="stack">
      <h2>{series === null ? w("policy.new") : w("policy.next_of", { name: named(series.shown), n: version })}</h2>
      <Form
        submit={fresh ? w("policy.publish", { n: version }) : w("policy.preview")}
        check={() => faultsIn(values)}
        send={fresh ? publish : preview}
        fieldOf={{
          policy_code_taken: "code",
          calendar_unknown: "calendar_id",
          policy_promises_nothing: "respond",
          policy_promise_too_long: "respond",
          policy_promise_not_positive: "respond",
          policy_ends_before_it_starts: "effective_to",
          time_out_of_range: "effective_from",
          policy_step_twice: "steps",
          calendar_never_open: "calendar_id",
        }}
        tools={<Closing draft={draft} />}
      >
        {series === null && (
          <TextField
            name="code"
            label={w("form.code")}
            hint={w("form.code_hint")}
            value={values.code}
            maxLength={40}
            onEnter={(code) => {
              set({ code });
            }}
          />
        )}
        <Names values={values} onEnter={set} />
        <Group legend={w("policy.promise")}>
          <TermFields
            name="respond"
            label={w("policy.respond")}
            term={values.respond}
            onEnter={(respond) => {
              set({ respond });
            }}
          />
          <TermFields
            name="resolve"
            label={w("policy.resolve")}
            term={values.resolve}
            onEnter={(resolve) => {
              set({ resolve });
            }}
          />
          <CalendarField office={office} values={values} set={set} />
        </Group>
        <Conditions office={office} values={values} set={set} />
        <Group legend={w("policy.pausing")} hint={w("policy.pausing_hint")}>
          <div class="ticks">
            {PAUSING.map((cause) => (
              <Tick
                key={cause}
                name={cause}
                label={saying("policy.cause", cause)}
                checked={values.pausing.includes(cause)}
                onEnter={(on) => {
                  set({ pausing: PAUSING.filter((one) => (one === cause ? on : values.pausing.includes(one))) });
                }}
              />
            ))}
          </div>
        </Group>
        <StepFields
          steps={values.steps}
          onEnter={(steps) => {
            set({ steps });
          }}
        />
        <Group legend={w("policy.when")}>
          <div class="pair">
            <TextField
              name="effective_from"
              type="datetime-local"
              optional
              label={w("policy.from")}
              hint={w("policy.from_hint")}
              value={values.effective_from}
              onEnter={(effective_from) => {
                set({ effective_from });
              }}
            />
            <TextField
              name="effective_to"
              type="datetime-local"
              optional
              label={w("policy.to")}
              hint={w("policy.to_hint")}
              value={values.effective_to}
              onEnter={(effective_to) => {
                set({ effective_to });
              }}
            />
          </div>
        </Group>
        {tried.value !== null && <Comparing office={office} told={tried.value.told} fresh={fresh} />}
      </Form>
    </article>
  );
}

interface PieceProps {
  readonly office: Office;
  readonly values: PolicyDraft;
  readonly set: (change: Partial<PolicyDraft>) => void;
}

function CalendarField({ office, values, set }: PieceProps): JSX.Element {
  const latest = (office.calendars.data ?? []).filter(
    (one) => one.effective_to === null || Date.parse(one.effective_to) > Date.now() || one.id === values.calendar_id,
  );
  return (
    <SelectField
      name="calendar_id"
      label={w("policy.calendar")}
      hint={w("policy.calendar_hint")}
      value={values.calendar_id}
      choices={latest.map((one) => ({ value: one.id, label: named(one) }))}
      onEnter={(calendar_id) => {
        set({ calendar_id });
      }}
    />
  );
}

function Conditions({ office, values, set }: PieceProps): JSX.Element {
  const own = office.user.centre_id;
  const tiers = [
    ...new Set((office.policies.data ?? []).map((one) => one.customer_tier).filter((tier) => tier !== null)),
  ];
  const any = w("form.any");
  return (
    <Group legend={w("policy.for_whom")} hint={w("policy.for_whom_hint")}>
      <div class="three">
        <SelectField
          name="job_type"
          label={w("policy.job_type")}
          none={any}
          value={values.job_type}
          choices={jobTypeChoices(office)}
          onEnter={(job_type) => {
            set({ job_type });
          }}
        />
        <SelectField
          name="product_category"
          label={w("policy.product_line")}
          none={any}
          value={values.product_category}
          choices={lineChoices(office)}
          onEnter={(product_category) => {
            set({ product_category });
          }}
        />
        <SelectField
          name="severity"
          label={w("policy.priority")}
          none={any}
          value={values.severity}
          choices={["1", "2", "3", "4", "5"].map((n) => ({ value: n, label: w("policy.priority_is", { n }) }))}
          onEnter={(severity) => {
            set({ severity });
          }}
        />
        <SelectField
          name="region_grade"
          label={w("policy.grade")}
          none={any}
          value={values.region_grade}
          choices={["A", "B", "C"].map((grade) => ({ value: grade, label: w("policy.grade_is", { grade }) }))}
          onEnter={(region_grade) => {
            set({ region_grade });
          }}
        />
        {own === null && (
          <SelectField
            name="centre_id"
            label={w("policy.centre")}
            none={any}
            value={values.centre_id}
            choices={centreChoices(office)}
            onEnter={(centre_id) => {
              set({ centre_id, outlet_id: "" });
            }}
          />
        )}
        <SelectField
          name="outlet_id"
          label={w("policy.outlet")}
          none={any}
          value={values.outlet_id}
          choices={outletChoices(office, values.centre_id)}
          onEnter={(outlet_id) => {
            set({ outlet_id });
          }}
        />
        <TextField
          name="customer_tier"
          label={w("policy.tier")}
          optional
          value={values.customer_tier}
          maxLength={40}
          list={tiers}
          onEnter={(customer_tier) => {
            set({ customer_tier });
          }}
        />
        <TextField
          name="rank"
          type="number"
          min={0}
          max={10000}
          label={w("policy.rank")}
          hint={w("policy.rank_hint")}
          value={values.rank}
          onEnter={(rank) => {
            set({ rank });
          }}
        />
      </div>
    </Group>
  );
}
