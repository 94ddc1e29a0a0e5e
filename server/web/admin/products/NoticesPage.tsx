/** Recalls, safety notes and bulletins: which units each concerns, and how many of them were served. */
import { useSignal } from "@preact/signals";
import type { JSX } from "preact";
import { useMemo } from "preact/hooks";
import { answer } from "../../shared/api/client";
import type { Problem } from "../../shared/api/problem";
import { everything, paging } from "../../shared/api/pages";
import { tell } from "../../shared/news/news";
import { inLanguage, named } from "../../shared/text/language";
import { useLoaded } from "../../shared/views/loading";
import { ShareBar } from "../Bars";
import { Asking } from "../forms/Asking";
import { Go, view } from "../Go";
import { Await, Facts, Listing, Ready } from "../Listing";
import { day, moment } from "../moments";
import type { Office } from "../office";
import { renewed, Shelf } from "../shelf";
import { saying, w } from "../text/words";
import { NoticeForm } from "./NoticeForm";
import { NoticeUnits } from "./NoticeUnits";
import type { Concern, Notice } from "./notices";

const TONES: Readonly<Record<string, string>> = { danger: "bad", warning: "warn", note: "rest" };

export function NoticesPage({ office }: { readonly office: Office }): JSX.Element {
  const shelf = useMemo(
    () =>
      new Shelf(() =>
        everything((cursor) =>
          answer(
            office.api.GET("/notices", {
              params: { query: paging(cursor) },
            }),
          ),
        ),
      ),
    [office],
  );
  return (
    <Await shelf={shelf}>
      {(notices) => <NoticeList office={office} notices={notices} again={() => shelf.again()} />}
    </Await>
  );
}

interface ListProps {
  readonly office: Office;
  readonly notices: readonly Notice[];
  readonly again: () => Promise<void>;
}

function NoticeList({ office, notices, again }: ListProps): JSX.Element {
  const may = office.may("catalogue");
  return (
    <Listing
      title={w("tab.notices")}
      things={notices}
      keyOf={(one) => one.id}
      wordsOf={(one) => `${one.title} ${one.title_en} ${one.text}`}
      adding={may && { label: w("notice.new"), form: () => <NoticeForm office={office} notice={null} again={again} /> }}
      nothing={notices.length === 0 ? w("notice.hint") : undefined}
      row={(one) => (
        <>
          <span class="row-head">
            <strong>{titleOf(one)}</strong>
            <span class="tag" data-tone={one.withdrawn_at === null ? TONES[one.severity] : "rest"}>
              {one.withdrawn_at === null ? saying("notice.kind", one.kind) : w("notice.withdrawn")}
            </span>
          </span>
          <span class="soft small">{w("warranty.since", { day: day(one.from_on) })}</span>
        </>
      )}
    >
      {(one) =>
        view.value.act === "edit" && may ? (
          <NoticeForm office={office} notice={one} again={again} />
        ) : (
          <OneNotice office={office} notice={one} again={again} />
        )
      }
    </Listing>
  );
}

const titleOf = (one: Notice): string => inLanguage({ zh: one.title, en: one.title_en });

function OneNotice({
  office,
  notice,
  again,
}: {
  readonly office: Office;
  readonly notice: Notice;
  readonly again: () => Promise<void>;
}): JSX.Element {
  const asking = useSignal(false);
  const [counts, recount] = useLoaded(
    () => answer(office.api.GET("/notices/{notice_id}/counts", { params: { path: { notice_id: notice.id } } })),
    notice.id,
    notice.version,
  );
  const withdrawn = notice.withdrawn_at !== null;
  async function change(): Promise<Problem | null> {
    const body = { base_version: notice.version, withdrawn: !withdrawn };
    const params = { path: { notice_id: notice.id } };
    const done = await renewed(await answer(office.api.PATCH("/notices/{notice_id}", { params, body })), again);
    if (!done.ok) return done.problem;
    tell("good", w("form.saved"));
    return null;
  }
  return (
    <article class="stack">
      <header class="part-head">
        <h2>{titleOf(notice)}</h2>
        {office.may("catalogue") && (
          <span class="acts">
            <Go to={{ act: "edit" }} class="button">
              {w("form.change")}
            </Go>
            <button type="button" class={withdrawn ? "button" : "button danger"} onClick={() => (asking.value = true)}>
              {withdrawn ? w("notice.restore") : w("notice.withdraw")}
            </button>
          </span>
        )}
      </header>
      <p class="typed">{inLanguage({ zh: notice.text, en: notice.text_en })}</p>
      <Ready loaded={counts.value} again={recount}>
        {(told) => (
          <div class="figures">
            <div>
              <strong>{told.concerned}</strong>
              <span>{w("notice.concerned")}</span>
            </div>
            <div>
              <strong>{told.served}</strong>
              <span>{w("notice.served")}</span>
              <ShareBar share={told.concerned === 0 ? null : told.served / told.concerned} />
            </div>
            <div>
              <strong>{told.unsure}</strong>
              <span>{w("notice.unsure")}</span>
              <span class="soft small">{w("notice.unsure_hint")}</span>
            </div>
          </div>
        )}
      </Ready>
      <Facts
        facts={[
          { term: w("notice.kind"), value: saying("notice.kind", notice.kind) },
          { term: w("notice.severity"), value: saying("notice.severity", notice.severity) },
          {
            term: w("version.in_force"),
            value: `${day(notice.from_on)} – ${notice.to_on === null ? w("version.open") : day(notice.to_on)}`,
          },
          { term: w("notice.published"), value: moment(notice.published_at) },
          notice.link === ""
            ? null
            : {
                term: w("notice.link"),
                value: (
                  <a href={notice.link} rel="noreferrer noopener" target="_blank">
                    {notice.link}
                  </a>
                ),
              },
          {
            term: w("notice.concerns"),
            value: (
              <ul>
                {notice.concerns.map((one, place) => (
                  <li key={place}>{concernWords(office, one)}</li>
                ))}
              </ul>
            ),
          },
        ]}
      />
      <NoticeUnits key={notice.id} office={office} notice={notice} />
      {asking.value && (
        <Asking
          title={w(withdrawn ? "notice.ask_restore" : "notice.ask_withdraw", { title: titleOf(notice) })}
          confirm={withdrawn ? w("notice.restore") : w("notice.withdraw")}
          danger={!withdrawn}
          send={change}
          onClose={() => (asking.value = false)}
        >
          <p class="soft">{w("notice.means_withdraw")}</p>
        </Asking>
      )}
    </article>
  );
}

function modelWords(office: Office, gtin: string): string {
  const model = office.models.data?.find((known) => known.gtin === gtin);
  return model === undefined ? gtin : named(model);
}

function concernWords(office: Office, one: Concern): string {
  const line = office.lines.data?.find((known) => known.code === one.line_code);
  return [
    line === undefined ? one.line_code : named(line),
    one.gtins?.map((gtin) => modelWords(office, gtin)).join(", "),
    one.lots?.length ? w("notice.lots_are", { lots: one.lots.join(", ") }) : null,
    one.serial_from ? w("notice.serials_are", { from: one.serial_from, to: one.serial_to }) : null,
    madeWords(one),
  ]
    .filter(Boolean)
    .join(" · ");
}

function madeWords({ made_from, made_to }: Concern): string | null {
  if (made_from && made_to) return w("notice.made_are", { from: day(made_from), to: day(made_to) });
  if (made_from) return w("notice.made_since", { from: day(made_from) });
  return made_to ? w("notice.made_before", { to: day(made_to) }) : null;
}
