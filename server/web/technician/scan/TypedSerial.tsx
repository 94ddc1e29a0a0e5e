/** The serial typed off the plate: for labels that no camera reads any more, and phones without one. */
import { useSignal } from "@preact/signals";
import type { JSX } from "preact";
import { paddedGtin } from "../../shared/codes/gtin";
import { readCode, type UnitCode } from "../../shared/codes/read";
import { typedSerial } from "../../shared/codes/serial";
import { t } from "../../shared/text/language";
import { Icon } from "../../shared/views/Icon";
import type { Unit } from "../phone/bodies";
import type { Phone } from "../phone/phone";
import { toldProblem } from "../phone/refusals";
import { goesOn, lookUp, modelsFor, type Typed } from "./decide";
import { nameOf } from "./UnitSheet";
import { UnitChoice } from "./UnitChoice";

interface TypedSerialProps {
  readonly phone: Phone;
  readonly jobId: string | null;
  readonly onCode: (code: UnitCode) => void;
}

export function TypedSerial({ phone, jobId, onCode }: TypedSerialProps): JSX.Element {
  const typed = useSignal("");
  const empty = useSignal(false);
  const found = useSignal<Typed | null>(null);
  const submit = (): void => {
    const text = typed.value.trim();
    empty.value = text === "";
    found.value = null;
    if (text === "") return;
    const reading = readCode(text); // somebody may paste the whole code
    if (reading.kind === "unit") {
      onCode(reading.code);
      return;
    }
    const looked = lookUp(text, phone.units.value);
    const [only] = looked.matches;
    if (only !== undefined && looked.matches.length === 1) onCode(only);
    else found.value = looked;
  };
  return (
    <section class="part">
      <form
        class="field"
        noValidate
        onSubmit={(event) => {
          event.preventDefault();
          submit();
        }}
      >
        <label for="typed-serial">{t("scan.type")}</label>
        <input
          id="typed-serial"
          class="numbers"
          value={typed.value}
          autocomplete="off"
          autocapitalize="characters"
          spellcheck={false}
          enterkeyhint="search"
          maxLength={200}
          aria-describedby="typed-serial-hint"
          aria-invalid={empty.value}
          onInput={(event) => {
            typed.value = event.currentTarget.value;
          }}
        />
        <p id="typed-serial-hint" class="soft">
          {t("scan.type_hint")}
        </p>
        {empty.value && (
          <p class="trouble" role="alert">
            {t("scan.type_empty")}
          </p>
        )}
        <button type="submit" class="button">
          <Icon name="search" />
          {t("scan.type_submit")}
        </button>
      </form>
      <div role="status">
        {found.value !== null && (
          <Found key={typed.value} phone={phone} jobId={jobId} typed={found.value} raw={typed.value} onCode={onCode} />
        )}
      </div>
    </section>
  );
}

interface FoundProps extends TypedSerialProps {
  readonly typed: Typed;
  readonly raw: string;
}

function Found({ phone, jobId, typed, raw, onCode }: FoundProps): JSX.Element {
  const { serial, matches, near } = typed;
  if (matches.length > 0) {
    return <Choice title={t("scan.matches", { n: matches.length })} units={matches} onCode={onCode} />;
  }
  return (
    <div class="typed-found">
      {near.length > 0 ? (
        <Choice
          title={t(near.length === 1 ? "scan.near" : "scan.near_many", { serial })}
          units={near}
          onCode={onCode}
        />
      ) : (
        <p>
          <strong>{t("scan.nothing_typed", { serial })}</strong>
        </p>
      )}
      {typed.codable ? (
        <Models phone={phone} jobId={jobId} serial={typedSerial(raw)} onCode={onCode} />
      ) : (
        <p>{t("scan.no_codable")}</p>
      )}
      <NoteWithJob phone={phone} jobId={jobId} serial={serial} />
    </div>
  );
}

interface ChoiceProps {
  readonly title: string;
  readonly units: readonly Unit[];
  readonly onCode: (code: UnitCode) => void;
}

function Choice({ title, units, onCode }: ChoiceProps): JSX.Element {
  return (
    <div class="scan-choice">
      <p>
        <strong>{title}</strong>
      </p>
      <ul>
        {units.map((unit) => (
          <UnitChoice key={unit.id} code={unit} unit={unit} onCode={onCode} />
        ))}
      </ul>
    </div>
  );
}

/** A serial needs its model's number before anybody can look for it. */
function Models({
  phone,
  jobId,
  serial,
  onCode,
}: Omit<FoundProps, "typed" | "raw"> & { readonly serial: string }): JSX.Element {
  const job = jobId === null ? null : (phone.jobs.value.get(jobId) ?? null);
  const number = useSignal("");
  const wrong = useSignal(false);
  return (
    <details class="more">
      <summary>{t("scan.which_model")}</summary>
      <ul class="scan-choice">
        {modelsFor(job, phone.units.value).map((model) => (
          <li key={model.gtin}>
            <button
              type="button"
              class="button"
              onClick={() => {
                onCode({ gtin: model.gtin, serial });
              }}
            >
              <span class="typed">{nameOf(model)}</span>
            </button>
          </li>
        ))}
      </ul>
      <form
        class="field"
        noValidate
        onSubmit={(event) => {
          event.preventDefault();
          const padded = paddedGtin(number.value.trim());
          wrong.value = !padded.ok;
          if (padded.ok) onCode({ gtin: padded.value, serial });
        }}
      >
        <label for="other-model">{t("scan.other_model")}</label>
        <input
          id="other-model"
          class="numbers"
          inputMode="numeric"
          autocomplete="off"
          maxLength={20}
          value={number.value}
          aria-describedby="other-model-hint"
          aria-invalid={wrong.value}
          onInput={(event) => {
            number.value = event.currentTarget.value;
          }}
        />
        <p id="other-model-hint" class="soft">
          {t("scan.other_model_hint")}
        </p>
        {wrong.value && (
          <p class="trouble" role="alert">
            {t("scan.other_model_wrong")}
          </p>
        )}
        <button type="submit" class="button">
          {t("scan.other_model_use")}
        </button>
      </form>
    </details>
  );
}

/** For what no code can carry: a plate of thirty years ago, with spaces, strokes and characters of its own. */
function NoteWithJob({
  phone,
  jobId,
  serial,
}: {
  readonly phone: Phone;
  readonly jobId: string | null;
  readonly serial: string;
}): JSX.Element {
  const said = useSignal<string | null>(null);
  const done = useSignal(false);
  const job = jobId === null ? undefined : phone.jobs.value.get(jobId);
  if (job === undefined || !goesOn(job)) return <p class="soft">{t("scan.needs_job")}</p>;
  const keep = async (): Promise<void> => {
    const text = t("scan.note_text", { serial });
    const performed = await phone.perform("job.note", { type: "job", id: job.id }, { text });
    done.value = performed.ok;
    said.value = performed.ok ? t("scan.note_kept") : t("scan.refused", { why: toldProblem(performed.problem) });
  };
  return (
    <>
      {!done.value && (
        <button type="button" class="button" onClick={() => void keep()}>
          <Icon name="message" />
          {t("scan.note")}
        </button>
      )}
      {said.value !== null && <p class={done.value ? "kept" : "trouble"}>{said.value}</p>}
    </>
  );
}
