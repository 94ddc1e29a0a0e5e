import { answer, type Api } from "../api/client";
import type { Session } from "../api/session";
import { listen } from "./pokes";
import { FeedReader } from "./reader";

const PAGE = 500;

/** The feed of whoever is logged in. */
export function connectFeed(session: Session, api: Api): FeedReader {
  return new FeedReader({
    pull: (cursor) =>
      answer(api.GET("/sync/pull", { params: { query: { limit: PAGE, ...(cursor === null ? {} : { cursor }) } } })),
    listen: (ear, stop) => listen(session.sendStream, ear, stop),
  });
}
