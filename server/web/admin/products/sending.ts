/** Sending a file of units: announced, then sent in one piece. A file that was checked is kept for sending it in earnest. */
import { answer } from "../../shared/api/client";
import { OFFLINE, readProblem, type Answer, type Problem } from "../../shared/api/problem";
import type { components } from "../../shared/api/schema";
import type { Office } from "../office";

export interface UnitFile {
  readonly file: File;
  readonly mapping: components["schemas"]["UnitMapping"];
}

const checked = new Map<string, UnitFile>();

/** The file of a check that was begun on this page; undefined after the page was left. */
export function checkedFile(importId: string): UnitFile | undefined {
  return checked.get(importId);
}

/** The id of the import. What is wrong with the file itself is told by the import, not here. */
export async function sendFile(office: Office, sent: UnitFile, dryRun: boolean): Promise<Answer<string>> {
  const { file, mapping } = sent;
  const body = { file_name: file.name.slice(0, 120), dry_run: dryRun, mapping };
  const announced = await answer(office.api.POST("/unit-imports", { body }));
  if (!announced.ok) return announced;
  const { id } = announced.data;
  const problem = await put(office, id, file);
  if (problem !== null) {
    void answer(office.api.POST("/unit-imports/{import_id}/cancel", { params: { path: { import_id: id } } }));
    return { ok: false, problem };
  }
  if (dryRun) checked.set(id, sent);
  return { ok: true, data: id };
}

/** No time limit: a million lines on a slow line take their minutes. */
async function put(office: Office, id: string, file: File): Promise<Problem | null> {
  const type = file.name.endsWith(".gz") ? "application/gzip" : "text/csv";
  try {
    const response = await office.session.sendStream(
      new Request(new URL(`/unit-imports/${id}/file`, location.origin), {
        method: "PUT",
        headers: { "content-type": type },
        body: file,
      }),
    );
    return response.ok ? null : readProblem(response.status, await response.json());
  } catch {
    return OFFLINE;
  }
}
