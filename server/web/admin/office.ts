/** What the managers' desk works with: who is there, what they may do, and the lists that several parts read. */
import { answer, createApi, type Api } from "../shared/api/client";
import type { Session } from "../shared/api/session";
import type { FaultCode, JobType, Outlet, Technician, User } from "../shared/api/types";
import type { components } from "../shared/api/schema";
import { everything, paging } from "../shared/api/pages";
import { named } from "../shared/text/language";
import { may, type Right } from "./rights";
import { Shelf } from "./shelf";

type Schemas = components["schemas"];
export type Calendar = Schemas["Calendar"];
export type Centre = Schemas["ServiceCentre"];
export type Device = Schemas["Device"];
export type Line = Schemas["ProductLine"];
export type Model = Schemas["Model"];
export type Policy = Schemas["schemas_commitments_Policy"];
export type Skill = Schemas["Skill"];
export type ComponentGroup = Schemas["ComponentGroup"];

export interface Office {
  readonly api: Api;
  readonly session: Session;
  readonly user: User;
  readonly may: (right: Right) => boolean;
  readonly centres: Shelf<readonly Centre[]>;
  readonly outlets: Shelf<readonly Outlet[]>;
  readonly technicians: Shelf<readonly Technician[]>;
  readonly users: Shelf<readonly User[]>;
  readonly devices: Shelf<readonly Device[]>;
  readonly skills: Shelf<readonly Skill[]>;
  readonly jobTypes: Shelf<readonly JobType[]>;
  readonly lines: Shelf<readonly Line[]>;
  readonly models: Shelf<readonly Model[]>;
  readonly components: Shelf<readonly ComponentGroup[]>;
  /** With those that are retired. */
  readonly faultCodes: Shelf<readonly FaultCode[]>;
  readonly policies: Shelf<readonly Policy[]>;
  readonly calendars: Shelf<readonly Calendar[]>;
}

export function openOffice(session: Session, user: User): Office {
  const api = createApi(session.send);
  const query = (cursor: string | undefined): { params: { query: { limit: number; cursor?: string } } } => ({
    params: { query: paging(cursor) },
  });
  return {
    api,
    session,
    user,
    may: (right) => may(user.role, right),
    centres: new Shelf(() => everything((cursor) => answer(api.GET("/centres", query(cursor))))),
    outlets: new Shelf(() => everything((cursor) => answer(api.GET("/outlets", query(cursor))))),
    technicians: new Shelf(() => everything((cursor) => answer(api.GET("/technicians", query(cursor))))),
    users: new Shelf(() => everything((cursor) => answer(api.GET("/users", query(cursor))))),
    devices: new Shelf(() => everything((cursor) => answer(api.GET("/devices", query(cursor))))),
    skills: new Shelf(() => answer(api.GET("/skills"))),
    jobTypes: new Shelf(() => answer(api.GET("/job-types"))),
    lines: new Shelf(() => answer(api.GET("/product-lines"))),
    models: new Shelf(() => everything((cursor) => answer(api.GET("/models", query(cursor))))),
    components: new Shelf(() => answer(api.GET("/component-groups"))),
    faultCodes: new Shelf(() =>
      everything((cursor) =>
        answer(api.GET("/fault-codes", { params: { query: { ...paging(cursor), retired: true } } })),
      ),
    ),
    policies: new Shelf(() => answer(api.GET("/commitments/policies"))),
    calendars: new Shelf(() => answer(api.GET("/commitments/calendars"))),
  };
}

/** The name of one of a list, in the reader's language; undefined while it is not known. */
export function nameIn(
  things: readonly { readonly id: string; readonly name: string; readonly name_en: string }[] | undefined,
  id: string | null,
): string | undefined {
  const found = id === null ? undefined : things?.find((thing) => thing.id === id);
  return found === undefined ? undefined : named(found);
}
