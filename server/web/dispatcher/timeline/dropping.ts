/** Letting go: what is asked of the server, and what a dispatcher is told when somebody else was first. */
import { answer } from "../../shared/api/client";
import { sentence, type Problem } from "../../shared/api/problem";
import type { Assign, Job } from "../../shared/api/types";
import { tell } from "../../shared/news/news";
import { t } from "../../shared/text/language";
import { shortTime } from "../../shared/time/format";
import { now } from "../../shared/time/now";
import type { Board } from "../board";
import { book, takeBack } from "../deeds";
import type { Preview } from "./preview";
import { touches, visitOf, type Interval } from "./rows";

/** Books what the preview showed, all of it or nothing. `job`: as it was when it was picked up. */
export async function drop(board: Board, job: Job, technicianId: string, preview: Preview): Promise<boolean> {
  const problem = await book(board, job, bookingOf(job, technicianId, preview));
  if (problem === null) return true;
  board.feed.pullSoon();
  tell(
    "bad",
    t("timeline.refused", { n: job.number, why: await whyRefused(board, job, technicianId, preview, problem) }),
  );
  return false;
}

/** Puts the visit back into the queue, when it is still the one that was picked up. */
export async function withdraw(board: Board, job: Job): Promise<boolean> {
  const moved = board.jobs.peek().get(job.id)?.visit_id !== job.visit_id;
  const problem = moved ? OVERTAKEN_HERE : await takeBack(board, job, "");
  if (problem === null) return true;
  const who = problem.code === "version_stale" ? await lastBooking(board, job.id) : null;
  const first = { n: job.number, to: who?.to ?? "", who: who?.name ?? "", time: who?.at ?? "" };
  const why = who === null ? sentence(problem) : t("timeline.refused.first", first);
  tell("bad", t("timeline.refused", { n: job.number, why }));
  return false;
}

const OVERTAKEN_HERE: Problem = { code: "version_stale", detail: "", status: 409 };

export function bookingOf(job: Job, technicianId: string, preview: Preview): Assign {
  return {
    technician_id: technicianId,
    starts_at: new Date(preview.start).toISOString(),
    ends_at: new Date(preview.end).toISOString(),
    instead_of: job.visit_id,
    override: false,
    delays: preview.delays.map(({ visit, start, end }) => ({
      job_id: visit.job.id,
      starts_at: new Date(start).toISOString(),
      ends_at: new Date(end).toISOString(),
      base_version: visit.job.version,
    })),
  };
}

/** The visit that was seen is gone. (A step in the field leaves the visit, and is told by its own code.) */
const OVERTAKEN: ReadonlySet<string> = new Set(["version_stale", "job_reassigned"]);

/** The reason in words. Where a colleague was quicker: who it was, and what they did. */
async function whyRefused(
  board: Board,
  job: Job,
  technicianId: string,
  here: Interval,
  problem: Problem,
): Promise<string> {
  const name = board.nameOf(technicianId);
  if (problem.code === "double_booked") {
    const who = await takenBy(board, job, technicianId, here);
    return who === null
      ? t("timeline.refused.taken", { name })
      : t("timeline.refused.taken_by", { name, who: who.name, n: who.number, time: who.at });
  }
  if (OVERTAKEN.has(problem.code)) {
    const other = problem.extra?.["job_id"];
    const subject = typeof other === "string" ? other : job.id;
    const who = await lastBooking(board, subject, subject !== job.id);
    if (who !== null)
      return t("timeline.refused.first", {
        who: who.name,
        n: board.jobs.value.get(subject)?.number ?? job.number,
        to: who.to,
        time: who.at,
      });
  }
  return sentence(problem);
}

interface First {
  readonly name: string;
  readonly at: string;
  /** Whose visit it is now. */
  readonly to: string;
}

const BOOKINGS: ReadonlySet<string> = new Set(["assign", "move", "unassign", "cancel"]);
const PAGE = 500;

/** Who booked this job last, by its story. `newest`: only when that is the last thing that happened to it. */
async function lastBooking(board: Board, jobId: string, newest = false): Promise<First | null> {
  const story = await answer(
    board.api.GET("/jobs/{job_id}/history", { params: { path: { job_id: jobId }, query: { limit: PAGE } } }),
  );
  if (!story.ok) return null;
  const told = newest ? story.data.items.slice(-1) : story.data.items;
  const line = told.findLast((each) => BOOKINGS.has(each.action));
  if (line === undefined) return null;
  const change = line.changes["technician_id"];
  const whose: unknown = Array.isArray(change) ? change[1] : undefined;
  return {
    name: line.user_name ?? t("timeline.somebody"),
    at: shortTime(now.value, Date.parse(line.happened_at)),
    to: board.nameOf(typeof whose === "string" ? whose : null),
  };
}

const TAKING: Job["state"][] = ["scheduled", "accepted", "en_route", "on_site", "working", "paused"];

/** The visit that is in the way by now, which was not there, for us, when we let go. */
async function takenBy(
  board: Board,
  job: Job,
  technicianId: string,
  here: Interval,
): Promise<(First & { readonly number: number }) | null> {
  const query = { technician_id: technicianId, state: TAKING, limit: PAGE };
  const list = await answer(board.api.GET("/jobs", { params: { query } }));
  if (!list.ok) return null;
  const other = list.data.items.find((each) => {
    const visit = each.id === job.id ? null : visitOf(each, now.peek());
    return visit !== null && touches(visit, here);
  });
  const first = other === undefined ? null : await lastBooking(board, other.id);
  return other === undefined || first === null ? null : { ...first, number: other.number };
}
