/** A list beside what was chosen from it, with every state designed: not yet here, not to be had, empty, not found,
 * and too much. */
import { Fragment, type ComponentChildren, type JSX } from "preact";
import { useEffect, useRef } from "preact/hooks";
import { sentence } from "../shared/api/problem";
import { t } from "../shared/text/language";
import { Icon } from "../shared/views/Icon";
import type { Loaded } from "../shared/views/loading";
import { Notice } from "../shared/views/Notice";
import { Go, show, view } from "./Go";
import type { Shelf } from "./shelf";
import { useShelf } from "./shelf";
import { w } from "./text/words";

/** Deliberate limit: a longer list is searched, not read. */
const SHOWN = 200;

/** Shows what a shelf holds once it is there. Until then the page is named here, unless this is `inner`: a part of one
 * that has its heading. */
export function Await<T>({
  shelf,
  inner = false,
  children,
}: {
  readonly shelf: Shelf<T>;
  readonly inner?: boolean;
  readonly children: (data: T) => JSX.Element | null;
}): JSX.Element | null {
  const loaded = useShelf(shelf);
  const { part, tab } = view.value;
  return (
    <>
      {loaded.kind !== "ready" && !inner && (
        <h1 class="unseen">{tab === "list" ? w(`part.${part}`) : w(`tab.${tab}`)}</h1>
      )}
      <Ready loaded={loaded} again={() => void shelf.again()}>
        {children}
      </Ready>
    </>
  );
}

export function Ready<T>({
  loaded,
  again,
  children,
}: {
  readonly loaded: Loaded<T>;
  readonly again: () => void;
  readonly children: (data: T) => JSX.Element | null;
}): JSX.Element | null {
  if (loaded.kind === "loading") return <div class="ghost admin-ghost" role="status" aria-label={t("loading")} />;
  if (loaded.kind === "ready") return children(loaded.data);
  return (
    <Notice icon="warning" title={w("list.failed")} hint={sentence(loaded.problem)}>
      <button type="button" class="button first" onClick={again}>
        {t("retry")}
      </button>
    </Notice>
  );
}

/** A list on the left and what was chosen on the right; on a narrow screen one after the other. */
export function Split({
  title,
  list,
  tools,
  nothing,
  children,
}: {
  readonly title: string;
  readonly list: ComponentChildren;
  readonly tools?: ComponentChildren;
  /** Said instead of asking to choose, while there is nothing to choose from. */
  readonly nothing?: string | undefined;
  /** What was chosen; null when nothing was. */
  readonly children: ComponentChildren;
}): JSX.Element {
  const { id, act } = view.value;
  const chosen = id !== null || act === "new";
  const detail = useRef<HTMLDivElement>(null);
  const subject = `${id ?? ""} ${act ?? ""}`;
  const before = useRef(act);
  useEffect(() => {
    detail.current?.scrollTo({ top: 0 });
    // A form is gone to, and what it made; what was chosen from the list only where the list has gone.
    const form = act !== null || before.current !== null;
    before.current = act;
    if (chosen && (form || matchMedia("(max-width: 60rem)").matches)) detail.current?.focus();
  }, [subject, chosen, act]);
  return (
    <div class="split" data-chosen={chosen}>
      <section class="split-list" aria-label={title}>
        <header class="part-head">
          <h1>{title}</h1>
          {tools}
        </header>
        {list}
      </section>
      <div class="split-detail" ref={detail} tabIndex={-1}>
        {chosen ? (
          <>
            <h1 class="unseen list-name">{title}</h1>
            <Go to={{ id: null, act: null }} class="button plain back-to-list">
              <Icon name="back" />
              {w("list.back")}
            </Go>
            {children}
          </>
        ) : nothing !== undefined ? (
          <p class="soft nothing">{nothing}</p>
        ) : (
          <Notice icon="empty" title={w("list.choose")} hint={w("list.choose_hint")} />
        )}
      </div>
    </div>
  );
}

export function Search(): JSX.Element {
  return (
    <search class="admin-search">
      <Icon name="search" />
      <input
        type="search"
        aria-label={w("list.search")}
        placeholder={w("list.search")}
        value={view.value.search}
        maxLength={100}
        spellcheck={false}
        onInput={(event) => {
          show({ search: event.currentTarget.value }, true);
        }}
      />
    </search>
  );
}

/** Those whose words hold every word that is searched for. */
export function matching<T>(things: readonly T[], search: string, wordsOf: (thing: T) => string): readonly T[] {
  const wanted = search.toLowerCase().split(/\s+/).filter(Boolean);
  if (wanted.length === 0) return things;
  return things.filter((thing) => {
    const words = wordsOf(thing).toLowerCase();
    return wanted.every((one) => words.includes(one));
  });
}

export function Rows<T>({
  things,
  keyOf,
  children,
}: {
  readonly things: readonly T[];
  readonly keyOf: (thing: T) => string;
  readonly children: (thing: T) => JSX.Element;
}): JSX.Element {
  const { search, id } = view.value;
  if (things.length === 0)
    return <Notice icon="empty" title={search === "" ? w("list.none") : w("list.none_found", { words: search })} />;
  return (
    <>
      <ul class="rows">
        {things.slice(0, SHOWN).map((thing) => (
          <li key={keyOf(thing)}>
            <Go to={{ id: keyOf(thing) }} class="row" current={keyOf(thing) === id}>
              {children(thing)}
            </Go>
          </li>
        ))}
      </ul>
      <p class="soft small rows-count" role="status">
        {things.length > SHOWN ? w("list.too_many", { n: SHOWN }) : w("list.shown", { n: things.length })}
      </p>
    </>
  );
}

interface ListingProps<T> {
  readonly title: string;
  /** In the order in which they are shown. */
  readonly things: readonly T[];
  readonly keyOf: (thing: T) => string;
  /** What a search looks through; without it there is none. */
  readonly wordsOf?: (thing: T) => string;
  readonly row: (thing: T) => JSX.Element;
  /** For those who may add one. */
  readonly adding?: { readonly label: string; readonly form: () => JSX.Element } | false;
  /** Said above the search. */
  readonly above?: ComponentChildren;
  /** As `Split` has it. */
  readonly nothing?: string | undefined;
  readonly children: (chosen: T) => JSX.Element;
}

/** The list of a tab: searched on the left; on the right what was chosen, or the form of a new one. */
export function Listing<T>({
  title,
  things,
  keyOf,
  wordsOf,
  row,
  adding = false,
  above,
  nothing,
  children,
}: ListingProps<T>): JSX.Element {
  const { id, act, search } = view.value;
  const chosen = things.find((thing) => keyOf(thing) === id);
  const begun = act === "new" && id === null;
  return (
    <Split
      title={title}
      nothing={nothing}
      tools={adding !== false && <NewButton label={adding.label} />}
      list={
        <>
          {above}
          {wordsOf !== undefined && <Search />}
          <Rows things={wordsOf === undefined ? things : matching(things, search, wordsOf)} keyOf={keyOf}>
            {row}
          </Rows>
        </>
      }
    >
      {begun && adding !== false ? (
        adding.form()
      ) : chosen !== undefined ? (
        <Fragment key={keyOf(chosen)}>{children(chosen)}</Fragment>
      ) : (
        (begun || id !== null) && <Gone />
      )}
    </Split>
  );
}

export function NewButton({ label }: { readonly label: string }): JSX.Element {
  return (
    <Go to={{ id: null, act: "new" }} class="button first">
      {label}
    </Go>
  );
}

export function Gone(): JSX.Element {
  return <Notice icon="empty" title={w("list.gone")} hint={w("list.gone_hint")} />;
}

export interface Fact {
  readonly term: string;
  readonly value: ComponentChildren;
}

export function Facts({ facts }: { readonly facts: readonly (Fact | null)[] }): JSX.Element {
  return (
    <dl class="facts">
      {facts
        .filter((fact) => fact !== null)
        .map(({ term, value }) => (
          <div key={term}>
            <dt>{term}</dt>
            <dd>{value}</dd>
          </div>
        ))}
    </dl>
  );
}
