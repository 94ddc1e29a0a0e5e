/** A call becomes a job. Whatever fails, nothing typed is lost, and nothing is made twice. */
import { effect } from "@preact/signals";
import { answer } from "../../shared/api/client";
import type { Answer } from "../../shared/api/problem";
import type { Customer, Job, NewCustomer } from "../../shared/api/types";
import { t } from "../../shared/text/language";
import type { Board } from "../board";
import { madeBefore, newCustomer, newJob, placeOf, type Draft } from "./draft";

/** `made`: the customer's file exists now, so that another try makes none. */
export async function save(board: Board, draft: Draft, made: (customer: Customer) => void): Promise<Answer<Job>> {
  if (draft.unsure) {
    const before = await lookedFor(board, draft);
    if (!before.ok) return before;
    if (before.data !== undefined) return { ok: true, data: before.data };
  }
  const place = placeOf(draft, board.outlets.value.get(draft.outlet));
  if (place === null) return { ok: false, problem: { code: "outlet_unknown", detail: draft.outlet, status: 0 } };
  const customer = draft.customer === null ? await added(board, draft) : { ok: true as const, data: draft.customer };
  if (!customer.ok) return customer;
  if (draft.customer === null) made(customer.data);
  return answer(board.api.POST("/jobs", { body: newJob(draft, place, customer.data.id) }));
}

async function added(board: Board, draft: Draft): Promise<Answer<Customer>> {
  const wanted = newCustomer(draft);
  if (draft.unsure) {
    const query = { q: wanted.name.slice(0, 80), reason: t("intake.why_read"), limit: 50 };
    const page = await answer(board.api.GET("/customers", { params: { query } }));
    if (!page.ok) return page;
    const before = page.data.items.find((each) => sameFile(each, wanted));
    if (before !== undefined) return { ok: true, data: before };
  }
  return answer(board.api.POST("/customers", { body: wanted }));
}

function sameFile(known: Customer, wanted: NewCustomer): boolean {
  return known.name === wanted.name && known.phone === wanted.phone && known.address === wanted.address;
}

const SECOND_MS = 1000;

/** Whether the sending that nobody answered made the job: it was raised at the very millisecond of the call. */
async function lookedFor(board: Board, draft: Draft): Promise<Answer<Job | undefined>> {
  const call = Date.parse(draft.call ?? "");
  const query = {
    opened_from: new Date(call - SECOND_MS).toISOString(),
    opened_to: new Date(call + SECOND_MS).toISOString(),
    outlet_id: draft.outlet,
  };
  const page = await answer(board.api.GET("/jobs", { params: { query } }));
  return page.ok ? { ok: true, data: madeBefore(page.data.items, draft) } : page;
}

const LONGEST_WAIT_MS = 4000;

/** Resolves when the board has heard of the job, or after a while without: it is on the server either way. */
export function onBoard(board: Board, jobId: string): Promise<void> {
  board.feed.pullSoon();
  return new Promise((resolve) => {
    const timer = setTimeout(end, LONGEST_WAIT_MS);
    const stop = effect(() => {
      if (board.jobs.value.has(jobId)) queueMicrotask(end); // not within the effect that it ends
    });
    function end(): void {
      clearTimeout(timer);
      stop();
      resolve();
    }
  });
}
