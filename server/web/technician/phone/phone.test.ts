/** The phone over a real database and an office in memory: what becomes of work, whatever happens around it. */
import { IDBFactory, IDBKeyRange } from "fake-indexeddb";
import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import { Session } from "../../shared/api/session";
import type { Tokens, User } from "../../shared/api/types";
import { ServerProblem, Store, Unreachable, type Transport } from "../../shared/replica";
import { Line, Office } from "../../shared/replica/testing/office";
import { SCHEMA } from "../../shared/replica/store";
import { turnsHere } from "../../shared/replica/turns";
import { openPhone, storeName } from "./open";
import type { Phone } from "./phone";

vi.setConfig({ testTimeout: 60_000 }); // until a test gives up; nothing is measured with it

const JOB = { type: "job", id: "j1" };
const LI: User = {
  id: "u1",
  username: "li",
  name: "Li",
  role: "technician",
  locale: "en",
  centre_id: null,
  outlet_id: null,
  technician_id: "t1",
  active: true,
};
const WANG: User = { ...LI, id: "u2", username: "wang", name: "Wang", technician_id: "t2" };

function json(status: number, body: unknown): Response {
  return new Response(JSON.stringify(body), { status, headers: { "content-type": "application/json" } });
}

/** The office with its door: logins, devices, and a line that can be cut or refused. */
class World {
  readonly office = new Office();
  readonly line = new Line(this.office);
  readonly factory = new IDBFactory();
  reachable = true;
  loginGood = true;
  refusal: ServerProblem | null = null;
  devices = 0;
  user = LI;
  opened: Phone[] = [];

  constructor() {
    this.office.put(JOB, { state: "scheduled", technician: "t1", code: "x" });
  }

  readonly http = async (request: Request): Promise<Response> => {
    const { pathname } = new URL(request.url);
    await Promise.resolve();
    if (!this.reachable) throw new TypeError("no network");
    if (pathname === "/devices") {
      const id = `d${++this.devices}`;
      this.office.enrol(id, this.user.technician_id ?? "");
      return json(201, { id, last_seq: 0 });
    }
    const tokens: Tokens = { access_token: "a", refresh_token: "r", expires_in: 900, user: this.user, token_type: "" };
    return this.loginGood ? json(200, tokens) : json(401, { code: "refresh_reused" });
  };

  readonly transport: Transport = {
    push: (body) => this.#reached(() => this.line.push(body)),
    pull: (...how) => this.#reached(() => this.line.pull(...how)),
  };

  #reached(exchange: () => Promise<unknown>): Promise<unknown> {
    if (!this.reachable) return Promise.reject(new Unreachable("no network"));
    return this.refusal === null ? exchange() : Promise.reject(this.refusal);
  }

  async session(): Promise<Session> {
    const session = new Session({ face: "technician", transport: this.http });
    if (localStorage.getItem("onsite.technician.user") === null) await session.login(this.user.username, "secret");
    else await session.resume();
    return session;
  }

  async open(session?: Session): Promise<Phone> {
    const opened = await openPhone(this.user, session ?? (await this.session()), this.parts());
    if (opened.kind !== "open") throw new Error(opened.kind);
    this.opened.push(opened.phone);
    return opened.phone;
  }

  parts(): Parameters<typeof openPhone>[2] {
    return {
      store: { indexedDB: this.factory, IDBKeyRange },
      transport: this.transport,
      listen: () => new Promise(() => undefined),
      turns: turnsHere(),
    };
  }
}

let world: World;

beforeEach(() => {
  localStorage.clear();
  world = new World();
});

afterEach(() => {
  for (const phone of world.opened) phone.close();
});

/** As long as it takes: nothing is measured. */
const until = (holds: () => void | Promise<void>): Promise<void> =>
  vi.waitFor(holds, { timeout: 50_000, interval: 10 });

const caughtUp = (phone: Phone): Promise<void> =>
  until(() => {
    expect(phone.complete.value).toBe(true);
    expect(phone.waiting.value).toEqual([]);
  });

const note = (phone: Phone, text: string): ReturnType<Phone["perform"]> =>
  phone.perform("job.patch", JOB, { diagnosis: text });

describe("a first opening", () => {
  it("enrols, and holds what the office has for this person", async () => {
    const phone = await world.open();
    await caughtUp(phone);
    expect([await phone.deviceId(), phone.jobs.value.get("j1")?.state]).toEqual(["d1", "scheduled"]);
    expect(phone.contact.value).toMatchObject({ state: "online", problem: null });
  });

  it("needs the network once, and says so", async () => {
    const session = await world.session();
    world.reachable = false;
    expect(await openPhone(LI, session, world.parts())).toMatchObject({
      kind: "not_enrolled",
      problem: { code: "offline" },
    });
  });

  it("gives this page's clock an anchor, once", async () => {
    const phone = await world.open();
    await until(() => {
      expect(world.line.said.filter(({ operations }) => operations.length === 0)).toHaveLength(1);
    });
    phone.syncSoon();
    await note(phone, "more");
    await caughtUp(phone);
    expect(world.line.said.filter(({ operations }) => operations.length === 0)).toHaveLength(1);
  });

  it("notices a clock that is wrong", async () => {
    world.office.now = Date.now() - 3_600_000;
    const phone = await world.open();
    await caughtUp(phone);
    expect(Math.round((phone.clockAhead.value ?? 0) / 60_000)).toBe(60);
  });
});

describe("without a network", () => {
  it("the next opening has everything, and remembers the last contact", async () => {
    await caughtUp(await world.open());
    world.reachable = false;
    const phone = await world.open();
    expect([phone.complete.value, phone.jobs.value.size]).toEqual([true, 1]);
    expect(phone.contact.value.last).toBeGreaterThan(0);
    await until(() => {
      expect(phone.contact.value.state).toBe("offline");
    });
  });

  it("work is kept and on view at once, and handed in later, once", async () => {
    const phone = await world.open();
    await caughtUp(phone);
    world.reachable = false;
    expect(await note(phone, "kept")).toMatchObject({ ok: true });
    expect([phone.waiting.value.length, phone.jobs.value.get("j1")?.diagnosis]).toEqual([1, "kept"]);
    const reopened = await world.open();
    expect(reopened.waiting.value.map(({ kind }) => kind)).toEqual(["job.patch"]);
    world.reachable = true;
    reopened.syncSoon();
    await caughtUp(reopened);
    await caughtUp(phone); // the other tab has heard of it
    expect([world.office.judged.length, reopened.judged.value.map(({ outcome }) => outcome.status)]).toEqual([
      1,
      ["applied"],
    ]);
    expect(phone.news.value).toHaveLength(1);
  });
});

describe("what cannot be kept", () => {
  it("is refused as a value, and nothing of it waits", async () => {
    const phone = await world.open();
    expect(await note(phone, "half \ud800 a character")).toMatchObject({ ok: false, problem: { code: "unusable" } });
    expect(phone.waiting.value).toEqual([]);
  });
});

describe("a device that the office does not know any more", () => {
  it("enrols anew by itself and hands in what waits", async () => {
    const phone = await world.open();
    await caughtUp(phone);
    world.office.devices.delete("d1");
    await note(phone, "kept");
    await caughtUp(phone);
    expect([await phone.deviceId(), world.office.judged.map(({ device_id }) => device_id)]).toEqual(["d2", ["d2"]]);
  });
});

describe("data that a newer version of the app has written", () => {
  const newer = (): Promise<Store> =>
    Store.open(storeName(LI), { indexedDB: world.factory, IDBKeyRange, schema: [...SCHEMA, { later: "id" }] });

  it("is left alone by a tab that has it open, which says so", async () => {
    const phone = await world.open();
    await caughtUp(phone);
    (await newer()).close();
    await until(() => {
      expect(phone.trouble.value).toBe("superseded");
    });
    expect(await note(phone, "too late")).toMatchObject({ ok: false, problem: { code: "superseded" } });
  });

  it("is not opened, and what waits in it is handed in", async () => {
    const phone = await world.open();
    await caughtUp(phone);
    world.reachable = false;
    await note(phone, "kept");
    phone.close();
    (await newer()).close();
    world.reachable = true;
    const opened = await openPhone(LI, await world.session(), world.parts());
    expect(opened).toEqual({ kind: "too_new", handedIn: 1 });
    expect(world.office.judged).toHaveLength(1);
  });
});

describe("a phone that has lost its key", () => {
  async function loseKey(): Promise<void> {
    const store = await Store.open(storeName(LI), { indexedDB: world.factory, IDBKeyRange });
    await store.writing(async ({ identity }) => {
      await identity.toCollection().modify((row: { key?: unknown }) => {
        delete row.key;
      });
    });
    store.close();
  }
  const sign = (phone: Phone): ReturnType<Phone["keep"]> =>
    phone.keep((replica) => replica.addendum({ job_id: JOB.id, extends: "0".repeat(64), note: "later" }));

  it("can sign nothing without a network, and signs under a new name with one", async () => {
    const phone = await world.open();
    await caughtUp(phone);
    world.reachable = false;
    await loseKey();
    expect(await sign(phone)).toMatchObject({ ok: false, problem: { code: "no_key" } });
    world.reachable = true;
    expect(await sign(phone)).toMatchObject({ ok: true });
    expect(await phone.deviceId()).toMatch(/^d[23]$/); // its own round may have asked for a name at the same moment
  });

  it("has a new one before somebody has to sign, where there is a network", async () => {
    const before = await world.open();
    await caughtUp(before);
    before.close();
    await loseKey();
    const phone = await world.open();
    await until(() => {
      expect(world.devices).toBe(2);
    });
    world.reachable = false;
    await until(async () => {
      expect(await sign(phone)).toMatchObject({ ok: true });
    });
  });
});

describe("a device that was revoked", () => {
  const revoked = new ServerProblem("device_revoked", 403, { code: "device_revoked" });

  it("says so, keeps its work, and hands it in once that is allowed", async () => {
    const phone = await world.open();
    await caughtUp(phone);
    world.refusal = revoked;
    await note(phone, "kept");
    await until(() => {
      expect(phone.trouble.value).toBe("revoked");
    });
    expect(phone.waiting.value).toHaveLength(1);
    world.refusal = null; // of pushes; a pull is not tried
    phone.syncSoon();
    await until(() => {
      expect(phone.trouble.value).toBe("handed_in");
    });
    expect(world.line.said.at(-1)).toMatchObject({ drained: true });
  });

  it("goes on under a new name when the office lets it in again", async () => {
    const phone = await world.open();
    await caughtUp(phone);
    world.refusal = revoked;
    await note(phone, "kept");
    await until(() => {
      expect(phone.trouble.value).toBe("revoked");
    });
    world.refusal = null;
    expect(await phone.enrolAnew()).toBeNull();
    await caughtUp(phone);
    expect([phone.trouble.value, await phone.deviceId()]).toEqual([null, "d2"]);
  });

  it("is well in every tab once one of them has set it up anew", async () => {
    const [phone, tab] = [await world.open(), await world.open()];
    await caughtUp(phone);
    world.refusal = revoked;
    for (const each of [phone, tab]) each.syncSoon();
    await until(() => {
      expect([phone.trouble.value, tab.trouble.value]).toEqual(["handed_in", "handed_in"]);
    });
    world.refusal = null;
    await phone.enrolAnew();
    await until(() => {
      expect([phone.trouble.value, tab.trouble.value]).toEqual([null, null]);
    });
  });
});

describe("a login that has ended", () => {
  it("keeps nobody from working, and handing in goes on after the next login", async () => {
    const session = await world.session();
    const phone = await world.open(session);
    await caughtUp(phone);
    world.loginGood = false;
    await session.resume();
    expect([session.state.value.kind, phone.trouble.value]).toEqual(["in", "login"]);
    const asked = world.line.said.length;
    expect(await note(phone, "kept")).toMatchObject({ ok: true });
    expect([phone.waiting.value.length, world.line.said.length]).toEqual([1, asked]);
    world.loginGood = true;
    await session.login("li", "secret");
    await caughtUp(phone);
    expect([phone.trouble.value, world.office.judged.length]).toEqual([null, 1]);
  });
});

describe("another person on the same phone", () => {
  it("neither sees nor hands in what the first one did", async () => {
    const first = await world.open();
    await caughtUp(first);
    world.reachable = false;
    await note(first, "Li's");
    world.reachable = true;
    first.close();
    world.user = WANG;
    const session = await world.session();
    await session.login("wang", "secret");
    const second = await world.open(session);
    await caughtUp(second);
    expect([second.jobs.value.size, second.waiting.value, world.office.judged]).toEqual([0, [], []]);
  });
});
