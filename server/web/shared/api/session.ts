/** Who is logged in on this face, and sending requests in their name.
 *
 * Where the tokens live. The access token (15 minutes) stays in memory. The refresh token is kept in localStorage,
 * one per face: a technician must stay logged in through a reload, a restart of the phone and a day without network,
 * so memory or sessionStorage will not do; and sessionStorage is copied when a tab is duplicated, so that two tabs
 * would use one single-use token and the server would rightly end the login. A script from elsewhere could read
 * localStorage; the content policy allows none, and a token used twice ends its whole family. Tabs take turns at
 * refreshing by a Web Lock and each reads the newest token inside it.
 *
 * Who works at the technician's face is remembered beside it, without any right: an app that is opened in a basement goes
 * in with the person of last time, whose work is on the phone anyway, and a login that has ended there keeps nobody from
 * working on. Only logging out, or another person's login, ends that. At the desk nothing goes without the server.
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

/** Whether the server goes by our login. `unknown`: not asked since the start, or it cannot be reached. `ended`: it does
 * not; the person has to log in again. */
export type LoginStanding = "unknown" | "good" | "ended";

const ANSWER_LIMIT_MS = 20_000; // a network that swallows requests is noticed after this

export interface SessionParts {
  readonly face: Face;
  readonly store?: Storage;
  readonly transport?: Send;
}

export class Session {
  readonly #state = signal<SessionState>({ kind: "starting" });
  readonly #standing = signal<LoginStanding>("unknown");
  readonly #kept: string;
  /** Where the person is remembered; null at a face that remembers nobody. */
  readonly #person: string | null;
  readonly #store: Storage;
  readonly #transport: Send;
  #access: string | null = null;
  #refreshing: Promise<Problem | null> | null = null;

  constructor({ face, store = localStorage, transport = (request) => fetch(request) }: SessionParts) {
    this.#kept = `onsite.${face}.refresh`;
    this.#person = face === "technician" ? `onsite.${face}.user` : null;
    this.#store = store;
    this.#transport = transport;
    addEventListener("storage", (event) => {
      this.#hear(event.key, event.newValue);
    });
  }

  get state(): ReadonlySignal<SessionState> {
    return this.#state;
  }

  get standing(): ReadonlySignal<LoginStanding> {
    return this.#standing;
  }

  /** Takes up the login this browser remembers, if any. */
  async resume(): Promise<void> {
    const person = this.#remembered();
    if (person !== null) return this.#goInAs(person);
    if (this.#store.getItem(this.#kept) === null) {
      this.#state.value = { kind: "out", ended: false };
      return;
    }
    this.#state.value = { kind: "starting" };
    const problem = await this.#refresh();
    if (problem !== null && this.#state.peek().kind === "starting") this.#state.value = { kind: "unsure", problem };
  }

  login(username: string, password: string): Promise<Answer<User>> {
    return this.#enter("/auth/login", { username, password });
  }

  /** Logs in with the code that the desk has made for a technician's phone. */
  enrol(code: string): Promise<Answer<User>> {
    return this.#enter("/auth/enrol", { code });
  }

  async #enter(path: string, said: object): Promise<Answer<User>> {
    const answer = await this.#post(path, said);
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

  /** The access token, for requests that cannot go through `send` (uploads that tell how far they are). `stale`: the one
   * that was refused. Null when there is none to be had now. */
  async token(stale: string | null = null): Promise<string | null> {
    if (this.#access === stale) await this.#refresh();
    return this.#access === stale ? null : this.#access;
  }

  async #send(request: Request, limit: number | null): Promise<Response> {
    if (this.#access === null) await this.#refreshing; // the start's, which is under way
    const spare = request.clone(); // a body can be sent only once
    const used = this.#access;
    const who = this.#whoIsIn();
    const response = await this.#carry(request, used, limit);
    if (response.status !== 401) return response;
    if (this.#access === used) {
      const problem = await this.#refresh();
      if (problem?.status === 0) throw new TypeError("no connection while renewing the login");
      if (problem !== null) return response;
    }
    if (who !== null && this.#whoIsIn() !== who) return response; // what one person said is not repeated as another's
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
    if (status >= 400 && status < 500 && status !== 429) this.#end(true);
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
    if (this.#person !== null) this.#store.setItem(this.#person, JSON.stringify(tokens.user));
    this.#comeIn(tokens.user);
    this.#standing.value = "good";
  }

  #comeIn(user: User): void {
    if (this.#whoIsIn() !== user.id) this.#state.value = { kind: "in", user };
  }

  #whoIsIn(): string | null {
    const state = this.#state.peek();
    return state.kind === "in" ? state.user.id : null;
  }

  /** Goes in at once; what the server thinks of it, is found out meanwhile. */
  async #goInAs(person: User): Promise<void> {
    this.#comeIn(person);
    if (this.#store.getItem(this.#kept) === null) this.#standing.value = "ended";
    else await this.#refresh();
  }

  #remembered(): User | null {
    return this.#person === null ? null : personFrom(this.#store.getItem(this.#person));
  }

  /** What another tab has done. */
  #hear(key: string | null, value: string | null): void {
    if (key === this.#kept && value !== null) {
      if (this.#standing.peek() === "ended") this.#standing.value = "unknown"; // somebody has logged in again there
    } else if (key === this.#kept) {
      if (this.#remembered() === null) this.#forget(false);
      else this.#end(true);
    } else if (key !== null && key === this.#person) this.#changePerson(personFrom(value));
  }

  #changePerson(person: User | null): void {
    if (person === null) this.#forget(false);
    else if (person.id !== this.#whoIsIn()) {
      this.#access = null;
      this.#standing.value = "unknown";
      this.#comeIn(person);
    }
  }

  /** The login is over. `ended`: by itself; whoever is remembered stays in, and works on. */
  #end(ended: boolean): void {
    if (!ended || this.#remembered() === null) {
      this.#forget(ended);
      return;
    }
    this.#access = null;
    this.#store.removeItem(this.#kept);
    this.#standing.value = "ended";
  }

  #forget(ended: boolean): void {
    this.#access = null;
    this.#store.removeItem(this.#kept);
    if (this.#person !== null) this.#store.removeItem(this.#person);
    this.#standing.value = "unknown";
    this.#state.value = { kind: "out", ended };
  }
}

function personFrom(words: string | null): User | null {
  try {
    const person = JSON.parse(words ?? "null") as Partial<User> | null;
    return typeof person?.id === "string" && typeof person.role === "string" ? (person as User) : null;
  } catch {
    return null;
  }
}
