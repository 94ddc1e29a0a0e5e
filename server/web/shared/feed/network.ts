/** What the page learns of its network: the browser says when it is back or gone, and a page that is looked at again may
 * have slept. */

/** Until `stop`. `soon`: ask the server; `lost`: there is no network. */
export function heedNetwork(stop: AbortSignal, soon: () => void, lost: () => void): void {
  addEventListener("online", soon, { signal: stop });
  const gone = (): void => {
    lost();
    soon(); // what was asked before may still be answered, and would be the last word
  };
  addEventListener("offline", gone, { signal: stop });
  document.addEventListener("visibilitychange", soon, { signal: stop });
}
