/** The replica on a blank page of the real server, for tests/web/test_replica.py: `window.onsite`. No part of the app. */
import { deviceClock, handIn, HttpTransport, keepOurData, Replica, Store, type StoreParts } from "../index";
import { SCHEMA } from "../store";

const NEWER = [...SCHEMA, { photo: "id" }];

interface Opening {
  readonly token: string;
  readonly deviceId?: string;
  /** The next version of the app. */
  readonly newer?: boolean;
}

class Page {
  readonly heard: string[] = [];
  replica: Replica | null = null;
  readonly #clock = deviceClock();

  async open({ token, deviceId, newer }: Opening): Promise<void> {
    const parts: StoreParts = {
      ...(deviceId === undefined ? {} : { deviceId }),
      ...(newer === true ? { schema: NEWER } : {}),
      onSuperseded: () => this.heard.push("superseded"),
      onBlocked: () => this.heard.push("blocked"),
    };
    const store = await Store.open("replica", parts);
    this.replica = new Replica({ store, transport: this.transport(token), rules: new Map(), clock: this.#clock });
    this.replica.watch(() => this.heard.push("changed"));
  }

  transport(token: string): HttpTransport {
    return new HttpTransport((request) => {
      const headers = new Headers(request.headers);
      headers.set("authorization", `Bearer ${token}`);
      return fetch(new Request(request, { headers }));
    });
  }

  handIn(token: string): Promise<number> {
    return handIn("replica", this.transport(token), this.#clock);
  }

  readonly keepOurData = (): Promise<string> => keepOurData();

  /** Text that no database makes smaller. */
  noise(characters: number): string {
    const piece = (): string => {
      const chance = crypto.getRandomValues(new Uint16Array(10_000));
      return String.fromCharCode(...chance.map((each) => 0x4e00 + (each % 0x5000)));
    };
    return Array.from({ length: characters / 10_000 }, piece).join("");
  }

  /** The name of what a call throws; "" when it does not. */
  async fault(call: () => Promise<unknown>): Promise<string> {
    try {
      await call();
      return "";
    } catch (fault) {
      return fault instanceof Error ? fault.name : String(fault);
    }
  }
}

Object.assign(globalThis, { onsite: new Page() });
