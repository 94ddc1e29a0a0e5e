/** The fields of the managers' forms: a label, the entry, a hint, and what is wrong with it. */
import type { ComponentChildren, JSX } from "preact";
import { useId } from "preact/hooks";
import { Go } from "../Go";
import { w } from "../text/words";
import type { Draft } from "./draft";
import { useFault } from "./Form";

interface FieldProps {
  readonly name: string;
  readonly label: string;
  readonly hint?: string | undefined;
  readonly optional?: boolean;
}

interface Ids {
  readonly id: string;
  readonly "aria-describedby": string | undefined;
  readonly "aria-invalid": boolean;
}

function Field({
  name,
  label,
  hint,
  optional = false,
  children,
}: FieldProps & { readonly children: (ids: Ids) => JSX.Element }): JSX.Element {
  const id = useId();
  const fault = useFault(name);
  const told = [hint === undefined || hint === fault ? "" : `${id}-hint`, fault === undefined ? "" : `${id}-fault`]
    .join(" ")
    .trim();
  return (
    <div class="field" data-faulty={fault !== undefined}>
      <label for={id}>
        {label} {optional && <span class="soft light">{w("form.optional")}</span>}
      </label>
      {children({ id, "aria-describedby": told || undefined, "aria-invalid": fault !== undefined })}
      {hint !== undefined && hint !== fault && (
        <p id={`${id}-hint`} class="hint">
          {hint}
        </p>
      )}
      {fault !== undefined && (
        <p id={`${id}-fault`} class="fault">
          {fault}
        </p>
      )}
    </div>
  );
}

interface TextProps extends FieldProps {
  readonly value: string;
  readonly onEnter: (value: string) => void;
  readonly type?: "text" | "password" | "number" | "date" | "datetime-local" | "time" | "month" | "url" | "color";
  readonly maxLength?: number;
  readonly list?: readonly string[];
  readonly readOnly?: boolean;
  readonly autoComplete?: string;
  readonly min?: string | number;
  readonly max?: string | number;
  readonly step?: string | number;
}

export function TextField({
  value,
  onEnter,
  type = "text",
  list,
  autoComplete = "off",
  ...rest
}: TextProps): JSX.Element {
  const { name, label, hint, optional, ...plain } = rest;
  const listed = useId();
  const plainType = type as "text"; // preact's types want one set of attributes per type; these are common to all
  return (
    <Field name={name} label={label} hint={hint} {...(optional === undefined ? {} : { optional })}>
      {(ids) => (
        <>
          <input
            {...ids}
            {...plain}
            name={name}
            type={plainType}
            value={value}
            autoComplete={autoComplete}
            spellcheck={false}
            {...(list === undefined ? {} : { list: listed })}
            onInput={(event) => {
              onEnter(event.currentTarget.value);
            }}
          />
          {list !== undefined && (
            <datalist id={listed}>
              {list.map((one) => (
                <option key={one} value={one} />
              ))}
            </datalist>
          )}
        </>
      )}
    </Field>
  );
}

interface AreaProps extends FieldProps {
  readonly value: string;
  readonly onEnter: (value: string) => void;
  readonly rows?: number;
  readonly maxLength?: number;
}

export function AreaField({
  name,
  label,
  hint,
  optional,
  value,
  onEnter,
  rows = 3,
  maxLength,
}: AreaProps): JSX.Element {
  return (
    <Field name={name} label={label} hint={hint} {...(optional === undefined ? {} : { optional })}>
      {(ids) => (
        <textarea
          {...ids}
          name={name}
          rows={rows}
          maxLength={maxLength}
          value={value}
          onInput={(event) => {
            onEnter(event.currentTarget.value);
          }}
        />
      )}
    </Field>
  );
}

export interface Choice {
  readonly value: string;
  readonly label: string;
}

interface SelectProps extends FieldProps {
  readonly value: string;
  readonly choices: readonly Choice[];
  /** The words of no choice; without them one has to be chosen. */
  readonly none?: string;
  readonly onEnter: (value: string) => void;
}

export function SelectField({ name, label, hint, optional, value, choices, none, onEnter }: SelectProps): JSX.Element {
  const known = value === "" || choices.some((choice) => choice.value === value);
  return (
    <Field name={name} label={label} hint={hint} {...(optional === undefined ? {} : { optional })}>
      {(ids) => (
        <select
          {...ids}
          name={name}
          value={value}
          onChange={(event) => {
            onEnter(event.currentTarget.value);
          }}
        >
          {(none !== undefined || value === "") && <option value="">{none ?? w("form.choose")}</option>}
          {!known && <option value={value}>{value}</option>}
          {choices.map((choice) => (
            <option key={choice.value} value={choice.value}>
              {choice.label}
            </option>
          ))}
        </select>
      )}
    </Field>
  );
}

interface TickProps {
  readonly name: string;
  readonly label: string;
  readonly checked: boolean;
  readonly onEnter: (checked: boolean) => void;
}

export function Tick({ name, label, checked, onEnter }: TickProps): JSX.Element {
  const fault = useFault(name);
  const id = useId();
  const box = (
    <label class="tick">
      <input
        type="checkbox"
        name={name}
        checked={checked}
        aria-invalid={fault !== undefined}
        aria-describedby={fault === undefined ? undefined : id}
        onChange={(event) => {
          onEnter(event.currentTarget.checked);
        }}
      />
      {label}
    </label>
  );
  if (fault === undefined) return box;
  return (
    <div class="field" data-faulty="true">
      {box}
      <p id={id} class="fault">
        {fault}
      </p>
    </div>
  );
}

/** Fields that belong together, under one name; `name` where what is wrong may be about all of them. */
export function Group({
  legend,
  name,
  hint,
  children,
}: {
  readonly legend: string;
  readonly name?: string;
  readonly hint?: string;
  readonly children: ComponentChildren;
}): JSX.Element {
  const fault = useFault(name ?? "");
  const id = useId();
  return (
    <fieldset class="group" aria-describedby={fault === undefined ? undefined : id}>
      <legend>{legend}</legend>
      {hint !== undefined && <p class="hint">{hint}</p>}
      {fault !== undefined && (
        <p id={id} class="fault" tabIndex={-1} aria-invalid="true">
          {fault}
        </p>
      )}
      {children}
    </fieldset>
  );
}

type Both<N extends string> = Readonly<Record<N | `${N}_en`, string>>;

interface BilingualProps<N extends string> {
  /** Of the Chinese field; the English one ends in `_en`. */
  readonly name: N;
  /** What is asked for, whatever the language. */
  readonly label: string;
  readonly hint?: string;
  readonly values: Both<N>;
  readonly onEnter: (change: Partial<Both<N>>) => void;
  /** The Chinese text too; the English one always is. */
  readonly optional?: boolean;
  /** Of texts of several lines. */
  readonly rows?: number;
  readonly maxLength?: number;
}

/** One text in Chinese and in English. */
export function Bilingual<N extends string>({
  name,
  label,
  hint,
  values,
  onEnter,
  optional = false,
  rows,
  maxLength = 120,
}: BilingualProps<N>): JSX.Element {
  const english = `${name}_en` as const;
  const of = (field: N | typeof english): { name: string; value: string; onEnter: (typed: string) => void } => ({
    name: field,
    value: values[field],
    onEnter: (typed) => {
      onEnter({ [field]: typed } as Partial<Both<N>>);
    },
  });
  const zh = { ...of(name), label: w("form.in_chinese", { what: label }), hint, optional, maxLength };
  const en = { ...of(english), label: w("form.in_english", { what: label }), optional: true, maxLength };
  return rows === undefined ? (
    <>
      <TextField {...zh} />
      <TextField {...en} />
    </>
  ) : (
    <>
      <AreaField {...zh} rows={rows} />
      <AreaField {...en} rows={rows} />
    </>
  );
}

/** The name of a thing, in both languages. */
export function Names({
  values,
  onEnter,
}: {
  readonly values: Both<"name">;
  readonly onEnter: (change: Partial<Both<"name">>) => void;
}): JSX.Element {
  return (
    <div class="pair">
      <Bilingual name="name" label={w("form.name")} values={values} onEnter={onEnter} />
    </div>
  );
}

interface PlaceFieldsProps {
  readonly lat: string;
  readonly lon: string;
  readonly onEnter: (change: { readonly lat: string } | { readonly lon: string }) => void;
}

/** Latitude and longitude of one place. */
export function PlaceFields({ lat, lon, onEnter }: PlaceFieldsProps): JSX.Element {
  return (
    <>
      <TextField
        name="lat"
        label={w("form.latitude")}
        value={lat}
        onEnter={(typed) => {
          onEnter({ lat: typed });
        }}
      />
      <TextField
        name="lon"
        label={w("form.longitude")}
        value={lon}
        onEnter={(typed) => {
          onEnter({ lon: typed });
        }}
      />
    </>
  );
}

/** The way out of a form, and what is said of its draft. */
export function Closing<T extends object>({ draft }: { readonly draft: Draft<T> }): JSX.Element {
  return (
    <>
      <Go to={{ act: null }} class="button">
        {w("form.close")}
      </Go>
      <Unsaved dirty={draft.dirty.value} onDiscard={draft.discard} />
    </>
  );
}

/** What is said of a draft that differs from what it began with, and the way back. */
export function Unsaved({
  dirty,
  onDiscard,
}: {
  readonly dirty: boolean;
  readonly onDiscard: () => void;
}): JSX.Element | null {
  if (!dirty) return null;
  return (
    <>
      <button type="button" class="button plain" onClick={onDiscard}>
        {w("form.discard")}
      </button>
      <span class="soft small">{w("form.kept")}</span>
    </>
  );
}
