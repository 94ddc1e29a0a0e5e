/** Files of units: sent, judged line by line, and what was refused handed back for mending. */
import { useSignal } from "@preact/signals";
import type { JSX } from "preact";
import { useMemo } from "preact/hooks";
import { answer } from "../../shared/api/client";
import { sentence, type Problem } from "../../shared/api/problem";
import type { components } from "../../shared/api/schema";
import { everything, paging } from "../../shared/api/pages";
import { tell } from "../../shared/news/news";
import { inLanguage, language } from "../../shared/text/language";
import { useLoaded } from "../../shared/views/loading";
import { fetchFile, save } from "../download";
import { outletChoices } from "../forms/choices";
import { faultsOf } from "../forms/checks";
import { Group, SelectField, TextField, Tick } from "../forms/fields";
import { Form, useFault } from "../forms/Form";
import { show } from "../Go";
import { Await, Facts, Gone, Listing, Ready } from "../Listing";
import { moment } from "../moments";
import type { Office } from "../office";
import { usePoll } from "../poll";
import { Shelf } from "../shelf";
import { saying, w } from "../text/words";
import { readDetail } from "./refusals";
import { checkedFile, sendFile } from "./sending";

type UnitImport = components["schemas"]["UnitImport"];
type Mapping = components["schemas"]["UnitMapping"];

const TONES: Readonly<Record<UnitImport["state"], string>> = {
  awaited: "warn",
  waiting: "warn",
  running: "warn",
  done: "good",
  failed: "bad",
  cancelled: "rest",
};
const goesOn = (one: UnitImport): boolean => one.state === "waiting" || one.state === "running";
const FIELDS = [
  "gtin",
  "serial",
  "lot",
  "outlet",
  "manufactured_on",
  "sold_on",
  "installed_on",
  "registered_on",
  "proof",
  "country",
] as const;

export function ImportsPage({ office }: { readonly office: Office }): JSX.Element {
  const shelf = useMemo(
    () =>
      new Shelf(() =>
        everything((cursor) =>
          answer(
            office.api.GET("/unit-imports", {
              params: { query: paging(cursor, 100) },
            }),
          ),
        ),
      ),
    [office],
  );
  usePoll(shelf.data?.some(goesOn) === true, () => void shelf.again());
  return (
    <Await shelf={shelf}>
      {(imports) => <ImportList office={office} imports={imports} again={() => shelf.again()} />}
    </Await>
  );
}

interface ListProps {
  readonly office: Office;
  readonly imports: readonly UnitImport[];
  readonly again: () => Promise<void>;
}

function ImportList({ office, imports, again }: ListProps): JSX.Element {
  return (
    <Listing
      title={w("tab.imports")}
      things={imports}
      keyOf={(one) => one.id}
      adding={
        office.may("units") && {
          label: w("import.new"),
          form: () => <NewImport office={office} again={again} />,
        }
      }
      nothing={imports.length === 0 ? w("import.hint") : undefined}
      row={(one) => (
        <>
          <span class="row-head">
            <strong>{one.file_name}</strong>
            <span class="tag" data-tone={TONES[one.state]}>
              {w(`import.state.${one.state}`)}
            </span>
          </span>
          <span class="soft small">
            {moment(one.begun_at)}
            {one.lines > 0 && ` · ${w(one.dry_run ? "import.would_import" : "import.imported", { n: one.imported })}`}
          </span>
        </>
      )}
    >
      {(one) => <OneImport office={office} one={one} again={again} />}
    </Listing>
  );
}

interface OneProps {
  readonly office: Office;
  readonly one: UnitImport;
  readonly again: () => Promise<void>;
}

function OneImport({ office, one, again }: OneProps): JSX.Element {
  const refused = Object.values(one.refused).reduce((sum, count) => sum + count, 0);
  const [lines, reread] = useLoaded(
    () =>
      answer(
        office.api.GET("/unit-imports/{import_id}/refusals", {
          params: { path: { import_id: one.id }, query: { limit: 50 } },
        }),
      ),
    one.id,
    `${one.state} ${refused}`,
  );
  async function cancel(): Promise<void> {
    const done = await answer(
      office.api.POST("/unit-imports/{import_id}/cancel", { params: { path: { import_id: one.id } } }),
    );
    tell(done.ok ? "good" : "bad", done.ok ? w("import.cancelled") : sentence(done.problem));
    await again();
  }
  async function download(): Promise<void> {
    const problem = await fetchFile(office, `/unit-imports/${one.id}/refusals.csv`, "refused.csv");
    if (problem !== null) tell("bad", sentence(problem));
  }
  return (
    <article class="stack">
      <header class="part-head">
        <h2>{one.file_name}</h2>
        {goesOn(one) && office.may("units") && (
          <button type="button" class="button danger" onClick={() => void cancel()}>
            {w("import.cancel")}
          </button>
        )}
      </header>
      {goesOn(one) && (
        <>
          <progress
            aria-label={w("import.progress")}
            {...(one.lines_found === null ? {} : { value: one.lines, max: Math.max(1, one.lines_found) })}
          />
          <p role="status">
            {one.lines_found === null
              ? w("import.read", { n: one.lines })
              : w("import.read_of", { n: Math.min(one.lines, one.lines_found), all: one.lines_found })}
          </p>
        </>
      )}
      {one.failure_text !== null && (
        <p class="trouble">
          {inLanguage(one.failure_text)} {one.failure_detail}
        </p>
      )}
      {one.dry_run && <DryRun office={office} one={one} again={again} />}
      <Facts
        facts={[
          { term: w("import.state"), value: w(`import.state.${one.state}`) },
          { term: w(one.dry_run ? "import.would" : "import.taken"), value: one.imported },
          { term: w("import.known"), value: one.known },
          { term: w("import.refused"), value: refused },
          { term: w("import.lines"), value: one.lines_found ?? one.lines },
          { term: w("import.begun"), value: moment(one.begun_at) },
          { term: w("import.ended"), value: moment(one.ended_at) },
        ]}
      />
      {refused > 0 && (
        <section class="stack">
          <header class="part-head">
            <h3>{w("import.refused")}</h3>
            <button type="button" class="button" onClick={() => void download()}>
              {w("import.csv")}
            </button>
          </header>
          <ul class="chips">
            {Object.entries(one.refused).map(([code, count]) => (
              <li key={code} class="tag">
                {w("import.refused_as", { why: saying("import.refusal", code), n: count })}
              </li>
            ))}
          </ul>
          <Ready loaded={lines.value} again={reread}>
            {(page) => (
              <div class="table-box" tabIndex={0} role="region" aria-label={w("import.refused")}>
                <table>
                  <thead>
                    <tr>
                      <th scope="col" class="figure">
                        {w("import.line")}
                      </th>
                      <th scope="col">{w("import.why")}</th>
                      <th scope="col">GTIN</th>
                      <th scope="col">{w("import.serial")}</th>
                    </tr>
                  </thead>
                  <tbody>
                    {page.items.map((line) => (
                      <tr key={line.line}>
                        <td class="figure">{line.line}</td>
                        <td>
                          {inLanguage(line.text)} <span class="soft small">{detailWords(line.detail)}</span>
                        </td>
                        <td class="whole-word">{line.gtin}</td>
                        <td class="whole-word">{line.serial}</td>
                      </tr>
                    ))}
                  </tbody>
                </table>
                {refused > page.items.length && (
                  <p class="soft small">{w("import.first_of", { n: page.items.length, all: refused })}</p>
                )}
              </div>
            )}
          </Ready>
        </section>
      )}
    </article>
  );
}

/** Word for word where it can be read; else what needs no language. */
function detailWords(detail: string): string {
  if (language.value === "en") return detail;
  const { field, value, line } = readDetail(detail);
  if (line !== null) return w("import.as_line", { n: line });
  if (value === null) return "";
  return field === null
    ? w("import.value", { value })
    : w("import.cell", { field: saying("import.field", field), value });
}

/** After a check the file is at hand still, unless the page was left meanwhile. */
function DryRun({ office, one, again }: OneProps): JSX.Element {
  const busy = useSignal(false);
  if (goesOn(one)) return <p class="word">{w("import.dry_going")}</p>;
  const file = checkedFile(one.id);
  if (file === undefined || one.state !== "done" || one.imported === 0 || !office.may("units"))
    return <p class="word">{w("import.dry_told")}</p>;
  async function run(): Promise<void> {
    if (busy.value || file === undefined) return;
    busy.value = true;
    const sent = await sendFile(office, file, false);
    busy.value = false;
    await again();
    if (sent.ok) show({ id: sent.data, act: null });
    else tell("bad", sentence(sent.problem));
  }
  return (
    <div class="word stack">
      <p>{w("import.dry_done")}</p>
      <p class="acts">
        <button type="button" class="button first" aria-disabled={busy.value} onClick={() => void run()}>
          {busy.value ? w("form.busy") : w("import.now", { n: one.imported })}
        </button>
      </p>
      <p class="small">{w("import.now_hint")}</p>
    </div>
  );
}

const BLANK = { dry_run: true, encoding: "utf-8", delimiter: ",", day_format: "%Y-%m-%d", outlet: "" };

function NewImport({ office, again }: { readonly office: Office; readonly again: () => Promise<void> }): JSX.Element {
  const file = useSignal<File | null>(null);
  const entered = useSignal(BLANK);
  const columns = useSignal<Readonly<Partial<Record<(typeof FIELDS)[number], string>>>>({});
  const values = entered.value;
  const set = (change: Partial<typeof BLANK>): void => {
    entered.value = { ...entered.value, ...change };
  };
  if (!office.may("units")) return <Gone />;
  async function send(): Promise<Problem | null> {
    if (file.value === null) return null; // told before
    const named = Object.fromEntries(Object.entries(columns.value).filter(([, column]) => column.trim() !== ""));
    const mapping: Mapping = {
      columns: named,
      encoding: values.encoding as NonNullable<Mapping["encoding"]>,
      delimiter: (values.delimiter === "tab" ? "\t" : values.delimiter) as NonNullable<Mapping["delimiter"]>,
      day_format: values.day_format as NonNullable<Mapping["day_format"]>,
      outlet: values.outlet,
    };
    const sent = await sendFile(office, { file: file.value, mapping }, values.dry_run);
    await again();
    if (!sent.ok) return sent.problem;
    show({ id: sent.data, act: null });
    return null;
  }
  return (
    <article class="stack">
      <h2>{w("import.new")}</h2>
      <p class="soft">{w("import.hint")}</p>
      <p>
        <button
          type="button"
          class="button"
          onClick={() => {
            save(new Blob([`\uFEFF${FIELDS.join(",")}\r\n`], { type: "text/csv" }), "units.csv");
          }}
        >
          {w("import.template")}
        </button>
      </p>
      <Form
        submit={values.dry_run ? w("import.check") : w("import.start")}
        check={() => faultsOf({ file: file.value === null ? w("form.needed") : undefined })}
        send={send}
        fieldOf={{ file_empty: "file", outlet_unknown: "outlet", body_too_large: "file" }}
      >
        <FileField onChoose={(chosen) => (file.value = chosen)} />
        <Tick
          name="dry_run"
          label={w("import.dry_run")}
          checked={values.dry_run}
          onEnter={(dry_run) => {
            set({ dry_run });
          }}
        />
        <div class="pair">
          <SelectField
            name="encoding"
            label={w("import.encoding")}
            value={values.encoding}
            choices={[
              { value: "utf-8", label: "UTF-8" },
              { value: "gb18030", label: "GB18030 / GBK" },
              { value: "utf-16", label: "UTF-16" },
            ]}
            onEnter={(encoding) => {
              set({ encoding });
            }}
          />
          <SelectField
            name="delimiter"
            label={w("import.delimiter")}
            value={values.delimiter}
            choices={[
              { value: ",", label: "," },
              { value: ";", label: ";" },
              { value: "tab", label: "Tab" },
              { value: "|", label: "|" },
            ]}
            onEnter={(delimiter) => {
              set({ delimiter });
            }}
          />
          <SelectField
            name="day_format"
            label={w("import.day_format")}
            value={values.day_format}
            choices={[
              { value: "%Y-%m-%d", label: "2026-11-23" },
              { value: "%Y/%m/%d", label: "2026/11/23" },
              { value: "%Y%m%d", label: "20261123" },
              { value: "%Y.%m.%d", label: "2026.11.23" },
              { value: "%d.%m.%Y", label: "23.11.2026" },
              { value: "%d/%m/%Y", label: "23/11/2026" },
              { value: "%m/%d/%Y", label: "11/23/2026" },
            ]}
            onEnter={(day_format) => {
              set({ day_format });
            }}
          />
          <SelectField
            name="outlet"
            label={w("import.outlet")}
            none={w("import.outlet_none")}
            value={values.outlet}
            choices={outletChoices(office)}
            onEnter={(outlet) => {
              set({ outlet });
            }}
          />
        </div>
        <details>
          <summary>{w("import.columns")}</summary>
          <Group legend={w("import.columns")} hint={w("import.columns_hint")}>
            <div class="three">
              {FIELDS.map((field) => (
                <TextField
                  key={field}
                  name={`column_${field}`}
                  label={saying("import.field", field)}
                  optional
                  maxLength={120}
                  value={columns.value[field] ?? ""}
                  onEnter={(column) => (columns.value = { ...columns.value, [field]: column })}
                />
              ))}
            </div>
          </Group>
        </details>
      </Form>
    </article>
  );
}

function FileField({ onChoose }: { readonly onChoose: (file: File | null) => void }): JSX.Element {
  const fault = useFault("file");
  return (
    <div class="field" data-faulty={fault !== undefined}>
      <label for="import-file">{w("import.file")}</label>
      <input
        id="import-file"
        type="file"
        accept=".csv,.gz,text/csv"
        aria-invalid={fault !== undefined}
        aria-describedby={fault === undefined ? undefined : "import-file-fault"}
        onChange={(event) => {
          onChoose(event.currentTarget.files?.[0] ?? null);
        }}
      />
      {fault !== undefined && (
        <p id="import-file-fault" class="fault">
          {fault}
        </p>
      )}
    </div>
  );
}
