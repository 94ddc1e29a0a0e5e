/** Handing a file to the browser's downloads. */
import { answer } from "../shared/api/client";
import type { Problem } from "../shared/api/problem";
import { readProblem } from "../shared/api/problem";
import type { Office } from "./office";

export function save(content: Blob, name: string): void {
  const url = URL.createObjectURL(content);
  const link = document.createElement("a");
  link.href = url;
  link.download = name;
  link.click();
  setTimeout(() => {
    URL.revokeObjectURL(url);
  }, 60_000); // the browser has begun to read it by then
}

/** A file behind the login, fetched in the user's name. Null when it was saved. */
export async function fetchFile(office: Office, path: string, name: string): Promise<Problem | null> {
  const found = await answer(fetched(office, path));
  if (!found.ok) return found.problem;
  save(found.data, name);
  return null;
}

async function fetched(
  office: Office,
  path: string,
): Promise<{ readonly data?: Blob; readonly error?: unknown; readonly response: Response }> {
  const response = await office.session.sendStream(new Request(new URL(path, location.origin)));
  if (!response.ok) return { error: await problemIn(response), response };
  return { data: await response.blob(), response };
}

async function problemIn(response: Response): Promise<unknown> {
  try {
    return await response.json();
  } catch {
    return readProblem(response.status, null);
  }
}
