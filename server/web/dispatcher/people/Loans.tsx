/** Who works for whom for a while: asked, agreed, ended. Who could come from where is proposed beside a plan. */
import { useSignal } from "@preact/signals";
import type { JSX } from "preact";
import { sentence, type Problem } from "../../shared/api/problem";
import type { Borrowing } from "../../shared/api/types";
import { tell } from "../../shared/news/news";
import { say, t } from "../../shared/text/language";
import { timeWindow } from "../../shared/time/format";
import { now } from "../../shared/time/now";
import type { Board } from "../board";
import type { Show } from "../Desk";
import { agreeLoan, endLoan } from "./deeds";

interface LoansProps {
  readonly loans: readonly Borrowing[];
  readonly board: Board;
  readonly show: Show;
  readonly onChanged: () => void;
}

export function Loans({ loans, board, show, onChanged }: LoansProps): JSX.Element {
  return (
    <section class="loans" aria-labelledby="loans-title">
      <header>
        <h2 id="loans-title">{t("people.borrowed")}</h2>
        <p class="soft">{t("people.borrowed_hint")}</p>
        <button
          type="button"
          class="button"
          onClick={() => {
            show({ page: "plan" });
          }}
        >
          {t("people.to_plan")}
        </button>
      </header>
      {loans.length === 0 && <p class="soft">{t("people.borrowed_none")}</p>}
      <ul>
        {loans.map((loan) => (
          <Loan key={loan.id} loan={loan} board={board} onChanged={onChanged} />
        ))}
      </ul>
    </section>
  );
}

interface LoanProps {
  readonly loan: Borrowing;
  readonly board: Board;
  readonly onChanged: () => void;
}

function Loan({ loan, board, onChanged }: LoanProps): JSX.Element {
  const busy = useSignal(false);
  const words = { name: loan.technician_name, lender: loan.lender_outlet_name, outlet: loan.outlet_name };
  const zone = board.zoneOf(loan.outlet_id);

  async function act(deed: () => Promise<Problem | null>): Promise<void> {
    if (busy.value) return;
    busy.value = true;
    const problem = await deed();
    busy.value = false;
    if (problem !== null) tell("bad", sentence(problem));
    onChanged();
  }

  return (
    <li class="loan">
      <span>
        <strong>{t("people.borrow_line", words)}</strong>
        <span class="soft numbers">
          {timeWindow(now.value, Date.parse(loan.starts_at), Date.parse(loan.ends_at), zone)}
        </span>
      </span>
      <span class="tag">{say("people.borrow_state", loan.state)}</span>
      {board.mayWrite && (
        <span class="person-deeds">
          {loan.state === "asked" && loan.may_agree && (
            <button
              type="button"
              class="button first"
              aria-label={t("people.borrow_agree_named", words)}
              aria-disabled={busy.value}
              onClick={() => void act(() => agreeLoan(board, loan))}
            >
              {t("people.borrow_agree")}
            </button>
          )}
          <button
            type="button"
            class="button"
            aria-label={t("people.borrow_end_named", words)}
            aria-disabled={busy.value}
            onClick={() => void act(() => endLoan(board, loan))}
          >
            {t("people.borrow_end")}
          </button>
        </span>
      )}
    </li>
  );
}
