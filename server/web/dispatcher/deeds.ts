/** What a dispatcher does. Each deed asks the server, says what became of it, and offers the way back where there is one.
 * Nothing is changed here: what the server accepts comes back by the feed. */
import { answer } from "../shared/api/client";
import { sentence, type Answer, type Problem } from "../shared/api/problem";
import type { Assign, Hold, Job, Lock, Recommendation, Recommendations, Review } from "../shared/api/types";
import { tell } from "../shared/news/news";
import { say, t } from "../shared/text/language";
import { timeWindow } from "../shared/time/format";
import { now } from "../shared/time/now";
import type { Board } from "./board";
import { obstaclesOf } from "./effects";
import { bookingIn } from "./offers";

const at = (job: Job): { params: { path: { job_id: string } } } => ({ params: { path: { job_id: job.id } } });

const PROPOSALS = 5; // nobody reads more before taking one

export function recommend(board: Board, job: Job): Promise<Answer<Recommendations>> {
  const few = { params: { ...at(job).params, query: { limit: PROPOSALS } } };
  return answer(board.api.GET("/dispatch/jobs/{job_id}/recommendations", few));
}

/** One technician: either recommended, or told why not. */
export function recommendNamed(board: Board, job: Job, technicianId: string): Promise<Answer<Recommendations>> {
  const one = { params: { ...at(job).params, query: { technician_id: technicianId } } };
  return answer(board.api.GET("/dispatch/jobs/{job_id}/recommendations", one));
}

/** Books a visit as proposed or as entered. Null when it is booked, else why not. */
export async function book(board: Board, job: Job, wanted: Assign): Promise<Problem | null> {
  const how = bookingIn(job.state);
  if (how === null) return { code: "transition_illegal", detail: job.state, status: 409 };
  const done = await put(board, how, job, wanted);
  if (!done.ok) return done.problem;
  board.feed.pullSoon();
  tell("good", bookedWords(board, how, done.data), wayBack(board, how, wanted, job, done.data));
  return null;
}

function put(board: Board, how: "assign" | "move", job: Job, wanted: Assign): Promise<Answer<Job>> {
  const body = { ...at(job), body: wanted };
  return answer(
    how === "assign" ? board.api.POST("/jobs/{job_id}/assign", body) : board.api.POST("/jobs/{job_id}/move", body),
  );
}

function bookedWords(board: Board, how: "assign" | "move", job: Job): string {
  const start = Date.parse(job.window_start ?? job.opened_at);
  const end = job.window_end === null ? null : Date.parse(job.window_end);
  const words = {
    n: job.number,
    name: board.nameOf(job.technician_id),
    window: timeWindow(now.value, start, end, board.zoneOf(job.outlet_id)),
  };
  return how === "assign" ? t("done.assigned", words) : t("done.moved", words);
}

/** Undoing an assignment takes it back; undoing a move moves back to where it was. What others were moved for has no
 * way back here: they have been told, and their visits may have changed since. */
function wayBack(
  board: Board,
  how: "assign" | "move",
  wanted: Assign,
  before: Job,
  after: Job,
): (() => Promise<void>) | null {
  if (wanted.delays !== undefined && wanted.delays.length > 0) return null;
  const { technician_id, window_start, window_end } = before;
  if (how === "assign") return () => undo(board, takeBackQuietly(board, after));
  if (technician_id === null || window_start === null) return null;
  const back = { technician_id, starts_at: window_start, ends_at: window_end, override: false };
  return () => undo(board, put(board, "move", after, back));
}

function takeBackQuietly(board: Board, job: Job): Promise<Answer<Job>> {
  return answer(board.api.POST("/jobs/{job_id}/unassign", { ...at(job), body: { reason: "" } }));
}

async function undo(board: Board, deed: Promise<Answer<Job>>): Promise<void> {
  const done = await deed;
  board.feed.pullSoon();
  if (done.ok) tell("good", t("done.undone"));
  else tell("bad", sentence(done.problem));
}

/** `a`: the first proposal, at once. A double booking means that somebody was quicker; the proposals are then new. */
export async function bookBest(board: Board, job: Job): Promise<void> {
  const found = await recommend(board, job);
  if (!found.ok) {
    tell("bad", t("failed.assign", { n: job.number, why: sentence(found.problem) }));
    return;
  }
  const [best] = found.data.recommendations;
  if (best === undefined) tell("bad", t("failed.nobody", { n: job.number }));
  else await bookProposal(board, job, best);
}

/** True when it is booked. What the proposal would delay is booked with it, or nothing is. */
export async function bookProposal(board: Board, job: Job, proposal: Recommendation): Promise<boolean> {
  const problem = await book(board, job, proposal.booking);
  if (problem === null) return true;
  const name = board.nameOf(proposal.technician_id, proposal.technician_name);
  tell("bad", whyNotBooked(job, name, problem));
  return false;
}

function whyNotBooked(job: Job, name: string, problem: Problem): string {
  if (problem.code === "double_booked") return t("failed.double_booked", { name });
  if (problem.code === "version_stale") return t("failed.overtaken", { name });
  return t("failed.assign", { n: job.number, why: sentence(problem) });
}

export async function takeBack(board: Board, job: Job, reason: string): Promise<Problem | null> {
  const done = await answer(board.api.POST("/jobs/{job_id}/unassign", { ...at(job), body: { reason } }));
  return said(board, done, t("done.unassigned", { n: job.number }), done.ok ? again(board, job, done.data) : null);
}

/** Undoing that a visit was taken back books it anew where it was; what had begun begins anew. */
function again(board: Board, before: Job, after: Job): (() => Promise<void>) | null {
  const { technician_id, window_start, window_end } = before;
  if (technician_id === null || window_start === null) return null;
  const wanted = { technician_id, starts_at: window_start, ends_at: window_end, override: false };
  return () => undo(board, put(board, "assign", after, wanted));
}

export async function cancelJob(board: Board, job: Job, reason: string): Promise<Problem | null> {
  const done = await answer(board.api.POST("/jobs/{job_id}/cancel", { ...at(job), body: { reason } }));
  return said(board, done, t("done.cancelled", { n: job.number }));
}

export async function deleteJob(board: Board, job: Job, reason: string): Promise<Problem | null> {
  const done = await answer(board.api.POST("/jobs/{job_id}/delete", { ...at(job), body: { reason } }));
  return said(board, done, t("done.deleted", { n: job.number }));
}

export async function closeJob(board: Board, job: Job): Promise<Problem | null> {
  const done = await answer(board.api.POST("/jobs/{job_id}/close", at(job)));
  return said(board, done, t("done.closed", { n: job.number }));
}

export async function holdPromise(board: Board, job: Job, hold: Hold): Promise<Problem | null> {
  const done = await answer(board.api.POST("/jobs/{job_id}/hold", { ...at(job), body: hold }));
  return said(board, done, t("done.held", { n: job.number }));
}

export async function resumePromise(board: Board, job: Job): Promise<Problem | null> {
  const done = await answer(board.api.POST("/jobs/{job_id}/resume", { ...at(job), body: {} }));
  return said(board, done, t("done.resumed", { n: job.number }));
}

export async function reopenJob(board: Board, job: Job, reason: string): Promise<Problem | null> {
  const done = await answer(board.api.POST("/jobs/{job_id}/reopen", { ...at(job), body: { reason } }));
  return said(board, done, t("done.reopened", { n: job.number }));
}

export async function agreeAppointment(board: Board, job: Job, when: string, note: string): Promise<Problem | null> {
  const done = await answer(board.api.POST("/jobs/{job_id}/appointment", { ...at(job), body: { at: when, note } }));
  return said(board, done, t("done.agreed", { n: job.number }));
}

export async function lockVisit(board: Board, job: Job, lock: Lock): Promise<Problem | null> {
  const done = await answer(board.api.POST("/jobs/{job_id}/lock", { ...at(job), body: { lock } }));
  return said(board, done, lock === "none" ? t("done.freed", { n: job.number }) : t("done.locked", { n: job.number }));
}

/** `recordVersion`: of the effects on screen; when the record has moved on, nothing is settled. True when it is. */
export async function settle(
  board: Board,
  review: Review,
  choice: string,
  recordVersion: number | null,
): Promise<boolean> {
  const body = { ...reviewPath(review), body: { choice, record_version: recordVersion } };
  const done = await answer(board.api.POST("/reviews/{review_id}/settle", body));
  board.feed.pullSoon();
  if (done.ok) tell("good", t("done.settled"), () => undoSettlement(board, review));
  else tell("bad", sentence(done.problem));
  return done.ok;
}

export async function undoSettlement(board: Board, review: Review): Promise<void> {
  const done = await answer(board.api.POST("/reviews/{review_id}/undo", reviewPath(review)));
  board.feed.pullSoon();
  if (done.ok) tell("good", t("done.unsettled"));
  else tell("bad", whyNotUndone(done.problem));
}

function reviewPath(review: Review): { params: { path: { review_id: string } } } {
  return { params: { path: { review_id: review.id } } };
}

function whyNotUndone(problem: Problem): string {
  const names = obstaclesOf(problem.extra).map((name) => say("field", name));
  return names.length === 0
    ? sentence(problem)
    : t("failed.undo", { what: [...new Set(names)].join(t("punctuation.list")) });
}

function said<T>(
  board: Board,
  done: Answer<T>,
  words: string,
  undoing: (() => Promise<void>) | null = null,
): Problem | null {
  board.feed.pullSoon();
  if (!done.ok) return done.problem;
  tell("good", words, undoing);
  return null;
}
