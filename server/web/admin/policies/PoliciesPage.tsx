/** Promises: every policy with its versions, which of them binds where, and the next version. */
import { useComputed } from "@preact/signals";
import type { JSX } from "preact";
import { useEffect } from "preact/hooks";
import { named } from "../../shared/text/language";
import { now } from "../../shared/time/now";
import type { PartProps } from "../AdminDesk";
import { view } from "../Go";
import { Await, Listing } from "../Listing";
import type { Office, Policy } from "../office";
import { w } from "../text/words";
import { BindingPage } from "./BindingPage";
import { PolicyForm } from "./PolicyForm";
import { PolicyPage } from "./PolicyPage";
import { seriesOf, type Series } from "./versions";
import { conditionWords, promiseWords, standingWords, TONES } from "./words";

export function PoliciesPage({ office }: PartProps): JSX.Element {
  useEffect(() => {
    for (const shelf of [office.calendars, office.centres, office.outlets, office.jobTypes, office.lines]) shelf.want();
    if (office.user.role !== "dispatcher") office.users.want();
  }, [office]);
  return view.value.tab === "binding" ? (
    <BindingPage office={office} />
  ) : (
    <Await shelf={office.policies}>{(policies) => <PolicyList office={office} policies={policies} />}</Await>
  );
}

function PolicyList({
  office,
  policies,
}: {
  readonly office: Office;
  readonly policies: readonly Policy[];
}): JSX.Element {
  // By the minute: what takes effect does so while people look on.
  const minute = useComputed(() => Math.floor(now.value / 60_000) * 60_000);
  const series = seriesOf(policies, minute.value);
  const may = office.may("promise");
  return (
    <Listing
      title={w("part.policies")}
      things={series}
      keyOf={(one) => one.code}
      wordsOf={(one) => `${one.code} ${one.shown.name} ${one.shown.name_en}`}
      adding={may && { label: w("policy.new"), form: () => <PolicyForm office={office} series={null} /> }}
      above={!may && <p class="soft">{w("frame.read_only")}</p>}
      row={(one) => <PolicyRow office={office} one={one} />}
    >
      {(one) =>
        view.value.act === "next" ? (
          <PolicyForm office={office} series={one} />
        ) : (
          <PolicyPage office={office} series={one} />
        )
      }
    </Listing>
  );
}

function PolicyRow({ office, one }: { readonly office: Office; readonly one: Series }): JSX.Element {
  return (
    <>
      <span class="row-head">
        <strong>{named(one.shown)}</strong>
        <span class="tag" data-tone={one.waits ? "warn" : TONES[one.standing]}>
          {standingWords(one.waits ? "waiting" : one.standing)}
        </span>
      </span>
      <span>{promiseWords(one.shown)}</span>
      <span class="soft small">{conditionWords(one.shown, office)}</span>
    </>
  );
}
