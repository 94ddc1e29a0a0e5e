/** The wire's nouns under short names. They come from the server's own description; none is written by hand. */
import type { components } from "./schema";

type Schemas = components["schemas"];

export type Assign = Schemas["Assign"];
export type Change = Schemas["Change"];
export type Coverage = Schemas["Coverage"];
export type Effects = Schemas["Effects"];
export type HistoryLine = Schemas["HistoryLine"];
export type Job = Schemas["Job"];
export type JobState = Schemas["JobState"];
export type JobType = Schemas["JobType"];
export type Outlet = Schemas["Outlet"];
export type PullAnswer = Schemas["PullAnswer"];
export type Recommendation = Schemas["Recommendation"];
export type Recommendations = Schemas["Recommendations"];
/** As the feed carries it; what each choice will do is asked for. */
export type Review = Omit<ReviewInFull, "effects" | "record_version">;
export type ReviewInFull = Schemas["ReviewInFull"];
export type Role = Schemas["Role"];
export type Technician = Schemas["Technician"];
export type Tokens = Schemas["Tokens"];
export type User = Schemas["User"];
