/** Which rows a search and an outlet leave. Pure. A technician is found by name or skill, or by a job of theirs. */
import { searching } from "../queue";
import type { TechnicianRow } from "./rows";

export function searchedRows(
  rows: readonly TechnicianRow[],
  outlet: string | null,
  search: string,
): readonly TechnicianRow[] {
  const words = search.trim().toLowerCase();
  if (outlet === null && words === "") return rows;
  const wanted = searching(search);
  return rows.filter(({ person: { technician }, visits }) => {
    if (outlet !== null && technician.outlet_id !== outlet && !visits.some((each) => each.job.outlet_id === outlet))
      return false;
    const named = [technician.name, technician.name_en, ...technician.skills].join("\n").toLowerCase();
    return words === "" || named.includes(words) || visits.some((visit) => wanted(visit.job));
  });
}
