/** A customer's details changed in their file and at a job, and put back in both. As in `../deeds`: what became of it is
 * said. */
import { answer } from "../../shared/api/client";
import { sentence, type Answer, type Problem } from "../../shared/api/problem";
import type { ChangedCustomer, Customer, CustomerEdit, Job, JobEdit } from "../../shared/api/types";
import { tell } from "../../shared/news/news";
import { language, say, t } from "../../shared/text/language";
import type { Board } from "../board";
import {
  before,
  contactOf,
  fileEdit,
  jobEdit,
  overruledIn,
  since,
  type Detail,
  type Details,
  type Overruled,
} from "./details";

/** What is changed: the file of a customer, the contact of a job, or both. */
export interface Subject {
  readonly file: Customer | null;
  readonly job: Job | null;
}

/** What was written in one of them, and what stands there again when it is undone. */
interface Written {
  readonly id: string;
  readonly written: Partial<Details>;
  readonly back: Partial<Details>;
}

const customer = (id: string): { params: { path: { customer_id: string } } } => ({
  params: { path: { customer_id: id } },
});
const job = (id: string): { params: { path: { job_id: string } } } => ({ params: { path: { job_id: id } } });

/** Null when the form has done its work. The file comes first: what is refused there is changed nowhere. Somebody else may
 * have changed the same meanwhile: the later one holds, and is told what it replaced. */
export async function changeDetails(board: Board, about: Subject, change: Partial<Details>): Promise<Problem | null> {
  const inFile = about.file && (await putFile(board, about.file.id, fileEdit(about.file.version, change)));
  if (inFile?.ok === false) return inFile.problem;
  const edit = about.job && jobEdit(about.job, change);
  const atJob = about.job && edit && (await putJob(board, about.job.id, edit));
  if (inFile === null && atJob?.ok === false) return atJob.problem;

  const overruled = inFile === null ? [] : overruledIn(inFile.data);
  const written = {
    file: about.file && { id: about.file.id, written: change, back: before(about.file, change, overruled) },
    job:
      about.job && atJob?.ok ? { id: about.job.id, written: change, back: before(contactOf(about.job), change) } : null,
  };
  const n = about.job?.number ?? 0;
  const undo = (): Promise<void> => undoDetails(board, n, written);
  if (inFile === null) {
    if (atJob !== null) tell("good", t("details.job_changed", { n }), undo);
    return null;
  }
  const { name } = inFile.data;
  if (overruled.length > 0) tell("note", overruledWords(name, overruled), undo);
  else tell("good", t("details.changed", { name }), undo);
  if (atJob?.ok === false) tell("bad", t("details.job_failed", { n, why: sentence(atJob.problem) }));
  return null;
}

function overruledWords(name: string, overruled: readonly Overruled[]): string {
  const words = overruled.map(({ field, theirs }) =>
    t("details.theirs", { field: say("field", field), value: theirs || t("value.none") }),
  );
  return t("details.overruled", { name, what: listed(words) });
}

const listed = (words: readonly string[]): string => new Intl.ListFormat(language.value).format(words);

/** Nobody's later change is undone with it: what somebody wrote since stays, and is named. */
async function undoDetails(
  board: Board,
  n: number,
  { file, job }: { readonly file: Written | null; readonly job: Written | null },
): Promise<void> {
  const [keptInFile, keptAtJob] = [file && (await backInFile(board, file)), job && (await backAtJob(board, job))];
  if (keptInFile === null && keptAtJob === null) {
    tell("good", t("done.undone"));
    return;
  }
  const words = [
    file && (keptInFile === null ? t("details.undone_file") : t("details.kept_file", { why: keptInFile })),
    job && (keptAtJob === null ? t("details.undone_job", { n }) : t("details.kept_job", { n, why: keptAtJob })),
  ];
  const told = words.filter((each) => each !== null);
  tell(
    "bad",
    told.reduce((words, next) => t("punctuation.next", { words, next })),
  );
}

/** Null when all of it stands there again, else why not. */
async function backInFile(board: Board, { id, written, back }: Written): Promise<string | null> {
  const found = await answer(board.api.GET("/customers/{customer_id}", customer(id)));
  if (!found.ok) return sentence(found.problem);
  const { ours, theirs } = since(found.data, written, back);
  const edit = fileEdit(found.data.version, ours);
  return whyKept(Object.keys(ours).length === 0 ? null : await putFile(board, id, edit), theirs);
}

async function backAtJob(board: Board, { id, written, back }: Written): Promise<string | null> {
  const found = await answer(board.api.GET("/jobs/{job_id}", job(id)));
  if (!found.ok) return sentence(found.problem);
  const { ours, theirs } = since(contactOf(found.data), written, back);
  const edit = jobEdit(found.data, ours);
  return whyKept(edit === null ? null : await putJob(board, id, edit), theirs);
}

function whyKept(done: Answer<unknown> | null, theirs: readonly Detail[]): string | null {
  if (done?.ok === false) return sentence(done.problem);
  return theirs.length === 0 ? null : t("details.since", { what: listed(theirs.map((each) => say("field", each))) });
}

function putFile(board: Board, id: string, body: CustomerEdit): Promise<Answer<ChangedCustomer>> {
  return answer(board.api.PATCH("/customers/{customer_id}", { ...customer(id), body }));
}

async function putJob(board: Board, id: string, body: JobEdit): Promise<Answer<Job>> {
  const done = await answer(board.api.PATCH("/jobs/{job_id}", { ...job(id), body }));
  board.feed.pullSoon();
  return done;
}
