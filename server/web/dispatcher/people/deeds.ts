/** What a desk does about people and their phones. As in `../deeds`: the server is asked, and what became of it is said. */
import { answer } from "../../shared/api/client";
import { paging } from "../../shared/api/pages";
import type { Answer, Problem } from "../../shared/api/problem";
import type { Absence, Borrowing, Device, NewAbsence, Technician } from "../../shared/api/types";
import { tell } from "../../shared/news/news";
import { named, t } from "../../shared/text/language";
import { shortTime, toDateInput } from "../../shared/time/format";
import { now } from "../../shared/time/now";
import { listed, type Board } from "../board";

const of = (technicianId: string): { params: { path: { technician_id: string } } } => ({
  params: { path: { technician_id: technicianId } },
});
const device = ({ id }: Device): { params: { path: { device_id: string } } } => ({
  params: { path: { device_id: id } },
});
const loanPath = ({ id }: Borrowing): { params: { path: { borrowing_id: string } } } => ({
  params: { path: { borrowing_id: id } },
});

export interface Listed {
  /** With their shifts of today. */
  readonly technicians: readonly Technician[];
  readonly devices: readonly Device[];
  readonly absences: readonly Absence[];
  readonly borrowings: readonly Borrowing[];
}

const AHEAD_MS = 28 * 86_400_000;

/** Who works today, their phones, who is away now or in the coming weeks, and loans that are not over. */
export async function peopleListed(board: Board): Promise<Answer<Listed>> {
  const from = new Date(now.peek());
  const to = new Date(now.peek() + AHEAD_MS);
  const [outlet] = board.outlets.peek().values();
  const day = toDateInput(from.getTime(), outlet?.zone);
  const [technicians, absences, borrowings, devices] = await Promise.all([
    listed((cursor) => answer(board.api.GET("/technicians", { params: { query: { ...paging(cursor), day } } }))),
    answer(board.api.GET("/absences", { params: { query: { from: from.toISOString(), to: to.toISOString() } } })),
    answer(board.api.GET("/borrowings", { params: { query: { limit: 200 } } })),
    listed((cursor) => answer(board.api.GET("/devices", { params: { query: paging(cursor) } }))),
  ]);
  if (!absences.ok) return absences;
  if (!borrowings.ok) return borrowings;
  const loans = borrowings.data.items.filter(({ state }) => state !== "ended");
  return { ok: true, data: { technicians, devices, absences: absences.data, borrowings: loans } };
}

// -------------------------------------------------------------------------------------------------------------- phones

export async function lockPhone(board: Board, owner: Technician, phone: Device): Promise<Problem | null> {
  const done = await answer(board.api.POST("/devices/{device_id}/revoke", device(phone)));
  return said(done, t("people.revoked", { name: named(owner) }));
}

export async function allowUpload(
  board: Board,
  owner: Technician,
  phone: Device,
  hours: number,
): Promise<Problem | null> {
  const done = await answer(board.api.POST("/devices/{device_id}/last-upload", { ...device(phone), body: { hours } }));
  const until = done.ok ? Date.parse(done.data.last_upload_until ?? "") : now.value;
  return said(done, t("people.upload_allowed", { name: named(owner), time: shortTime(now.value, until) }));
}

// ------------------------------------------------------------------------------------------------------------ absences

export async function noteAbsence(board: Board, technician: Technician, absence: NewAbsence): Promise<Problem | null> {
  const path = of(technician.id);
  const done = await answer(board.api.POST("/technicians/{technician_id}/absences", { ...path, body: absence }));
  return said(done, t("people.absence_noted", { name: named(technician) }));
}

export async function takeBackAbsence(board: Board, technician: Technician, absence: Absence): Promise<Problem | null> {
  const path = { params: { path: { technician_id: technician.id, absence_id: absence.id } } };
  const done = await answer(board.api.POST("/technicians/{technician_id}/absences/{absence_id}/withdraw", path));
  return said(done, t("people.withdrawn", { name: named(technician) }));
}

// --------------------------------------------------------------------------------------------------------------- loans

export async function agreeLoan(board: Board, loan: Borrowing): Promise<Problem | null> {
  const done = await answer(board.api.POST("/borrowings/{borrowing_id}/agree", loanPath(loan)));
  return said(done, t("people.borrow_agreed", { name: loan.technician_name, outlet: loan.outlet_name }));
}

export async function endLoan(board: Board, loan: Borrowing): Promise<Problem | null> {
  const done = await answer(board.api.POST("/borrowings/{borrowing_id}/end", loanPath(loan)));
  return said(done, t("people.borrow_ended", { name: loan.technician_name }));
}

function said<T>(done: Answer<T>, words: string): Problem | null {
  if (!done.ok) return done.problem;
  tell("good", words);
  return null;
}
