import { beforeEach, describe, expect, it } from "vitest";
import { answer, createApi } from "./client";
import { Session } from "./session";
import type { Tokens } from "./types";

const USER = {
  id: "u1",
  username: "li",
  name: "Li",
  role: "dispatcher" as const,
  locale: "en",
  centre_id: null,
  outlet_id: null,
  technician_id: null,
  active: true,
};

function tokens(n: number): Tokens {
  return { access_token: `a${n}`, refresh_token: `r${n}`, expires_in: 900, user: USER, token_type: "Bearer" };
}

function json(status: number, body: unknown): Response {
  return new Response(JSON.stringify(body), { status, headers: { "content-type": "application/json" } });
}

/** A server that knows one access and one refresh token at a time, as the real one does. */
class Desk {
  issued = 0;
  reachable = true;
  readonly seen: string[] = [];

  readonly transport = async (request: Request): Promise<Response> => {
    const path = new URL(request.url).pathname;
    this.seen.push(path);
    await Promise.resolve();
    if (!this.reachable) throw new TypeError("no network");
    if (path === "/auth/login") return json(201, tokens(++this.issued));
    if (path === "/auth/refresh") {
      const { refresh_token } = (await request.json()) as { refresh_token: string };
      return refresh_token === `r${this.issued}`
        ? json(201, tokens(++this.issued))
        : json(401, { code: "refresh_reused" });
    }
    if (path === "/auth/logout") return new Response(null, { status: 204 });
    const good = request.headers.get("authorization") === `Bearer a${this.issued}`;
    return good ? json(200, USER) : json(401, { code: "token_expired" });
  };
}

let desk: Desk;
let session: Session;

beforeEach(() => {
  localStorage.clear();
  desk = new Desk();
  session = new Session({ face: "desk", transport: desk.transport });
});

const me = (): Promise<unknown> => answer(createApi(session.send).GET("/auth/me"));

describe("a first visit", () => {
  it("is logged out, without asking the server", async () => {
    await session.resume();
    expect(session.state.value).toEqual({ kind: "out", ended: false });
    expect(desk.seen).toEqual([]);
  });
});

describe("after logging in", () => {
  beforeEach(async () => {
    await session.login("li", "secret");
  });

  it("knows who is there and sends the token", async () => {
    expect(session.state.value).toEqual({ kind: "in", user: USER });
    expect(await me()).toEqual({ ok: true, data: USER });
  });

  it("keeps the refresh token only, under the face's own name", () => {
    expect(localStorage.getItem("onsite.desk.refresh")).toBe("r1");
    expect(localStorage.getItem("onsite.technician.refresh")).toBeNull();
  });

  it("renews an expired access token once for many requests at once", async () => {
    desk.issued = 1;
    const expired = new Session({ face: "desk", transport: desk.transport });
    await expired.resume();
    desk.seen.length = 0;
    // the server forgets the access token, not the refresh token
    const honest = desk.transport;
    let old = true;
    const strict = new Session({
      face: "desk",
      transport: (request) => {
        const path = new URL(request.url).pathname;
        if (path === "/auth/me" && old) {
          desk.seen.push(path);
          return Promise.resolve(json(401, { code: "token_expired" }));
        }
        if (path === "/auth/refresh") old = false;
        return honest(request);
      },
    });
    const api = createApi(strict.send);
    const all = await Promise.all([1, 2, 3].map(() => answer(api.GET("/auth/me"))));
    expect(all.map((each) => each.ok)).toEqual([true, true, true]);
    expect(desk.seen.filter((path) => path === "/auth/refresh")).toHaveLength(1);
  });

  it("sends the body again when the request is repeated", async () => {
    const bodies: string[] = [];
    let first = true;
    const careful = new Session({
      face: "desk",
      transport: async (request) => {
        if (new URL(request.url).pathname !== "/echo") return desk.transport(request);
        bodies.push(await request.text());
        const status = first ? 401 : 200;
        first = false;
        return json(status, { code: "token_expired" });
      },
    });
    await careful.send(new Request("http://localhost/echo", { method: "POST", body: "words" }));
    expect(bodies).toEqual(["words", "words"]);
  });

  it("is out, and says so, when the login was ended", async () => {
    localStorage.setItem("onsite.desk.refresh", "stolen and used");
    desk.issued = 5;
    expect(await me()).toMatchObject({ ok: false, problem: { code: "token_expired" } });
    expect(session.state.value).toEqual({ kind: "out", ended: true });
    expect(localStorage.getItem("onsite.desk.refresh")).toBeNull();
  });

  it("is resumed after a reload", async () => {
    const reloaded = new Session({ face: "desk", transport: desk.transport });
    await reloaded.resume();
    expect(reloaded.state.value).toEqual({ kind: "in", user: USER });
    expect(localStorage.getItem("onsite.desk.refresh")).toBe("r2");
  });

  it("is not lost when the server cannot be reached", async () => {
    desk.reachable = false;
    const reloaded = new Session({ face: "desk", transport: desk.transport });
    await reloaded.resume();
    expect(reloaded.state.value).toMatchObject({ kind: "unsure", problem: { code: "offline" } });
    desk.reachable = true;
    await reloaded.resume();
    expect(reloaded.state.value.kind).toBe("in");
  });

  it("ends at once on logging out, even without network", async () => {
    desk.reachable = false;
    await session.logout();
    expect(session.state.value).toEqual({ kind: "out", ended: false });
    expect(localStorage.getItem("onsite.desk.refresh")).toBeNull();
  });
});

describe("a refused login", () => {
  it("is a value with the server's code", async () => {
    const closed = new Session({
      face: "desk",
      transport: () => Promise.resolve(json(401, { code: "credentials_wrong", detail: "no" })),
    });
    const refused = await closed.login("li", "wrong");
    expect(refused).toEqual({ ok: false, problem: { code: "credentials_wrong", detail: "no", status: 401 } });
    expect(closed.state.value.kind).toBe("starting");
  });
});
