/** Who is logged in on this face, and sending requests in their name.
 *
 * Where the tokens live. The access token (15 minutes) stays in memory. The refresh token is kept in localStorage,
 * one per face: a technician must stay logged in through a reload, a restart of the phone and a day without network,
 * so memory or sessionStorage will not do; and sessionStorage is copied when a tab is duplicated, so that two tabs
 * would use one single-use token and the server would rightly end the login. A script from elsewhere could read
 * localStorage; the content policy allows none, and a token used twice ends its whole family. Tabs take turns at
 * refreshing by a Web Lock and each reads the newest token inside it.
 */
import { signal, type ReadonlySignal } from "@preact/signals";
import { readProblem, OFFLINE, type Answer, type Problem } from "./problem";
import type { Send } from "./client";
import type { Tokens, User } from "./types";

export type Face = "technician" | "desk";

export type SessionState =
  | { readonly kind: "starting" }
  | { readonly kind: "out"; readonly ended: boolean }
  | { readonly kind: "unsure"; readonly problem: Problem }
  | { readonly kind: "in"; readonly user: User };

const ANSWER_LIMIT_MS = 20_000; // a network that swallows requests is noticed after this

export interface SessionParts {
  readonly face: Face;
  readonly store?: Storage;
  readonly transport?: Send;
}

export class Session {
  readonly #state = signal<SessionState>({ kind: "starting" });
  readonly #kept: string;
  readonly #store: Storage;
  readonly #transport: Send;
  #access: string | null = null;
  #refreshing: Promise<Problem | null> | null = null;

  constructor({ face, store = localStorage, transport = (request) => fetch(request) }: SessionParts) {
    this.#kept = `onsite.${face}.refresh`;
    this.#store = store;
    this.#transport = transport;
    addEventListener("storage", (event) => {
      if (event.key === this.#kept && event.newValue === null) this.#forget(false); // logged out in another tab
    });
  }

  get state(): ReadonlySignal<SessionState> {
    return this.#state;
  }

  /** Takes up the login this browser remembers, if any. */
  async resume(): Promise<void> {
    if (this.#store.getItem(this.#kept) === null) {
      this.#state.value = { kind: "out", ended: false };
      return;
    }
    this.#state.value = { kind: "starting" };
    const problem = await this.#refresh();
    if (problem !== null && this.#state.peek().kind === "starting") this.#state.value = { kind: "unsure", problem };
  }

  async login(username: string, password: string): Promise<Answer<User>> {
    const answer = await this.#post("/auth/login", { username, password });
    if (!answer.ok) return answer;
    this.#take(answer.data);
    return { ok: true, data: answer.data.user };
  }

  /** Ends the login here at once; telling the server is tried, and does not matter to the person leaving. */
  async logout(): Promise<void> {
    const token = this.#store.getItem(this.#kept);
    this.#forget(false);
    if (token !== null) await this.#post("/auth/logout", { refresh_token: token });
  }

  /** Sends a request in the user's name. An expired access token is renewed once and the request repeated. */
  readonly send: Send = (request) => this.#send(request, ANSWER_LIMIT_MS);

  /** The same without a time limit, for answers that never end by themselves. */
  readonly sendStream: Send = (request) => this.#send(request, null);

  async #send(request: Request, limit: number | null): Promise<Response> {
    const spare = request.clone(); // a body can be sent only once
    const used = this.#access;
    const response = await this.#carry(request, used, limit);
    if (response.status !== 401) return response;
    if (this.#access === used) {
      const problem = await this.#refresh();
      if (problem?.status === 0) throw new TypeError("no connection while renewing the login");
      if (problem !== null) return response;
    }
    return this.#carry(spare, this.#access, limit);
  }

  #carry(request: Request, token: string | null, limit: number | null): Promise<Response> {
    const headers = new Headers(request.headers);
    if (token !== null) headers.set("authorization", `Bearer ${token}`);
    const signal = limit === null ? request.signal : AbortSignal.any([request.signal, AbortSignal.timeout(limit)]);
    return this.#transport(new Request(request, { headers, signal }));
  }

  /** One refresh at a time, in this tab and among tabs. Null when there is a fresh access token. */
  #refresh(): Promise<Problem | null> {
    this.#refreshing ??= this.#alone(() => this.#renew()).finally(() => {
      this.#refreshing = null;
    });
    return this.#refreshing;
  }

  // Keeps E-1 of docs/sync-protocol.md.
  async #renew(): Promise<Problem | null> {
    const token = this.#store.getItem(this.#kept);
    if (token === null) return readProblem(401, { code: "not_authenticated" });
    const answer = await this.#post("/auth/refresh", { refresh_token: token });
    if (answer.ok) {
      this.#take(answer.data);
      return null;
    }
    const { status } = answer.problem;
    if (status >= 400 && status < 500 && status !== 429) this.#forget(true);
    return answer.problem;
  }

  async #alone(work: () => Promise<Problem | null>): Promise<Problem | null> {
    // Web Locks need https or localhost; elsewhere (a bare address on a test bench) one tab at a time must do.
    const locks = (navigator as { readonly locks?: LockManager | null }).locks;
    return locks ? await locks.request(this.#kept, work) : work();
  }

  async #post(path: string, body: object): Promise<Answer<Tokens>> {
    try {
      const response = await this.#transport(
        new Request(new URL(path, location.origin), {
          method: "POST",
          headers: { "content-type": "application/json", accept: "application/json" },
          body: JSON.stringify(body),
          signal: AbortSignal.timeout(ANSWER_LIMIT_MS),
        }),
      );
      const words: unknown = response.status === 204 ? null : await response.json();
      return response.ok
        ? { ok: true, data: words as Tokens }
        : { ok: false, problem: readProblem(response.status, words) };
    } catch (fault) {
      return { ok: false, problem: fault instanceof SyntaxError ? readProblem(0, null) : OFFLINE };
    }
  }

  #take(tokens: Tokens): void {
    this.#access = tokens.access_token;
    this.#store.setItem(this.#kept, tokens.refresh_token);
    const before = this.#state.value;
    if (before.kind !== "in" || before.user.id !== tokens.user.id)
      this.#state.value = { kind: "in", user: tokens.user };
  }

  #forget(ended: boolean): void {
    this.#access = null;
    this.#store.removeItem(this.#kept);
    this.#state.value = { kind: "out", ended };
  }
}
