/** What a replica needs of a network: two exchanges, JSON-shaped both ways (docs/sync-protocol.md). They throw
 * Unreachable or ServerProblem, nothing else. */
import type { PushRequest } from "./wire";

export interface Transport {
  push(body: PushRequest): Promise<unknown>;
  pull(cursor: string | null, limit: number, deviceId: string): Promise<unknown>;
}
