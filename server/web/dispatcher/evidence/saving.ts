/** Saving a file that is behind the login: fetched with the user's token, then handed to the browser. */
import { sentence, type Answer } from "../../shared/api/problem";
import { tell } from "../../shared/news/news";

const KEPT_MS = 60_000; // a browser may ask first where to save it

export async function save(asked: Promise<Answer<Blob>>, name: string): Promise<void> {
  const file = await asked;
  if (!file.ok) {
    tell("bad", sentence(file.problem));
    return;
  }
  const url = URL.createObjectURL(file.data);
  const link = document.createElement("a");
  link.href = url;
  link.download = name;
  link.click();
  setTimeout(() => {
    URL.revokeObjectURL(url);
  }, KEPT_MS);
}

const ENDINGS: Readonly<Record<string, string>> = {
  "image/jpeg": "jpg",
  "image/png": "png",
  "image/webp": "webp",
  "image/heic": "heic",
};

/** By the type its manifest names; the bytes are whatever was signed. */
export function photoName(jobNumber: number, n: number, mediaType: string): string {
  return `${jobNumber}-${n}.${ENDINGS[mediaType] ?? "bin"}`;
}
