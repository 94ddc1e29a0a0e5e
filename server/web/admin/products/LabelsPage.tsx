/** Batches of labels: for units there are, or for new ones that get serials nobody can guess. */
import { useSignal } from "@preact/signals";
import type { JSX } from "preact";
import { useMemo } from "preact/hooks";
import { answer } from "../../shared/api/client";
import { readProblem, sentence, type Problem } from "../../shared/api/problem";
import type { components } from "../../shared/api/schema";
import { everything, paging } from "../../shared/api/pages";
import { tell } from "../../shared/news/news";
import { toDateInput } from "../../shared/time/format";
import { now } from "../../shared/time/now";
import { dataOr } from "../../shared/views/loading";
import { fetchFile } from "../download";
import { modelChoices, outletChoices } from "../forms/choices";
import { Group, SelectField, TextField, Tick } from "../forms/fields";
import { Form } from "../forms/Form";
import { show } from "../Go";
import { Await, Facts, Gone, Listing } from "../Listing";
import { moment } from "../moments";
import { nameIn, type Office } from "../office";
import { usePoll } from "../poll";
import { Shelf, useShelf } from "../shelf";
import { w } from "../text/words";
import { BLANK, faultsIn, onSheet, requestOf, type LabelsDraft } from "./labels";

type Batch = components["schemas"]["LabelBatch"];
type Sheet = components["schemas"]["LabelSheet"];

const TONES: Readonly<Record<Batch["state"], string>> = {
  making: "warn",
  ready: "good",
  failed: "bad",
  cancelled: "rest",
  expired: "rest",
};

export function LabelsPage({ office }: { readonly office: Office }): JSX.Element {
  const shelf = useMemo(
    () =>
      new Shelf(() =>
        everything((cursor) =>
          answer(
            office.api.GET("/label-batches", {
              params: { query: paging(cursor, 100) },
            }),
          ),
        ),
      ),
    [office],
  );
  const sheets = useMemo(() => new Shelf<readonly Sheet[]>(() => answer(office.api.GET("/label-sheets"))), [office]);
  usePoll(shelf.data?.some((one) => one.state === "making") === true, () => void shelf.again());
  return (
    <Await shelf={shelf}>
      {(batches) => <BatchList office={office} batches={batches} sheets={sheets} again={() => shelf.again()} />}
    </Await>
  );
}

/** Our sentence for the code; the server's words, in English, for one we do not know. */
function failureWords({ failure, failure_text }: Batch): string {
  const told = readProblem(0, { code: failure });
  return told.code === "unknown" ? failure_text : sentence(told);
}

interface ListProps {
  readonly office: Office;
  readonly batches: readonly Batch[];
  readonly sheets: Shelf<readonly Sheet[]>;
  readonly again: () => Promise<void>;
}

function BatchList({ office, batches, sheets, again }: ListProps): JSX.Element {
  return (
    <Listing
      title={w("tab.labels")}
      things={batches}
      keyOf={(one) => one.id}
      adding={
        office.may("units") && {
          label: w("label.new"),
          form: () => <NewLabels office={office} sheets={sheets} again={again} />,
        }
      }
      nothing={batches.length === 0 ? w("label.hint") : undefined}
      row={(one) => (
        <>
          <span class="row-head">
            <strong>{w("label.count", { n: one.labels })}</strong>
            <span class="tag" data-tone={TONES[one.state]}>
              {w(`label.state.${one.state}`)}
            </span>
          </span>
          <span class="soft small">
            {one.format.toUpperCase()} · {moment(one.made_at)}
          </span>
        </>
      )}
    >
      {(one) => <OneBatch office={office} batch={one} again={again} />}
    </Listing>
  );
}

function OneBatch({
  office,
  batch,
  again,
}: {
  readonly office: Office;
  readonly batch: Batch;
  readonly again: () => Promise<void>;
}): JSX.Element {
  const busy = useSignal(false);
  async function cancel(): Promise<void> {
    const done = await answer(
      office.api.POST("/label-batches/{batch_id}/cancel", { params: { path: { batch_id: batch.id } } }),
    );
    tell(done.ok ? "good" : "bad", done.ok ? w("label.cancelled") : sentence(done.problem));
    await again();
  }
  async function download(): Promise<void> {
    if (busy.value || batch.url === null) return;
    busy.value = true;
    const ending = batch.media_type.includes("zip") ? "zip" : batch.format;
    const problem = await fetchFile(office, batch.url, `labels-${batch.id.slice(0, 8)}.${ending}`);
    busy.value = false;
    if (problem !== null) tell("bad", sentence(problem));
  }
  return (
    <article class="stack">
      <h2>{w("label.count", { n: batch.labels })}</h2>
      {batch.state === "making" && (
        <>
          <progress aria-label={w("label.progress")} value={batch.done} max={batch.labels} />
          <p role="status">{w("label.drawn", { n: batch.done, all: batch.labels })}</p>
        </>
      )}
      {batch.state === "failed" && <p class="trouble">{w("label.failed", { text: failureWords(batch) })}</p>}
      <p class="acts">
        {batch.state === "ready" && (
          <button type="button" class="button first" aria-disabled={busy.value} onClick={() => void download()}>
            {busy.value ? w("form.busy") : w("label.download")}
          </button>
        )}
        {batch.state === "making" && office.may("units") && (
          <button type="button" class="button danger" onClick={() => void cancel()}>
            {w("label.cancel")}
          </button>
        )}
      </p>
      <Facts
        facts={[
          { term: w("import.state"), value: w(`label.state.${batch.state}`) },
          { term: w("label.format"), value: batch.format.toUpperCase() },
          { term: w("policy.outlet"), value: nameIn(office.outlets.data, batch.outlet_id) ?? w("form.any") },
          { term: w("version.made"), value: moment(batch.made_at) },
          { term: w("import.ended"), value: moment(batch.ended_at) },
          batch.size === null ? null : { term: w("label.size"), value: `${(batch.size / 1_000_000).toFixed(2)} MB` },
          batch.expires_at === null ? null : { term: w("label.kept_until"), value: moment(batch.expires_at) },
        ]}
      />
    </article>
  );
}

function NewLabels({
  office,
  sheets,
  again,
}: {
  readonly office: Office;
  readonly sheets: Shelf<readonly Sheet[]>;
  readonly again: () => Promise<void>;
}): JSX.Element {
  const entered = useSignal<LabelsDraft>({ ...BLANK, outlet_id: office.user.outlet_id ?? "" });
  const values = entered.value;
  const known = useShelf(sheets);
  const set = (change: Partial<LabelsDraft>): void => {
    entered.value = { ...entered.value, ...change };
  };
  if (!office.may("units")) return <Gone />;
  async function send(): Promise<Problem | null> {
    const made = await answer(office.api.POST("/label-batches", { body: requestOf(values) }));
    if (!made.ok) return made.problem;
    await again();
    show({ id: made.data.id, act: null });
    return null;
  }
  const makes = values.what === "make";
  const chosen = dataOr(known, []).find((one) => one.name === values.sheet);
  const places = chosen?.places ?? 1;
  return (
    <article class="stack">
      <h2>{w("label.new")}</h2>
      <Form
        submit={w("label.make")}
        check={() => faultsIn(values, places, toDateInput(now.value))}
        send={send}
        fieldOf={{
          labels_none: values.lot.trim() === "" ? "gtin" : "lot",
          labels_too_many: "count",
          label_too_small: "width",
          label_size: "width",
          label_sheet: "sheet",
          model_unknown: "gtin",
          outlet_unknown: "outlet_id",
          lot_invalid: "lot",
          day_in_future: "manufactured_on",
        }}
      >
        <SelectField
          name="what"
          label={w("label.what")}
          value={values.what}
          choices={[
            { value: "make", label: w("label.what.make") },
            { value: "units", label: w("label.what.units") },
          ]}
          onEnter={(what) => {
            set({ what: what as LabelsDraft["what"] });
          }}
        />
        <div class="pair">
          <SelectField
            name="gtin"
            label={w("label.model")}
            none={makes ? w("form.choose") : w("form.any")}
            value={values.gtin}
            choices={modelChoices(office)}
            onEnter={(gtin) => {
              set({ gtin });
            }}
          />
          <SelectField
            name="outlet_id"
            label={w("policy.outlet")}
            none={makes ? w("form.choose") : w("form.any")}
            value={values.outlet_id}
            choices={outletChoices(office)}
            onEnter={(outlet_id) => {
              set({ outlet_id });
            }}
          />
          <TextField
            name="lot"
            label={w("label.lot")}
            optional
            maxLength={20}
            value={values.lot}
            onEnter={(lot) => {
              set({ lot });
            }}
          />
          {makes && (
            <TextField
              name="count"
              type="number"
              min={1}
              max={10000}
              label={w("label.how_many")}
              value={values.count}
              onEnter={(count) => {
                set({ count });
              }}
            />
          )}
          {makes && (
            <TextField
              name="manufactured_on"
              type="date"
              label={w("label.manufactured_on")}
              optional
              value={values.manufactured_on}
              onEnter={(manufactured_on) => {
                set({ manufactured_on });
              }}
            />
          )}
        </div>
        <Group legend={w("label.print")}>
          <div class="three">
            <SelectField
              name="format"
              label={w("label.format")}
              value={values.format}
              choices={(["pdf", "zpl", "png", "svg"] as const).map((one) => ({
                value: one,
                label: w(`label.format.${one}`),
              }))}
              onEnter={(format) => {
                set({ format });
              }}
            />
            {values.format === "pdf" && (
              <SelectField
                name="sheet"
                label={w("label.sheet")}
                none={w("label.sheet_none")}
                value={values.sheet}
                choices={dataOr(known, []).map((one) => ({
                  value: one.name,
                  label: w("label.sheet_of", { name: one.name, n: one.places }),
                }))}
                onEnter={(sheet) => {
                  set({ sheet });
                }}
              />
            )}
            <SelectField
              name="dpi"
              label={w("label.dpi")}
              value={values.dpi}
              choices={["203", "300", "600", "152"].map((one) => ({ value: one, label: `${one} dpi` }))}
              onEnter={(dpi) => {
                set({ dpi });
              }}
            />
            <SelectField
              name="level"
              label={w("label.level")}
              value={values.level}
              choices={(["Q", "H", "M"] as const).map((one) => ({ value: one, label: w(`label.level.${one}`) }))}
              onEnter={(level) => {
                set({ level });
              }}
            />
            {onSheet(values) && (
              <TextField
                name="place"
                type="number"
                min={1}
                max={places}
                label={w("label.place")}
                hint={w("label.place_hint")}
                value={values.place}
                onEnter={(place) => {
                  set({ place });
                }}
              />
            )}
            {!onSheet(values) && (
              <TextField
                name="width"
                type="number"
                label={w("label.width")}
                optional
                value={values.width}
                onEnter={(width) => {
                  set({ width });
                }}
              />
            )}
            {!onSheet(values) && (
              <TextField
                name="height"
                type="number"
                label={w("label.height")}
                optional
                value={values.height}
                onEnter={(height) => {
                  set({ height });
                }}
              />
            )}
          </div>
          {onSheet(values) && (
            <Tick
              name="marks"
              label={w("label.marks")}
              checked={values.marks}
              onEnter={(marks) => {
                set({ marks });
              }}
            />
          )}
        </Group>
      </Form>
    </article>
  );
}
