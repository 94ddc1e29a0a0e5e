/** A call becomes a job, in under a minute and by the keyboard alone. Typed text outlives the page, a reload, a lost
 * network and a refusal; what may be promised stands beside the form while it is typed. */
import { useComputed, useSignal, useSignalEffect, type Signal } from "@preact/signals";
import type { JSX } from "preact";
import { useEffect, useMemo, useRef } from "preact/hooks";
import { answer } from "../../shared/api/client";
import { sentence } from "../../shared/api/problem";
import type { Quote, QuoteRequest, Unit } from "../../shared/api/types";
import { tell } from "../../shared/news/news";
import { t } from "../../shared/text/language";
import { Icon } from "../../shared/views/Icon";
import { Notice } from "../../shared/views/Notice";
import type { Board } from "../board";
import type { Show } from "../Desk";
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
  quoteAsked,
  withCustomer,
  withStranger,
  type Draft,
  type Faults,
  type Field,
} from "./draft";
import "./intake.css";
import { Covered, Promised, Reported } from "./Known";
import { CallTime, Contact, KnownContact, Products, Work } from "./parts";
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
