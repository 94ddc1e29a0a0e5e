/** The wire's nouns under short names. They come from the server's own description; none is written by hand. */
import type { components } from "./schema";

type Schemas = components["schemas"];

/** As the feed carries it, and as it is listed. */
export type Alarm = Schemas["Alarm"];
export type Assign = Schemas["Assign"];
export type BorrowingProposal = Schemas["BorrowingProposal"];
export type BorrowingProposals = Schemas["BorrowingProposals"];
export type Change = Schemas["Change"];
export type Coverage = Schemas["Coverage"];
export type CustomerAsk = Schemas["CustomerAsk"];
export type Effects = Schemas["Effects"];
export type FollowLink = Schemas["FollowLink"];
export type Hold = Schemas["Hold"];
export type HistoryLine = Schemas["HistoryLine"];
export type Job = Schemas["Job"];
export type JobJudgement = Schemas["JobJudgement"];
export type JobPromise = Schemas["JobPromise"];
export type JobState = Schemas["JobState"];
export type JobType = Schemas["JobType"];
export type Judgement = Schemas["Judgement"];
export type Lock = Schemas["Lock"];
export type NewPlan = Schemas["NewPlan"];
export type NewFollowLink = Schemas["NewFollowLink"];
export type OpenedMessage = Schemas["OpenedMessage"];
export type Outlet = Schemas["Outlet"];
export type OutboxMessage = Schemas["OutboxMessage"];
export type Plan = Schemas["Plan"];
export type PlanChange = Schemas["PlanChange"];
export type PlanHead = Schemas["PlanHead"];
export type PlanItem = Schemas["PlanItem"];
export type PlannedVisit = Schemas["PlannedVisit"];
export type Publish = Schemas["Publish"];
export type Published = Schemas["Published"];
export type PullAnswer = Schemas["PullAnswer"];
export type Reaction = Schemas["Reaction"];
export type Recommendation = Schemas["Recommendation"];
export type Recommendations = Schemas["Recommendations"];
export type Registration = Schemas["Registration"];
/** As the feed carries it; what each choice will do is asked for. */
export type Review = Omit<ReviewInFull, "effects" | "record_version">;
export type ReviewInFull = Schemas["ReviewInFull"];
export type Role = Schemas["Role"];
export type ScanAlarm = Schemas["ScanAlarm"];
export type ScanPlace = Schemas["ScanPlace"];
export type ServiceRequest = Schemas["ServiceRequest"];
export type Technician = Schemas["Technician"];
export type Tokens = Schemas["Tokens"];
export type TravelTimes = Schemas["TravelTimes"];
export type Unit = Schemas["Unit"];
export type User = Schemas["User"];
