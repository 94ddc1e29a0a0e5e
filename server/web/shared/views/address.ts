/** The page's address as a signal: the URL holds the view, and Back works. */
import { signal } from "@preact/signals";

export const query = signal(new URLSearchParams(location.search));

addEventListener("popstate", () => {
  query.value = new URLSearchParams(location.search);
});

/** Moves to another view of this page. `replace`: a step nobody wants to go back to. */
export function go(next: URLSearchParams, replace = false): void {
  const words = next.toString();
  const target = words === "" ? location.pathname : `${location.pathname}?${words}`;
  if (words === query.value.toString()) return;
  if (replace) history.replaceState(null, "", target);
  else history.pushState(null, "", target);
  query.value = next;
}

/** True for a click that the browser should handle itself: another tab, another window, a download. */
export function leavesToBrowser(event: MouseEvent): boolean {
  return event.button !== 0 || event.metaKey || event.ctrlKey || event.shiftKey || event.altKey;
}
