/** Links behind products' codes (GS1 Digital Link): where a scan leads, for all products, a line, or a model. */
import { useSignal } from "@preact/signals";
import type { JSX } from "preact";
import { useEffect, useMemo } from "preact/hooks";
import { answer } from "../../shared/api/client";
import type { Problem } from "../../shared/api/problem";
import { everything, paging } from "../../shared/api/pages";
import { tell } from "../../shared/news/news";
import { inLanguage, named } from "../../shared/text/language";
import { now } from "../../shared/time/now";
import { useLoaded } from "../../shared/views/loading";
import { Asking } from "../forms/Asking";
import { lineChoices } from "../forms/choices";
import { changesOf, useDraft } from "../forms/draft";
import { Bilingual, Closing, Group, SelectField, TextField, Tick } from "../forms/fields";
import { Form } from "../forms/Form";
import { Go, show, view } from "../Go";
import { Await, Facts, Gone, Listing, Ready } from "../Listing";
import { moment } from "../moments";
import type { Office } from "../office";
import { renewed, Shelf } from "../shelf";
import { saying, w } from "../text/words";
import {
  BLANK,
  draftOf,
  faultsIn,
  inOrder,
  LANGUAGES,
  LINK_TYPES,
  MEDIA_TYPES,
  standingOf,
  termsOf,
  typeOf,
  readable,
  type Link,
  type LinkDraft,
  type Standing,
} from "./links";

const TONES: Readonly<Record<Standing, string>> = { now: "good", coming: "warn", over: "rest" };

export function LinksPage({ office }: { readonly office: Office }): JSX.Element {
  const shelf = useMemo(
    () =>
      new Shelf(() =>
        everything((cursor) =>
          answer(
            office.api.GET("/product-links", {
              params: { query: paging(cursor) },
            }),
          ),
        ),
      ),
    [office],
  );
  return (
    <Await shelf={shelf}>{(links) => <LinkList office={office} links={links} again={() => shelf.again()} />}</Await>
  );
}

function placeOf(office: Office, link: Link): string {
  if (link.model_id !== null) {
    const model = office.models.data?.find((one) => one.id === link.model_id);
    return model === undefined ? "—" : named(model);
  }
  if (link.line_code === null) return w("link.scope.all");
  const line = office.lines.data?.find((one) => one.code === link.line_code);
  return line === undefined ? link.line_code : named(line);
}

const titleOf = (link: Link): string => inLanguage({ zh: link.title, en: link.title_en });

interface ListProps {
  readonly office: Office;
  readonly links: readonly Link[];
  readonly again: () => Promise<void>;
}

function LinkList({ office, links, again }: ListProps): JSX.Element {
  const may = office.may("catalogue");
  return (
    <Listing
      title={w("tab.links")}
      things={inOrder(links, (one) => placeOf(office, one))}
      keyOf={(one) => one.id}
      wordsOf={(one) =>
        [one.title, one.title_en, one.url, saying("link.type", typeOf(one)), typeOf(one), placeOf(office, one)].join(
          " ",
        )
      }
      adding={may && { label: w("link.new"), form: () => <LinkForm office={office} link={null} again={again} /> }}
      above={links.length > 0 && <p class="soft small">{w("link.intro")}</p>}
      nothing={links.length === 0 ? w("link.intro") : undefined}
      row={(one) => (
        <>
          <span class="row-head">
            <strong>{titleOf(one)}</strong>
            <LinkTags link={one} />
          </span>
          <span class="soft small">
            {saying("link.type", typeOf(one))} · {placeOf(office, one)}
          </span>
        </>
      )}
    >
      {(one) =>
        view.value.act === "edit" && may ? (
          <LinkForm office={office} link={one} again={again} />
        ) : (
          <OneLink office={office} link={one} again={again} />
        )
      }
    </Listing>
  );
}

/** Only what is out of the ordinary. */
function LinkTags({ link }: { readonly link: Link }): JSX.Element | null {
  const standing = standingOf(link, now.value);
  if (standing === "now" && !link.default) return null;
  return (
    <span class="acts">
      {link.default && <span class="tag">{w("link.default")}</span>}
      {standing !== "now" && (
        <span class="tag" data-tone={TONES[standing]}>
          {w(`link.standing.${standing}`)}
        </span>
      )}
    </span>
  );
}

interface OneProps {
  readonly office: Office;
  readonly link: Link;
  readonly again: () => Promise<void>;
}

function OneLink({ office, link, again }: OneProps): JSX.Element {
  const asking = useSignal(false);
  const standing = standingOf(link, now.value);
  async function remove(): Promise<Problem | null> {
    const params = { path: { link_id: link.id }, query: { version: link.version } };
    const done = await answer(office.api.DELETE("/product-links/{link_id}", { params }));
    if (!done.ok) {
      if (done.problem.code === "version_stale") await again();
      return done.problem;
    }
    tell("good", w("link.removed"));
    show({ id: null, act: null });
    void again();
    return null;
  }
  return (
    <article class="stack">
      <header class="part-head">
        <h2>{titleOf(link)}</h2>
        {office.may("catalogue") && (
          <span class="acts">
            <Go to={{ act: "edit" }} class="button">
              {w("form.change")}
            </Go>
            <button type="button" class="button danger" onClick={() => (asking.value = true)}>
              {w("form.remove")}
            </button>
          </span>
        )}
      </header>
      <Facts
        facts={[
          {
            term: w("link.url"),
            value: (
              <a href={link.url} rel="noreferrer noopener" target="_blank">
                {readable(link.url)}
              </a>
            ),
          },
          {
            term: w("link.type"),
            value: (
              <>
                {saying("link.type", typeOf(link))} <span class="soft small typed">{link.link_type}</span>
              </>
            ),
          },
          { term: w("link.of"), value: placeOf(office, link) },
          { term: w("link.default"), value: link.default ? w("link.default_yes") : w("link.default_no") },
          { term: w("link.language"), value: languageWords(link.language) },
          { term: w("link.media_type"), value: link.media_type ?? "—" },
          { term: w("link.position"), value: link.position },
          {
            term: w("link.holds"),
            value: (
              <>
                <span class="tag" data-tone={TONES[standing]}>
                  {w(`link.standing.${standing}`)}
                </span>{" "}
                {spanWords(link)}
              </>
            ),
          },
        ]}
      />
      <Versions office={office} link={link} />
      {asking.value && (
        <Asking
          title={w("link.ask_remove", { title: titleOf(link) })}
          confirm={w("form.remove")}
          danger
          send={remove}
          onClose={() => (asking.value = false)}
        >
          <p class="soft">{w("link.means_remove")}</p>
        </Asking>
      )}
    </article>
  );
}

const languageWords = (tag: string | null): string => (tag === null ? w("link.language_any") : saying("link.tag", tag));

function spanWords({ starts_at, ends_at }: Link): string {
  if (starts_at === null && ends_at === null) return w("link.always");
  const from = starts_at === null ? "" : w("link.from", { at: moment(starts_at) });
  const to = ends_at === null ? "" : w("link.to", { at: moment(ends_at) });
  return [from, to].filter(Boolean).join(" ");
}

function Versions({ office, link }: { readonly office: Office; readonly link: Link }): JSX.Element {
  useEffect(() => {
    office.users.want();
  }, [office]);
  const [loaded, again] = useLoaded(
    () => answer(office.api.GET("/product-links/{link_id}/versions", { params: { path: { link_id: link.id } } })),
    link.id,
    link.version,
  );
  const who = (id: string | null): string => office.users.data?.find((one) => one.id === id)?.name ?? "—";
  return (
    <section class="stack">
      <h3>{w("version.all")}</h3>
      <Ready loaded={loaded.value} again={again}>
        {(versions) => (
          <div class="table-box" tabIndex={0} role="region" aria-label={w("version.all")}>
            <table>
              <thead>
                <tr>
                  <th scope="col">{w("link.version")}</th>
                  <th scope="col">{w("link.changed_at")}</th>
                  <th scope="col">{w("link.changed_by")}</th>
                  <th scope="col">{w("link.said")}</th>
                </tr>
              </thead>
              <tbody>
                {versions.map((one) => (
                  <tr key={one.version} data-now={one.version === link.version}>
                    <th scope="row">{one.version}</th>
                    <td class="whole-word">{moment(one.changed_at)}</td>
                    <td class="whole-word">{who(one.changed_by)}</td>
                    <td>
                      {titleOf(one.link)} <span class="soft small typed">{readable(one.link.url)}</span>
                      {one.link.default && (
                        <>
                          {" "}
                          <span class="tag">{w("link.default")}</span>
                        </>
                      )}
                    </td>
                  </tr>
                ))}
              </tbody>
            </table>
          </div>
        )}
      </Ready>
    </section>
  );
}

interface FormProps {
  readonly office: Office;
  readonly link: Link | null;
  readonly again: () => Promise<void>;
}

function LinkForm({ office, link, again }: FormProps): JSX.Element {
  const draft = useDraft(`products/link/${link?.id ?? ""}`, link === null ? BLANK : draftOf(link));
  const values = draft.values.value;
  const set = draft.set;
  if (!office.may("catalogue")) return <Gone />;
  async function send(): Promise<Problem | null> {
    const done = await renewed(link === null ? await add() : await change(link), again);
    if (!done.ok) return done.problem;
    draft.discard();
    tell("good", w("link.saved"));
    show({ id: done.data.id, act: null });
    return null;
  }
  const add = () => {
    const line_code = values.scope === "line" ? values.line_code : null;
    const model_id = values.scope === "model" ? values.model_id : null;
    return answer(office.api.POST("/product-links", { body: { ...termsOf(values), line_code, model_id } }));
  };
  /** The link as it now stands, with what was typed: what others changed meanwhile stays. */
  const change = (of: Link) => {
    const body = { ...termsOf({ ...draftOf(of), ...changesOf(draft) }), version: of.version };
    return answer(office.api.PUT("/product-links/{link_id}", { params: { path: { link_id: of.id } }, body }));
  };
  return (
    <article class="stack">
      <h2>{link === null ? w("link.new") : w("form.change_of", { name: titleOf(link) })}</h2>
      <Form
        submit={link === null ? w("form.add") : w("form.save")}
        check={() => faultsIn(values)}
        send={send}
        fieldOf={{
          link_invalid: "url",
          "link_invalid.link_type_unknown": "link_type",
          "link_invalid.title_breaks": "title",
          "link_invalid.title_empty": "title",
          "link_invalid.media_type_invalid": "media_type",
          "link_invalid.language_invalid": "language",
          link_default_taken: "default",
          ends_before_start: "ends_at",
          time_out_of_range: "ends_at",
          line_unknown: "line_code",
          model_unknown: "model_id",
        }}
        tools={<Closing draft={draft} />}
      >
        {link === null ? (
          <Scope office={office} values={values} set={set} />
        ) : (
          <p class="soft">{placeOf(office, link)}</p>
        )}
        <LinkFields values={values} set={set} />
      </Form>
    </article>
  );
}

interface FieldsProps {
  readonly values: LinkDraft;
  readonly set: (change: Partial<LinkDraft>) => void;
}

function Scope({ office, values, set }: FieldsProps & { readonly office: Office }): JSX.Element {
  return (
    <div class="pair">
      <SelectField
        name="scope"
        label={w("link.of")}
        value={values.scope}
        choices={(["all", "line", "model"] as const).map((one) => ({ value: one, label: w(`link.scope.${one}`) }))}
        onEnter={(scope) => {
          set({ scope: scope as LinkDraft["scope"] });
        }}
      />
      {values.scope === "line" && (
        <SelectField
          name="line_code"
          label={w("policy.product_line")}
          value={values.line_code}
          choices={lineChoices(office)}
          onEnter={(line_code) => {
            set({ line_code });
          }}
        />
      )}
      {values.scope === "model" && (
        <SelectField
          name="model_id"
          label={w("label.model")}
          value={values.model_id}
          choices={(office.models.data ?? [])
            .filter((one) => !one.retired)
            .map((one) => ({ value: one.id, label: named(one) }))}
          onEnter={(model_id) => {
            set({ model_id });
          }}
        />
      )}
    </div>
  );
}

function LinkFields({ values, set }: FieldsProps): JSX.Element {
  return (
    <>
      <SelectField
        name="link_type"
        label={w("link.type")}
        value={values.link_type}
        choices={LINK_TYPES.map((one) => ({ value: one, label: w(`link.type.${one}`) }))}
        onEnter={(link_type) => {
          set({ link_type });
        }}
      />
      <TextField
        name="url"
        type="url"
        label={w("link.url")}
        hint={w("link.url_hint")}
        maxLength={1000}
        value={values.url}
        onEnter={(url) => {
          set({ url });
        }}
      />
      <div class="pair">
        <Bilingual name="title" label={w("link.title")} values={values} onEnter={set} />
        <SelectField
          name="language"
          label={w("link.language")}
          none={w("link.language_any")}
          value={values.language}
          choices={LANGUAGES.map((one) => ({ value: one, label: w(`link.tag.${one}`) }))}
          onEnter={(language) => {
            set({ language });
          }}
        />
        <TextField
          name="media_type"
          label={w("link.media_type")}
          hint={w("link.media_type_hint")}
          optional
          maxLength={130}
          list={MEDIA_TYPES}
          value={values.media_type}
          onEnter={(media_type) => {
            set({ media_type });
          }}
        />
      </div>
      <Tick
        name="default"
        label={w("link.default_tick")}
        checked={values.default}
        onEnter={(entered) => {
          set({ default: entered });
        }}
      />
      <Group legend={w("link.when")}>
        <div class="three">
          <TextField
            name="starts_at"
            type="datetime-local"
            label={w("link.starts_at")}
            optional
            value={values.starts_at}
            onEnter={(starts_at) => {
              set({ starts_at });
            }}
          />
          <TextField
            name="ends_at"
            type="datetime-local"
            label={w("link.ends_at")}
            optional
            value={values.ends_at}
            onEnter={(ends_at) => {
              set({ ends_at });
            }}
          />
          <TextField
            name="position"
            type="number"
            min={0}
            max={10000}
            label={w("link.position")}
            hint={w("link.position_hint")}
            value={values.position}
            onEnter={(position) => {
              set({ position });
            }}
          />
        </div>
      </Group>
    </>
  );
}
