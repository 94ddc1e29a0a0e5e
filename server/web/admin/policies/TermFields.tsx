/** How long a promise is, and who is told, and when, that it runs out. */
import type { JSX } from "preact";
import type { Role } from "../../shared/api/types";
import { Group, SelectField, TextField } from "../forms/fields";
import { saying, w } from "../text/words";
import type { StepDraft, TermDraft, Unit } from "./draft";

const UNIT_NAMES: readonly Unit[] = ["minutes", "hours", "days"];
const TOLD: readonly Role[] = ["dispatcher", "outlet_manager", "centre_manager", "hq_manager"];

export function TermFields({
  name,
  label,
  term,
  onEnter,
}: {
  readonly name: "respond" | "resolve";
  readonly label: string;
  readonly term: TermDraft;
  readonly onEnter: (term: TermDraft) => void;
}): JSX.Element {
  return (
    <div class="amount">
      <SelectField
        name={term.way === "none" ? name : `${name}_way`}
        label={label}
        value={term.way}
        choices={(["none", "time", "day"] as const).map((way) => ({ value: way, label: w(`policy.way.${way}`) }))}
        onEnter={(way) => {
          onEnter({ ...term, way: way as TermDraft["way"] });
        }}
      />
      {term.way !== "none" && (
        <TextField
          name={name}
          type="number"
          min={1}
          label={w(term.way === "day" ? "policy.nth_day" : "policy.how_long")}
          value={term.amount}
          onEnter={(amount) => {
            onEnter({ ...term, amount });
          }}
        />
      )}
      {term.way === "time" && (
        <UnitField
          name={`${name}_unit`}
          value={term.unit}
          onEnter={(unit) => {
            onEnter({ ...term, unit });
          }}
        />
      )}
    </div>
  );
}

function UnitField({
  name,
  value,
  onEnter,
}: {
  readonly name: string;
  readonly value: Unit;
  readonly onEnter: (unit: Unit) => void;
}): JSX.Element {
  return (
    <SelectField
      name={name}
      label={w("policy.unit")}
      value={value}
      choices={UNIT_NAMES.map((unit) => ({ value: unit, label: w(`policy.unit.${unit}`) }))}
      onEnter={(unit) => {
        onEnter(unit as Unit);
      }}
    />
  );
}

export function StepFields({
  steps,
  onEnter,
}: {
  readonly steps: readonly StepDraft[];
  readonly onEnter: (steps: readonly StepDraft[]) => void;
}): JSX.Element {
  const change = (place: number, by: Partial<StepDraft>): void => {
    onEnter(steps.map((step, at) => (at === place ? { ...step, ...by } : step)));
  };
  return (
    <Group legend={w("policy.steps")} name="steps" hint={w("policy.steps_hint")}>
      <ul class="many">
        {steps.map((step, place) => (
          <li key={place}>
            <TextField
              name={`step${place}`}
              type="number"
              min={0}
              label={w("policy.step_n", { n: place + 1 })}
              value={step.amount}
              onEnter={(amount) => {
                change(place, { amount });
              }}
            />
            <UnitField
              name={`step${place}_unit`}
              value={step.unit}
              onEnter={(unit) => {
                change(place, { unit });
              }}
            />
            <SelectField
              name={`step${place}_when`}
              label={w("policy.step_when")}
              value={step.when}
              choices={(["before", "after"] as const).map((when) => ({
                value: when,
                label: w(`policy.step_when.${when}`),
              }))}
              onEnter={(when) => {
                change(place, { when: when as StepDraft["when"] });
              }}
            />
            <SelectField
              name={`step${place}_tell`}
              label={w("policy.step_tell")}
              value={step.tell}
              choices={TOLD.map((role) => ({ value: role, label: saying("role_name", role) }))}
              onEnter={(tell) => {
                change(place, { tell: tell as Role });
              }}
            />
            <SelectField
              name={`step${place}_clock`}
              label={w("policy.step_clock")}
              none={w("policy.step_clock.both")}
              value={step.clock}
              choices={(["response", "resolution"] as const).map((clock) => ({
                value: clock,
                label: w(`policy.step_clock.${clock}`),
              }))}
              onEnter={(clock) => {
                change(place, { clock: clock as StepDraft["clock"] });
              }}
            />
            <button
              type="button"
              class="button plain"
              aria-label={w("policy.step_remove", { n: place + 1 })}
              onClick={() => {
                onEnter(steps.filter((_, at) => at !== place));
              }}
            >
              {w("form.remove")}
            </button>
          </li>
        ))}
      </ul>
      <p>
        <button
          type="button"
          class="button"
          onClick={() => {
            onEnter([...steps, { key: "", amount: "2", unit: "hours", when: "before", tell: "dispatcher", clock: "" }]);
          }}
        >
          {w("policy.step_add")}
        </button>
      </p>
    </Group>
  );
}
