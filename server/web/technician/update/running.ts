/** The updates of this page, where the browser has workers and the app was built. */
import { Updates } from "./updates";

const WORKER = "/app/sw.js";

function ours(): Updates | null {
  const workers = (navigator as { readonly serviceWorker?: ServiceWorkerContainer }).serviceWorker;
  if (workers === undefined || !import.meta.env.PROD) return null;
  return new Updates(workers, () => {
    location.reload();
  });
}

export const updates: Updates | null = ours();

/** After the page is there: fetching the files for offline must not hold up the first look. */
export function keepUpToDate(): void {
  if (updates === null) return;
  const here = updates;
  const start = (): void => void here.start(WORKER);
  if (document.readyState === "complete") start();
  else addEventListener("load", start, { once: true });
  document.addEventListener("visibilitychange", () => {
    if (document.visibilityState === "visible") void here.check();
  });
}

/** Loads the page by the newest version there is; a plain reload would be answered by the worker that is at work. */
export function loadNewest(): void {
  if (updates === null) location.reload();
  else void updates.renew();
}
