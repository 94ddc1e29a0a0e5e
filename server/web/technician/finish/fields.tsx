/** The few kinds of fields that finishing has. Words come in: some are the technician's, some the customer's. */
import type { JSX } from "preact";
import { useId } from "preact/hooks";

interface TypedProps {
  readonly label: string;
  readonly value: string;
  readonly most: number;
  readonly onInput: (typed: string) => void;
  readonly id?: string;
  readonly hint?: string;
  readonly rows?: number;
  readonly autocomplete?: string;
  readonly inputMode?: "text" | "decimal";
}

export function Typed({
  label,
  value,
  most,
  onInput,
  id,
  hint,
  rows,
  autocomplete,
  inputMode,
}: TypedProps): JSX.Element {
  const own = useId();
  const name = id ?? own;
  const shared = {
    id: name,
    value,
    maxLength: most,
    ...(hint === undefined ? {} : { "aria-describedby": `${name}-hint` }),
    onInput: (event: { readonly currentTarget: { readonly value: string } }) => {
      onInput(event.currentTarget.value);
    },
  };
  return (
    <div class="field">
      <label for={name}>{label}</label>
      {rows === undefined ? (
        <input type="text" autocomplete={autocomplete ?? "off"} inputMode={inputMode ?? "text"} {...shared} />
      ) : (
        <textarea rows={rows} {...shared} />
      )}
      {hint !== undefined && (
        <p id={`${name}-hint`} class="soft fin-hint">
          {hint}
        </p>
      )}
    </div>
  );
}

export interface Option<T> {
  readonly value: T;
  readonly words: string;
}

interface ChosenProps<T extends string> {
  readonly label: string;
  readonly value: T;
  readonly options: readonly Option<T>[];
  readonly onChoose: (value: T) => void;
}

/** One of a few, in a list. */
export function Chosen<T extends string>({ label, value, options, onChoose }: ChosenProps<T>): JSX.Element {
  const id = useId();
  return (
    <div class="field">
      <label for={id}>{label}</label>
      <select
        id={id}
        value={value}
        onChange={(event) => {
          const chosen = options.find((option) => option.value === event.currentTarget.value);
          if (chosen !== undefined) onChoose(chosen.value);
        }}
      >
        {options.map((option) => (
          <option key={option.value} value={option.value}>
            {option.words}
          </option>
        ))}
      </select>
    </div>
  );
}

interface OneOfProps<T extends string> {
  readonly label: string;
  readonly value: T | null;
  readonly options: readonly Option<T>[];
  readonly onChoose: (value: T) => void;
  /** Under each other, for words that are longer. */
  readonly stacked?: boolean;
  readonly quiet?: boolean;
}

/** One of a few, each to be seen: radio buttons that look like the parts of a switch. */
export function OneOf<T extends string>(props: OneOfProps<T>): JSX.Element {
  const { label, value, options, onChoose, stacked = false, quiet = false } = props;
  const name = useId();
  return (
    <fieldset class="fin-one" data-stacked={stacked}>
      <legend class={quiet ? "unseen" : undefined}>{label}</legend>
      {options.map((option) => (
        <label key={option.value} data-chosen={option.value === value}>
          <input
            type="radio"
            name={name}
            checked={option.value === value}
            onChange={() => {
              onChoose(option.value);
            }}
          />
          <span>{option.words}</span>
        </label>
      ))}
    </fieldset>
  );
}
