/** A call becomes a job, in under a minute and by the keyboard alone. Typed text outlives the page, a reload, a lost
 * network and a refusal; what may be promised stands beside the form while it is typed. */
import { useComputed, useSignal, useSignalEffect, type ReadonlySignal, type Signal } from "@preact/signals";
import type { ComponentChildren, JSX } from "preact";
import { useEffect, useMemo, useRef } from "preact/hooks";
import { answer } from "../../shared/api/client";
import { sentence } from "../../shared/api/problem";
import type { Quote, QuoteRequest, Unit } from "../../shared/api/types";
import { inLanguage, named, t } from "../../shared/text/language";
import { clockTime, shortTime } from "../../shared/time/format";
import { now } from "../../shared/time/now";
import { Icon } from "../../shared/views/Icon";
import { Notice } from "../../shared/views/Notice";
import type { Board } from "../board";
import type { Show } from "../Desk";
import { tell } from "../news";
import { asker } from "./asking";
import { CallerField } from "./CallerField";
import { customerOf, unitsOf, type Found } from "./callers";
import {
  BLANK,
  changed,
  duplicatesOf,
  faultsOf,
  keep,
  kept,
  placeOf,
  quoteAsked,
  withCustomer,
  withStranger,
  type Draft,
  type Faults,
  type Field,
} from "./draft";
import "./intake.css";
import { Covered, Promised, Reported } from "./Known";
import { onBoard, save } from "./saving";

interface IntakePageProps {
  readonly board: Board;
  readonly show: Show;
}

export function IntakePage({ board, show }: IntakePageProps): JSX.Element {
  if (!board.mayWrite) return <Notice icon="lock" title={t("desk.read_only")} />;
  return <Intake board={board} show={show} />;
}

const QUOTE_WAIT_MS = 300;
/** Where the focus goes when a field is wrong. */
const FIELD_IDS: Readonly<Record<Field, string>> = {
  name: "in-name",
  place: "in-place",
  outlet: "in-outlet",
  type: "in-type",
  fault: "in-fault",
  wish: "in-day",
};

function Intake({ board, show }: IntakePageProps): JSX.Element {
  const draft = useSignal<Draft>(useMemo(() => kept(sessionStorage, board.user.id), [board]));
  const units = useSignal<readonly Unit[]>([]);
  const checked = useSignal(false);
  const busy = useSignal(false);
  const trouble = useSignal<string | null>(null);
  /** The contact of a known customer is folded away until somebody has to change it. */
  const changing = useSignal(false);
  const search = useRef<HTMLInputElement>(null);
  const quoting = useMemo(() => quoteAsker(board), [board]);

  const faults = useComputed<Faults>(() => (checked.value ? faultsOf(draft.value) : {}));
  const reported = useComputed(() => duplicatesOf(board.jobs.value.values(), draft.value));

  const offline = useComputed(() => board.feed.contact.value.state === "offline");
  /** What found no server is asked anew once it is back. */
  const question = useComputed(() => ({ asked: quoteAsked(draft.value), offline: offline.value }));
  useSignalEffect(() => {
    quoting.want(question.value.asked);
  });
  useEffect(() => quoting.stop, [quoting]);
  useEffect(() => {
    search.current?.focus();
    if (draft.peek().customer !== null) void fetchUnits();
    // once, when the page opens
    // eslint-disable-next-line react-hooks/exhaustive-deps
  }, []);
  useDefaults(board, draft);

  /** Kept before anything is drawn: an effect would come a moment later, and too late for a page that goes away. */
  function put(next: Draft): void {
    draft.value = next;
    keep(sessionStorage, board.user.id, next);
  }

  function set(change: Partial<Draft>): void {
    put(changed(draft.peek(), change, Date.now()));
  }

  async function fetchUnits(): Promise<void> {
    const { customer } = draft.peek();
    if (customer === null) return;
    const found = await unitsOf(board, customer.id);
    if (draft.peek().customer?.id !== customer.id) return; // somebody else was chosen meanwhile
    units.value = found.ok ? found.data : [];
    const [only, ...more] = units.value;
    if (only !== undefined && more.length === 0 && draft.peek().unit === null) set({ unit: only });
  }

  async function choose(found: Found): Promise<void> {
    units.value = [];
    changing.value = false;
    if (found.kind === "customer") {
      set(withCustomer(draft.peek(), found.customer));
    } else {
      const { unit } = found;
      set({ unit, outlet: unit.outlet_id, customer: null });
      if (unit.customer_id !== null) {
        const owner = await customerOf(board, unit.customer_id);
        if (owner.ok && draft.peek().unit?.id === unit.id) set(withCustomer(draft.peek(), owner.data));
      }
    }
    document.getElementById(draft.peek().name === "" ? "in-name" : "in-fault")?.focus();
    await fetchUnits();
  }

  function stranger(): void {
    units.value = [];
    const { unit } = draft.peek();
    set({ ...withStranger(draft.peek().search), ...(unit?.customer_id === null ? { unit } : {}) });
    document.getElementById(draft.peek().name === "" ? "in-name" : "in-phone")?.focus();
  }

  function clear(): void {
    put(BLANK);
    units.value = [];
    checked.value = false;
    changing.value = false;
    trouble.value = null;
    search.current?.focus();
  }

  async function submit(): Promise<void> {
    if (busy.value) return;
    checked.value = true;
    const [first] = Object.keys(faultsOf(draft.value)) as Field[];
    if (first !== undefined) {
      document.getElementById(FIELD_IDS[first])?.focus();
      return;
    }
    busy.value = true;
    trouble.value = null;
    set({}); // the call is dated, also when nothing was typed since a reload
    const done = await save(board, draft.peek(), (customer) => {
      changing.value = true; // the form stays as it is, whatever becomes of the job
      set({ customer });
    });
    if (!done.ok) {
      busy.value = false;
      if (done.problem.status === 0) set({ unsure: true });
      trouble.value = done.problem.status === 0 ? t("intake.unsure") : sentence(done.problem);
      return;
    }
    await onBoard(board, done.data.id);
    put(BLANK);
    tell("good", t("intake.saved", { n: done.data.number }));
    show({ page: "queue", job: done.data.id });
    requestAnimationFrame(() => document.getElementById("drawer-title")?.focus());
  }

  const { customer, unit } = draft.value;
  return (
    <form
      class="intake"
      noValidate
      onSubmit={(event) => {
        event.preventDefault();
        void submit();
      }}
      onKeyDown={(event) => {
        if (event.key === "Enter" && (event.ctrlKey || event.metaKey)) {
          event.preventDefault();
          void submit();
        }
      }}
    >
      <header>
        <h1>{t("intake.title")}</h1>
        <CallTime draft={draft} set={set} />
      </header>
      <div class="intake-form">
        {trouble.value !== null && (
          <p class="trouble" role="alert">
            {trouble.value}
          </p>
        )}
        <CallerField
          board={board}
          draft={draft}
          field={search}
          onSearch={(typed) => {
            set({ search: typed });
          }}
          onFound={(found) => void choose(found)}
          onStranger={stranger}
        />
        {customer !== null && !changing.value && faults.value.name === undefined && faults.value.place === undefined ? (
          <KnownContact draft={draft} board={board} onChange={() => (changing.value = true)} />
        ) : (
          <Contact board={board} draft={draft} faults={faults.value} set={set} />
        )}
        <Products draft={draft} units={units.value} set={set} />
        <Work board={board} draft={draft} faults={faults.value} set={set} />
        <footer>
          <button type="submit" class="button first" aria-disabled={busy.value}>
            {busy.value ? t("act.busy") : t("intake.save")}
          </button>
          <kbd>Ctrl</kbd>
          <kbd>Enter</kbd>
          <button type="button" class="button plain" onClick={clear}>
            {t("intake.clear")}
          </button>
        </footer>
      </div>
      <aside class="intake-known" aria-label={t("intake.known")}>
        {offline.value && (
          <p class="caution" role="status">
            <Icon name="offline" />
            {t("intake.offline")}
          </p>
        )}
        <Reported jobs={reported.value} sameUnit={unit !== null} board={board} show={show} />
        <Promised told={quoting.told} onAgain={quoting.again} />
        {unit !== null && <Covered key={unit.id} unit={unit} board={board} />}
        {customer === null && draft.value.name.trim() !== "" && (
          <p class="soft">
            <Icon name="person" /> {t("intake.new_file", { name: draft.value.name.trim() })}
          </p>
        )}
      </aside>
    </form>
  );
}

function quoteAsker(board: Board): ReturnType<typeof asker<QuoteRequest, Quote>> {
  return asker<QuoteRequest, Quote>(async (body) => {
    const done = await answer(board.api.POST("/commitments/quote", { body }));
    if (!done.ok) return done;
    return "quotes" in done.data
      ? { ok: false, problem: { code: "unknown", detail: "", status: 200 } }
      : { ok: true, data: done.data };
  }, QUOTE_WAIT_MS);
}

/** The one outlet, and a repair, are nothing to ask for; filling them in is no beginning of a call. */
function useDefaults(board: Board, draft: Signal<Draft>): void {
  useSignalEffect(() => {
    const { outlet, type } = draft.value;
    const [first] = board.outlets.value.values();
    const own = board.user.outlet_id ?? (board.outlets.value.size === 1 ? first?.id : undefined);
    const types = board.typesByCode.value;
    const usual = types.has("repair") ? "repair" : undefined;
    const change = {
      ...(outlet === "" && own !== undefined ? { outlet: own } : {}),
      ...(type === "" && usual !== undefined ? { type: usual } : {}),
    };
    if (Object.keys(change).length > 0) draft.value = { ...draft.peek(), ...change };
  });
}

interface PartProps {
  readonly board: Board;
  readonly draft: ReadonlySignal<Draft>;
  readonly faults: Faults;
  readonly set: (change: Partial<Draft>) => void;
}

/** The promise runs from the call. A draft from the morning is told apart, and can be dated anew. */
function CallTime({ draft, set }: Pick<PartProps, "draft" | "set">): JSX.Element | null {
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

function KnownContact({ draft, board, onChange }: KnownContactProps): JSX.Element {
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

function Contact({ board, draft, faults, set }: PartProps): JSX.Element {
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
function Products({
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

function Work({ board, draft, faults, set }: PartProps): JSX.Element {
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
