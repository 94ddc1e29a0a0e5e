/** Warranty policies: what is promised with a product by law and by the firm, and a next version that is tried first. */
import { useSignal } from "@preact/signals";
import type { JSX } from "preact";
import { useMemo } from "preact/hooks";
import { answer } from "../../shared/api/client";
import type { Problem } from "../../shared/api/problem";
import type { components } from "../../shared/api/schema";
import { tell } from "../../shared/news/news";
import { inLanguage } from "../../shared/text/language";
import { useDraft } from "../forms/draft";
import { Closing, Group, Names, SelectField, TextField, Tick } from "../forms/fields";
import { Form } from "../forms/Form";
import { Go, show, view } from "../Go";
import { Await, Facts, Listing } from "../Listing";
import { day } from "../moments";
import type { Office } from "../office";
import { Shelf } from "../shelf";
import { saying, w } from "../text/words";
import { termLength, termWords } from "./terms";
import {
  COVERS,
  faultsIn,
  nextOf,
  REMEDIES,
  requestOf,
  STARTS,
  termsOf,
  windowsOf,
  type TermDraft,
  type Warranty,
  type WindowDraft,
} from "./warranty";

type Previewed = components["schemas"]["PolicyPreview"];

export function WarrantyPage({ office }: { readonly office: Office }): JSX.Element {
  const shelf = useMemo(() => new Shelf(() => answer(office.api.GET("/warranty-policies"))), [office]);
  return (
    <Await shelf={shelf}>
      {(policies) => <WarrantyList office={office} policies={policies} again={() => shelf.again()} />}
    </Await>
  );
}

interface ListProps {
  readonly office: Office;
  readonly policies: readonly Warranty[];
  readonly again: () => Promise<void>;
}

function WarrantyList({ office, policies, again }: ListProps): JSX.Element {
  const may = office.may("catalogue");
  const codes = [...new Set(policies.map((one) => one.code))];
  const versionsOf = (code: string): readonly Warranty[] =>
    policies.filter((one) => one.code === code).sort((a, b) => b.version - a.version);
  return (
    <Listing
      title={w("tab.warranty")}
      things={codes.flatMap((code) => versionsOf(code).slice(0, 1))}
      keyOf={(one) => one.code}
      wordsOf={(one) => `${one.code} ${one.name.zh} ${one.name.en}`}
      above={!may && <p class="soft">{w("frame.read_only")}</p>}
      row={(one) => (
        <>
          <span class="row-head">
            <strong>{inLanguage(one.name)}</strong>
            <span class="tag">{w(`warranty.source.${one.source}`)}</span>
          </span>
          <span class="soft small">
            {w("version.n", { n: one.version })} · {w("warranty.since", { day: day(one.effective_from) })}
          </span>
        </>
      )}
    >
      {(last) =>
        view.value.act === "next" && may ? (
          <WarrantyForm office={office} last={last} again={again} />
        ) : (
          <OneWarranty office={office} versions={versionsOf(last.code)} last={last} />
        )
      }
    </Listing>
  );
}

function OneWarranty({
  office,
  versions,
  last,
}: {
  readonly office: Office;
  readonly versions: readonly Warranty[];
  readonly last: Warranty;
}): JSX.Element {
  return (
    <article class="stack">
      <header class="part-head">
        <div>
          <h2>{inLanguage(last.name)}</h2>
          <span class="soft small">
            {last.code} · {w("version.n", { n: last.version })}
          </span>
        </div>
        {office.may("catalogue") && (
          <Go to={{ act: "next" }} class="button first">
            {w("calendar.next")}
          </Go>
        )}
      </header>
      <Facts
        facts={[
          { term: w("warranty.source"), value: w(`warranty.source.${last.source}`) },
          { term: w("warranty.sold_from"), value: day(last.effective_from) },
          {
            term: w("warranty.without_proof"),
            value:
              last.without_proof === "excluded" ? w("warranty.excluded") : w("warranty.grace", { n: last.grace_days }),
          },
          last.repair_guarantee
            ? { term: w("warranty.guarantee"), value: w("measure.days", { n: last.repair_guarantee.days }) }
            : null,
          {
            term: w("warranty.exclusions"),
            value: last.exclusions.map((one) => saying("warranty.exclusion", one)).join(" · ") || "—",
          },
        ]}
      />
      <div class="table-box" tabIndex={0} role="region" aria-label={w("warranty.terms")}>
        <table class="terms">
          <caption>{w("warranty.terms")}</caption>
          <thead>
            <tr>
              <th scope="col">{w("bom.component")}</th>
              <th scope="col">{w("warranty.length")}</th>
              <th scope="col">{w("warranty.covers")}</th>
              <th scope="col">{w("warranty.starts")}</th>
            </tr>
          </thead>
          <tbody>
            {termsOf(last).map((term) => (
              <tr key={term.rule}>
                <th scope="row">{termWords(office, term)}</th>
                <td>{termLength(term)}</td>
                <td>{term.covers.map((one) => saying("warranty.cover", one)).join(" · ")}</td>
                <td>{saying("warranty.start", term.starts ?? "invoice")}</td>
              </tr>
            ))}
          </tbody>
        </table>
      </div>
      {windowsOf(last).length > 0 && (
        <section>
          <h3>{w("warranty.windows")}</h3>
          <ul>
            {windowsOf(last).map((one) => (
              <li key={one.rule}>
                {w("warranty.window", {
                  n: one.days,
                  remedies: one.remedies.map((remedy) => saying("warranty.remedy", remedy)).join(" / "),
                  severity: saying("warranty.severity", one.severity),
                })}
              </li>
            ))}
          </ul>
        </section>
      )}
      <section>
        <h3>{w("version.all")}</h3>
        <ul>
          {versions.map((one) => (
            <li key={one.version}>
              {w("version.n", { n: one.version })}: {w("warranty.since", { day: day(one.effective_from) })}
            </li>
          ))}
        </ul>
      </section>
    </article>
  );
}

function WarrantyForm({
  office,
  last,
  again,
}: {
  readonly office: Office;
  readonly last: Warranty;
  readonly again: () => Promise<void>;
}): JSX.Element {
  const draft = useDraft(`products/warranty/${last.code}`, nextOf(last));
  const tried = useSignal<{ readonly asked: string; readonly told: Previewed } | null>(null);
  const values = draft.values.value;
  const request = requestOf(last, values);
  const fresh = tried.value?.asked === JSON.stringify(request);
  async function preview(): Promise<Problem | null> {
    const told = await answer(office.api.POST("/warranty-policies/preview", { body: request, params: { query: {} } }));
    if (!told.ok) return told.problem;
    tried.value = { asked: JSON.stringify(request), told: told.data };
    return null;
  }
  async function publish(): Promise<Problem | null> {
    const made = await answer(office.api.POST("/warranty-policies", { body: request }));
    if (!made.ok) return made.problem;
    draft.discard();
    await again();
    tell("good", w("policy.published", { name: inLanguage(made.data.name), n: made.data.version }));
    show({ id: last.code, act: null });
    return null;
  }
  const putTerm = (place: number, change: Partial<TermDraft>): void => {
    draft.set({ terms: values.terms.map((one, at) => (at === place ? { ...one, ...change } : one)) });
  };
  const putWindow = (place: number, change: Partial<WindowDraft>): void => {
    draft.set({ windows: values.windows.map((one, at) => (at === place ? { ...one, ...change } : one)) });
  };
  const nameOf = (rule: string): string => {
    const term = termsOf(last).find((one) => one.rule === rule);
    return term === undefined ? rule : termWords(office, term);
  };
  return (
    <article class="stack">
      <h2>{w("policy.next_of", { name: inLanguage(last.name), n: last.version + 1 })}</h2>
      <p class="soft">{w("warranty.next_hint")}</p>
      <Form
        submit={fresh ? w("policy.publish", { n: last.version + 1 }) : w("warranty.preview")}
        check={() => faultsIn(last, values)}
        send={fresh ? publish : preview}
        fieldOf={{ policy_taken: "effective_from", component_unknown: "terms", line_unknown: "terms" }}
        tools={<Closing draft={draft} />}
      >
        <Names values={values} onEnter={draft.set} />
        <div class="three">
          <TextField
            name="effective_from"
            type="date"
            label={w("warranty.sold_from")}
            value={values.effective_from}
            onEnter={(effective_from) => {
              draft.set({ effective_from });
            }}
          />
          <TextField
            name="grace_days"
            type="number"
            min={0}
            label={w("warranty.grace_days")}
            value={values.grace_days}
            onEnter={(grace_days) => {
              draft.set({ grace_days });
            }}
          />
          {last.repair_guarantee && (
            <TextField
              name="guarantee_days"
              type="number"
              min={0}
              label={w("warranty.guarantee_days")}
              value={values.guarantee_days}
              onEnter={(guarantee_days) => {
                draft.set({ guarantee_days });
              }}
            />
          )}
        </div>
        <Group legend={w("warranty.terms")} name="terms">
          <ul class="many">
            {values.terms.map((term, place) => (
              <li key={term.rule}>
                <TextField
                  name={`term${place}`}
                  type="number"
                  min={0}
                  label={w("warranty.months_of", { name: nameOf(term.rule) })}
                  value={term.life ? "" : term.months}
                  readOnly={term.life}
                  onEnter={(months) => {
                    putTerm(place, { months });
                  }}
                />
                <SelectField
                  name={`term${place}_starts`}
                  label={w("warranty.starts")}
                  value={term.starts}
                  choices={STARTS.map((one) => ({ value: one, label: saying("warranty.start", one) }))}
                  onEnter={(starts) => {
                    putTerm(place, { starts: starts as TermDraft["starts"] });
                  }}
                />
                <span class="ticks">
                  <Tick
                    name={`term${place}_life`}
                    label={w("warranty.life")}
                    checked={term.life}
                    onEnter={(life) => {
                      putTerm(place, { life });
                    }}
                  />
                  {COVERS.map((one) => (
                    <Tick
                      key={one}
                      name={`term${place}_${one}`}
                      label={saying("warranty.cover", one)}
                      checked={term.covers.includes(one)}
                      onEnter={(on) => {
                        putTerm(place, {
                          covers: COVERS.filter((other) => (other === one ? on : term.covers.includes(other))),
                        });
                      }}
                    />
                  ))}
                </span>
              </li>
            ))}
          </ul>
        </Group>
        {values.windows.length > 0 && (
          <Group legend={w("warranty.windows")}>
            <ul class="many">
              {values.windows.map((one, place) => (
                <li key={one.rule}>
                  <TextField
                    name={`window${place}`}
                    type="number"
                    min={0}
                    label={w("warranty.window_days", {
                      n: place + 1,
                      severity: saying("warranty.severity", windowsOf(last)[place]?.severity ?? ""),
                    })}
                    value={one.days}
                    onEnter={(days) => {
                      putWindow(place, { days });
                    }}
                  />
                  <span class="ticks">
                    {REMEDIES.map((remedy) => (
                      <Tick
                        key={remedy}
                        name={`window${place}_${remedy}`}
                        label={saying("warranty.remedy", remedy)}
                        checked={one.remedies.includes(remedy)}
                        onEnter={(on) => {
                          putWindow(place, {
                            remedies: REMEDIES.filter((other) =>
                              other === remedy ? on : one.remedies.includes(other),
                            ),
                          });
                        }}
                      />
                    ))}
                  </span>
                </li>
              ))}
            </ul>
          </Group>
        )}
        {tried.value !== null && <Effects told={tried.value.told} fresh={fresh} />}
      </Form>
    </article>
  );
}

function Effects({ told, fresh }: { readonly told: Previewed; readonly fresh: boolean }): JSX.Element {
  const figures = [
    { label: w("warranty.judged"), value: told.judged },
    { label: w("warranty.gain"), value: told.gain },
    { label: w("warranty.lose"), value: told.lose },
    { label: w("warranty.both"), value: told.both },
  ];
  return (
    <section class="card-box" aria-labelledby="effects-title">
      <h3 id="effects-title">{w("warranty.effects", { day: day(told.on) })}</h3>
      {!fresh && (
        <p class="word" data-tone="warn" role="status">
          {w("preview.stale")}
        </p>
      )}
      <p class="word" data-tone={told.lose > 0 ? "warn" : "good"} role="status">
        <strong>
          {told.judged === 0
            ? w("warranty.concerns_none")
            : w(told.lose > 0 ? "warranty.some_lose" : "warranty.none_lose", { n: told.lose })}
        </strong>
      </p>
      <div class="figures">
        {figures.map((figure) => (
          <div key={figure.label}>
            <strong>{figure.value}</strong>
            <span>{figure.label}</span>
          </div>
        ))}
      </div>
      {told.judged < told.concerned && (
        <p class="soft small">{w("warranty.sampled", { n: told.judged, all: told.concerned })}</p>
      )}
      {told.examples.length > 0 && (
        <ul class="stack">
          {told.examples.map((one) => (
            <li key={one.unit_id} class="card-box">
              <strong class="numbers">
                {one.gtin} {one.serial}
              </strong>
              <span>
                {w("warranty.before")}: {inLanguage(one.before)}
              </span>
              <span>
                {w("warranty.after")}: {inLanguage(one.after)}
              </span>
            </li>
          ))}
        </ul>
      )}
    </section>
  );
}
