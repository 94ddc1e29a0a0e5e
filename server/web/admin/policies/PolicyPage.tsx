/** One policy: what it promises now, every version with who decided what, and what can be done with it. */
import { useSignal } from "@preact/signals";
import type { JSX } from "preact";
import { answer } from "../../shared/api/client";
import type { Answer, Problem } from "../../shared/api/problem";
import { tell } from "../../shared/news/news";
import { inLanguage, named, t } from "../../shared/text/language";
import { now } from "../../shared/time/now";
import { Asking } from "../forms/Asking";
import { atMost, faultsOf, needed } from "../forms/checks";
import { AreaField, TextField } from "../forms/fields";
import { Go } from "../Go";
import { Facts } from "../Listing";
import { length, moment, wired } from "../moments";
import { nameIn, type Office, type Policy } from "../office";
import { saying, w } from "../text/words";
import { standingOf, type Series } from "./versions";
import { conditionWords, madeBy, promiseWords, standingWords, TONES } from "./words";

type Deed = "approve" | "refuse" | "end";

interface Asked {
  readonly deed: Deed;
  readonly policy: Policy;
}

export function PolicyPage({ office, series }: { readonly office: Office; readonly series: Series }): JSX.Element {
  const asked = useSignal<Asked | null>(null);
  const { shown } = series;
  const calendar = office.calendars.data?.find((one) => one.id === shown.calendar_id);
  const mayChange =
    office.may("promise") && (office.user.centre_id === null || shown.owner_centre_id === office.user.centre_id);
  return (
    <article class="stack">
      <header class="part-head">
        <div>
          <h2>{named(shown)}</h2>
          <span class="soft small">{series.code}</span>
        </div>
        {mayChange && (
          <Go to={{ act: "next" }} class="button first">
            {w("policy.next")}
          </Go>
        )}
      </header>
      {series.versions
        .filter((one) => standingOf(one, now.value) === "waiting")
        .map((one) => (
          <Waiting key={one.id} office={office} policy={one} onAsk={(deed) => (asked.value = { deed, policy: one })} />
        ))}
      <Facts
        facts={[
          { term: w("policy.promise"), value: promiseWords(shown) },
          { term: w("policy.for_whom"), value: conditionWords(shown, office) },
          {
            term: w("policy.calendar"),
            value:
              calendar === undefined
                ? "—"
                : named(calendar) + t("punctuation.aside", { what: w("version.n", { n: calendar.version }) }),
          },
          { term: w("policy.pausing"), value: pausingWords(shown) },
          { term: w("policy.steps"), value: <Steps policy={shown} /> },
          {
            term: w("policy.owner"),
            value:
              nameIn(office.centres.data, shown.owner_centre_id) ??
              (shown.owner_centre_id === null ? w("policy.hq") : w("policy.a_centre")),
          },
        ]}
      />
      <section>
        <h3>{w("version.all")}</h3>
        <div class="table-box" tabIndex={0} role="region" aria-label={w("version.all")}>
          <table>
            <thead>
              <tr>
                <th scope="col">{w("version.version")}</th>
                <th scope="col">{w("version.in_force")}</th>
                <th scope="col">{w("policy.promise")}</th>
                <th scope="col">{w("version.standing")}</th>
                <th scope="col">{w("version.made")}</th>
                <th scope="col">
                  <span class="unseen">{w("version.acts")}</span>
                </th>
              </tr>
            </thead>
            <tbody>
              {series.versions.map((one) => (
                <VersionRow
                  key={one.id}
                  office={office}
                  policy={one}
                  isNow={one.id === shown.id}
                  mayEnd={mayChange}
                  onEnd={() => (asked.value = { deed: "end", policy: one })}
                />
              ))}
            </tbody>
          </table>
        </div>
      </section>
      {asked.value !== null && (
        <Decide key={asked.value.deed} office={office} asked={asked.value} onClose={() => (asked.value = null)} />
      )}
    </article>
  );
}

function Waiting({
  office,
  policy,
  onAsk,
}: {
  readonly office: Office;
  readonly policy: Policy;
  readonly onAsk: (deed: Deed) => void;
}): JSX.Element {
  return (
    <section class="word stack" data-tone="warn">
      <p>
        <strong>{w("policy.waits", { n: policy.version })}</strong>{" "}
        {policy.shortfall !== null && inLanguage(policy.shortfall)}
      </p>
      {office.may("approve") && (
        <p class="acts">
          <button
            type="button"
            class="button first"
            onClick={() => {
              onAsk("approve");
            }}
          >
            {w("policy.approve")}
          </button>
          <button
            type="button"
            class="button danger"
            onClick={() => {
              onAsk("refuse");
            }}
          >
            {w("policy.refuse")}
          </button>
        </p>
      )}
    </section>
  );
}

function pausingWords(policy: Policy): string {
  if (policy.pausing.length === 0) return w("policy.pausing_none");
  return policy.pausing.map((cause) => saying("policy.cause", cause)).join(" · ");
}

function Steps({ policy }: { readonly policy: Policy }): JSX.Element {
  if (policy.steps.length === 0) return <span class="soft">{w("policy.steps_none")}</span>;
  return (
    <ul>
      {policy.steps.map((step) => (
        <li key={`${step.key} ${step.clock ?? ""}`}>
          {step.offset_seconds === 0
            ? w("policy.step_at", { whom: saying("role_name", step.tell) })
            : w(step.offset_seconds < 0 ? "policy.step_before" : "policy.step_after", {
                time: length(Math.abs(step.offset_seconds)),
                whom: saying("role_name", step.tell),
              })}
        </li>
      ))}
    </ul>
  );
}

interface VersionRowProps {
  readonly office: Office;
  readonly policy: Policy;
  readonly isNow: boolean;
  readonly mayEnd: boolean;
  readonly onEnd: () => void;
}

function VersionRow({ office, policy, isNow, mayEnd, onEnd }: VersionRowProps): JSX.Element {
  const standing = standingOf(policy, now.value);
  const reasons = [policy.decision_reason, policy.end_reason].filter(Boolean);
  const ends = standing === "in_force" || standing === "coming" || standing === "waiting";
  return (
    <tr data-now={isNow}>
      <th scope="row">{policy.version}</th>
      <td>
        {moment(policy.effective_from)} –{" "}
        {policy.effective_to === null ? w("version.open") : moment(policy.effective_to)}
      </td>
      <td>{promiseWords(policy)}</td>
      <td>
        <span class="tag" data-tone={TONES[standing]}>
          {standingWords(standing)}
        </span>
        {reasons.length > 0 && <span class="typed small"> {reasons.join(" · ")}</span>}
      </td>
      <td>
        {madeBy(office, policy.made_by)}
        <br />
        <span class="soft small">{moment(policy.made_at)}</span>
      </td>
      <td>
        {mayEnd && ends && (
          <button type="button" class="button" onClick={onEnd}>
            {w(standing === "waiting" ? "policy.withdraw" : "policy.end")}
          </button>
        )}
      </td>
    </tr>
  );
}

function Decide({
  office,
  asked,
  onClose,
}: {
  readonly office: Office;
  readonly asked: Asked;
  readonly onClose: () => void;
}): JSX.Element {
  const reason = useSignal("");
  const at = useSignal("");
  const { deed, policy } = asked;
  const check = (): Readonly<Record<string, string>> =>
    faultsOf({
      reason: deed === "approve" ? atMost(reason.value, 400) : needed(reason.value, 400),
      at: wired(at.value) === undefined ? w("form.time_needed") : undefined,
    });
  async function send(): Promise<Problem | null> {
    const done = await decide(office, asked, reason.value.trim(), wired(at.value) ?? null);
    if (!done.ok) return done.problem;
    tell("good", w(`policy.done.${deed}`, { name: named(policy), n: policy.version }));
    void office.policies.again();
    return null;
  }
  return (
    <Asking
      title={w(`policy.ask.${deed}`, { name: named(policy), n: policy.version })}
      confirm={w(`policy.${deed}`)}
      danger={deed !== "approve"}
      check={check}
      send={send}
      fieldOf={{ time_out_of_range: "at" }}
      onClose={onClose}
    >
      <p class="soft">{w(`policy.means.${deed}`)}</p>
      {deed === "end" && policy.standing !== "awaiting_approval" && (
        <TextField
          name="at"
          type="datetime-local"
          label={w("policy.ends_at")}
          hint={w("policy.ends_at_hint")}
          optional
          value={at.value}
          onEnter={(value) => (at.value = value)}
        />
      )}
      <AreaField
        name="reason"
        label={w("form.reason")}
        optional={deed === "approve"}
        maxLength={400}
        value={reason.value}
        onEnter={(value) => (reason.value = value)}
      />
    </Asking>
  );
}

function decide(office: Office, { deed, policy }: Asked, reason: string, at: string | null): Promise<Answer<Policy>> {
  const params = { path: { policy_id: policy.id } };
  switch (deed) {
    case "approve":
      return answer(office.api.POST("/commitments/policies/{policy_id}/approve", { params, body: { reason } }));
    case "refuse":
      return answer(office.api.POST("/commitments/policies/{policy_id}/refuse", { params, body: { reason } }));
    case "end":
      return answer(office.api.POST("/commitments/policies/{policy_id}/end", { params, body: { reason, at } }));
  }
}
