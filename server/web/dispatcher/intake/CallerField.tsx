/** Who is calling? One field for a number, a name, a serial or a scanned code; what is found is chosen by the arrows. */
import { useSignal, useSignalEffect, type ReadonlySignal } from "@preact/signals";
import type { JSX, RefObject } from "preact";
import { useEffect, useMemo } from "preact/hooks";
import { sentence } from "../../shared/api/problem";
import { inLanguage, named, t } from "../../shared/text/language";
import { Icon } from "../../shared/views/Icon";
import type { Board } from "../board";
import { asker } from "./asking";
import { callerAsked, findCallers, type CallerAsked, type Found } from "./callers";
import type { Draft } from "./draft";

const WAIT_MS = 250;
const LIST = "caller-list";

interface CallerFieldProps {
  readonly board: Board;
  readonly draft: ReadonlySignal<Draft>;
  readonly field: RefObject<HTMLInputElement | null>;
  readonly onSearch: (search: string) => void;
  readonly onFound: (found: Found) => void;
  readonly onStranger: () => void;
}

export function CallerField({ board, draft, field, onSearch, onFound, onStranger }: CallerFieldProps): JSX.Element {
  const asking = useMemo(
    () => asker<CallerAsked, readonly Found[]>((asked) => findCallers(board, asked), WAIT_MS),
    [board],
  );
  const open = useSignal(false);
  const at = useSignal(0);
  /** Enter came before the answer, as from a scanner that types a code and Enter at once. */
  const hurried = useSignal(false);
  useEffect(() => asking.stop, [asking]);
  useSignalEffect(() => {
    asking.want(open.value ? callerAsked(draft.value.search, location.host) : null);
  });

  const search = draft.value.search;
  const { answer, busy } = asking.told.value;
  const found = answer?.ok === true ? answer.data : [];
  const shown = open.value && callerAsked(search, location.host) !== null;
  const last = found.length; // the one after the last found: nobody we know
  const here = Math.min(at.value, last);

  function choose(index: number): void {
    const chosen = found[index];
    open.value = false;
    if (chosen === undefined) onStranger();
    else onFound(chosen);
  }

  // Only the one that was found: whom else somebody in a hurry meant, nobody knows.
  useEffect(() => {
    if (!hurried.value || busy) return;
    hurried.value = false;
    if (found.length === 1) choose(0);
  });

  function pressed(event: KeyboardEvent): void {
    if (event.isComposing || !shown) return;
    if (event.key === "ArrowDown") at.value = here === last ? 0 : here + 1;
    else if (event.key === "ArrowUp") at.value = here === 0 ? last : here - 1;
    else if (event.key === "Enter" && !event.ctrlKey && !event.metaKey) {
      if (busy) hurried.value = true;
      else choose(here);
    } else if (event.key === "Escape") open.value = false;
    else return;
    event.preventDefault();
  }

  return (
    <div class="field caller">
      <label for="caller">{t("intake.caller")}</label>
      <div class="caller-box">
        <Icon name="search" />
        <input
          id="caller"
          ref={field}
          type="text"
          role="combobox"
          aria-expanded={shown}
          aria-controls={LIST}
          aria-autocomplete="list"
          aria-activedescendant={shown ? optionId(here) : undefined}
          aria-describedby="caller-hint"
          autocomplete="off"
          spellcheck={false}
          maxLength={2000}
          value={search}
          onInput={(event) => {
            open.value = true;
            at.value = 0;
            hurried.value = false;
            onSearch(event.currentTarget.value);
          }}
          onKeyDown={pressed}
          onBlur={() => {
            open.value = false;
          }}
        />
      </div>
      <p id="caller-hint" class="soft">
        {t("intake.caller_hint")}
      </p>
      <ul id={LIST} role="listbox" aria-label={t("intake.found")} class="caller-list" hidden={!shown} aria-busy={busy}>
        {shown &&
          found.map((each, index) => (
            <Option key={keyOf(each)} index={index} current={index === here} onChoose={choose}>
              <FoundWords found={each} board={board} />
            </Option>
          ))}
        {shown && (
          <Option index={last} current={here === last} onChoose={choose}>
            <Icon name="person" />
            <span>
              <strong>{t("intake.stranger", { typed: search.trim().slice(0, 60) })}</strong>
              <span class="soft">{strangerWords(busy, answer, found.length)}</span>
            </span>
          </Option>
        )}
      </ul>
      <p class="unseen" role="status">
        {shown && !busy && answer?.ok === true && t("intake.found_count", { n: found.length })}
      </p>
    </div>
  );
}

function strangerWords(busy: boolean, answer: { readonly ok: boolean } | null, found: number): string {
  if (busy) return t("intake.looking");
  if (answer !== null && "problem" in answer) return sentence(answer.problem as Parameters<typeof sentence>[0]);
  return found === 0 ? t("intake.found_none") : "";
}

const optionId = (index: number): string => `caller-${index}`;

function keyOf(found: Found): string {
  return found.kind === "customer" ? found.customer.id : found.unit.id;
}

interface OptionProps {
  readonly index: number;
  readonly current: boolean;
  readonly onChoose: (index: number) => void;
  readonly children: JSX.Element | readonly JSX.Element[];
}

function Option({ index, current, onChoose, children }: OptionProps): JSX.Element {
  return (
    <li
      id={optionId(index)}
      role="option"
      aria-selected={current}
      onPointerDown={(event) => {
        event.preventDefault(); // the field keeps the focus, so that leaving it does not close the list first
      }}
      onClick={() => {
        onChoose(index);
      }}
    >
      {children}
    </li>
  );
}

function FoundWords({ found, board }: { readonly found: Found; readonly board: Board }): JSX.Element {
  if (found.kind === "unit") {
    const { unit } = found;
    return (
      <>
        <Icon name="unit" />
        <span>
          <strong>{inLanguage({ zh: unit.model_name, en: unit.model_name_en })}</strong>{" "}
          <span class="numbers">{unit.serial}</span>
          <span class="soft">
            {unit.withdrawn_on === null
              ? t(unit.customer_id === null ? "intake.unit_free" : "intake.unit_owned")
              : t("intake.unit_withdrawn")}
          </span>
        </span>
      </>
    );
  }
  const { customer } = found;
  const outlet = board.outlets.value.size > 1 ? board.outlets.value.get(customer.outlet_id) : undefined;
  return (
    <>
      <Icon name="person" />
      <span>
        <strong>{customer.name}</strong> <span class="numbers">{customer.phone}</span>
        <span class="soft">{[customer.address, outlet && named(outlet)].filter(Boolean).join(" · ")}</span>
      </span>
    </>
  );
}
