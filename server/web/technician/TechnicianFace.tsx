import type { JSX } from "preact";
import { useEffect, useMemo } from "preact/hooks";
import { createApi } from "../shared/api/client";
import type { Session } from "../shared/api/session";
import type { User } from "../shared/api/types";
import { jobTypesByCode, recordsOf } from "../shared/feed/bodies";
import { connectFeed } from "../shared/feed/connect";
import { query } from "../shared/views/address";
import { JobPage } from "./JobPage";
import { SyncBar } from "./SyncBar";
import { Today } from "./Today";
import type { Work } from "./work";

interface TechnicianFaceProps {
  readonly user: User;
  readonly session: Session;
}

export function TechnicianFace({ user, session }: TechnicianFaceProps): JSX.Element {
  const work = useMemo(() => startWork(session), [session]);
  useEffect(() => {
    work.feed.start();
    return () => {
      work.feed.stop();
    };
  }, [work]);
  const job = query.value.get("job");
  return (
    <div class="phone">
      <SyncBar contact={work.feed.contact} />
      {job === null ? <Today user={user} session={session} work={work} /> : <JobPage key={job} id={job} work={work} />}
    </div>
  );
}

function startWork(session: Session): Work {
  const feed = connectFeed(session, createApi(session.send));
  const types = recordsOf(feed.replica, "job_type");
  return {
    feed,
    jobs: recordsOf(feed.replica, "job"),
    customers: recordsOf(feed.replica, "customer"),
    units: recordsOf(feed.replica, "unit"),
    typeOf: (code) => jobTypesByCode(types.value).get(code),
  };
}
