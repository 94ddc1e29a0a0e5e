/** A transport that notes what every answer tells beside its contents: that the server is there, and what time it is. */
import { ServerProblem, Unreachable, type Transport } from "../../shared/replica";
import { isObject } from "../../shared/replica/json";

/** Answers that took longer say too little about the clock. */
const SLOW_MS = 20_000;

export interface Heard {
  /** The server has answered; `ahead`: this device's clock against the server's in ms, null when the answer had no time. */
  readonly answered: (ahead: number | null) => void;
  readonly silent: () => void;
}

export function hearing(transport: Transport, heard: Heard, clock: () => number = Date.now): Transport {
  async function noting(exchange: Promise<unknown>): Promise<unknown> {
    const sent = clock();
    try {
      const answer = await exchange;
      heard.answered(aheadOf(answer, sent, clock()));
      return answer;
    } catch (fault) {
      if (fault instanceof ServerProblem) heard.answered(null);
      else if (fault instanceof Unreachable) heard.silent();
      throw fault;
    }
  }
  return {
    push: (body) => noting(transport.push(body)),
    pull: (cursor, limit, deviceId) => noting(transport.pull(cursor, limit, deviceId)),
  };
}

function aheadOf(answer: unknown, sent: number, received: number): number | null {
  const time = isObject(answer) ? answer["server_time"] : null;
  if (typeof time !== "number" || received < sent || received - sent > SLOW_MS) return null;
  return Math.round((sent + received) / 2 - time);
}
