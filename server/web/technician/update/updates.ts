/** A newer version of the app: it is fetched beside the one at work, waits, and takes over when the person says so or
 * when no tab is open; never in the middle of a job. */
import { signal, type ReadonlySignal } from "@preact/signals";

/** `ready`: it waits. `taken`: another tab has started it; this tab's own files may be gone by now. */
export type Update = "none" | "ready" | "taken";

/** The worker's word for taking over. */
export const TAKE_OVER = { type: "TAKE_OVER" } as const;

const LOOK_EVERY_MS = 60 * 60_000;

/** What is needed of `navigator.serviceWorker`. */
export type Workers = Pick<ServiceWorkerContainer, "controller" | "register" | "addEventListener">;

export class Updates {
  readonly #state = signal<Update>("none");
  readonly #workers: Workers;
  readonly #reload: () => void;
  readonly #now: () => number;
  #registration: ServiceWorkerRegistration | null = null;
  #asked = false;
  #had: boolean;
  #looked = 0;

  constructor(workers: Workers, reload: () => void, now: () => number = Date.now) {
    this.#workers = workers;
    this.#reload = reload;
    this.#now = now;
    this.#had = workers.controller !== null;
    workers.addEventListener("controllerchange", () => {
      this.#changed();
    });
  }

  get state(): ReadonlySignal<Update> {
    return this.#state;
  }

  /** Fetches the worker's file, in the scope of its folder. Where that fails the app goes on without one. */
  async start(address: string): Promise<void> {
    try {
      const registration = await this.#workers.register(address, { updateViaCache: "none" });
      this.#registration = registration;
      this.#looked = this.#now();
      registration.addEventListener("updatefound", () => {
        this.#follow(registration.installing);
      });
      this.#follow(registration.installing);
      this.#look(registration);
    } catch {
      // Private browsing, a policy, a server that is being updated: the next start tries again.
    }
  }

  /** Asks the server for a newer version; at most once an hour, unless `now`. */
  async check(now = false): Promise<void> {
    if (this.#registration === null || (!now && this.#now() - this.#looked < LOOK_EVERY_MS)) return;
    this.#looked = this.#now();
    await this.#registration.update().catch(() => undefined);
  }

  /** The waiting version takes over, and the page is loaded anew by it. */
  take(): void {
    this.#asked = true;
    const waiting = this.#registration?.waiting ?? null;
    if (waiting === null) this.#reload();
    else waiting.postMessage(TAKE_OVER);
  }

  /** The newest version there is, for a page that can do nothing without it: fetched, put to work, and loaded. */
  async renew(): Promise<void> {
    await this.check(true);
    const coming = this.#registration?.installing ?? null;
    if (coming !== null) await settled(coming);
    this.take();
  }

  /** Not now; it is offered again at the next start. */
  later(): void {
    this.#state.value = "none";
  }

  #follow(worker: ServiceWorker | null): void {
    worker?.addEventListener("statechange", () => {
      if (worker.state === "installed" && this.#registration !== null) this.#look(this.#registration);
    });
  }

  /** The first version ever waits for nobody, and is no news. */
  #look(registration: ServiceWorkerRegistration): void {
    if (registration.waiting !== null && this.#had) this.#state.value = "ready";
  }

  #changed(): void {
    if (this.#asked) this.#reload();
    else if (this.#had) this.#state.value = "taken";
    this.#had = true;
  }
}

/** Once it waits, or has come to nothing. */
function settled(worker: ServiceWorker): Promise<void> {
  return new Promise((resolve) => {
    const look = (): void => {
      if (worker.state !== "installing") resolve();
    };
    worker.addEventListener("statechange", look);
    look();
  });
}
