/** What a dispatcher does with plans, and following one while it is made and while the world goes on. */
import { useSignal, type ReadonlySignal } from "@preact/signals";
import { useEffect } from "preact/hooks";
import { answer } from "../../shared/api/client";
import { sentence, type Answer, type Problem } from "../../shared/api/problem";
import type { BorrowingProposal, NewPlan, Plan, PlanHead, Publish, Published } from "../../shared/api/types";
import { tell } from "../../shared/news/news";
import { t } from "../../shared/text/language";
import { useLoaded, type Loaded } from "../../shared/views/loading";
import { useBeat } from "../beat";
import type { Board } from "../board";

const WATCHING_MS = 1000; // while it is being made
const LISTED = 20;

/** The plan that is made now: the new one, or the one that somebody had begun already. */
export async function beginPlan(board: Board, wanted: NewPlan): Promise<Answer<string>> {
  const begun = await answer(board.api.POST("/dispatch/plans", { body: wanted }));
  if (begun.ok) return { ok: true, data: begun.data.id };
  const running = begun.problem.extra?.["plan_id"];
  if (begun.problem.code !== "plan_running" || typeof running !== "string") return begun;
  tell("good", t("plan.joined"));
  return { ok: true, data: running };
}

/** A refusal in a sentence that says how much is too much, where the server says it. */
export function planTrouble(problem: Problem): string {
  const { jobs, limit } = problem.extra ?? {};
  if (problem.code === "plan_too_large" && typeof jobs === "number" && typeof limit === "number")
    return t("plan.too_large", { jobs, limit });
  return sentence(problem);
}

export async function publishPlan(board: Board, plan: Plan, wanted: Publish): Promise<Answer<Published>> {
  const path = { params: { path: { plan_id: plan.id } } };
  const done = await answer(board.api.POST("/dispatch/plans/{plan_id}/publish", { ...path, body: wanted }));
  board.feed.pullSoon();
  if (done.ok) {
    const { published, skipped } = done.data;
    const words = t("plan.done", { n: published.length });
    tell(
      "good",
      skipped.length === 0
        ? words
        : t("punctuation.next", { words, next: t("plan.done_skipped", { n: skipped.length }) }),
    );
  }
  return done;
}

export async function discardPlan(board: Board, plan: PlanHead): Promise<Problem | null> {
  const path = { params: { path: { plan_id: plan.id } } };
  const done = await answer(board.api.POST("/dispatch/plans/{plan_id}/discard", path));
  if (!done.ok) return done.problem;
  tell("good", t("plan.discarded"));
  return null;
}

/** Asks the lender, or borrows at once where the caller may speak for both. True when it is asked for. */
export async function borrow(board: Board, { borrowing, technician_name: name }: BorrowingProposal): Promise<boolean> {
  const done = await answer(board.api.POST("/borrowings", { body: borrowing }));
  if (!done.ok) tell("bad", sentence(done.problem));
  else if (done.data.state === "asked") tell("good", t("borrow.asked", { name, outlet: done.data.lender_outlet_name }));
  else tell("good", t("borrow.agreed", { name }));
  return done.ok;
}

/** The newest plans; read anew when something happened on the board. */
export function usePlans(board: Board): readonly [ReadonlySignal<Loaded<readonly PlanHead[]>>, () => void] {
  const beat = useBeat(board);
  return useLoaded<readonly PlanHead[]>(
    async () => {
      const page = await answer(board.api.GET("/dispatch/plans", { params: { query: { limit: LISTED } } }));
      return page.ok ? { ok: true, data: page.data.items } : page;
    },
    "plans",
    beat.value,
  );
}

/** One plan, live: every second while it is made, then whenever something happened on the board. */
export function usePlan(board: Board, id: string): readonly [ReadonlySignal<Loaded<Plan>>, () => void] {
  const beat = useBeat(board);
  const found = useLoaded<Plan>(
    () => answer(board.api.GET("/dispatch/plans/{plan_id}", { params: { path: { plan_id: id } } })),
    id,
    beat.value,
  );
  const [state, again] = found;
  const solving = state.value.kind === "ready" && state.value.data.state === "solving";
  useEffect(() => {
    if (!solving) return undefined;
    const timer = setInterval(again, WATCHING_MS);
    return () => {
      clearInterval(timer);
    };
  }, [solving, again]);
  return found;
}

/** The present, several times a second, while something moves. */
export function useMoment(): ReadonlySignal<number> {
  const moment = useSignal(Date.now());
  useEffect(() => {
    const timer = setInterval(() => {
      moment.value = Date.now();
    }, 250);
    return () => {
      clearInterval(timer);
    };
  }, [moment]);
  return moment;
}
