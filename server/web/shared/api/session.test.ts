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

describe("a technician's phone", () => {
  const LI = { ...USER, role: "technician" as const };
  const PERSON = "onsite.technician.user";
  const open = (transport: (request: Request) => Promise<Response> = desk.transport): Session =>
    new Session({ face: "technician", transport });

  beforeEach(async () => {
    session = open();
    await session.login("li", "secret");
  });

  const told = (key: string, newValue: string | null): void => {
    dispatchEvent(new StorageEvent("storage", { key, newValue }));
  };

  it("goes in with the person of last time before the server has said anything", async () => {
    desk.reachable = false;
    const reloaded = open();
    const resumed = reloaded.resume();
    expect(reloaded.state.value).toEqual({ kind: "in", user: USER });
    await resumed;
    expect([reloaded.state.value.kind, reloaded.standing.value]).toEqual(["in", "unknown"]);
  });

  it("keeps the person in when the login has ended, until the same one logs in again", async () => {
    localStorage.setItem("onsite.technician.refresh", "used twice");
    const reloaded = open();
    await reloaded.resume();
    expect([reloaded.state.value.kind, reloaded.standing.value]).toEqual(["in", "ended"]);
    expect(localStorage.getItem("onsite.technician.refresh")).toBeNull();
    const again = open();
    await again.resume();
    expect([again.state.value.kind, again.standing.value]).toEqual(["in", "ended"]);
    await again.login("li", "secret");
    expect(again.standing.value).toBe("good");
  });

  it("changes to another person who logs in", async () => {
    const wang = { ...LI, id: "u2", name: "Wang" };
    const other = open(() => Promise.resolve(json(201, { ...tokens(9), user: wang })));
    await other.resume();
    await other.login("wang", "secret");
    expect(other.state.value).toEqual({ kind: "in", user: wang });
  });

  it("repeats nothing in another person's name", async () => {
    const sent: string[] = [];
    const wang = { ...tokens(7), user: { ...LI, id: "u2" } };
    const other = open((request) => {
      sent.push(new URL(request.url).pathname);
      return Promise.resolve(request.url.endsWith("/auth/refresh") ? json(200, wang) : json(401, { code: "expired" }));
    });
    localStorage.setItem(PERSON, JSON.stringify(USER));
    localStorage.removeItem("onsite.technician.refresh");
    await other.resume();
    localStorage.setItem("onsite.technician.refresh", "another tab's, of somebody else");
    expect((await other.send(new Request("http://localhost/sync/push", { method: "POST" }))).status).toBe(401);
    expect(sent).toEqual(["/sync/push", "/auth/refresh"]);
  });

  it("forgets the person who logs out, here and in another tab", async () => {
    const tab = open();
    await tab.resume();
    await session.logout();
    expect([session.state.value, localStorage.getItem(PERSON)]).toEqual([{ kind: "out", ended: false }, null]);
    told(PERSON, null);
    expect(tab.state.value).toEqual({ kind: "out", ended: false });
  });

  it("goes on when the person has logged in again in another tab", async () => {
    localStorage.setItem("onsite.technician.refresh", "used twice");
    const tab = open();
    await tab.resume();
    expect(tab.standing.value).toBe("ended");
    told("onsite.technician.refresh", "a new one");
    expect(tab.standing.value).toBe("unknown");
  });

  it("bears a memory that somebody has spoilt", async () => {
    localStorage.setItem(PERSON, "{not json");
    desk.reachable = false;
    const reloaded = open();
    await reloaded.resume();
    expect(reloaded.state.value.kind).toBe("unsure");
  });

  it("is let in by the desk's code", async () => {
    const asked: unknown[] = [];
    const fresh = open(async (request) => {
      asked.push(new URL(request.url).pathname, await request.json());
      return json(200, tokens(3));
    });
    expect(await fresh.enrol("7KQX-3M2D-VAN4")).toMatchObject({ ok: true });
    expect(asked).toEqual(["/auth/enrol", { code: "7KQX-3M2D-VAN4" }]);
  });
});
