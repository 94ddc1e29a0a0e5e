/** The service worker of `/app/`: keeps the app's files, and opens it without a network. Nothing else: no answer of the
 * API is ever kept (the replica does that), and a newer version waits until it is told to take over. */
import { clientsClaim } from "workbox-core";
import {
  cleanupOutdatedCaches,
  createHandlerBoundToURL,
  precacheAndRoute,
  type PrecacheEntry,
} from "workbox-precaching";
import { NavigationRoute, registerRoute } from "workbox-routing";

interface Worker {
  /** Written by the build (`files.ts`). */
  readonly ONSITE_FILES: PrecacheEntry[];
  skipWaiting(): Promise<void>;
  addEventListener(type: "message", listener: (event: { readonly data: unknown }) => void): void;
}

const worker = self as unknown as Worker;

// Hashed names are kept side by side, so that a tab of the version before goes on with its own files until it is gone.
precacheAndRoute(worker.ONSITE_FILES);
cleanupOutdatedCaches();
registerRoute(new NavigationRoute(createHandlerBoundToURL("/app/"), { denylist: [/^\/app\/[^/?]+\.\w+$/] }));
clientsClaim(); // of the first version; a later one gets the tabs only when it is told to take over

worker.addEventListener("message", ({ data }) => {
  if ((data as { readonly type?: unknown } | null)?.type === "TAKE_OVER") void worker.skipWaiting();
});
