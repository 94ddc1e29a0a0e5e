/** What a dispatcher does for customers. As in `../deeds`: the server is asked, and what became of it is said. */
import { answer } from "../../shared/api/client";
import { sentence, type Answer, type Problem } from "../../shared/api/problem";
import type {
  Customer,
  CustomerAsk,
  FollowLink,
  Job,
  NewFollowLink,
  OpenedMessage,
  OutboxMessage,
  Registration,
} from "../../shared/api/types";
import { language, say, t } from "../../shared/text/language";
import type { Board } from "../board";
import { tell } from "../news";
import type { Place } from "./customers";
import { fileEdit, jobEdit, overruledIn, theirsAgain, type Details } from "./details";

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

/** Somebody else may have changed the same meanwhile: the later one holds, and is told what it replaced. */
export async function changeCustomer(board: Board, file: Customer, change: Partial<Details>): Promise<Problem | null> {
  const path = { params: { path: { customer_id: file.id } } };
  const body = fileEdit(file.version, change);
  const done = await answer(board.api.PATCH("/customers/{customer_id}", { ...path, body }));
  if (!done.ok) return done.problem;
  const { name, version } = done.data;
  const overruled = overruledIn(done.data);
  if (overruled.length === 0) {
    tell("good", t("details.changed", { name }));
    return null;
  }
  const words = overruled.map(({ field, theirs }) =>
    t("details.theirs", { field: say("field", field), value: theirs || t("value.none") }),
  );
  const what = new Intl.ListFormat(language.value).format(words);
  tell("note", t("details.overruled", { name, what }), async () => {
    const again = await answer(
      board.api.PATCH("/customers/{customer_id}", { ...path, body: theirsAgain(version, overruled) }),
    );
    if (again.ok) tell("good", t("done.undone"));
    else tell("bad", sentence(again.problem));
  });
  return null;
}

/** `alsoInFile`: the file has been changed; a refusal here is told beside it, as the form has done its work. */
export async function changeContact(
  board: Board,
  job: Job,
  change: Partial<Details>,
  alsoInFile: boolean,
): Promise<Problem | null> {
  const body = jobEdit(job, change);
  if (body === null) return null;
  const path = { params: { path: { job_id: job.id } } };
  const done = await answer(board.api.PATCH("/jobs/{job_id}", { ...path, body }));
  board.feed.pullSoon();
  if (!alsoInFile) return said(done, t("details.job_changed", { n: job.number }));
  if (!done.ok) tell("bad", t("details.job_failed", { n: job.number, why: sentence(done.problem) }));
  return null;
}

function said<T>(done: Answer<T>, words: string): Problem | null {
  if (!done.ok) return done.problem;
  tell("good", words);
  return null;
}
