/** The parts of the form for a new job: when the call came, whom it is about, which product, what is to be done. */
import type { ReadonlySignal } from "@preact/signals";
import type { ComponentChildren, JSX } from "preact";
import type { Unit } from "../../shared/api/types";
import { inLanguage, named, t } from "../../shared/text/language";
import { clockTime, shortTime } from "../../shared/time/format";
import { now } from "../../shared/time/now";
import { Icon } from "../../shared/views/Icon";
import type { Board } from "../board";
import { placeOf, type Draft, type Faults, type Field } from "./draft";

interface PartProps {
  readonly board: Board;
  readonly draft: ReadonlySignal<Draft>;
  readonly faults: Faults;
  readonly set: (change: Partial<Draft>) => void;
}

/** The promise runs from the call. A draft from the morning is told apart, and can be dated anew. */
export function CallTime({ draft, set }: Pick<PartProps, "draft" | "set">): JSX.Element | null {
  const { call } = draft.value;
  if (call === null) return <p class="soft">{t("intake.hint")}</p>;
  return (
    <p class="soft">
      {t("intake.call", { time: shortTime(now.value, Date.parse(call)) })}{" "}
      {now.value - Date.parse(call) > 60_000 && (
        <button
          type="button"
          class="button plain"
          onClick={() => {
            set({ call: new Date().toISOString() });
          }}
        >
          {t("intake.call_now", { time: clockTime(now.value) })}
        </button>
      )}
    </p>
  );
}

interface KnownContactProps {
  readonly draft: ReadonlySignal<Draft>;
  readonly board: Board;
  readonly onChange: () => void;
}

export function KnownContact({ draft, board, onChange }: KnownContactProps): JSX.Element {
  const { name, phone, address, access, outlet } = draft.value;
  const guessed = placeOf(draft.value, board.outlets.value.get(outlet))?.guessed === true;
  return (
    <section class="known-contact" aria-label={t("intake.contact")}>
      <Icon name="person" />
      <p class="typed">
        <strong>{name}</strong> <span class="numbers">{phone}</span>
        <span class="soft">{[address, access].filter(Boolean).join(" · ")}</span>
        {guessed && <span class="soft">{t("intake.place_unknown")}</span>}
      </p>
      <button type="button" class="button" onClick={onChange}>
        {t("intake.change")}
      </button>
    </section>
  );
}

export function Contact({ board, draft, faults, set }: PartProps): JSX.Element {
  const { name, phone, address, access, place, outlet } = draft.value;
  const outlets = [...board.outlets.value.values()];
  const at = placeOf(draft.value, board.outlets.value.get(outlet));
  return (
    <fieldset>
      <legend>{t("intake.contact")}</legend>
      <div class="field-pair">
        <Text
          id="in-name"
          label={t("intake.name")}
          value={name}
          most={120}
          lack={faults.name}
          needed
          onType={(typed) => {
            set({ name: typed });
          }}
        />
        <Text
          id="in-phone"
          label={t("intake.phone")}
          value={phone}
          most={40}
          kind="tel"
          onType={(typed) => {
            set({ phone: typed });
          }}
        />
      </div>
      <Text
        id="in-address"
        label={t("intake.address")}
        value={address}
        most={400}
        onType={(typed) => {
          set({ address: typed });
        }}
      />
      <div class="field-pair">
        <Text
          id="in-access"
          label={t("intake.access")}
          value={access}
          most={400}
          onType={(typed) => {
            set({ access: typed });
          }}
        />
        <Text
          id="in-place"
          label={t("intake.place")}
          value={place}
          most={60}
          lack={faults.place}
          hint={at?.guessed === true ? t("intake.place_guessed") : t("intake.place_known")}
          onType={(typed) => {
            set({ place: typed });
          }}
        />
      </div>
      {outlets.length > 1 && (
        <div class="field">
          <label for="in-outlet">{t("desk.outlet")}</label>
          <select
            id="in-outlet"
            value={outlet}
            aria-invalid={faults.outlet !== undefined}
            aria-describedby={faults.outlet === undefined ? undefined : "in-outlet-fault"}
            onChange={(event) => {
              set({ outlet: event.currentTarget.value });
            }}
          >
            <option value="">{t("act.choose")}</option>
            {outlets.map((each) => (
              <option key={each.id} value={each.id}>
                {named(each)}
              </option>
            ))}
          </select>
          <FaultWords id="in-outlet" lack={faults.outlet} />
        </div>
      )}
    </fieldset>
  );
}

/** Which of their products it is about; a search by serial has chosen it already. */
export function Products({
  draft,
  units,
  set,
}: Pick<PartProps, "draft" | "set"> & { readonly units: readonly Unit[] }): JSX.Element | null {
  const { unit } = draft.value;
  const shown = unit === null || units.some(({ id }) => id === unit.id) ? units : [unit, ...units];
  if (shown.length === 0) return null;
  return (
    <fieldset class="products">
      <legend>{t("intake.product")}</legend>
      {shown.map((each) => (
        <Product key={each.id} unit={each} chosen={unit?.id === each.id} set={set} />
      ))}
      <label class="switch">
        <input
          type="radio"
          name="unit"
          checked={unit === null}
          onChange={() => {
            set({ unit: null });
          }}
        />
        {t("intake.product_other")}
      </label>
    </fieldset>
  );
}

interface ProductProps {
  readonly unit: Unit;
  readonly chosen: boolean;
  readonly set: (change: Partial<Draft>) => void;
}

function Product({ unit, chosen, set }: ProductProps): JSX.Element {
  return (
    <label class="switch">
      <input
        type="radio"
        name="unit"
        checked={chosen}
        onChange={() => {
          set({ unit });
        }}
      />
      <span>
        {inLanguage({ zh: unit.model_name, en: unit.model_name_en })} <span class="numbers soft">{unit.serial}</span>
      </span>
    </label>
  );
}

const PRIORITIES = [1, 2, 3, 4, 5] as const;

export function Work({ board, draft, faults, set }: PartProps): JSX.Element {
  const { type, fault, priority, day, from, to } = draft.value;
  const types = [...board.typesByCode.value.values()];
  return (
    <fieldset>
      <legend>{t("intake.work")}</legend>
      <div class="field-pair">
        <div class="field">
          <label for="in-type">{t("intake.type")}</label>
          <select
            id="in-type"
            value={type}
            aria-invalid={faults.type !== undefined}
            aria-describedby={faults.type === undefined ? undefined : "in-type-fault"}
            onChange={(event) => {
              set({ type: event.currentTarget.value });
            }}
          >
            <option value="">{t("act.choose")}</option>
            {types.map((each) => (
              <option key={each.code} value={each.code}>
                {named(each)}
              </option>
            ))}
          </select>
          <FaultWords id="in-type" lack={faults.type} />
        </div>
        <div class="field">
          <label for="in-priority">{t("intake.priority")}</label>
          <select
            id="in-priority"
            value={String(priority)}
            onChange={(event) => {
              set({ priority: Number(event.currentTarget.value) });
            }}
          >
            {PRIORITIES.map((each) => (
              <option key={each} value={String(each)}>
                {t(`intake.priority.${each}`)}
              </option>
            ))}
          </select>
        </div>
      </div>
      <div class="field">
        <label for="in-fault">{t("intake.fault")}</label>
        <textarea
          id="in-fault"
          rows={3}
          maxLength={400}
          required
          value={fault}
          aria-invalid={faults.fault !== undefined}
          aria-describedby={faults.fault === undefined ? undefined : "in-fault-fault"}
          onInput={(event) => {
            set({ fault: event.currentTarget.value });
          }}
        />
        <FaultWords id="in-fault" lack={faults.fault} />
      </div>
      <div class="field-three" role="group" aria-labelledby="wish-title">
        <p id="wish-title">
          {t("intake.wish")} <span class="soft">{t("intake.wish_hint")}</span>
        </p>
        <div class="field">
          <label for="in-day">{t("intake.wish_day")}</label>
          <input
            id="in-day"
            type="date"
            value={day}
            aria-invalid={faults.wish !== undefined}
            aria-describedby={faults.wish === undefined ? undefined : "in-day-fault"}
            onInput={(event) => {
              set({ day: event.currentTarget.value });
            }}
          />
        </div>
        <div class="field">
          <label for="in-from">{t("intake.wish_from")}</label>
          <input
            id="in-from"
            type="time"
            value={from}
            onInput={(event) => {
              set({ from: event.currentTarget.value });
            }}
          />
        </div>
        <div class="field">
          <label for="in-to">{t("intake.wish_to")}</label>
          <input
            id="in-to"
            type="time"
            value={to}
            onInput={(event) => {
              set({ to: event.currentTarget.value });
            }}
          />
        </div>
        <FaultWords id="in-day" lack={faults.wish} />
      </div>
    </fieldset>
  );
}

interface TextProps {
  readonly id: string;
  readonly label: string;
  readonly value: string;
  readonly most: number;
  readonly kind?: "text" | "tel";
  readonly needed?: boolean;
  readonly lack?: Faults[Field];
  readonly hint?: string;
  readonly onType: (typed: string) => void;
}

function Text({ id, label, value, most, kind = "text", needed = false, lack, hint, onType }: TextProps): JSX.Element {
  const describes = [lack !== undefined && `${id}-fault`, hint !== undefined && `${id}-hint`].filter(Boolean).join(" ");
  return (
    <div class="field">
      <label for={id}>{label}</label>
      <input
        id={id}
        type="text"
        inputMode={kind}
        maxLength={most}
        required={needed}
        autocomplete="off"
        value={value}
        aria-invalid={lack !== undefined}
        aria-describedby={describes || undefined}
        onInput={(event) => {
          onType(event.currentTarget.value);
        }}
      />
      <FaultWords id={id} lack={lack} />
      {hint !== undefined && (
        <p id={`${id}-hint`} class="soft">
          {hint}
        </p>
      )}
    </div>
  );
}

function FaultWords({ id, lack }: { readonly id: string; readonly lack: Faults[Field] }): ComponentChildren {
  if (lack === undefined) return null;
  return (
    <p id={`${id}-fault`} class="fault">
      <Icon name="warning" />
      {t(`intake.lack.${lack}`)}
    </p>
  );
}
