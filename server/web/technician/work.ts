import type { ReadonlySignal } from "@preact/signals";
import type { Job, JobType } from "../shared/api/types";
import type { Customer, Unit } from "../shared/feed/bodies";
import type { FeedReader } from "../shared/feed/reader";

type Records<T> = ReadonlySignal<ReadonlyMap<string, T>>;

/** What a technician's phone holds: the one source of all its views. */
export interface Work {
  readonly feed: FeedReader;
  readonly jobs: Records<Job>;
  readonly customers: Records<Customer>;
  readonly units: Records<Unit>;
  readonly typeOf: (code: string) => JobType | undefined;
}
