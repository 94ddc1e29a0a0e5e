/** What is drawn on the map. */
import type { Job, Outlet } from "../../shared/api/types";
import type { Standing } from "../queue";
import type { TechnicianRow, Visit } from "../timeline/rows";
import type { Point } from "./projection";
import type { Kind, Knowledge } from "./whereabouts";

export interface Marked extends Point {
  readonly job: Job;
  readonly kind: Kind;
  /** Needs a decision. */
  readonly pressing: boolean;
  readonly standing: Standing;
}

export interface Mapped extends Point {
  readonly row: TechnicianRow;
  readonly known: Knowledge;
  readonly visit: Visit | null;
  readonly route: readonly Point[];
}

export interface Placed extends Point {
  readonly outlet: Outlet;
}

export interface Sketch {
  readonly jobs: readonly Marked[];
  readonly people: readonly Mapped[];
  readonly outlets: readonly Placed[];
}
