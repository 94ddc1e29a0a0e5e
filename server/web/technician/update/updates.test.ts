import { beforeEach, describe, expect, it } from "vitest";
import { TAKE_OVER, Updates, type Workers } from "./updates";

/** A worker that the test moves from state to state. */
class Worker extends EventTarget {
  state = "installing";
  readonly heard: unknown[] = [];

  postMessage(said: unknown): void {
    this.heard.push(said);
  }

  become(state: string): void {
    this.state = state;
    this.dispatchEvent(new Event("statechange"));
  }
}

class Registration extends EventTarget {
  installing: Worker | null = null;
  waiting: Worker | null = null;
  asked = 0;

  update(): Promise<void> {
    this.asked += 1;
    return Promise.resolve();
  }

  /** As the browser does: fetched, then waiting. */
  bring(): Worker {
    const worker = new Worker();
    this.installing = worker;
    this.dispatchEvent(new Event("updatefound"));
    this.installing = null;
    this.waiting = worker;
    worker.become("installed");
    return worker;
  }
}

class Container extends EventTarget {
  readonly registration = new Registration();

  constructor(public controller: Worker | null) {
    super();
  }

  register(): Promise<Registration> {
    return Promise.resolve(this.registration);
  }

  takenBy(worker: Worker): void {
    this.controller = worker;
    this.dispatchEvent(new Event("controllerchange"));
  }
}

let reloads: number;
let now: number;

async function started(container: Container): Promise<Updates> {
  const updates = new Updates(
    container as unknown as Workers,
    () => {
      reloads += 1;
    },
    () => now,
  );
  await updates.start("/app/sw.js");
  return updates;
}

beforeEach(() => {
  reloads = 0;
  now = 1_000_000;
});

describe("the first version", () => {
  it("is no news, and reloads nothing when it takes the page under its wing", async () => {
    const container = new Container(null);
    const updates = await started(container);
    container.takenBy(container.registration.bring());
    expect([updates.state.value, reloads]).toEqual(["none", 0]);
  });
});

describe("a newer version", () => {
  it("waits, and is told", async () => {
    const container = new Container(new Worker());
    const updates = await started(container);
    const worker = container.registration.bring();
    expect([updates.state.value, reloads, worker.heard]).toEqual(["ready", 0, []]);
  });

  it("that was waiting before this start is told as well", async () => {
    const container = new Container(new Worker());
    container.registration.waiting = new Worker();
    expect((await started(container)).state.value).toBe("ready");
  });

  it("takes over when the person says so, and the page is loaded anew once it has", async () => {
    const container = new Container(new Worker());
    const updates = await started(container);
    const worker = container.registration.bring();
    updates.take();
    expect([worker.heard, reloads]).toEqual([[TAKE_OVER], 0]);
    container.takenBy(worker);
    expect(reloads).toBe(1);
  });

  it("that another tab has started reloads nothing here", async () => {
    const container = new Container(new Worker());
    const updates = await started(container);
    container.takenBy(container.registration.bring());
    expect([updates.state.value, reloads]).toEqual(["taken", 0]);
  });

  it("is waited for and put to work where the page can do nothing without it", async () => {
    const container = new Container(new Worker());
    const updates = await started(container);
    const { registration } = container;
    const worker = (registration.installing = new Worker());
    const renewed = updates.renew();
    await Promise.resolve();
    registration.installing = null;
    registration.waiting = worker;
    worker.become("installed");
    await renewed;
    expect([registration.asked, worker.heard, reloads]).toEqual([1, [TAKE_OVER], 0]);
    container.takenBy(worker);
    expect(reloads).toBe(1);
  });

  it("that is not to be had leaves it at loading the page anew", async () => {
    await (await started(new Container(new Worker()))).renew();
    expect(reloads).toBe(1);
  });

  it("can be put off", async () => {
    const container = new Container(new Worker());
    const updates = await started(container);
    container.registration.bring();
    updates.later();
    expect(updates.state.value).toBe("none");
  });
});

describe("looking for one", () => {
  it("is done once an hour at most, unless it is asked for", async () => {
    const container = new Container(new Worker());
    const updates = await started(container);
    await updates.check();
    expect(container.registration.asked).toBe(0);
    await updates.check(true);
    now += 3_600_000;
    await updates.check();
    expect(container.registration.asked).toBe(2);
  });

  it("does no harm where a worker is refused", async () => {
    const refused = Object.assign(new Container(null), { register: () => Promise.reject(new Error("no")) });
    const updates = await started(refused);
    await updates.check(true);
    expect(updates.state.value).toBe("none");
  });
});
