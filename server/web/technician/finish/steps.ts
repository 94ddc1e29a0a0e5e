/** The way to a signature, as a table. Pure.
 *
 * | step   | in whose hands | back      | on               |
 * | ------ | -------------- | --------- | ---------------- |
 * | report | technician's   | the job   | read, or refuse  |
 * | read   | customer's     | report    | judge            |
 * | judge  | customer's     | read      | sign             |
 * | sign   | customer's     | judge     | signed, or refuse|
 * | refuse | technician's   | report    | signed           |
 *
 * While it is in the customer's hands nothing else of the app is reachable, and who goes back to the technician's is
 * asked first. Nothing entered or drawn is lost by going back, whichever way. */

export type StepName = "report" | "read" | "judge" | "sign" | "refuse";
export type Hands = "technician" | "customer";

export interface Step {
  readonly hands: Hands;
  /** Null: out of here, to the job. */
  readonly back: StepName | null;
  /** Null: it is signed, or refused, and kept. */
  readonly next: StepName | null;
}

export const STEPS: Readonly<Record<StepName, Step>> = {
  report: { hands: "technician", back: null, next: "read" },
  read: { hands: "customer", back: "report", next: "judge" },
  judge: { hands: "customer", back: "read", next: "sign" },
  sign: { hands: "customer", back: "judge", next: null },
  refuse: { hands: "technician", back: "report", next: null },
};

/** The customer's part, as they count it. */
export const THEIRS: readonly StepName[] = ["read", "judge", "sign"];

/** Where a draft goes on after a reload: nobody stands before an empty report in the customer's hands, as when a newer app
 * asks for more than the older one did. */
export function resumed(step: StepName, mayBeShown: boolean): StepName {
  return mayBeShown ? step : "report";
}

/** Whether going there changes hands, so that it is asked first. */
export function handsBack(from: StepName, to: StepName): boolean {
  return STEPS[from].hands === "customer" && STEPS[to].hands === "technician";
}
