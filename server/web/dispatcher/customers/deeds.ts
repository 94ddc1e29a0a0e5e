/** What a dispatcher does for customers. As in `../deeds`: the server is asked, and what became of it is said. */
import { answer } from "../../shared/api/client";
import { sentence, type Answer, type Problem } from "../../shared/api/problem";
import type {
  CustomerAsk,
  FollowLink,
  Job,
  NewFollowLink,
  OpenedMessage,
  OutboxMessage,
  Registration,
} from "../../shared/api/types";
import { tell } from "../../shared/news/news";
import { t } from "../../shared/text/language";
import type { Board } from "../board";
import type { Place } from "./customers";

const message = ({ id }: OutboxMessage): { params: { path: { message_id: string } } } => ({
  params: { path: { message_id: id } },
});
const registration = ({ id }: Registration): { params: { path: { registration_id: string } } } => ({
  params: { path: { registration_id: id } },
});

/** Whom to call and what to say. That somebody looked is kept on record, so it is asked for only to call. */
export function openMessage(board: Board, about: OutboxMessage): Promise<Answer<OpenedMessage>> {
  return answer(board.api.POST("/outbox/{message_id}/open", message(about)));
}

export async function customerWasTold(board: Board, about: OutboxMessage): Promise<Problem | null> {
  const done = await answer(board.api.POST("/outbox/{message_id}/told", message(about)));
  return said(done, t("outbox.was_told"));
}

export async function sendAgain(board: Board, about: OutboxMessage): Promise<void> {
  const done = await answer(board.api.POST("/outbox/{message_id}/retry", message(about)));
  if (done.ok) tell("good", t("outbox.sent_again"));
  else tell("bad", sentence(done.problem));
}

export function proofOf(board: Board, of: Registration): Promise<Answer<Blob>> {
  return answer(board.api.GET("/registrations/{registration_id}/proof", { ...registration(of), parseAs: "blob" }));
}

export const WORTHS = ["valid", "missing", "altered", "other_serial"] as const;
export type Worth = (typeof WORTHS)[number];

/** What is null stays as it is on file. */
export async function acceptRegistration(
  board: Board,
  of: Registration,
  soldOn: string | null,
  proof: Worth | null,
): Promise<Problem | null> {
  const body = { sold_on: soldOn, proof };
  const done = await answer(board.api.POST("/registrations/{registration_id}/accept", { ...registration(of), body }));
  return said(done, t("registrations.accepted", { name: of.name }));
}

export async function refuseRegistration(board: Board, of: Registration, note: string): Promise<Problem | null> {
  const done = await answer(
    board.api.POST("/registrations/{registration_id}/refuse", { ...registration(of), body: { note } }),
  );
  return said(done, t("registrations.refused", { name: of.name }));
}

export async function settleAsk(board: Board, ask: CustomerAsk, note: string): Promise<Problem | null> {
  const path = { params: { path: { ask_id: ask.id } } };
  const done = await answer(board.api.POST("/customer-asks/{ask_id}/settle", { ...path, body: { note } }));
  return said(done, t("asks.settled", { n: ask.number }));
}

export function makeFollowLink(board: Board, job: Job, wanted: NewFollowLink): Promise<Answer<FollowLink>> {
  const path = { params: { path: { job_id: job.id } } };
  return answer(board.api.POST("/jobs/{job_id}/follow-link", { ...path, body: wanted }));
}

export function requestPhoto(board: Board, jobId: string, sha256: string): Promise<Answer<Blob>> {
  const path = { params: { path: { job_id: jobId, sha256 } } };
  return answer(board.api.GET("/jobs/{job_id}/request/photos/{sha256}", { ...path, parseAs: "blob" }));
}

export async function setPlace(board: Board, job: Job, place: Place): Promise<Problem | null> {
  const path = { params: { path: { job_id: job.id } } };
  const body = { base_version: job.version, ...place };
  const done = await answer(board.api.PATCH("/jobs/{job_id}", { ...path, body }));
  board.feed.pullSoon();
  return said(done, t("request.place_set", { n: job.number }));
}

function said<T>(done: Answer<T>, words: string): Problem | null {
  if (!done.ok) return done.problem;
  tell("good", words);
  return null;
}
