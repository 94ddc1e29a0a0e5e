/** Component groups: what warranty terms, main parts and fault codes name, with how long each is covered today. */
import type { JSX } from "preact";
import { useEffect, useMemo } from "preact/hooks";
import { answer } from "../../shared/api/client";
import type { Answer, Problem } from "../../shared/api/problem";
import { tell } from "../../shared/news/news";
import { inLanguage, named } from "../../shared/text/language";
import { toDateInput } from "../../shared/time/format";
import { now } from "../../shared/time/now";
import { faultsOf, needed, type Check } from "../forms/checks";
import { changesOf, useDraft } from "../forms/draft";
import { Closing, Names, TextField, Tick } from "../forms/fields";
import { Form } from "../forms/Form";
import { Go, show, view } from "../Go";
import { Await, Facts, Gone, Listing } from "../Listing";
import type { ComponentGroup, Office } from "../office";
import { renewed, Shelf } from "../shelf";
import { saying, w } from "../text/words";
import { coverings, type Covering } from "./coverage";
import { termLength, termWords } from "./terms";
import type { Warranty } from "./warranty";

export function ComponentsPage({ office }: { readonly office: Office }): JSX.Element {
  const warranties = useMemo(() => new Shelf(() => answer(office.api.GET("/warranty-policies"))), [office]);
  useEffect(() => {
    office.faultCodes.want();
  }, [office]);
  return (
    <Await shelf={office.components}>
      {(groups) => <GroupList office={office} groups={groups} warranties={warranties} />}
    </Await>
  );
}

interface ListProps {
  readonly office: Office;
  readonly groups: readonly ComponentGroup[];
  readonly warranties: Shelf<readonly Warranty[]>;
}

function GroupList({ office, groups, warranties }: ListProps): JSX.Element {
  const may = office.may("catalogue");
  return (
    <Listing
      title={w("tab.components")}
      things={groups}
      keyOf={(one) => one.code}
      wordsOf={(one) => `${one.code} ${one.name} ${one.name_en}`}
      adding={may && { label: w("component.new"), form: () => <GroupForm office={office} group={null} /> }}
      above={!may && <p class="soft">{w("frame.read_only")}</p>}
      row={(one) => (
        <>
          <span class="row-head">
            <strong>{named(one)}</strong>
            {one.retired && (
              <span class="tag" data-tone="rest">
                {w("catalogue.unused")}
              </span>
            )}
          </span>
          <span class="soft small">{one.code}</span>
        </>
      )}
    >
      {(one) =>
        view.value.act === "edit" && may ? (
          <GroupForm office={office} group={one} />
        ) : (
          <OneGroup office={office} group={one} warranties={warranties} />
        )
      }
    </Listing>
  );
}

function OneGroup({
  office,
  group,
  warranties,
}: {
  readonly office: Office;
  readonly group: ComponentGroup;
  readonly warranties: Shelf<readonly Warranty[]>;
}): JSX.Element {
  const faults = office.faultCodes.data?.filter((one) => one.component === group.code && !one.retired);
  return (
    <article class="stack">
      <header class="part-head">
        <h2>{named(group)}</h2>
        {office.may("catalogue") && (
          <Go to={{ act: "edit" }} class="button">
            {w("form.change")}
          </Go>
        )}
      </header>
      {group.retired && <p class="word">{w("component.retired_told")}</p>}
      <Facts
        facts={[
          { term: w("form.code"), value: group.code },
          {
            term: w("tab.faults"),
            value:
              faults === undefined ? (
                "—"
              ) : faults.length === 0 ? (
                w("fault.none_here")
              ) : (
                <Go to={{ tab: "faults", search: named(group) }}>{w("fault.count", { n: faults.length })}</Go>
              ),
          },
        ]}
      />
      <Await shelf={warranties} inner>
        {(policies) => <Coverage office={office} told={coverings(policies, group.code, toDateInput(now.value))} />}
      </Await>
    </article>
  );
}

function Coverage({ office, told }: { readonly office: Office; readonly told: readonly Covering[] }): JSX.Element {
  return (
    <section class="stack">
      <h3>{w("component.coverage")}</h3>
      {told.length === 0 ? (
        <p class="soft">{w("component.uncovered")}</p>
      ) : (
        <>
          <div class="table-box" tabIndex={0} role="region" aria-label={w("component.coverage")}>
            <table>
              <thead>
                <tr>
                  <th scope="col">{w("component.term")}</th>
                  <th scope="col">{w("warranty.length")}</th>
                  <th scope="col">{w("warranty.covers")}</th>
                  <th scope="col">{w("warranty.starts")}</th>
                  <th scope="col">{w("tab.warranty")}</th>
                </tr>
              </thead>
              <tbody>
                {told.map(({ policy, term, reach }) => (
                  <tr key={`${policy.code} ${term.rule}`}>
                    <th scope="row" class="capital">
                      {termWords(office, term)}
                      {reach === "group" && (
                        <>
                          {" "}
                          <span class="soft small light">{w("component.reach.group")}</span>
                        </>
                      )}
                    </th>
                    <td class="whole-word">{termLength(term)}</td>
                    <td>{term.covers.map((one) => saying("warranty.cover", one)).join(" · ")}</td>
                    <td>{saying("warranty.start", term.starts ?? "invoice")}</td>
                    <td class="capital">
                      <Go to={{ tab: "warranty", id: policy.code }}>{inLanguage(policy.name)}</Go>{" "}
                      <span class="tag">{w(`warranty.source.${policy.source}`)}</span>
                    </td>
                  </tr>
                ))}
              </tbody>
            </table>
          </div>
          <p class="soft small">{w("component.coverage_hint")}</p>
        </>
      )}
    </section>
  );
}

const BLANK = { code: "", name: "", name_en: "", retired: false };
const CODE = /^[a-z][a-z0-9_.-]{0,63}$/;

function codeFault(entered: string): Check {
  return needed(entered, 64) ?? (CODE.test(entered) ? undefined : w("component.code_hint"));
}

function GroupForm({ office, group }: { readonly office: Office; readonly group: ComponentGroup | null }): JSX.Element {
  const { name = "", name_en = "", retired = false } = group ?? {};
  const draft = useDraft(`products/component/${group?.code ?? ""}`, { ...BLANK, name, name_en, retired });
  const values = draft.values.value;
  const set = draft.set;
  if (!office.may("catalogue")) return <Gone />;
  async function send(): Promise<Problem | null> {
    const code = group?.code ?? values.code.trim();
    const done = await renewed(group === null ? await add() : await change(group), () => office.components.again());
    if (!done.ok) return done.problem;
    draft.discard();
    tell("good", w("form.saved"));
    show({ id: code, act: null });
    return null;
  }
  function add(): Promise<Answer<unknown>> {
    const body = { code: values.code.trim(), name: values.name.trim(), name_en: values.name_en.trim() };
    return answer(office.api.POST("/component-groups", { body }));
  }
  function change(of: ComponentGroup): Promise<Answer<unknown>> {
    const body = { base_version: of.version, ...changesOf(draft) };
    return answer(office.api.PATCH("/component-groups/{code}", { params: { path: { code: of.code } }, body }));
  }
  return (
    <article class="stack">
      <h2>{group === null ? w("component.new") : w("form.change_of", { name: named(group) })}</h2>
      <Form
        submit={group === null ? w("form.add") : w("form.save")}
        check={() =>
          faultsOf({ code: group === null ? codeFault(values.code.trim()) : undefined, name: needed(values.name) })
        }
        send={send}
        fieldOf={{ component_taken: "code" }}
        tools={<Closing draft={draft} />}
      >
        {group === null && (
          <TextField
            name="code"
            label={w("form.code")}
            hint={w("component.code_hint")}
            value={values.code}
            maxLength={64}
            onEnter={(code) => {
              set({ code });
            }}
          />
        )}
        <Names values={values} onEnter={set} />
        {group !== null && (
          <Tick
            name="retired"
            label={w("component.retire")}
            checked={values.retired}
            onEnter={(entered) => {
              set({ retired: entered });
            }}
          />
        )}
      </Form>
    </article>
  );
}
