/** Who may do what at the managers' desk. Pure. The server decides; this keeps people from forms it would refuse. */
import type { Role } from "../shared/api/types";
import type { Tab } from "./view";

const HQ: readonly Role[] = ["hq_manager"];
const CENTRES: readonly Role[] = [...HQ, "centre_manager"];
const MANAGERS: readonly Role[] = [...CENTRES, "outlet_manager"];

/** As the guards of the server's routes say. */
const RIGHTS = {
  /** Policies and calendars, and trying them. */
  promise: CENTRES,
  /** Approving what a centre promises less. */
  approve: HQ,
  people: MANAGERS,
  skills: HQ,
  catalogue: HQ,
  /** Importing units and printing labels; what is printed is shown to nobody else. */
  units: MANAGERS,
  outlets: CENTRES,
  centres: HQ,
  moveOutlets: HQ,
  reports: HQ,
} as const satisfies Readonly<Record<string, readonly Role[]>>;

export type Right = keyof typeof RIGHTS;

export function may(role: Role, right: Right): boolean {
  return RIGHTS[right].includes(role);
}

/** Tabs that not everybody of this desk may look at. */
const TAB_RIGHTS: Readonly<Partial<Record<Tab, Right>>> = { labels: "units" };

export function opens(role: Role, tab: Tab): boolean {
  const right = TAB_RIGHTS[tab];
  return right === undefined || may(role, right);
}

const IN_OUTLETS: readonly Role[] = ["technician", "dispatcher", "outlet_manager"];

/** The roles a manager may give and take: none above their own. As `GRANTS` of the server's accounts. */
export function givenBy(role: Role): readonly Role[] {
  if (role === "hq_manager") return [...IN_OUTLETS, "centre_manager", "hq_manager", "auditor"];
  if (role === "centre_manager") return [...IN_OUTLETS, "centre_manager", "auditor"];
  return role === "outlet_manager" ? IN_OUTLETS : [];
}

export type Height = "headquarters" | "centre" | "outlet";

/** Where in the network the holder of a role may stand. As `PLACES` of the server's accounts. */
export function placesOf(role: Role): readonly Height[] {
  switch (role) {
    case "technician":
    case "outlet_manager":
      return ["outlet"];
    case "centre_manager":
      return ["centre"];
    case "hq_manager":
      return ["headquarters"];
    case "dispatcher":
    case "auditor":
      return ["outlet", "centre", "headquarters"];
  }
}
